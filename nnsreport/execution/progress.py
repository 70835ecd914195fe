"""What a run tells while it works. Showing it is the command line's business."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Hears how far a run is."""

    def start(self, title: str, images: int) -> None:
        """Hear that a stage begins.

        Parameters
        ----------
        title : str
            Such as ``trial 3 of 5, 3600 s``.
        images : int
            How many it will go through.
        """

    def advance(self, images: int) -> None:
        """Hear that so many more images of the stage are done."""

    def finish(self, result: str) -> None:
        """Hear what the stage gave, in a few words."""


class Silence:
    """Progress that nobody hears."""

    def start(self, title: str, images: int) -> None:
        """Do nothing."""

    def advance(self, images: int) -> None:
        """Do nothing."""

    def finish(self, result: str) -> None:
        """Do nothing."""
