"""What a training printed while it ran, as series over the epochs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.charts.labels import join_label, run_labels
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import simulator_of

if TYPE_CHECKING:
    import polars as pl

_SAME = 1e-3  # what changes by less from epoch to epoch is no curve


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of a training chart.

    Attributes
    ----------
    title : str
        What tells it from the others of its run, such as ``test``; empty where there is but one.
    scope, metric : str
        Whose numbers.
    component : str or None
        Part of the chip; None for numbers that are not about hardware.
    is_of_batches : bool
        Whether it is printed several times an epoch, for one batch each time.
    """

    title: str
    scope: str
    metric: str
    component: str | None = None
    is_of_batches: bool = False


@dataclass(frozen=True, slots=True)
class TrainingPoint:
    """A number of a training.

    Attributes
    ----------
    trained : float
        Epochs of training behind it; whole at the end of an epoch.
    value : float
        In the metric's unit.
    epoch : int
        As the simulator counts.
    step : int or None
        Images of the epoch already seen.
    line : int or None
        Of the log.
    """

    trained: float
    value: float
    epoch: int
    step: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class TrainingSeries:
    """A line over the epochs: its finite values, and how many others were left out."""

    name: str
    kind: Kind
    points: tuple[TrainingPoint, ...]
    left_out: int

    @property
    def epochs(self) -> int:
        """In how many epochs it has a number."""
        return len({point.epoch for point in self.points})

    @property
    def varies(self) -> bool:
        """Whether its values differ by enough to be shown as a curve."""
        values = [point.value for point in self.points]
        return bool(values) and max(values) - min(values) > _SAME * max(map(abs, values))


def training_series(runs: Sequence[RunData], kinds: Sequence[Kind]) -> tuple[TrainingSeries, ...]:
    """Return the numbers of runs over their epochs.

    Parameters
    ----------
    runs : sequence of RunData
        With all their epochs.
    kinds : sequence of Kind
        Lines of each run, in the order of legends.

    Returns
    -------
    tuple of TrainingSeries
        Run by run; without those that the run does not print, and without runs of a single epoch.
    """
    found = [
        (label, kind, *_points(run, kind))
        for label, run in zip(run_labels(runs), runs, strict=True)
        if run.metrics["epoch"].n_unique() - bool(run.metrics["epoch"].null_count()) > 1
        for kind in kinds
    ]
    printed = [entry for entry in found if entry[2] or entry[3]]
    several = len({label for label, *_ in printed}) > 1
    return tuple(
        TrainingSeries(join_label(label if several or not kind.title else "", kind.title), kind, points, left_out)
        for label, kind, points, left_out in printed
    )


def _points(run: RunData, kind: Kind) -> tuple[tuple[TrainingPoint, ...], int]:
    import polars as pl

    rows = run.metrics.filter(
        (pl.col("scope") == kind.scope)
        & (pl.col("metric") == kind.metric)
        & pl.col("component").eq_missing(kind.component)
        & pl.col("layer").is_null()
        & pl.col("trial").is_null()
        & pl.col("epoch").is_not_null()
    )
    unique = rows.unique(("epoch", "step"), keep="last", maintain_order=True).sort("epoch", "step", nulls_last=True)
    points = tuple(_finite(unique, _images_of_an_epoch(run), simulator_of(run).first_epoch))
    return points, unique.height - len(points)


def _finite(rows: pl.DataFrame, images: int | None, first_epoch: int) -> Iterator[TrainingPoint]:
    for epoch, step, value, line in rows.select("epoch", "step", "value", "line").iter_rows():
        if value is None or not math.isfinite(value):
            continue
        share = 1.0 if step is None or not images else min(step / images, 1.0)
        yield TrainingPoint(epoch - first_epoch + share, value, epoch, step, line)


def _images_of_an_epoch(run: RunData) -> int | None:
    """Return the images of an epoch: as the log says, or else as far as its batches went."""
    told = str(run.settings.get("wrapper.train_images", ""))
    seen = run.metrics["step"].max()
    return int(told) if told.isdecimal() else seen if isinstance(seen, int) else None
