"""Files to lines: compression, encodings, colours, task labels and progress bars; line numbers stay the file's own."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nnsreport.errors import LogError
from nnsreport.parsers.records import Problem

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CHUNK = 1 << 16
_LABEL_STARTS = frozenset(" 0123456789")
_TASK_LABEL = re.compile(r"\s*(\d+): ?")

_EMPTY_REMEDY = (
    "a job stopped by its time limit, or by scancel, loses what its programs still buffered (set PYTHONUNBUFFERED=1, "
    "use `stdbuf -oL`), and NeuroSim ends without a word when it does not know the technology node in Param.cpp"
)


@dataclass(frozen=True, slots=True)
class LogText:
    """The lines of a log.

    Attributes
    ----------
    lines : sequence of str
        Without line ends, colours and task labels.
    numbers : sequence of int
        1-based line of the file each came from; the redrawings of a progress bar share one.
    source : Path or None
        The file.
    problems : tuple of Problem
        What was wrong with the bytes.
    cut_line : int or None
        The file's last line, if it has no line end: its last number may lack digits.
    """

    lines: Sequence[str]
    numbers: Sequence[int]
    source: Path | None = None
    problems: tuple[Problem, ...] = field(default=())
    cut_line: int | None = None


def read_log(path: Path) -> LogText:
    """Read a file into lines.

    Parameters
    ----------
    path : Path
        Plain text, or compressed with gzip, xz or bzip2 whatever its name.

    Returns
    -------
    LogText
        At least one line.

    Raises
    ------
    LogError
        The file is missing, unreadable or empty.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise LogError("no such file", path=path) from None
    except IsADirectoryError:
        raise LogError("is a folder, not a log", path=path) from None
    except OSError as error:
        raise LogError(f"cannot be read: {error.strerror}", path=path) from error
    return lines_of(data, source=path)


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
    problems: list[Problem] = []
    text = _decode(_decompress(data, source, problems), problems)
    if "\x1b" in text:
        text = _ESCAPE_SEQUENCE.sub("", text)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        problems.append(Problem("has NUL bytes: text is missing there", line, "look for a full disk or a crashed node"))
    if not text.strip("\x00 \t\r\n"):
        raise LogError("the log is empty", path=source, remedy=_EMPTY_REMEDY)
    lines, numbers = _split(text.replace("\r\n", "\n"))
    cut_line = None if text.endswith("\n") else numbers[-1]
    lines, numbers = _without_task_labels(lines, numbers)
    return LogText(lines, numbers, source, tuple(problems), cut_line)


def _decompress(data: bytes, source: Path | None, problems: list[Problem]) -> bytes:
    if data.startswith(b"\x1f\x8b"):
        return _inflate(data, lambda: zlib.decompressobj(wbits=31), "gzip", problems)
    if data.startswith(b"\xfd7zXZ\x00"):
        return _inflate(data, lzma.LZMADecompressor, "xz", problems)
    if data.startswith(b"BZh"):
        return _inflate(data, bz2.BZ2Decompressor, "bzip2", problems)
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        raise LogError(
            "is compressed with zstd, which is not read here", path=source, remedy="run `zstd -d` on it first"
        )
    return data


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


def _inflate(data: bytes, start: Callable[[], _Decompressor], name: str, problems: list[Problem]) -> bytes:
    """Decompress every member, keeping what a cut or damaged file still gives."""
    parts: list[bytes] = []
    while data.strip(b"\x00"):
        member = start()
        position = 0
        try:
            while position < len(data) and not member.eof:
                parts.append(member.decompress(data[position : position + _CHUNK]))
                position += _CHUNK
        except (OSError, EOFError, zlib.error, lzma.LZMAError):
            problems.append(Problem(f"the {name} data are damaged; what follows the damage is lost"))
            break
        if not member.eof:
            problems.append(Problem(f"the {name} data are cut off; what follows is lost"))
            break
        data = member.unused_data + data[position:]
    return b"".join(parts)


def _decode(data: bytes, problems: list[Problem]) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem("has bytes that are not UTF-8; they are shown as �", line))
        return data.decode("utf-8", errors="replace")


def _split(text: str) -> tuple[list[str], Sequence[int]]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if "\r" not in text:
        return lines, range(1, len(lines) + 1)
    pieces = [(piece, number) for number, line in enumerate(lines, start=1) for piece in line.split("\r")]
    return [piece for piece, _ in pieces], [number for _, number in pieces]


def _without_task_labels(lines: list[str], numbers: Sequence[int]) -> tuple[list[str], Sequence[int]]:
    """Remove the ``0: `` of ``srun --label`` and put the lines of each task together.

    SLURM's own messages have no label, so most of the lines are asked for, not all.
    """
    filled = sum(1 for line in lines if line)
    labelled = sum(1 for line in lines if line[:1] in _LABEL_STARTS and _TASK_LABEL.match(line))
    if labelled * 2 <= filled:
        return lines, numbers
    tasks: dict[int, list[tuple[str, int]]] = {}
    task = 0
    for line, number in zip(lines, numbers, strict=True):
        label = _TASK_LABEL.match(line)
        if label is not None:
            task = int(label.group(1))
        rest = line[label.end() :] if label is not None else line
        tasks.setdefault(task, []).append((rest, number))
    ordered = [pair for task in sorted(tasks) for pair in tasks[task]]
    return [line for line, _ in ordered], [number for _, number in ordered]
