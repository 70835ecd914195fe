"""Some of the design points of a group: what is made for all of them, cut down to those that share something."""

from __future__ import annotations

import dataclasses
from typing import Generic, TypeVar

from nnsreport.engine.backend import Array, namespace_of

T = TypeVar("T")

_MOST_KEPT = 512


def at_points(made: T, points: Array) -> T:
    """Return circuits, or anything else that is made of numbers over the design points, for some of the points.

    Parameters
    ----------
    made : dataclass, tuple, number or Array
        Arrays have the design points as their first axis; dataclasses and tuples are entered. Everything else, and
        what is one for all points, stays as it is.
    points : Array of int or bool, (some,)
        Which points.

    Returns
    -------
    of the same kind
        With arrays of shape (some, ...).
    """
    return _at_points(made, points)  # type: ignore[return-value] # each branch below returns what it was given


class AtPoints(Generic[T]):
    """Something that is made of numbers over the design points, for one set of points after the other.

    Layers are often cut alike by the same points, so that what was found is kept, as far as it takes little memory.

    Parameters
    ----------
    made : dataclass or tuple
        Of all points.
    """

    def __init__(self, made: T) -> None:
        self._made = made
        self._found: dict[bytes, T] = {}

    def __call__(self, points: Array | None) -> T:
        """Return it for some points, (some,); for all where None are given."""
        if points is None:
            return self._made
        key = points.tobytes()
        if key not in self._found:
            if len(self._found) >= _MOST_KEPT:
                self._found.clear()
            self._found[key] = at_points(self._made, points)
        return self._found[key]


def _at_points(made: object, points: Array) -> object:
    if isinstance(made, tuple):
        return tuple(_at_points(each, points) for each in made)
    if dataclasses.is_dataclass(made) and not isinstance(made, type):
        values = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
        changed = {name: _at_points(value, points) for name, value in values.items()}
        if all(changed[name] is value for name, value in values.items()):
            return made
        return dataclasses.replace(made, **changed)
    # A length of 1 broadcasts; a NumPy scalar has no axis.
    if getattr(made, "ndim", 0) and made.shape[0] > 1:  # type: ignore[attr-defined] # what has axes has a shape
        return made[namespace_of(made).asarray(points)]  # type: ignore[arg-type, index] # and can be indexed
    return made
