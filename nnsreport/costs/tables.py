"""Results of the cost model under the canonical names of the vocabulary, as parsers give those of NeuroSim's logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from nnsreport.costs.axes import Floats
from nnsreport.engine.backend import to_numpy
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import ChipResults
from nnsreport.tables import schema
from nnsreport.vocabulary import METRICS, Better, Scope

if TYPE_CHECKING:
    import polars as pl

TOTAL = "total"


class Subject(NamedTuple):
    """What a number of a chip or layer is about."""

    component: str
    metric: str

    @property
    def column(self) -> str:
        """Name of a column: the metric's, with the component behind it unless it is the whole."""
        return self.metric if self.component == TOTAL else f"{self.metric}.{self.component}"


_CIRCUITS = {
    **{name: name for name in (TOTAL, "buffer", "interconnect", "adc", "accumulation")},
    "other_peripheral": "other",
}
_AREAS = {TOTAL: "total", "cim_array": "array", **{name: name for name in ("interconnect", "adc", "accumulation")}}


def _costs(owner: str) -> dict[Subject, str]:
    """Return the places of a :class:`nnsreport.engine.cost.results.Cost` in the results."""
    found = {Subject(name, "read_latency"): f"{owner}.reading.{it}.latency_s" for name, it in _CIRCUITS.items()}
    found |= {Subject(name, "read_dynamic_energy"): f"{owner}.reading.{it}.energy_j" for name, it in _CIRCUITS.items()}
    found[Subject(TOTAL, "leakage_power")] = f"{owner}.leakage.power_w"
    found[Subject(TOTAL, "leakage_energy")] = f"{owner}.leakage.energy_j"
    return found


_OF_CHIP: Mapping[Subject, str] = {
    **{Subject(name, "area"): f"areas.{attribute}_m2" for name, attribute in _AREAS.items()},
    Subject("other_peripheral", "area"): "areas.other_m2",
    **_costs("chip"),
    Subject(TOTAL, "clock_period"): "clock_period_s",
    Subject(TOTAL, "energy_efficiency"): "efficiencies.energy_efficiency_op_per_j",
    Subject(TOTAL, "throughput"): "efficiencies.throughput_op_per_s",
    Subject(TOTAL, "frame_rate"): "efficiencies.frames_per_s",
    Subject(TOTAL, "compute_efficiency"): "efficiencies.compute_efficiency_op_per_s_m2",
    Subject(TOTAL, "memory_utilization"): "floor_plan.chip_utilization",
    Subject(TOTAL, "subarray_rows"): "sub_array_rows",
    Subject(TOTAL, "subarray_columns"): "sub_array_columns",
    Subject("conventional_mapping", "tile_rows"): "floor_plan.conventional_tile_size",
    Subject("conventional_mapping", "tile_columns"): "floor_plan.conventional_tile_size",
    Subject("conventional_mapping", "processing_element_rows"): "floor_plan.conventional_element_size",
    Subject("conventional_mapping", "processing_element_columns"): "floor_plan.conventional_element_size",
}
_OF_NOVEL_MAPPING: Mapping[Subject, str] = {
    Subject("novel_mapping", "processing_elements_per_tile"): "floor_plan.novel_elements",
    Subject("novel_mapping", "processing_element_rows"): "floor_plan.novel_element_size",
    Subject("novel_mapping", "processing_element_columns"): "floor_plan.novel_element_size",
}
_OF_LAYERS: Mapping[Subject, str] = {
    Subject(TOTAL, "tiles"): "floor_plan.tiles",
    Subject(TOTAL, "speed_up"): "floor_plan.speed_up",
    Subject(TOTAL, "memory_utilization"): "floor_plan.utilization",
    **_costs("layers"),
}

CHIP_COLUMNS: tuple[str, ...] = tuple(subject.column for subject in (*_OF_CHIP, *_OF_NOVEL_MAPPING))
"""Every number that a chip may have, as a column."""

OBJECTIVES: tuple[str, ...] = tuple(
    subject.column for subject in _OF_CHIP if METRICS[subject.metric].better is not Better.NEITHER
)
"""Those that have a better direction."""


def chip_numbers(results: ChipResults) -> dict[Subject, Quantity]:
    """Return the numbers of chips.

    Parameters
    ----------
    results : ChipResults
        Of a group of design points, or of one chip.

    Returns
    -------
    dict of Subject to float or Array
        In SI units, of shape (...,), or scalars where all points have the same. Asynchronous chips have no clock.
    """
    places = {**_OF_CHIP, **(_OF_NOVEL_MAPPING if results.floor_plan.novel_elements else {})}
    found = {subject: attrgetter(place)(results) for subject, place in places.items()}
    return {subject: value for subject, value in found.items() if value is not None}


def layer_numbers(results: ChipResults) -> dict[Subject, Quantity]:
    """Return the numbers of layers.

    Parameters
    ----------
    results : ChipResults
        Of a group of design points, or of one chip.

    Returns
    -------
    dict of Subject to float or Array
        In SI units, of shape (..., layers), or scalars where all layers have the same.
    """
    return {subject: attrgetter(place)(results) for subject, place in _OF_LAYERS.items()}


def metrics_table(results: ChipResults, run: str, layers: Sequence[str] | None = None) -> pl.DataFrame:
    """Return all numbers of one chip as a run has them.

    Parameters
    ----------
    results : ChipResults
        Of a single chip.
    run : str
        Identifier, the same in each row.
    layers : sequence of str, optional
        Names of the layers; else ``layer1``, ``layer2``, ... as in logs of NeuroSim.

    Returns
    -------
    polars.DataFrame
        With the schema of :data:`nnsreport.tables.METRICS_COLUMNS`: the layers, then the chip.
    """
    import polars as pl

    count = results.floor_plan.tiles.shape[-1]
    names = layers or [f"layer{number + 1}" for number in range(count)]
    rows = [{"run": run, **row} for row in _rows(results, names)]
    return pl.DataFrame(rows, schema=schema("metrics"), orient="row")


def _rows(results: ChipResults, layers: Sequence[str]) -> Iterator[dict[str, str | float | None]]:
    of_layers = {subject: spread(value, len(layers)) for subject, value in layer_numbers(results).items()}
    for place, layer in enumerate(layers):
        for subject, values in of_layers.items():
            yield _row(Scope.LAYER, layer, subject, float(values[place]))
    for subject, value in chip_numbers(results).items():
        yield _row(Scope.CHIP, None, subject, float(value))


def _row(scope: Scope, layer: str | None, subject: Subject, value: float) -> dict[str, str | float | None]:
    return {
        "scope": scope.value,
        "layer": layer,
        "component": subject.component,
        "metric": subject.metric,
        "value": value,
        "unit": METRICS[subject.metric].unit,
    }


def spread(value: Quantity, count: int) -> Floats:
    """Return one number for each layer or point, where a scalar stands for all.

    Parameters
    ----------
    value : float or Array
        Of shape () or (count,).
    count : int
        How many there are.

    Returns
    -------
    numpy.ndarray of float64, (count,)
        In the processor's memory.
    """
    array = np.asarray(value if isinstance(value, (int, float)) else to_numpy(value), dtype=np.float64)
    return np.broadcast_to(array, (count,))
