"""Design points that no other beats in all objectives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from nnsreport.costs.axes import Floats
from nnsreport.costs.tables import OBJECTIVES
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError
from nnsreport.vocabulary import METRICS, Better

_ROWS_AT_ONCE = 256
"""That all points of a group are compared with; memory depends on it."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What a good design point has much, or little, of.

    Attributes
    ----------
    column : str
        One of :data:`nnsreport.costs.tables.OBJECTIVES`.
    better : Better
        Which direction is good, as the vocabulary of metrics says.
    """

    column: str
    better: Better

    @property
    def metric(self) -> str:
        """Canonical name of its metric."""
        return self.column.partition(".")[0]


def read_objectives(names: Sequence[str], source: str) -> tuple[Objective, ...]:
    """Return the objectives of some names.

    Parameters
    ----------
    names : sequence of str
        Such as ``energy_efficiency`` or ``area.adc``.
    source : str
        Where they are written, for errors.

    Returns
    -------
    tuple of Objective
        In the same order.

    Raises
    ------
    ConfigurationError
        There is none, one is twice, or there is no such number of a chip, or no better direction of it.
    """
    known = ", ".join(name for name in OBJECTIVES if "." not in name)
    if not names or len(set(names)) < len(names):
        raise ConfigurationError(
            "are none" if not names else "name one twice",
            path=source,
            field="sweep.objectives",
            remedy=f"name different ones of {known}",
        )
    for name in names:
        if name not in OBJECTIVES:
            raise ConfigurationError(
                f"{name!r} is no number of a chip that can be better",
                path=source,
                field="sweep.objectives",
                remedy=f"use {known}; or areas, latencies and energies of circuits, such as area.adc",
            )
    return tuple(Objective(name, METRICS[name.partition(".")[0]].better) for name in names)


class ParetoFront:
    """The design points so far that no other beats: as good in all objectives, and better in one.

    Points with an objective that is no finite number are not on it; equal points are all on it.

    Parameters
    ----------
    objectives : sequence of Objective
        At least one.
    """

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self._signs = np.array([-1.0 if objective.better is Better.HIGHER else 1.0 for objective in objectives])
        self._costs: Floats = np.empty((0, len(objectives)))
        self._points: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)

    @property
    def points(self) -> npt.NDArray[np.int64]:
        """Numbers of the points, rising."""
        return np.sort(self._points)

    def add(self, points: npt.NDArray[np.int64], values: Floats) -> None:
        """Take further points into account.

        Parameters
        ----------
        points : numpy.ndarray of int64, (points,)
            Their numbers.
        values : numpy.ndarray of float64, (points, objectives)
            What they achieve.
        """
        is_finite = np.isfinite(values).all(axis=1)
        costs, points = values[is_finite] * self._signs, points[is_finite]
        is_open = ~_beaten(costs, self._costs)
        costs, points = costs[is_open], points[is_open]
        is_best = ~_beaten(costs, costs)
        costs, points = costs[is_best], points[is_best]
        stays = ~_beaten(self._costs, costs)
        self._costs = np.concatenate([self._costs[stays], costs])
        self._points = np.concatenate([self._points[stays], points])


def _beaten(costs: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    """Tell for each row whether some other row is at most as large everywhere, and smaller somewhere."""
    if not len(others):
        return np.zeros(len(costs), dtype=np.bool_)
    return _beaten_in_two(costs, others) if costs.shape[1] == 2 else _beaten_in_many(costs, others)


def _beaten_in_two(costs: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    """Look up the smallest second number among others whose first is at most, or below, that of a row."""
    order = np.argsort(others[:, 0], kind="stable")
    first = others[order, 0]
    smallest = np.concatenate([[np.inf], np.minimum.accumulate(others[order, 1])])
    below = smallest[np.searchsorted(first, costs[:, 0], side="left")]
    at_most = smallest[np.searchsorted(first, costs[:, 0], side="right")]
    beaten: npt.NDArray[np.bool_] = (below <= costs[:, 1]) | (at_most < costs[:, 1])
    return beaten


def _beaten_in_many(costs: Floats, others: Floats) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(costs), dtype=np.bool_)
    for start in range(0, len(others), _ROWS_AT_ONCE):
        unbeaten = np.flatnonzero(~found)
        left = costs[unbeaten][:, np.newaxis]
        block = others[start : start + _ROWS_AT_ONCE]
        beats = np.all(block <= left, axis=2) & np.any(block < left, axis=2)
        found[unbeaten] = np.any(beats, axis=1)
    return found
