"""Many files: read in batches, on all cores if there is enough to read, with results in the order of the files.

A file whose reading kills its process (out of memory, a crash in a library) costs that file only.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nnsreport.errors import LogError, NnsreportError
from nnsreport.parsers.batch import MetricBatch
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.reading import is_larger
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.recurring import Unread
from nnsreport.parsers.registry import load, parse_unread, recall
from nnsreport.parsers.streaming import STREAM_BYTES, streamed

_BATCH_BYTES = 16 << 20
_BATCH_FILES = 512
_POOL_BYTES = 48 << 20  # less is read before the processes of a pool have started
_BATCHES_AHEAD = 2  # a process; bounds the memory that results wait in
_THREADS = Path("/proc/self/task")
"""Of this process, an entry each; Polars begins more of them at any time."""


class LogFile(NamedTuple):
    """A file to be read, and what its first run is to be called."""

    path: Path
    run: str


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What became of a file.

    Attributes
    ----------
    path : Path
        The file.
    logs : tuple of ParsedLog
        Its runs, without numbers; empty when it could not be read.
    error : NnsreportError or None
        Why it could not be read.
    """

    path: Path
    logs: tuple[ParsedLog, ...] = ()
    error: NnsreportError | None = None


@dataclass(frozen=True, slots=True)
class ParsedBatch:
    """What was read of some files.

    Attributes
    ----------
    numbers : MetricBatch
        Of the files' runs, or of a part of one large run.
    files : tuple of ParsedFile
        Those that are finished with this batch.
    large : tuple of LogFile
        Those that have been left for :func:`nnsreport.parsers.streaming.streamed`.
    """

    numbers: MetricBatch
    files: tuple[ParsedFile, ...] = ()
    large: tuple[LogFile, ...] = field(default=())


def parse_files(
    files: Sequence[LogFile],
    *,
    format: str | None = None,  # noqa: A002
    jobs: int = 1,
) -> Generator[ParsedBatch, None, None]:
    """Read many files; bad ones are told, and cost nothing but themselves.

    Parameters
    ----------
    files : sequence of LogFile
        In the order of the results.
    format : str, optional
        Name of the format; detected file by file if not given.
    jobs : int
        Processes at most; none are started where there is little to read. A script that asks for more than one must
        protect its main program with ``if __name__ == "__main__"``, as always with processes.

    Yields
    ------
    ParsedBatch
        In the order of the files, but large files come after the rest of their batch. The same for any number of jobs.
    """
    sizes = [_size_of(file.path) for file in files]
    plan = list(_batches(files, sizes))
    uses_pool = jobs > 1 and len(plan) > 1 and sum(sizes) > _POOL_BYTES
    read = _read_in_pool(plan, format, jobs) if uses_pool else (read_batch(batch, format) for batch in plan)
    for parsed in read:
        yield dataclasses.replace(parsed, large=())
        for file in parsed.large:
            yield from _read_large(file, format)


def read_batch(files: Sequence[LogFile], format_name: str | None) -> ParsedBatch:
    """Read files one after the other; the body of a worker process.

    Parameters
    ----------
    files : sequence of LogFile
        Large ones are left.
    format_name : str or None
        As for :func:`parse_files`.

    Returns
    -------
    ParsedBatch
        Small enough to be sent.
    """
    parsed: dict[int, ParsedFile] = {}
    loaded: dict[int, Unread] = {}
    large: list[LogFile] = []
    for rank, file in enumerate(files):
        try:
            if is_larger(file.path, STREAM_BYTES):
                large.append(file)
            else:
                loaded[rank] = load(file.path, file.run, format_name)
        except Exception as error:
            parsed[rank] = ParsedFile(file.path, error=_told(error, file.path))
    known = dict(zip(loaded, recall(list(loaded.values()), format_name), strict=True))
    for rank, unread in loaded.items():
        path = files[rank].path
        try:
            (learned,) = [known[rank]] if known[rank] else recall([unread], format_name)  # of a file just before it
            parsed[rank] = ParsedFile(path, learned or parse_unread(unread, format_name))
        except Exception as error:
            parsed[rank] = ParsedFile(path, error=_told(error, path))
    ordered = [parsed[rank] for rank in sorted(parsed)]
    numbers = [(log.run, MetricColumns.of(log.metrics)) for file in ordered for log in file.logs]
    return ParsedBatch(MetricBatch.of(numbers), tuple(map(_without_numbers, ordered)), tuple(large))


def _without_numbers(file: ParsedFile) -> ParsedFile:
    return ParsedFile(file.path, tuple(log.without_numbers() for log in file.logs), file.error)


WORKER: Callable[[Sequence[LogFile], str | None], ParsedBatch] = read_batch
"""What a process of the pool runs."""


def _read_large(file: LogFile, format_name: str | None) -> Iterator[ParsedBatch]:
    parts = streamed(file.path, file.run, format_name)
    while True:
        try:
            part = next(parts)
        except StopIteration as end:
            yield ParsedBatch(MetricBatch.of(()), (ParsedFile(file.path, end.value),))
            return
        except Exception as error:
            yield ParsedBatch(MetricBatch.of(()), (ParsedFile(file.path, error=_told(error, file.path)),))
            return
        yield ParsedBatch(MetricBatch.of((part,)))


def _told(error: Exception, path: Path) -> NnsreportError:
    """Return an error of a file as one for its user; a defect must not cost him the other files."""
    if isinstance(error, NnsreportError):
        return error
    if isinstance(error, MemoryError):
        return LogError("there is not enough memory to read it", path=path)
    about = " ".join(f"{type(error).__name__}: {error}".split())
    return LogError(f"a defect of its format's parser: {about}", path=path, remedy="please report it, with the file")


def _batches(files: Sequence[LogFile], sizes: Sequence[int]) -> Iterator[list[LogFile]]:
    batch: list[LogFile] = []
    held = 0
    for file, size in zip(files, sizes, strict=True):
        if batch and (held + size > _BATCH_BYTES or len(batch) == _BATCH_FILES):
            yield batch
            batch, held = [], 0
        batch.append(file)
        held += size
    if batch:
        yield batch


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read_in_pool(plan: Iterable[list[LogFile]], format_name: str | None, jobs: int) -> Iterator[ParsedBatch]:
    """Yield the results in the order of the plan, from processes that work ahead."""
    left = deque(plan)
    submitted: deque[tuple[list[LogFile], Future[ParsedBatch]]] = deque()
    pool = _start_pool(jobs)
    try:
        while left or submitted:
            while left and len(submitted) < jobs * _BATCHES_AHEAD:
                submitted.append((left[0], _submit(pool, left.popleft(), format_name)))
            batch, result = submitted.popleft()
            try:
                yield result.result()
            except BrokenProcessPool:
                left.extendleft(again for again, _ in reversed(submitted))
                submitted.clear()
                pool.shutdown()
                yield from _read_apart(batch, format_name)
                pool = _start_pool(jobs)
    finally:
        pool.shutdown(cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, batch: list[LogFile], format_name: str | None) -> Future[ParsedBatch]:
    """Return the future result of a batch; of a pool that has broken meanwhile, the future that says so."""
    try:
        return pool.submit(WORKER, batch, format_name)
    except BrokenProcessPool as error:
        broken: Future[ParsedBatch] = Future()
        broken.set_exception(error)
        return broken


def _read_apart(files: Iterable[LogFile], format_name: str | None) -> Iterator[ParsedBatch]:
    """Read files in a process of their own, because one of them may have killed a process."""
    pool = _start_pool(1)
    try:
        for file in files:
            try:
                yield _submit(pool, [file], format_name).result()
            except BrokenProcessPool:
                error = LogError(
                    "the process that read it was killed",
                    path=file.path,
                    remedy="look for a lack of memory; fewer --jobs need less",
                )
                yield ParsedBatch(MetricBatch.of(()), (ParsedFile(file.path, error=error),))
                pool.shutdown()
                pool = _start_pool(1)
    finally:
        pool.shutdown(cancel_futures=True)


def _start_pool(jobs: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context(_start_method())
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)


def _start_method() -> str:
    """Return how processes are started: as copies of this one where it has no threads, which do not survive a fork.

    A copy has all modules; others import them again, which takes as long as reading 20 MB.
    """
    if sys.platform == "linux" and "polars" not in sys.modules and len(list(_THREADS.iterdir())) == 1:
        return "fork"
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
