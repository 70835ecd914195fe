"""Plain bytes to lines: encodings, line ends, colours and progress bars; line numbers stay the file's own."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.errors import LogError
from nnsreport.parsers.reading.lines import Lines
from nnsreport.parsers.reading.text import LogText
from nnsreport.parsers.records import Problem
from nnsreport.parsers.silence import NEUROSIM_SILENCE

EMPTY_REMEDY = (
    "a job stopped by its time limit, or by scancel, loses what its programs still buffered (set PYTHONUNBUFFERED=1, "
    f"use `stdbuf -oL`), and {NEUROSIM_SILENCE}"
)

EMPTY_TABLE_REMEDY = (
    "programs keep the rows of a CSV file in memory, and write them when they end or have some thousand characters: "
    "look at the end of the job's log, which has the same numbers"
)

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_SOMETHING = re.compile(r"[^\x00 \t\r\n]")
_LONGEST_LINE_BYTES = 1 << 26
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def as_utf8(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Remove the mark of the byte order, and recode what its mark says to be UTF-16.

    Parameters
    ----------
    blocks : iterable of bytes
        A file; the first block has at least three bytes, if the file has.

    Yields
    ------
    bytes
        UTF-8, or bytes that are neither.
    """
    rest = iter(blocks)
    first = next(rest, b"")
    if not first.startswith(_UTF16_MARKS):
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from rest
        return
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    for block in itertools.chain((first,), rest):
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


@dataclass(slots=True)
class WholeLines:
    """Cuts blocks of bytes at line ends, however they were cut before."""

    source: Path | None = None
    _carry: list[bytes] = field(default_factory=list)
    _carried: int = 0
    _has_escape: bool = False

    def add(self, block: bytes) -> bytes:
        """Return all lines that have ended, or nothing; a progress bar that fills the block ends at a redrawing.

        Raises
        ------
        LogError
            A line is too long for a log.
        """
        end = block.rfind(b"\n") + 1
        self._has_escape = b"\x1b" in block or (self._has_escape and not end)
        if not end and not self._has_escape:
            end = max(block.rfind(b"\r"), 0)  # what follows begins with it: it may be half of a Windows line end
        if not end:
            self._keep(block)
            return b""
        whole = b"".join((*self._carry, memoryview(block)[:end]))
        self._carry, self._carried = [], 0
        self._keep(block[end:])
        return whole

    def rest(self) -> bytes:
        """Return the last line, if it has no end."""
        return b"".join(self._carry)

    def _keep(self, block: bytes) -> None:
        self._carry.append(block)
        self._carried += len(block)
        if self._carried > _LONGEST_LINE_BYTES:
            raise LogError(f"has a line of more than {_LONGEST_LINE_BYTES >> 20} MiB: it is no log", path=self.source)


@dataclass(slots=True)
class LineSplitter:
    """Turns the bytes of a file, cut at line ends, into lines.

    Attributes
    ----------
    source : Path or None
        The file.
    problems : list of Problem
        What is wrong with the bytes, and has not been handed out.
    """

    source: Path | None = None
    problems: list[Problem] = field(default_factory=list)
    _line: int = 1
    _is_within_line: bool = False
    _is_blank: bool = True
    _told: set[str] = field(default_factory=set)

    def split(self, data: bytes, *, is_last: bool = False) -> LogText:
        """Return the lines of the next piece of the file.

        Parameters
        ----------
        data : bytes
            Not empty; cut by :class:`WholeLines`.
        is_last : bool
            Nothing follows: a line without end is cut off.

        Returns
        -------
        LogText
            With the problems that have not been handed out before.
        """
        if _is_plain(data) and not self._is_within_line:
            return self._plain(data, is_last=is_last)
        text = self._decode(data)
        if "\x1b" in text:
            text = _ESCAPE_SEQUENCE.sub("", text)
        if "\x00" in text:
            self._tell(
                "has NUL bytes: text is missing there",
                self._line + text.count("\n", 0, text.index("\x00")),
                "look for a full disk or a crashed node",
            )
        self._is_blank = self._is_blank and _SOMETHING.search(text) is None
        lines, numbers = self._split(text)
        cut_line = numbers[-1] if is_last and numbers and not text.endswith("\n") else None
        return LogText(lines, numbers, self.source, self._take_problems(), cut_line)

    def _plain(self, data: bytes, *, is_last: bool) -> LogText:
        """Return lines of which nothing has to be removed or told; what is the same in bytes and in text."""
        self._is_blank = self._is_blank and _SOMETHING.search(data.decode()) is None
        lines, first = Lines(data), self._line
        self._is_within_line = not data.endswith(b"\n")
        self._line += len(lines) - self._is_within_line
        numbers = range(first, first + len(lines))
        cut_line = numbers[-1] if is_last and self._is_within_line else None
        return LogText(lines, numbers, self.source, self._take_problems(), cut_line)

    def _take_problems(self) -> tuple[Problem, ...]:
        problems = tuple(self.problems)
        self.problems.clear()
        return problems

    def check_not_empty(self) -> None:
        """Refuse a file in which nothing but blanks was found.

        Raises
        ------
        LogError
            Its message says how that happens.
        """
        if self._is_blank:
            is_table = self.source is not None and self.source.suffix.lower() == ".csv"
            remedy = EMPTY_TABLE_REMEDY if is_table else EMPTY_REMEDY
            raise LogError("the log is empty", path=self.source, remedy=remedy)

    def _decode(self, data: bytes) -> str:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = self._line + data.count(b"\n", 0, error.start)
            self._tell("has bytes that are not UTF-8; they are shown as �", line)
            return data.decode("utf-8", errors="replace")

    def _split(self, text: str) -> tuple[list[str], Sequence[int]]:
        has_returns = "\r" in text
        if has_returns:
            text = text.replace("\r\n", "\n")
            has_returns = "\r" in text
        first, ends_within = self._line, not text.endswith("\n")
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        self._line += len(lines) - ends_within if lines else 0
        is_continued, self._is_within_line = self._is_within_line, ends_within
        if not has_returns and not is_continued:
            return lines, range(first, first + len(lines))
        return _redrawings(lines, first, is_continued=is_continued)

    def _tell(self, message: str, line: int, remedy: str | None = None) -> None:
        if message not in self._told:
            self._told.add(message)
            self.problems.append(Problem(message, line, remedy))


def _is_plain(data: bytes) -> bool:
    return data.isascii() and not any(control in data for control in (b"\r", b"\x1b", b"\x00"))


def _redrawings(lines: list[str], first: int, *, is_continued: bool) -> tuple[list[str], list[int]]:
    """Split lines at carriage returns; what goes before the first one, of a line that goes on, was given before."""
    pieces: list[str] = []
    numbers: list[int] = []
    for number, line in enumerate(lines, start=first):
        drawn = line.split("\r")
        if is_continued and number == first:
            del drawn[0]
        pieces += drawn
        numbers += [number] * len(drawn)
    return pieces, numbers
