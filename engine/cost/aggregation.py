"""From layers to the chip: sums, maxima, leakage over time, and efficiencies, as NeuroSim's main.cpp forms them.

inf and nan are kept, as NeuroSim keeps them: a chip that it cannot estimate is not hidden.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import (
    ChipAreas,
    ChipResults,
    Cost,
    Efficiencies,
    Leakage,
    Process,
    ReadCost,
    Reading,
    TileLeakage,
)

_OverLayers: TypeAlias = Callable[[Quantity], Array]


def chip_results(
    layers: Sequence[CostLayer],
    plan: FloorPlan,
    parameters: Parameters,
    areas: ChipAreas,
    reading: ReadCost,
    tile_leakage: TileLeakage,
    clock_period_s: Quantity | None,
) -> ChipResults:
    """Return the results of the chips of a group, from what each layer takes.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    plan : FloorPlan
        Of the chips.
    parameters : Parameters
        Of the same design points.
    areas : ChipAreas
        In square metres, (...,).
    reading : ReadCost
        Of each layer for one image, (..., layers). Latencies are in cycles where there is a clock, else in seconds.
    tile_leakage : TileLeakage
        In watt, (..., layers).
    clock_period_s : float, Array of shape (...,), or None
        In seconds; None for an asynchronous chip.

    Returns
    -------
    ChipResults
        Complete.

    References
    ----------
    NeuroSim V1.4, main.cpp.
    """
    timed = reading if clock_period_s is None else timed_reading(reading, clock_period_s)
    costs = Cost(timed, _leakage(timed.total.latency_s, plan.tiles, tile_leakage, parameters))
    chip = pipelined_chip(costs) if parameters.is_pipelined else layer_by_layer_chip(costs)
    factor = parameters.layout_energy_factor if parameters.is_validated else 1.0
    return ChipResults(
        process=Process.PIPELINED if parameters.is_pipelined else Process.LAYER_BY_LAYER,
        floor_plan=plan,
        has_cut_cell_bits=parameters.has_cut_cell_bits,
        sub_array_rows=parameters.rows,
        sub_array_columns=parameters.columns,
        areas=areas,
        clock_period_s=clock_period_s,
        layers=costs,
        chip=chip,
        efficiencies=efficiencies(_operations(layers, parameters), chip, areas.total_m2, factor),
    )


def _leakage(latency_s: Quantity, tiles: Quantity, tile: TileLeakage, parameters: Parameters) -> Leakage:
    if parameters.is_pipelined:
        return pipelined_leakage(
            latency_s, tiles, tile, knows_final_clock=Correction.FINAL_CLOCK in parameters.corrections
        )
    return layer_by_layer_leakage(
        latency_s, tiles, tile, tells_tiles_apart=Correction.WAITING_TILES in parameters.corrections
    )


def _operations(layers: Sequence[CostLayer], parameters: Parameters) -> int:
    if Correction.OPERATIONS in parameters.corrections:
        return sum(layer.performed_operations for layer in layers)
    return sum(layer.operations for layer in layers)


def timed_reading(reading: ReadCost, clock_period_s: Quantity) -> ReadCost:
    """Return the cost of reading in seconds.

    Parameters
    ----------
    reading : ReadCost
        With latencies in cycles, (..., layers).
    clock_period_s : float or Array, (...,)
        In seconds.

    Returns
    -------
    ReadCost
        With latencies in seconds.
    """
    period = namespace_among(clock_period_s).asarray(clock_period_s)[..., None]
    return _by_circuit(reading, lambda circuit: Reading(circuit.latency_s * period, circuit.energy_j))


def layer_by_layer_leakage(
    latency_s: Quantity, tiles: Quantity, tile: TileLeakage, *, tells_tiles_apart: bool = False
) -> Leakage:
    """Return the leakage of each layer while no other layer works.

    While a layer works, all other tiles of the chip wait. NeuroSim takes them to leak as much as a tile of this layer
    does when it waits, even if they are mapped in another way.

    Parameters
    ----------
    latency_s : Array, (..., layers)
        In seconds.
    tiles : Array, (layers,) or (..., layers)
        Tiles of each layer.
    tile : TileLeakage
        In watt, (..., layers).
    tells_tiles_apart : bool
        Take each waiting tile for what it is.

    Returns
    -------
    Leakage
        Power of the layer's own tiles when they wait, and energy of the whole chip while the layer works.

    References
    ----------
    NeuroSim V1.4, main.cpp, layerLeakageEnergy.
    """
    own = namespace_among(latency_s, tiles).asarray(tiles)
    idle_w = own * tile.idle_w
    if tells_tiles_apart:
        waiting_w = idle_w.sum(axis=-1, keepdims=True) - idle_w
    else:
        waiting_w = (own.sum(axis=-1, keepdims=True) - own) * tile.idle_w
    with np.errstate(invalid="ignore"):
        energy_j = (waiting_w + own * tile.in_use_w) * latency_s
    return Leakage(power_w=idle_w, energy_j=energy_j)


def pipelined_leakage(
    latency_s: Quantity, tiles: Quantity, tile: TileLeakage, *, knows_final_clock: bool = False
) -> Leakage:
    """Return the leakage of each layer of a pipeline, of which each waits for the slowest.

    NeuroSim averages the power of a layer over the longest latency among the layers up to this one: the system clock
    still grows as the layers are gone through. The energy is that power during the final clock.

    Parameters
    ----------
    latency_s : Array, (..., layers)
        In seconds.
    tiles : Array, (layers,) or (..., layers)
        Tiles of each layer.
    tile : TileLeakage
        In watt, (..., layers).
    knows_final_clock : bool
        Average over the final clock.

    Returns
    -------
    Leakage
        Of the tiles of each layer, (..., layers).

    References
    ----------
    NeuroSim V1.4, main.cpp, leakagePowerPerLayer.
    """
    clock_s = running_maximum(latency_s)
    if knows_final_clock:
        clock_s = clock_s[..., -1:]
    own = namespace_among(latency_s, tiles).asarray(tiles)
    with np.errstate(invalid="ignore", divide="ignore"):
        power_w = own * (tile.idle_w * (clock_s - latency_s) + tile.in_use_w * latency_s) / clock_s
        return Leakage(power_w=power_w, energy_j=power_w * clock_s[..., -1:])


def layer_by_layer_chip(layers: Cost) -> Cost:
    """Return the cost of a chip that does one layer after another: all sums.

    Parameters
    ----------
    layers : Cost
        (..., layers).

    Returns
    -------
    Cost
        (...,). The latencies of circuits are sums as well.

    References
    ----------
    NeuroSim V1.4, main.cpp.
    """
    return _chip(layers, latency=_sum)


def pipelined_chip(layers: Cost) -> Cost:
    """Return the cost of a pipelined chip: the longest latencies, and sums of energies.

    Parameters
    ----------
    layers : Cost
        (..., layers).

    Returns
    -------
    Cost
        (...,). The latency is the period after which the next image is finished. Those of circuits may be of different
        layers, so they need not fit together.

    References
    ----------
    NeuroSim V1.4, main.cpp, systemClock.
    """
    return _chip(layers, latency=lambda values: running_maximum(values)[..., -1])


def running_maximum(values: Quantity) -> Array:
    """Return the largest number up to each layer.

    Parameters
    ----------
    values : Array, (..., layers)
        Not negative.

    Returns
    -------
    Array, (..., layers)
        NeuroSim's macro MAX takes the later number where it cannot compare: nan is forgotten at the next layer that is
        not nan.

    References
    ----------
    NeuroSim V1.4, formula.h, MAX.
    """
    xp = namespace_among(values)
    array = xp.asarray(values, dtype="float64")
    largest = xp.zeros(array.shape[:-1])
    steps = []
    for layer in range(array.shape[-1]):
        largest = xp.where(largest > array[..., layer], largest, array[..., layer])
        steps.append(largest)
    return xp.stack(steps, axis=-1)  # type: ignore[no-any-return]


def efficiencies(operations: float, chip: Cost, area_m2: Quantity, layout_energy_factor: Quantity) -> Efficiencies:
    """Return what a chip achieves.

    Parameters
    ----------
    operations : float
        Multiplications and additions for an image.
    chip : Cost
        (...,).
    area_m2 : float or Array, (...,)
        In square metres.
    layout_energy_factor : float or Array, (...,)
        Energy after layout by energy before it: NeuroSim's zeta, 1 if it is not validated. Only the energy efficiency
        knows of it, the energies do not.

    Returns
    -------
    Efficiencies
        (...,).

    References
    ----------
    NeuroSim V1.4, main.cpp.
    """
    latency_s = chip.reading.total.latency_s
    xp = namespace_among(latency_s)
    count = xp.asarray(operations, dtype="float64")
    with np.errstate(invalid="ignore", divide="ignore"):
        throughput = count / latency_s
        return Efficiencies(
            energy_efficiency_op_per_j=count
            / (chip.reading.total.energy_j + chip.leakage.energy_j)
            / layout_energy_factor,
            throughput_op_per_s=throughput,
            frames_per_s=xp.ones(()) / latency_s,
            compute_efficiency_op_per_s_m2=throughput / area_m2,
        )


def _chip(layers: Cost, latency: _OverLayers) -> Cost:
    reading = _by_circuit(layers.reading, lambda circuit: Reading(latency(circuit.latency_s), _sum(circuit.energy_j)))
    return Cost(reading, Leakage(_sum(layers.leakage.power_w), _sum(layers.leakage.energy_j)))


def _by_circuit(reading: ReadCost, function: Callable[[Reading], Reading]) -> ReadCost:
    return ReadCost(**{field.name: function(getattr(reading, field.name)) for field in dataclasses.fields(reading)})


def _sum(values: Quantity) -> Array:
    return namespace_among(values).asarray(values).sum(axis=-1)  # type: ignore[no-any-return]
