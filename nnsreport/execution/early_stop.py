"""Ending trials when they have told enough.

More programming draws make intervals of the mean over trials narrower; how far other images would change the accuracy
is another matter, which no number of trials tells.

Source of stopping at a given width: Y. S. Chow and H. Robbins, Ann. Math. Stat. 36, 457 (1965). The interval covers the
mean as often as it should in the limit of small widths only, and a little less before; hence a least number of trials.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from nnsreport.configuration.schema import RunSettings
from nnsreport.reports.statistics import mean_interval

if TYPE_CHECKING:
    import polars as pl

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
