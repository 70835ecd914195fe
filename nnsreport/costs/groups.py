"""Design points in the order in which they are evaluated: groups that share all choices, in parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from nnsreport.costs.axes import Floats, is_shared, is_whole
from nnsreport.engine.records import dataclass

_CUTTING = ("numRowSubArray", "numColSubArray", "synapseBit", "cellBit", "speedUpDegree")
"""On which floor plans depend: the fewer of these meet in a group, the less is done for it."""


@dataclass(frozen=True, slots=True)
class PointGroup:
    """Design points that are evaluated together.

    Attributes
    ----------
    numbers : numpy.ndarray of int64, (points,)
        Of the points, from 0.
    shared : Mapping of str to float
        Parameters that must be the same for all of them.
    varied : Mapping of str to numpy.ndarray of float64, (points,)
        The others that differ between points.
    """

    numbers: npt.NDArray[np.int64]
    shared: Mapping[str, float]
    varied: Mapping[str, Floats]

    def taking(self, chosen: npt.NDArray[np.bool_]) -> PointGroup:
        """Return some of the points."""
        varied = {name: values[chosen] for name, values in self.varied.items()}
        return PointGroup(self.numbers[chosen], self.shared, varied)

    def columns(self) -> dict[str, Floats]:
        """Return the values of all parameters, (points,) each."""
        shared = {name: np.full(len(self.numbers), value) for name, value in self.shared.items()}
        return {**shared, **self.varied}


def point_groups(columns: Mapping[str, Floats], size: int) -> Iterator[PointGroup]:
    """Yield design points in groups that share all choices.

    Parameters
    ----------
    columns : Mapping of str to numpy.ndarray of float64, (points,)
        Values by parameter.
    size : int
        Points of a group at most; memory depends on it.

    Yields
    ------
    PointGroup
        Every point once. Points that share whole numbers are neighbours, those of sizes of arrays and bits before all
        others, as their networks are cut alike.
    """
    shared = [name for name in columns if is_shared(name)]
    whole = [name for name in columns if not is_shared(name) and is_whole(name)]
    whole.sort(key=lambda name: name not in _CUTTING)
    order = _order([columns[name] for name in (*shared, *whole)], len(next(iter(columns.values()))))
    starts = _starts([columns[name][order] for name in shared], len(order))
    for start, stop in zip(starts, [*starts[1:], len(order)], strict=True):
        for first in range(start, stop, size):
            numbers = order[first : min(first + size, stop)]
            yield PointGroup(
                numbers,
                {name: float(columns[name][numbers[0]]) for name in shared},
                {name: columns[name][numbers] for name in columns if name not in shared},
            )


def _order(keys: list[Floats], points: int) -> npt.NDArray[np.int64]:
    return np.lexsort(keys[::-1]) if keys else np.arange(points)


def _starts(keys: list[Floats], points: int) -> list[int]:
    """Return where in the order another combination of choices begins."""
    changes = np.zeros(points, dtype=np.bool_)
    changes[0] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes).tolist()
