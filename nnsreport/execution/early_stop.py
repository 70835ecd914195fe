"""Ending trials when they have told enough.

More programming draws make intervals of the mean over trials narrower; how far other images would change the accuracy
is another matter, which no number of trials tells.

Source of stopping at a given width: Y. S. Chow and H. Robbins, Ann. Math. Stat. 36, 457 (1965). The interval covers the
mean as often as it should in the limit of small widths only, and a little less before; hence a least number of trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from nnsreport.configuration.schema import Configuration, RunSettings
from nnsreport.execution.plan import evaluations
from nnsreport.reports.statistics import mean_interval

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.store.folder import RunFolder

Key: TypeAlias = tuple[float | None, str | None]
"""Time and compensation."""


class TrialAccuracies:
    """Accuracies of the trials that are finished, by time and compensation."""

    def __init__(self) -> None:
        self._accuracies: dict[Key, list[float]] = {}
        self._images = 1

    def add(self, trials: pl.DataFrame) -> None:
        """Take the accuracies of a part of a run.

        Parameters
        ----------
        trials : polars.DataFrame
            Its table of trials; all accuracies are of the same images.
        """
        columns = trials.select("time_s", "compensation", "accuracy", "test_images")
        for time_s, compensation, accuracy, images in columns.iter_rows():
            self._accuracies.setdefault((time_s, compensation), []).append(accuracy)
            self._images = images

    def suffice(self, finished: int, settings: RunSettings) -> bool:
        """Tell whether no further trial is needed.

        Parameters
        ----------
        finished : int
            Trials that were added.
        settings : RunSettings
            Width that is wanted, and least number of trials.

        Returns
        -------
        bool
            Never without a wanted width.
        """
        if not settings.interval_width or finished < settings.least_trials:
            return False
        return widest_interval(self._accuracies.values(), self._images) <= settings.interval_width


class StopRule:
    """How many trials of a run are enough, as far as those tell that are finished.

    Trials count in their order, whoever evaluates them and whenever: those beyond the first that are enough are not
    part of the run, even where they were evaluated at the same time.

    Parameters
    ----------
    folder : RunFolder
        Where trials are finished.
    configuration : Configuration
        Of the run.
    """

    def __init__(self, folder: RunFolder, configuration: Configuration) -> None:
        self._folder = folder
        self._settings = configuration.run
        self._trials = [
            [evaluation.part for evaluation in group]
            for _, group in groupby(evaluations(configuration), key=lambda evaluation: evaluation.trial)
        ]
        self._accuracies = TrialAccuracies()
        self._counted = 0
        self._enough: int | None = None

    def enough(self) -> int | None:
        """Return the number of trials that are enough; None where that is not known, or all are needed."""
        if not self._settings.interval_width:
            return None
        finished = self._folder.finished
        while self._enough is None and self._counted < len(self._trials) - 1:
            parts = self._trials[self._counted]
            if not all(part in finished for part in parts):
                break
            for part in parts:
                self._accuracies.add(self._folder.part_table(part, "trials"))
            self._counted += 1
            if self._accuracies.suffice(self._counted, self._settings):
                self._enough = self._counted
        return self._enough


def widest_interval(samples: Iterable[Sequence[float]], images: int) -> float:
    """Return the greatest width of the intervals of several mean accuracies.

    Parameters
    ----------
    samples : iterable of sequence of float
        Accuracies of one time and compensation each, one a trial.
    images : int
        Number of images that each accuracy is of: accuracies that are equal because they are rounded to whole images
        do not pass for certain. Their spread is taken to be that of rounding at least, 1 / (images sqrt(12)).

    Returns
    -------
    float
        Of Student's t intervals, level 95 %; inf where one has fewer than two values, or there are none.
    """
    least_std = 1.0 / (images * math.sqrt(12.0))
    intervals = [mean_interval(values, least_std=least_std) for values in samples]
    return max((interval.high - interval.low if interval else math.inf for interval in intervals), default=math.inf)
