"""Design points of a group: how many there are, one of them alone, and those that share numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import declarations
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import namespace_among

_DERIVED = (
    "columns_per_weight",
    *("largest_conductance_s", "smallest_conductance_s"),
    *("wire_length_row_m", "wire_length_column_m", "wire_resistance_row_ohm", "wire_resistance_column_ohm"),
)
_VARIABLE = tuple(
    name for name, declared in declarations(Given).items() if not declared.is_one and name != "input_bits"
)


def design_points(parameters: Parameters) -> int | None:
    """Return the number of design points of a group; None for a single chip, whose numbers are all scalars."""
    return max((len(value) for value in _arrays(parameters).values()), default=None)


def over_all_points(parameters: Parameters) -> Parameters:
    """Return the parameters of a group with an axis for the design points in every number that may have one.

    Numbers of layers, parts and states have their own axes behind that of the points. Where that one is always there,
    no axis is taken for another, and every number is on the backend of the group.

    Parameters
    ----------
    parameters : Parameters
        Of a group, where numbers that are one for all points may be scalars; or of a single chip.

    Returns
    -------
    complete : Parameters
        Those of a single chip are as they were. The number of input bits stays as it is.
    """
    arrays, count = _arrays(parameters), design_points(parameters)
    if count is None:
        return parameters
    xp = namespace_among(*arrays.values())
    scalars = {name: getattr(parameters, name) for name in (*_VARIABLE, *_DERIVED) if name not in arrays}
    spread = {name: xp.full(count, float(value)) for name, value in scalars.items()}
    return dataclasses.replace(parameters, **spread)


def over_points(values: Array, parameters: Parameters) -> Array:
    """Return numbers that are the same for all design points so that they broadcast against those of the points.

    Parameters
    ----------
    values : Array, (...)
        Such as states of reads.
    parameters : Parameters
        Of a group or a single chip.

    Returns
    -------
    Array
        (1, ...) beside a group, on the backend of its numbers; as they are beside a single chip.
    """
    arrays = _arrays(parameters)
    beside: Array = namespace_among(*arrays.values()).asarray(values)
    return beside[None] if arrays else beside


def one_point(parameters: Parameters, point: int) -> Parameters:
    """Return the parameters of one design point as scalars."""
    arrays = {name: to_numpy(value) for name, value in _arrays(parameters).items()}
    scalars = {name: float(value[point if len(value) > 1 else 0]) for name, value in arrays.items()}
    return dataclasses.replace(parameters, **scalars) if scalars else parameters  # type: ignore[arg-type] # no choices


def at_places(numbers: Array, places: Array, points: Array | None) -> Array:
    """Return numbers of some design points, in another order.

    Parameters
    ----------
    numbers : Array, (numbers, ..., members)
        Of all design points.
    places : Array of int, (others,)
        Which members.
    points : Array of int, (some,), or None
        Which points; None for all.

    Returns
    -------
    Array, (numbers, ..., others)
        Of these points.
    """
    xp = namespace_among(numbers)
    chosen = xp.asarray(places)
    taken: Array = numbers[..., chosen] if points is None else numbers[:, xp.asarray(points)[:, None], chosen]
    return taken


def alike(parameters: Parameters, names: Sequence[str]) -> tuple[tuple[int, Array], ...]:
    """Return the design points of a group by what they share.

    Parameters
    ----------
    parameters : Parameters
        Of a group; a single chip is a group of one point.
    names : sequence of str
        Numbers that points must have in common.

    Returns
    -------
    tuple of pairs of int and Array of int, (some,)
        The first point of each kind, and all its points, in the processor's memory.
    """
    arrays = _arrays(parameters)
    kinds = np.zeros(design_points(parameters) or 1, dtype=np.int64)
    for array in (arrays[name] for name in names if name in arrays):
        values, kind = np.unique(to_numpy(array), return_inverse=True)
        _, kinds = np.unique(kinds * len(values) + kind, return_inverse=True)
    _, first = np.unique(kinds, return_index=True)
    return tuple((int(point), np.flatnonzero(kinds == kind)) for kind, point in enumerate(first))


def _arrays(parameters: Parameters) -> dict[str, Array]:
    values = ((field.name, getattr(parameters, field.name)) for field in dataclasses.fields(parameters))
    return {name: value for name, value in values if getattr(value, "ndim", 0)}
