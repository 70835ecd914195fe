"""Groups of design points that are evaluated in parts: their results, put together again."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.quantity import namespace_among
from nnsreport.engine.cost.results import ChipResults

T = TypeVar("T")

_PLANS_OF_LAYERS = frozenset(
    {"is_novel", "tile_rows", "tile_columns", "speed_up_rows", "speed_up_columns", "utilization"}
)


def together(parts: Sequence[ChipResults], points: Sequence[Array], layers: int) -> ChipResults:
    """Return the results of a group from those of parts of it.

    Parameters
    ----------
    parts : sequence of ChipResults
        Of some design points each.
    points : sequence of Array of int, (some,)
        Which points.
    layers : int
        Of the network.

    Returns
    -------
    ChipResults
        Of all points, in their order.
    """
    joint = _Joint(points, layers)
    numbers = {
        field.name: joint.join([getattr(part, field.name) for part in parts], of_layers=False)
        for field in dataclasses.fields(ChipResults)
        if field.name not in ("process", "layers", "floor_plan")
    }
    return ChipResults(
        process=parts[0].process,
        floor_plan=joint.plan([part.floor_plan for part in parts]),
        layers=joint.join([part.layers for part in parts], of_layers=True),
        **numbers,
    )


class _Joint:
    def __init__(self, points: Sequence[Array], layers: int) -> None:
        self._points = points
        self._count = sum(len(some) for some in points)
        self._layers = layers

    def plan(self, parts: Sequence[FloorPlan]) -> FloorPlan:
        """Return a floor plan; what the network alone decides is the same in all parts."""
        arrays = {
            field.name: self.join(
                [getattr(part, field.name) for part in parts], of_layers=field.name in _PLANS_OF_LAYERS
            )
            for field in dataclasses.fields(FloorPlan)
            if field.name != "novel_elements"
        }
        return dataclasses.replace(parts[0], **arrays)

    def join(self, parts: Sequence[T], *, of_layers: bool) -> T:
        """Return numbers, or a dataclass of them, for all points."""
        first = parts[0]
        if first is None:
            return first
        if not dataclasses.is_dataclass(first):
            return self._numbers(parts, of_layers=of_layers)  # type: ignore[arg-type, return-value] # numbers or arrays
        names = [field.name for field in dataclasses.fields(first)]
        joined = {name: self.join([getattr(part, name) for part in parts], of_layers=of_layers) for name in names}
        return dataclasses.replace(first, **joined)  # type: ignore[type-var] # it is a dataclass

    def _numbers(self, parts: Sequence[float | Array], *, of_layers: bool) -> Array:
        xp = namespace_among(*parts)
        arrays = [xp.asarray(part) for part in parts]
        shape = (self._count, self._layers) if of_layers else (self._count,)
        whole: Array = xp.empty(shape, dtype=arrays[0].dtype)
        for some, array in zip(self._points, arrays, strict=True):
            whole[xp.asarray(some)] = array
        return whole
