"""The vocabulary of metrics: one name, unit, direction and meaning for each number the project stores.

Parsers, engine, reports and the reference library use these names and no others. Values are stored in the unit
given here; only display adds prefixes (:mod:`nnsreport.units`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from nnsreport.units import UNITS


class Better(StrEnum):
    """Which direction of change is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Scope(StrEnum):
    """What a number is about."""

    CHIP = "chip"
    LAYER = "layer"
    NETWORK = "network"
    SIMULATION = "simulation"


COMPONENTS: Mapping[str, str] = MappingProxyType(
    {
        "total": "everything in the scope",
        "adc": "ADCs, or sense amplifiers and prechargers for SRAM",
        "accumulation": "adders and shift-adders of sub-arrays; accumulation units of PE, tile and chip",
        "other_peripheral": "decoders, multiplexers, switch matrices, pooling and activation units, and (for "
        "latency and energy in NeuroSim) buffers and interconnect",
        "cim_array": "the memory arrays themselves",
        "interconnect": "buses and H-trees, global and local",
        "buffer": "global, tile and PE buffers",
        "conventional_mapping": "tiles and PEs for the conventional mapping of weights",
        "novel_mapping": "tiles and PEs for the novel mapping of weights (one PE for each kernel position)",
    }
)
"""Parts of a chip or layer that a number may be about, with their meaning."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of number.

    Attributes
    ----------
    name : str
        Canonical name.
    unit : str
        Unit of stored values, one of :data:`nnsreport.units.UNITS`.
    better : Better
        Direction of improvement.
    definition : str
        What is measured, in one clause.
    scopes : frozenset of Scope
        Where it occurs.
    """

    name: str
    unit: str
    better: Better
    definition: str
    scopes: frozenset[Scope]

    @property
    def title(self) -> str:
        """Name for people, such as ``read latency``."""
        return self.name.replace("_", " ")


_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_CHIP, _LAYER, _NETWORK, _SIMULATION = Scope.CHIP, Scope.LAYER, Scope.NETWORK, Scope.SIMULATION

_TABLE: tuple[tuple[str, str, Better, str, tuple[Scope, ...]], ...] = (
    # Inference accuracy
    ("accuracy", "fraction", _HIGHER, "share of images classified correctly, with all modelled effects", (_NETWORK,)),
    ("float_accuracy", "fraction", _HIGHER, "share classified correctly in floating point", (_NETWORK,)),
    (
        "quantized_accuracy",
        "fraction",
        _HIGHER,
        "share classified correctly with quantised weights and activations, ideal devices and ideal ADC",
        (_NETWORK,),
    ),
    ("correct_images", "image", _HIGHER, "test images classified correctly", (_NETWORK,)),
    ("test_images", "image", _NEITHER, "test images evaluated", (_NETWORK,)),
    ("test_loss", "1", _LOWER, "average test loss", (_NETWORK,)),
    # Crossbar statistics
    ("adc_saturation", "fraction", _LOWER, "share of A/D conversions clipped by the ADC range", (_LAYER,)),
    (
        "drift_compensation_factor",
        "1",
        _NEITHER,
        "digital factor that global drift compensation multiplies a layer's outputs with",
        (_LAYER,),
    ),
    ("weight_error", "fraction", _LOWER, "RMS error of a layer's weights as read, over its RMS weight", (_LAYER,)),
    # Hardware
    ("area", "m2", _LOWER, "silicon area", (_CHIP,)),
    ("read_latency", "s", _LOWER, "time to process one image; the pipeline's period when pipelined", (_CHIP, _LAYER)),
    ("read_dynamic_energy", "J", _LOWER, "dynamic energy to process one image", (_CHIP, _LAYER)),
    ("leakage_power", "W", _LOWER, "leakage power", (_CHIP, _LAYER)),
    ("leakage_energy", "J", _LOWER, "leakage energy while one image is processed", (_CHIP, _LAYER)),
    ("clock_period", "s", _LOWER, "clock period of a synchronous chip", (_CHIP,)),
    ("energy_efficiency", "op/J", _HIGHER, "operations per joule", (_CHIP,)),
    ("throughput", "op/s", _HIGHER, "operations per second", (_CHIP,)),
    ("frame_rate", "image/s", _HIGHER, "images per second", (_CHIP,)),
    ("compute_efficiency", "op/s/m2", _HIGHER, "operations per second and area", (_CHIP,)),
    # Floor plan
    ("tile_rows", "row", _NEITHER, "rows of memory in one tile", (_CHIP,)),
    ("tile_columns", "column", _NEITHER, "columns of memory in one tile", (_CHIP,)),
    ("processing_element_rows", "row", _NEITHER, "rows of memory in one processing element", (_CHIP,)),
    ("processing_element_columns", "column", _NEITHER, "columns of memory in one processing element", (_CHIP,)),
    ("processing_elements_per_tile", "1", _NEITHER, "processing elements in one tile", (_CHIP,)),
    ("subarray_rows", "row", _NEITHER, "rows of one sub-array", (_CHIP,)),
    ("subarray_columns", "column", _NEITHER, "columns of one sub-array", (_CHIP,)),
    ("tiles", "1", _LOWER, "tiles used", (_LAYER,)),
    ("speed_up", "1", _HIGHER, "copies of the layer's weights that work in parallel", (_LAYER,)),
    ("memory_utilization", "fraction", _HIGHER, "share of the memory cells that hold weights", (_CHIP, _LAYER)),
    # What the NeuroSim wrapper prints of each layer's weight quantisation
    ("fan_in", "1", _NEITHER, "inputs of one output of the layer", (_LAYER,)),
    ("weight_float_limit", "1", _NEITHER, "largest magnitude of the initial weights", (_LAYER,)),
    ("weight_float_std", "1", _NEITHER, "standard deviation of the initial weights", (_LAYER,)),
    ("weight_quantization_limit", "1", _NEITHER, "largest magnitude of the quantised weights", (_LAYER,)),
    ("weight_scale", "1", _NEITHER, "power-of-two scale between a layer's stored and used weights", (_LAYER,)),
    # The simulation itself
    ("simulation_time", "s", _NEITHER, "run time of the simulator", (_SIMULATION,)),
)

METRICS: Mapping[str, Metric] = MappingProxyType(
    {name: Metric(name, unit, better, text, frozenset(scopes)) for name, unit, better, text, scopes in _TABLE}
)
"""Every metric by its canonical name."""

assert all(metric.unit in UNITS for metric in METRICS.values())
