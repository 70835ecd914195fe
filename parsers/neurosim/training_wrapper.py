"""Reads what NeuroSim's Python wrapper for training (``train.py``) prints, epoch by epoch."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.parsers.neurosim.wrapper import WrapperReader


@dataclass(slots=True)
class TrainingWrapperReader(WrapperReader):
    """Place in the wrapper's output, and where its numbers go.

    Attributes
    ----------
    epoch : int or None
        The latest that the wrapper named.
    """

    epoch: int | None = None

    def epoch_of_next_section(self, previous: int | None) -> int | None:
        """Return the epoch that the next C++ part is about: the wrapper's, or else one more than the last."""
        if self.epoch is not None and self.epoch != previous:
            return self.epoch
        return 0 if previous is None else previous + 1
