"""Files that ``nnsreport parse`` writes."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import typer

from nnsreport.cli.output import open_output, write_output
from nnsreport.cli.terminal import count_of
from nnsreport.errors import ReportError

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.cli.parse_outcome import Outcome
    from nnsreport.parsers.export import TableWriter
    from nnsreport.parsers.many import ParsedBatch


class MetricsFile:
    """The table of all numbers, written while they are read; there is none if nothing is read.

    Parameters
    ----------
    path : Path
        To be written.
    option : str
        The option that chooses it, for errors.
    """

    def __init__(self, path: Path, option: str) -> None:
        self._path = path
        self._option = option
        self._stack = contextlib.ExitStack()
        self._writer: TableWriter | None = None
        self._rows = 0

    def __enter__(self) -> Self:
        """Begin; nothing is opened yet."""
        return self

    def add(self, batch: ParsedBatch) -> None:
        """Write the numbers of a batch."""
        if not len(batch.numbers) and not any(file.logs for file in batch.files):
            return
        writer = self._writer or self._open()
        writer.write(batch.numbers.frame())
        self._rows += len(batch.numbers)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the file; after an error there is none."""
        self._stack.__exit__(kind, error, trace)

    def tell(self, runs: int) -> None:
        """Print what has been written."""
        if self._writer is not None:
            typer.echo(f"{count_of(self._rows, 'number')} of {count_of(runs, 'run')} written to {self._path}")

    def _open(self) -> TableWriter:
        from nnsreport.parsers.export import TableWriter
        from nnsreport.tables import schema

        stream = self._stack.enter_context(open_output(self._path, option=self._option))
        self._writer = self._stack.enter_context(TableWriter(self._path, stream, schema("metrics")))
        return self._writer


def check_folder(folder: Path) -> None:
    """Refuse a folder for tables that is a file.

    Raises
    ------
    ReportError
        It is one.
    """
    if folder.exists() and not folder.is_dir():
        raise ReportError("is not a folder", path=folder, remedy="give another --tables")


def write_tables(outcome: Outcome, folder: Path) -> None:
    """Write every table but that of the numbers, one Parquet file a subject.

    Parameters
    ----------
    outcome : Outcome
        The runs.
    folder : Path
        Files of the same names in it are replaced.

    Raises
    ------
    ReportError
        It cannot be written.
    """
    from nnsreport.parsers.export import encode_frame
    from nnsreport.parsers.run_tables import problems_frame, runs_frame, settings_frame, subject_frames

    frames: dict[str, pl.DataFrame] = {
        "runs": runs_frame(outcome.logs, outcome.numbers),
        "settings": settings_frame(outcome.logs),
        "problems": problems_frame(outcome.logs),
        **subject_frames(outcome.logs),
    }
    for subject, frame in frames.items():
        path = folder / f"{subject}.parquet"
        write_output(path, encode_frame(frame, path), option="--tables")
    rows = ", ".join(f"{subject} ({frame.height})" for subject, frame in frames.items())
    typer.echo(f"tables in {folder}: {rows}")
