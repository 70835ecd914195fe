"""Which epoch of a training a log is at, believed only where lines agree: one damaged digit must not move it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

_HALF_DIGIT = 0.005
"""Largest rounding error of a time that is printed with two decimals."""


class Trust(Enum):
    """What to make of a line that names an epoch."""

    SURE = "sure"
    """It is the present epoch, its neighbour, or one that a line before named too."""
    JUMPS = "jumps"
    """It may be right once another line says the same."""
    PAST = "past"
    """The epoch is over."""


class Told(NamedTuple):
    """A line of the wrapper that names its epoch.

    Attributes
    ----------
    epoch : int
        As named.
    scope : str
        Of its numbers.
    metrics : tuple of str
        Their canonical names.
    values : list of float
        The numbers.
    line : int
        Its line.
    step : int or None
        As in :class:`nnsreport.parsers.records.MetricRecord`.
    is_test : bool
        It tells the accuracy.
    """

    epoch: int
    scope: str
    metrics: tuple[str, ...]
    values: list[float]
    line: int
    step: int | None = None
    is_test: bool = False


@dataclass(slots=True)
class EpochClock:
    """The present epoch.

    Attributes
    ----------
    epoch : int or None
        The latest that is sure; None before the first.
    first : int or None
        The first that was sure.
    """

    epoch: int | None = None
    first: int | None = None

    def judge(self, epoch: int, doubtful: int | None) -> Trust:
        """Tell whether an epoch fits.

        Parameters
        ----------
        epoch : int
            As a line names it.
        doubtful : int or None
            What the line before named, if that jumped.

        Returns
        -------
        Trust
            Whether to believe it.
        """
        now = -1 if self.epoch is None else self.epoch
        if now - 1 <= epoch <= now + 1:
            return Trust.SURE
        if epoch < now:
            return Trust.PAST
        if doubtful is not None and doubtful <= epoch <= doubtful + 1:
            return Trust.SURE
        return Trust.JUMPS

    def move(self, epoch: int) -> bool:
        """Go to an epoch that is sure; tell whether it is a new one."""
        if self.epoch is not None and epoch <= self.epoch:
            return False
        if self.first is None:
            self.first = epoch
        self.epoch = epoch
        return True


def epoch_of_times(elapsed: float, an_epoch: float, rest: float, asked: int | None, likely: int) -> int | None:
    """Return the epoch after which times were printed: their ratios tell it, but for very short epochs.

    Parameters
    ----------
    elapsed, an_epoch, rest : float
        Seconds so far, of an epoch, and those that are expected.
    asked : int or None
        Number of epochs of the training.
    likely : int
        The epoch, if the times are of it too.

    Returns
    -------
    int or None
        None where the times are of several epochs, and not of the likely one.
    """
    low = (elapsed - _HALF_DIGIT) / (an_epoch + _HALF_DIGIT)
    high = (elapsed + _HALF_DIGIT) / (an_epoch - _HALF_DIGIT) if an_epoch > _HALF_DIGIT else math.inf
    if asked is not None:  # the rest is an_epoch * asked - elapsed
        whole = elapsed + rest
        low = max(low, asked * (elapsed - _HALF_DIGIT) / (whole + 2 * _HALF_DIGIT))
        high = min(high, asked * (elapsed + _HALF_DIGIT) / max(whole - 2 * _HALF_DIGIT, 1e-9))
    first, last = max(math.ceil(low), 1), math.floor(min(high, asked or high))
    if first == last:
        return first - 1
    return likely if first <= likely + 1 <= last else None
