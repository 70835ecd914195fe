"""Which epoch of a training stands for the run: the last complete one.

A training prints its numbers once an epoch. An epoch is *complete* when no other one has more numbers about the chip
and the network: one in which the job was stopped, or that was not tested, has fewer. Cards, tables and comparisons
show the numbers of one complete epoch and those that belong to no epoch; never two epochs beside each other as one.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import simulator_of

_NUMBER = ("scope", "layer", "component", "metric", "trial", "time_s", "compensation")


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two runs as they stand after the same number of epochs.

    Attributes
    ----------
    a, b : RunData
        With the numbers of one epoch at most.
    epoch_a, epoch_b : int or None
        As each simulator counts; None for a run without epochs.
    last_a, last_b : int or None
        The last complete epoch of each.
    is_common : bool
        Whether both were trained for the same number of epochs there; True as well where neither has any.
    """

    a: RunData
    b: RunData
    epoch_a: int | None
    epoch_b: int | None
    last_a: int | None
    last_b: int | None
    is_common: bool


def complete_epochs(run: RunData) -> tuple[int, ...]:
    """Return the epochs that have as many numbers about chip and network as any has.

    Parameters
    ----------
    run : RunData
        A training, or any other run.

    Returns
    -------
    tuple of int
        Ascending, as the simulator counts; empty for a run without epochs. Where all numbers are about layers, the
        epochs with the most of those.
    """
    import polars as pl

    rows = run.metrics.filter(pl.col("epoch").is_not_null())
    whole = rows.filter(pl.col("layer").is_null())
    counts = (whole if whole.height else rows).group_by("epoch").agg(pl.struct(*_NUMBER).n_unique().alias("numbers"))
    most = counts.filter(pl.col("numbers") == pl.col("numbers").max())
    return tuple(sorted(most["epoch"].to_list()))


def standing_epoch(run: RunData) -> int | None:
    """Return the last complete epoch; None for a run without epochs."""
    return max(complete_epochs(run), default=None)


def at_epoch(run: RunData, epoch: int | None) -> RunData:
    """Return a run with the numbers of one epoch and those that belong to none.

    Parameters
    ----------
    run : RunData
        A training, or any other run.
    epoch : int or None
        As the simulator counts; None leaves only what belongs to no epoch.

    Returns
    -------
    RunData
        The same object where there is nothing to leave out. Of what is printed several times in the epoch, such as the
        loss of a batch, the last is kept.
    """
    import polars as pl

    if all(run.metrics[name].null_count() == run.metrics.height for name in ("epoch", "step")):
        return run
    of_epoch = run.metrics.filter(pl.col("epoch").is_null() | pl.col("epoch").eq_missing(epoch))
    last_step = pl.col("step").max().over("epoch", *_NUMBER)
    return dataclasses.replace(run, metrics=of_epoch.filter(pl.col("step").is_null() | (pl.col("step") == last_step)))


def as_it_stands(run: RunData) -> RunData:
    """Return a run with the numbers that stand for it: those of its last complete epoch, and of no epoch."""
    return at_epoch(run, standing_epoch(run))


def align(a: RunData, b: RunData) -> Aligned:
    """Take two runs at the last epoch that both completed.

    Parameters
    ----------
    a, b : RunData
        Trainings or others.

    Returns
    -------
    Aligned
        Equal numbers of epochs trained, however each simulator counts them. Where no epoch is complete in both, and
        where one run has none, each as it stands.
    """
    first_a, first_b = simulator_of(a).first_epoch, simulator_of(b).first_epoch
    complete_a, complete_b = complete_epochs(a), complete_epochs(b)
    last_a, last_b = max(complete_a, default=None), max(complete_b, default=None)
    common = {epoch - first_a for epoch in complete_a} & {epoch - first_b for epoch in complete_b}
    epoch_a = max(common) + first_a if common else last_a
    epoch_b = max(common) + first_b if common else last_b
    is_common = bool(common) or last_a is last_b is None
    return Aligned(at_epoch(a, epoch_a), at_epoch(b, epoch_b), epoch_a, epoch_b, last_a, last_b, is_common)
