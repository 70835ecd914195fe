"""Ending in time: SLURM's warning signals and Ctrl-C let the current batch finish."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)
"""``scancel`` and the time limit send SIGTERM, ``sbatch --signal=USR1@60`` sends SIGUSR1, Ctrl-C SIGINT."""


class StopRequest:
    """Whether a signal has asked to stop.

    Attributes
    ----------
    signal_number : int or None
        The first signal that did.
    """

    def __init__(self) -> None:
        self.signal_number: int | None = None

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler's signature
        """Remember a signal; a second Ctrl-C does not wait for the batch."""
        if number == signal.SIGINT and self.signal_number is not None:
            raise KeyboardInterrupt
        self.signal_number = self.signal_number or number


@contextlib.contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Catch the signals while the body runs.

    Yields
    ------
    StopRequest
        Outside the main thread, where Python handles no signals, it never asks to stop.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    previous = {number: signal.signal(number, request.handle) for number in SIGNALS}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
