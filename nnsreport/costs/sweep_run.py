"""A sweep from its design points to its table and Pareto front, in bounded memory."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING

import numpy as np

from nnsreport.costs.export import parquet_metadata
from nnsreport.costs.groups import point_groups
from nnsreport.costs.model import CostModel
from nnsreport.costs.pareto import ParetoFront
from nnsreport.costs.provenance import Provenance
from nnsreport.costs.sweep import GroupResults
from nnsreport.costs.sweep_file import Sweep
from nnsreport.costs.sweep_pool import evaluated
from nnsreport.costs.sweep_table import IS_PARETO, POINT, sweep_frame, sweep_schema
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError
from nnsreport.parsers.export import TableWriter

if TYPE_CHECKING:
    import polars as pl

POINTS_AT_ONCE = 2048
"""Design points of a group: enough that what is done once for a group is little, and few enough for a processor's
caches."""

POINTS_AT_ONCE_ON_DEVICE = 16 * POINTS_AT_ONCE
"""The same where arrays are computed on a GPU, which needs more of them to be busy."""

_POINTS_WORTH_PROCESSES = 16 * POINTS_AT_ONCE


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """What a sweep found.

    Attributes
    ----------
    points : int
        Design points.
    reasons : Mapping of str to int
        Why points have no result, the most frequent first, and how many have not.
    notes : Mapping of str to int
        What a reader of some results should know, and of how many points.
    front : polars.DataFrame
        Rows of the table that are on the Pareto front, sorted by the first objective, best first.
    seconds : float
        That the evaluation took.
    """

    points: int
    reasons: Mapping[str, int]
    notes: Mapping[str, int]
    front: pl.DataFrame
    seconds: float


def run_sweep(
    sweep: Sweep,
    model: CostModel,
    *,
    jobs: int = 1,
    xp: ModuleType = np,
    target: IO[bytes] | None = None,
    provenance: Provenance | None = None,
    started: Callable[[int], Callable[[int], None]] | None = None,
) -> SweepOutcome:
    """Evaluate a sweep.

    Parameters
    ----------
    sweep : Sweep
        Its axes and objectives.
    model : CostModel
        What is the same for all points.
    jobs : int
        Processes at most; none are started for few points.
    xp : module
        NumPy, or CuPy to estimate on a GPU.
    target : binary file, optional
        The table is written there as Parquet.
    provenance : Mapping, optional
        Kept in the metadata of the Parquet file.
    started : Callable, optional
        Told the number of points; what it returns is told how many more are done, again and again.

    Returns
    -------
    SweepOutcome
        Summary and Pareto front. The table and its order are the same for any number of jobs.

    Raises
    ------
    ConfigurationError
        A parameter is set and varied, or the grid is too large.
    """
    import polars as pl

    _refuse_both(sweep, model)
    columns = sweep.design_points()
    points = len(next(iter(columns.values())))
    processes = jobs if points > _POINTS_WORTH_PROCESSES else 1
    begun = time.perf_counter()
    collected = _Collected(sweep)
    groups = point_groups(columns, POINTS_AT_ONCE if xp is np else POINTS_AT_ONCE_ON_DEVICE)
    with tempfile.TemporaryDirectory(prefix="nnsreport-sweep-") as folder:
        path = Path(folder) / "points.parquet"
        with path.open("wb") as stream, TableWriter(path, stream, sweep_schema(sweep.parameters)) as writer:
            advance = started(points) if started else None
            for results in evaluated(groups, model, processes, xp):
                writer.write(collected.add(results))
                if advance is not None:
                    advance(len(results.reasons))
        seconds = time.perf_counter() - begun
        table = pl.scan_parquet(path).with_columns(pl.col(POINT).is_in(collected.front.points).alias(IS_PARETO))
        if target is not None:
            metadata = None if provenance is None else parquet_metadata(provenance)
            table.sink_parquet(target, metadata=metadata, engine="streaming")
        front = table.filter(pl.col(IS_PARETO)).collect(engine="streaming")
    reasons, notes = dict(collected.reasons.most_common()), dict(collected.notes)
    return SweepOutcome(points, reasons, notes, collected.best_first(front), seconds)


class _Collected:
    """What is known of the points so far."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self.front = ParetoFront(sweep.objectives)
        self.reasons: Counter[str] = Counter()
        self.notes: Counter[str] = Counter()

    def add(self, results: GroupResults) -> pl.DataFrame:
        """Take a group into account, and return its rows of the table."""
        self.reasons.update(reason for reason in results.reasons if reason is not None)
        self.notes.update(results.notes)
        missing = np.full(len(results.reasons), np.nan)
        columns = [results.numbers.get(objective.column, missing) for objective in self._sweep.objectives]
        self.front.add(results.group.numbers, np.stack(columns, axis=1))
        return sweep_frame(results, self._sweep.parameters)

    def best_first(self, front: pl.DataFrame) -> pl.DataFrame:
        """Return rows sorted by the first objective."""
        from nnsreport.vocabulary import Better

        first = self._sweep.objectives[0]
        return front.sort(first.column, POINT, descending=[first.better is Better.HIGHER, False])


def _refuse_both(sweep: Sweep, model: CostModel) -> None:
    from nnsreport.costs.axes import INPUT_DENSITY

    for name in sweep.parameters:
        if name in model.given:
            raise ConfigurationError(
                "is set, and an axis of the sweep as well",
                path=sweep.source,
                field=f"axes.{name}",
                remedy="take it out of [axes], or out of [cost.parameters] and --set",
            )
        if name == INPUT_DENSITY and model.traces is not None:
            raise ConfigurationError(
                "has no effect where there are traces",
                path=sweep.source,
                field=f"axes.{name}",
                remedy="take out the traces, or the axis",
            )
