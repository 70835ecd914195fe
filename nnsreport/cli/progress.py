"""Progress of a run: a bar on a terminal, plain lines with the time in a job's log."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from nnsreport.execution.progress import Progress

_SECONDS_BETWEEN_LINES = 30.0
_FEW = 50


class LineProgress:
    """One line when a stage ends, and one now and then within a long one."""

    def __init__(self) -> None:
        self._title = ""
        self._images = 0
        self._done = 0
        self._told = time.monotonic()

    def start(self, title: str, images: int) -> None:
        """Remember the stage."""
        self._title, self._images, self._done = title, images, 0
        self._told = time.monotonic()

    def advance(self, images: int) -> None:
        """Print how far the stage is, unless a line was printed lately."""
        self._done += images
        if self._done < self._images and time.monotonic() - self._told > _SECONDS_BETWEEN_LINES:
            self._print(f"{self._title}: {self._done} of {self._images} images")

    def finish(self, result: str) -> None:
        """Print what the stage gave."""
        self._print(f"{self._title}: {result}")

    def _print(self, text: str) -> None:
        self._told = time.monotonic()
        # echo flushes: a log that a job fills can be followed.
        typer.echo(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text}", err=True)


class BarProgress:
    """A bar for the stage at work, and a line for each that is done."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, markup=False, highlight=False, emoji=False),
            transient=True,
        )
        self._task: TaskID | None = None
        self._title = ""

    def start(self, title: str, images: int) -> None:
        """Show a bar."""
        self._title = title
        self._task = self._bar.add_task(title, total=images)
        self._bar.start()

    def advance(self, images: int) -> None:
        """Move the bar."""
        assert self._task is not None
        self._bar.advance(self._task, images)

    def finish(self, result: str) -> None:
        """Take the bar away, and leave a line."""
        self.close()
        self._bar.console.print(f"{self._title}: {result}")

    def close(self) -> None:
        """Take the bar away, also when the run ends early."""
        if self._task is not None:
            self._bar.remove_task(self._task)
            self._bar.stop()
            self._task = None


def is_plain(environment: Mapping[str, str]) -> bool:
    """Tell whether progress is to be lines: in SLURM, or where there is no terminal."""
    return "SLURM_JOB_ID" in environment or not sys.stderr.isatty()


@contextlib.contextmanager
def shown_progress(environment: Mapping[str, str], *, quiet: bool) -> Iterator[Progress]:
    """Show progress as fits where the command runs.

    Parameters
    ----------
    environment : Mapping of str to str
        Such as ``os.environ``.
    quiet : bool
        Show none.

    Yields
    ------
    Progress
        A bar, lines, or silence.
    """
    from nnsreport.execution.progress import Silence

    if quiet:
        yield Silence()
    elif is_plain(environment):
        yield LineProgress()
    else:
        bar = BarProgress()
        try:
            yield bar
        finally:
            bar.close()


@contextlib.contextmanager
def shown_count(title: str, total: int, environment: Mapping[str, str]) -> Iterator[Callable[[int], None]]:
    """Show how many of many things are done, on a terminal only.

    Parameters
    ----------
    title : str
        What is done.
    total : int
        How many there are; few are done before a bar could be read.
    environment : Mapping of str to str
        Such as ``os.environ``.

    Yields
    ------
    Callable
        To be told how many more are done.
    """
    if total < _FEW or is_plain(environment):
        yield lambda _done: None
        return
    bar = BarProgress()
    bar.start(title, total)
    try:
        yield bar.advance
    finally:
        bar.close()
