"""Hardware of an inference chip: area, latency, energy, leakage and floor plan; numbers are for one image."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_CHIP, _LAYER, _SIMULATION = Scope.CHIP, Scope.LAYER, Scope.SIMULATION

METRICS: tuple[Metric, ...] = (
    metric("area", "m2", _LOWER, "silicon area", _CHIP),
    metric(
        "read_latency", "s", _LOWER, "time to process one image; the pipeline's period when pipelined", _CHIP, _LAYER
    ),
    metric("read_dynamic_energy", "J", _LOWER, "dynamic energy to process one image", _CHIP, _LAYER),
    metric("leakage_power", "W", _LOWER, "leakage power", _CHIP, _LAYER),
    metric("leakage_energy", "J", _LOWER, "leakage energy while one image is processed", _CHIP, _LAYER),
    metric("clock_period", "s", _LOWER, "clock period of a synchronous chip", _CHIP),
    metric("energy_efficiency", "op/J", _HIGHER, "operations per joule", _CHIP),
    metric("throughput", "op/s", _HIGHER, "operations per second", _CHIP),
    metric("frame_rate", "image/s", _HIGHER, "images per second", _CHIP),
    metric("compute_efficiency", "op/s/m2", _HIGHER, "operations per second and area", _CHIP),
    metric("tile_rows", "row", _NEITHER, "rows of memory in one tile", _CHIP),
    metric("tile_columns", "column", _NEITHER, "columns of memory in one tile", _CHIP),
    metric("processing_element_rows", "row", _NEITHER, "rows of memory in one processing element", _CHIP),
    metric("processing_element_columns", "column", _NEITHER, "columns of memory in one processing element", _CHIP),
    metric("processing_elements_per_tile", "1", _NEITHER, "processing elements in one tile", _CHIP),
    metric("subarray_rows", "row", _NEITHER, "rows of one sub-array", _CHIP),
    metric("subarray_columns", "column", _NEITHER, "columns of one sub-array", _CHIP),
    metric("tiles", "1", _LOWER, "tiles used", _LAYER),
    metric("speed_up_rows", "1", _HIGHER, "copies of the layer's weights side by side along the rows", _LAYER),
    metric("speed_up_columns", "1", _HIGHER, "copies of the layer's weights side by side along the columns", _LAYER),
    metric("speed_up", "1", _HIGHER, "copies of the layer's weights that work in parallel", _LAYER),
    metric("memory_utilization", "fraction", _HIGHER, "share of the memory cells that hold weights", _CHIP, _LAYER),
    metric("simulation_time", "s", _NEITHER, "run time of the simulator", _SIMULATION),
)

COMPONENTS: dict[str, str] = {
    "total": "everything in the scope",
    "adc": "ADCs, or sense amplifiers and prechargers for SRAM",
    "accumulation": "adders and shift-adders of sub-arrays; accumulation units of PE, tile and chip",
    "other_peripheral": "decoders, multiplexers, switch matrices, pooling and activation units, and (for latency and "
    "energy in NeuroSim) buffers and interconnect",
    "cim_array": "the memory arrays themselves",
    "interconnect": "buses and H-trees, global and local",
    "buffer": "global, tile and PE buffers",
    "conventional_mapping": "tiles and PEs for the conventional mapping of weights",
    "novel_mapping": "tiles and PEs for the novel mapping of weights (one PE for each kernel position)",
}
