"""The cost of a chip: from a network, parameters and inputs to everything that NeuroSim prints."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.aggregation import chip_results
from nnsreport.engine.cost.chip import Chip, chip
from nnsreport.engine.cost.clock import clock_hz, clock_period_s, cycle_s
from nnsreport.engine.cost.estimate_groups import together
from nnsreport.engine.cost.estimate_inputs import Inputs
from nnsreport.engine.cost.estimate_points import alike, design_points, one_point, over_all_points
from nnsreport.engine.cost.estimate_sums import layer_sums
from nnsreport.engine.cost.floorplan import FloorPlan, floor_plan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import layer_geometries
from nnsreport.engine.cost.points import AtPoints, at_points
from nnsreport.engine.cost.processing_element import Mapping
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ChipResults, ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArray
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.engine.cost.tile import Tile, clocked_tile, tile, tile_leakage
from nnsreport.engine.records import dataclass

_CIRCUITS = tuple(ReadCost.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuits:
    """What the chips of a group are made of.

    Attributes
    ----------
    plan : FloorPlan
        Of the chips.
    sub_array : SubArray
        Of all tiles.
    conventional : Tile
        Of conventional mapping.
    novel : Tile or None
        Of novel mapping; None without it.
    chip : Chip
        What surrounds the tiles.
    """

    plan: FloorPlan
    sub_array: SubArray
    conventional: Tile
    novel: Tile | None
    chip: Chip


def circuits(layers: Sequence[CostLayer], parameters: Parameters) -> Circuits:
    """Return what chips are made of.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of a group, with one number of input bits.

    Returns
    -------
    Circuits
        From the sub-array to the chip, with areas and leakage.

    Raises
    ------
    ConfigurationError
        There is no such technology, or the network does not fit into such sub-arrays.
    """
    plan = floor_plan(layers, parameters)
    used = technology(parameters.node_nm, parameters.roadmap, parameters.temperature_k)
    unit = sub_array(parameters, used)
    conventional = tile(unit, plan, Mapping.CONVENTIONAL)
    novel = tile(unit, plan, Mapping.NOVEL) if parameters.maps_by_kernel_position else None
    return Circuits(
        plan=plan,
        sub_array=unit,
        conventional=conventional,
        novel=novel,
        chip=chip(layers, plan, parameters, used, conventional, novel),
    )


def estimate(layers: Sequence[CostLayer], parameters: Parameters, inputs: Inputs) -> ChipResults:
    """Return area, latency, energy and leakage of the chips of a group.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of the design points: numbers, or arrays of shape (points,).
    inputs : ActivitySettings or iterable of LayerTrace
        What is known of inputs and weights. Traces are gone through once.

    Returns
    -------
    ChipResults
        Numbers of chips are scalars or of shape (points,), those of layers have an axis more.

    Raises
    ------
    ConfigurationError
        A design point has no result.
    DataError
        A trace does not fit its layer.

    References
    ----------
    NeuroSim V1.4, main.cpp.
    """
    parameters = over_all_points(parameters)
    kinds = alike(parameters, ("input_bits",))
    if len(kinds) == 1:
        return _estimate(layers, _with_one_width(parameters), inputs)
    traces = inputs if isinstance(inputs, ActivitySettings) else tuple(inputs)
    parts = [_estimate(layers, _with_one_width(at_points(parameters, points)), traces) for _, points in kinds]
    return together(parts, [points for _, points in kinds], len(layers))


def _with_one_width(parameters: Parameters) -> Parameters:
    """Return the parameters of points whose inputs have equally many bits, with that number as a scalar."""
    return dataclasses.replace(parameters, input_bits=one_point(parameters, 0).input_bits)


def _estimate(layers: Sequence[CostLayer], parameters: Parameters, inputs: Inputs) -> ChipResults:
    made = circuits(layers, parameters)
    period_s = clock_period_s(made.sub_array) if parameters.is_synchronous else None
    frequency = parameters.clock_frequency_hz
    if period_s is not None:
        frequency = clock_hz(period_s, frequency)
        period_s = cycle_s(period_s, parameters)
    cuts = tuple(layer_geometries(layer, index, made.plan, parameters) for index, layer in enumerate(layers))
    kinds = [AtPoints(clocked_tile(each, frequency)) for each in (made.conventional, made.novel) if each is not None]
    tiles = _Costs(len(layers), design_points(parameters))
    for sums in layer_sums(layers, cuts, made.sub_array, inputs, frequency):
        chosen = kinds[sums.parts.geometry.is_novel](sums.points)
        tiles.put(sums.layer, sums.points, chosen.read(sums.reads, sums.parts, layers[sums.layer].vectors).layer())
    return chip_results(
        layers,
        made.plan,
        parameters,
        made.chip.areas,
        made.chip.reading(tiles.cost(), frequency),
        tile_leakage(cuts, made.conventional, made.novel),
        period_s,
    )


class _Costs:
    """What the tiles of layers take, put together from layers and kinds of design points."""

    def __init__(self, layers: int, points: int | None) -> None:
        self._shape = (layers,) if points is None else (points, layers)
        self._values: dict[tuple[str, str], Array] = {}

    def put(self, layer: int, points: Array | None, cost: ReadCost) -> None:
        """Put the cost of a layer, (...,), to its place."""
        for circuit in _CIRCUITS:
            for field in ("latency_s", "energy_j"):
                self._put((circuit, field), layer, points, getattr(getattr(cost, circuit), field))

    def _put(self, key: tuple[str, str], layer: int, points: Array | None, values: Quantity) -> None:
        if key not in self._values:
            self._values[key] = namespace_among(values).zeros(self._shape)
        of_layer = self._values[key][..., layer]
        of_layer[... if points is None else namespace_among(of_layer).asarray(points)] = values

    def cost(self) -> ReadCost:
        """Return the cost of all layers, (..., layers)."""
        of_circuit = {
            name: Reading(self._values[name, "latency_s"], self._values[name, "energy_j"]) for name in _CIRCUITS
        }
        return ReadCost(**of_circuit)
