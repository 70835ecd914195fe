"""Files to lines, whole or chunk by chunk."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from pathlib import Path

from nnsreport.errors import LogError
from nnsreport.parsers.reading.compression import decompressed, is_compressed
from nnsreport.parsers.reading.prefixes import Prefixes
from nnsreport.parsers.reading.splitting import LineSplitter, WholeLines, as_utf8
from nnsreport.parsers.reading.task_labels import TaskLabels, tasks_together
from nnsreport.parsers.reading.text import LogText

CHUNK_BYTES = 8 << 20
_SMALLEST_CHUNK_BYTES = 8  # enough to tell compression and encoding
_MOST_TASKS = 256
_HEAD_BYTES = 16
_BLOCK_BYTES = 1 << 20
_SMALLEST_SUSPECT_BYTES = 1 << 16  # a smaller compressed file may swell too, but is read whole in no time


def read_log(path: Path) -> LogText:
    """Read a file into lines.

    Parameters
    ----------
    path : Path
        Plain text, or compressed with gzip, xz, bzip2 or zstd whatever its name.

    Returns
    -------
    LogText
        At least one line.

    Raises
    ------
    LogError
        The file is missing, unreadable or empty.
    """
    return lines_of(read_bytes(path), source=path)


def read_bytes(path: Path) -> bytes:
    """Return a file as it is.

    Raises
    ------
    LogError
        The file is missing or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, error) from error


def lines_of(data: bytes, *, source: Path | None = None) -> LogText:
    """Split the bytes of a log into lines.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : Path, optional
        Named in errors.

    Returns
    -------
    LogText
        At least one line.

    Raises
    ------
    LogError
        There is no text.
    """
    splitter = LineSplitter(source)
    plain = b"".join(as_utf8(_regrouped(_with_place(decompressed((data,), splitter.problems), source), CHUNK_BYTES)))
    text = splitter.split(plain, is_last=True)
    splitter.check_not_empty()
    before = Prefixes.of(text)
    text = before.removed_with_note(text)
    if not before.are_labelled:
        return text
    text = tasks_together(text)
    return Prefixes.of(text).removed_with_note(text)


def read_chunks(path: Path, chunk_bytes: int = CHUNK_BYTES) -> Iterator[LogText]:
    """Read a file of any size in bounded memory; all chunks together are what :func:`read_log` gives.

    The first chunk tells what stands before each line. Where that are the labels of ``srun --label``, the file is read
    once for each task.

    Parameters
    ----------
    path : Path
        As for :func:`read_log`.
    chunk_bytes : int
        Size of a chunk before it is split; a line is never divided.

    Yields
    ------
    LogText
        In order. The last may have no lines, only problems.

    Raises
    ------
    LogError
        As for :func:`read_log`, a file that is empty after its chunks; a line of more than 64 MiB; too many tasks.
    """
    chunks = _chunks(path, max(chunk_bytes, _SMALLEST_CHUNK_BYTES))
    first = next(chunks, None)
    if first is None:
        return
    before = Prefixes.of(first)
    if before.are_labelled:
        chunks.close()
        behind = Prefixes.of(tasks_together(before.removed_from(first)))
        told = (*before.note, *behind.note)
        for text in _task_by_task(path, chunk_bytes, before):
            yield dataclasses.replace(behind.removed_from(text), problems=(*text.problems, *told))
            told = ()
        return
    yield before.removed_with_note(first)
    yield from map(before.removed_from, chunks)


def is_larger(path: Path, limit_bytes: int) -> bool:
    """Tell whether a file holds more than so many bytes of text; a compressed one is decompressed to know.

    Raises
    ------
    LogError
        The file is missing or unreadable.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise _refused(path, error) from error
    if size > limit_bytes:
        return True
    if size < _SMALLEST_SUSPECT_BYTES or not is_compressed(read_head(path, _HEAD_BYTES)):
        return False
    seen = 0
    for block in decompressed(_blocks(path, CHUNK_BYTES), []):
        seen += len(block)
        if seen > limit_bytes:
            return True
    return False


def read_head(path: Path, size_bytes: int) -> bytes:
    """Return the first bytes of a file, as they are.

    Raises
    ------
    LogError
        The file is missing or unreadable.
    """
    try:
        with path.open("rb", buffering=0) as stream:
            return stream.read(size_bytes)
    except OSError as error:
        raise _refused(path, error) from error


def plain_head(head: bytes) -> bytes:
    """Return the beginning of a file, decompressed as far as it goes."""
    return next(decompressed((head,), []), b"") if is_compressed(head) else head


def _chunks(path: Path, chunk_bytes: int) -> Generator[LogText, None, None]:
    splitter, lines = LineSplitter(path), WholeLines(path)
    plain = as_utf8(
        _regrouped(_with_place(decompressed(_blocks(path, chunk_bytes), splitter.problems), path), chunk_bytes)
    )
    for block in plain:
        whole = lines.add(block)
        if whole:
            yield splitter.split(whole)
    rest = lines.rest()
    if rest:
        yield splitter.split(rest, is_last=True)
    splitter.check_not_empty()
    if splitter.problems:
        yield LogText([], range(0), path, tuple(splitter.problems))


def _task_by_task(path: Path, chunk_bytes: int, before: Prefixes) -> Iterator[LogText]:
    labels = TaskLabels()
    chunks = map(before.removed_from, _chunks(path, chunk_bytes))
    tasks = sorted({task for chunk in chunks for task, _, _ in labels.tasks(chunk)})
    if len(tasks) > _MOST_TASKS:
        raise LogError(
            f"has the lines of {len(tasks)} tasks, too many to take apart in a file of this size",
            path=path,
            remedy="let each task write its own file: srun --output=output_%j_%t.txt",
        )
    for chosen in tasks:
        labels = TaskLabels()
        for chunk in map(before.removed_from, _chunks(path, chunk_bytes)):
            own = [(line, number) for task, line, number in labels.tasks(chunk) if task == chosen]
            told = chunk.problems if chosen == tasks[0] else ()
            if own or told:
                lines, numbers = [line for line, _ in own], [number for _, number in own]
                yield dataclasses.replace(chunk, lines=lines, numbers=numbers, problems=told)


def _blocks(path: Path, most_bytes: int) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while block := stream.read(min(most_bytes, _BLOCK_BYTES)):
                yield block
    except OSError as error:
        raise _refused(path, error) from error


def _regrouped(blocks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Join small blocks, so that each but the last has the size at least."""
    held: list[bytes] = []
    length = 0
    for block in blocks:
        held.append(block)
        length += len(block)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)


def _with_place(blocks: Iterator[bytes], source: Path | None) -> Iterator[bytes]:
    try:
        yield from blocks
    except LogError as error:
        error.path = error.path or source
        raise


def _refused(path: Path, error: OSError) -> LogError:
    if isinstance(error, FileNotFoundError):
        return LogError("no such file", path=path)
    if isinstance(error, IsADirectoryError):
        return LogError("is a folder, not a log", path=path)
    return LogError(f"cannot be read: {error.strerror}", path=path)
