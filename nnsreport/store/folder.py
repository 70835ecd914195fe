"""Working on a run: begin or resume it, add parts, end it.

A run grows by parts, each a folder that appears by one rename. When all are there, they are merged into the run's
tables, then ``run.json`` is replaced by one that says ``complete``, then the parts are removed. Whatever moment a kill
picks, what was renamed before is whole, and repeating the step that was cut off gives the same bytes.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.errors import RunError, RunInterrupted
from nnsreport.store import atomic, record, tables, tasks
from nnsreport.store.lock import locked
from nnsreport.store.record import Attempt, RunRecord
from nnsreport.tables import TABLES

if TYPE_CHECKING:
    import polars as pl

PARTS = "parts"
SHARES = "shares"
"""Folder, beside the parts, of what single tasks contributed to parts on which several work."""
_RUN_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$")


class RunFolder:
    """A run that this process works on.

    Its lock is held, where it was made by :func:`open_run`; other tasks of the same step only add parts and shares.

    Attributes
    ----------
    path : Path
        The folder.
    record : RunRecord
        As last written.
    """

    def __init__(self, path: Path, run_record: RunRecord) -> None:
        self.path = path
        self.record = run_record

    @property
    def finished(self) -> Set[str]:
        """Names of the parts that are there."""
        try:
            entries = {entry.name for entry in os.scandir(self.path / PARTS) if entry.is_dir()}
        except FileNotFoundError:
            return set()
        return entries.intersection(self.record.parts)

    def add_part(self, name: str, part: Mapping[str, pl.DataFrame]) -> None:
        """Keep a finished part.

        Parameters
        ----------
        name : str
            One of the record's ``parts``.
        part : Mapping of str to polars.DataFrame
            Its tables.
        """
        assert name in self.record.parts
        atomic.write_folder(self.path / PARTS / name, tables.encode(part))

    def add_share(self, part: str, images: range, data: bytes) -> None:
        """Keep what a task contributes to a part on which several tasks work.

        Parameters
        ----------
        part : str
            One of the record's ``parts``.
        images : range
            Test images that it is of.
        data : bytes
            Whatever :meth:`share` is to return.
        """
        assert part in self.record.parts
        path = self._share(part, images)
        with atomic.explained(path):
            path.parent.mkdir(exist_ok=True)
        atomic.write_file(path, data)

    def share(self, part: str, images: range) -> bytes | None:
        """Return what a task has contributed to a part.

        Parameters
        ----------
        part : str
            One of the record's ``parts``.
        images : range
            Test images that it is of.

        Returns
        -------
        bytes or None
            None where it is not there.
        """
        try:
            return self._share(part, images).read_bytes()
        except FileNotFoundError:
            return None

    def drop_share(self, part: str, images: range) -> None:
        """Remove what a task has contributed to a part: it is damaged."""
        self._share(part, images).unlink(missing_ok=True)

    def _share(self, part: str, images: range) -> Path:
        return self.path / PARTS / SHARES / f"{part}.{images.start}-{images.stop}.npz"

    def part_table(self, name: str, table: str) -> pl.DataFrame:
        """Return a table of a finished part.

        Parameters
        ----------
        name : str
            One of :attr:`finished`.
        table : str
            Such as ``trials``.

        Returns
        -------
        polars.DataFrame
            As it was kept.
        """
        return tables.read_table(self.path / PARTS / name, table)

    def end_with(self, parts: tuple[str, ...], note: str) -> None:
        """Let the run consist of fewer parts.

        Parameters
        ----------
        parts : tuple of str
            Those of the record's parts that it consists of, in the same order.
        note : str
            Why, for a reader of the results.
        """
        self._write(replace(self.record, parts=parts).with_notes(note))

    def describe(self, hardware: Mapping[str, str], *notes: str) -> None:
        """Keep what became known since the attempt began.

        Parameters
        ----------
        hardware : Mapping of str to str
            The machine, by readable name.
        *notes : str
            What a reader of the results should know.
        """
        self._write(self.record.on(hardware).with_notes(*notes))

    def note(self, *notes: str) -> None:
        """Keep what a reader of the results should know."""
        if notes:
            self._write(self.record.with_notes(*notes))

    def complete(self) -> None:
        """Merge the parts, which must all be there, and say that the run is complete."""
        folder = self.path / PARTS
        parts = [folder / name for name in self.record.parts]
        for name in TABLES:
            path = self.path / f"{name}.parquet"
            with atomic.explained(path), atomic.replacing(path) as stream:
                tables.merge(parts, name, stream)
        self._write(self.record.ended("complete", now()))
        shutil.rmtree(folder, ignore_errors=True)  # what is in use by a reader goes when the run is opened again

    def stop(self, state: record.State, error: str) -> None:
        """Say that the run ended early."""
        self._write(self.record.ended(state, now(), error))

    def _write(self, run_record: RunRecord) -> None:
        atomic.write_file(self.path / record.FILE, record.encode(run_record))
        self.record = run_record


@contextlib.contextmanager
def open_run(runs: Path, wanted: RunRecord, attempt: Attempt) -> Iterator[RunFolder]:
    """Begin a run, or resume it where it was cut off.

    Parameters
    ----------
    runs : Path
        Folder of all runs; made if it is not there.
    wanted : RunRecord
        The run as configured, without attempts.
    attempt : Attempt
        This process.

    Yields
    ------
    RunFolder
        Locked. If its record says ``complete``, there is nothing to do. When the body raises, the record says why, and
        finished parts are kept.

    Raises
    ------
    RunError
        The identifier is no folder name, another process works on the run, it has another configuration, or it is
        damaged.
    """
    path = run_path(runs, wanted.run)
    _make_folder(path)
    with locked(path) as note:
        with atomic.explained(path):
            atomic.remove_temporaries(path)
        existing = record.read(path) if (path / record.FILE).exists() else None
        if existing is not None and existing.configuration_hash != wanted.configuration_hash:
            if existing.state == "complete" or RunFolder(path, existing).finished:
                raise _other_configuration(existing, wanted, path)
            existing = None  # it came to nothing, so there is nothing to protect
        if existing is not None and is_done(path, existing):
            for folder in (PARTS, tasks.FOLDER):  # a kill came before this, or a task was lost
                shutil.rmtree(path / folder, ignore_errors=True)
            yield RunFolder(path, existing)
            return
        shutil.rmtree(path / tasks.FOLDER, ignore_errors=True)
        run = RunFolder(path, existing or wanted)
        _prepare_parts(run)
        run._write(run.record.with_attempt(attempt).with_notes(*wanted.notes, *([note] if note else [])))
        try:
            yield run
        except BaseException as error:
            _record_end(run, error)
            raise


def is_done(path: Path, run_record: RunRecord) -> bool:
    """Tell whether a run is complete, and its tables can be read; if not, they are computed again.

    Parameters
    ----------
    path : Path
        Its folder.
    run_record : RunRecord
        As it lies there.

    Returns
    -------
    bool
        Whether there is nothing to do.
    """
    return run_record.state == "complete" and _is_whole(path)


def run_path(runs: Path, run: str) -> Path:
    """Return the folder of a run.

    Parameters
    ----------
    runs : Path
        Folder of all runs.
    run : str
        Identifier.

    Returns
    -------
    Path
        It need not exist.

    Raises
    ------
    RunError
        The identifier cannot be a folder's name.
    """
    if not _RUN_ID.match(run):
        raise RunError(
            f"{run!r} cannot name a run",
            field="--id",
            remedy="use letters, digits, dots, underscores, plus and minus signs",
        )
    return runs / run


def now() -> str:
    """Return the time, UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(
            f"cannot be made ({error.strerror})", path=path, remedy="choose another folder with --runs"
        ) from error


def _is_whole(path: Path) -> bool:
    """Tell whether a run's tables can be read."""
    try:
        tables.read(path)
    except RunError:
        return False
    return True


def _prepare_parts(run: RunFolder) -> None:
    """Remove what is half written, and parts that cannot be read: they are computed again."""
    folder = run.path / PARTS
    with atomic.explained(folder):
        folder.mkdir(exist_ok=True)
        atomic.remove_temporaries(folder)
        atomic.remove_temporaries(folder / SHARES)
    for name in sorted(run.finished):
        try:
            tables.read(folder / name)
        except RunError as error:
            shutil.rmtree(folder / name)
            run.record = run.record.with_notes(f"part {name} was computed again: {error.path} {error.message}")


def _other_configuration(existing: RunRecord, wanted: RunRecord, path: Path) -> RunError:
    old, new = {**existing.settings, **existing.files}, {**wanted.settings, **wanted.files}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    changed = [f"{name}: {old.get(name, 'unset')} -> {new.get(name, 'unset')}" for name in names]
    shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
    return RunError(
        f"the run exists with another configuration ({shown})",
        path=path,
        remedy="choose another --id, or go back to its configuration to resume it",
    )


def _record_end(run: RunFolder, error: BaseException) -> None:
    if run.record.state != "running":
        return
    interrupted = isinstance(error, RunInterrupted | KeyboardInterrupt | GeneratorExit)
    reason = str(error) or type(error).__name__
    with contextlib.suppress(RunError):  # the disk may be full; the error itself matters more
        run.stop("interrupted" if interrupted else "failed", reason)
