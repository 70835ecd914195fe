"""JSON with the line of each value; a text that is cut off or broken gives what stands whole before.

Python's own decoder tells lines only of errors, and gives nothing of a text that has one.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from nnsreport.parsers.records import Problem, shorten

DEEPEST = 32
"""Lists and objects inside each other; the form has four."""


class Number(NamedTuple):
    """A number as it is written, ``NaN``, ``Infinity`` and ``-Infinity`` included."""

    text: str


@dataclass(slots=True)
class JsonList:
    """A list, with the line of each item; not whole where the text breaks off inside."""

    items: list[tuple[JsonValue | Understood, int]] = field(default_factory=list)
    is_whole: bool = False

    def add(self, value: JsonValue | Understood, line: int) -> None:
        """Add an item."""
        self.items.append((value, line))


@dataclass(slots=True)
class JsonObject:
    """An object: names, values and their lines in the order of the text, a repeated name twice."""

    members: list[tuple[str, JsonValue, int]] = field(default_factory=list)
    is_whole: bool = False

    def add(self, name: str, value: JsonValue, line: int) -> None:
        """Add a name with its value."""
        self.members.append((name, value, line))


class Understood(NamedTuple):
    """Items of a list that were understood together, in the place of the first of them.

    Attributes
    ----------
    value : object
        What they mean.
    end : int
        The place behind them in the text.
    """

    value: object
    end: int


Scalar = Number | str | bool | None
JsonValue = Scalar | JsonList | JsonObject


class Understanding(Protocol):
    """Understands objects in lists, many at once, in a fraction of the time and memory."""

    def at(self, start: int) -> Understood | None:
        """Return the objects that begin with a brace at a place; None where it is to be read in full."""


NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_TOKEN = re.compile(
    r"""(?P<mark>[{}\[\],:])
    |(?P<text>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")
    |(?P<number>"""
    + NUMBER
    + r"""|-?Infinity|NaN)
    |(?P<word>true|false|null)""",
    re.VERBOSE,
)
_BLANKS = re.compile(r"[ \t\r\n]*")
_WORDS = {"true": True, "false": False, "null": None}
_END = ""


class _BrokenError(Exception):
    """What is wrong with the text, and on which line."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def read_json(
    text: str, numbers: Sequence[int], understanding: Understanding | None = None
) -> tuple[JsonValue, Problem | None]:
    """Read a JSON text as far as it is one.

    Parameters
    ----------
    text : str
        Lines with line feeds between them.
    numbers : sequence of int
        The number of each line in its file.
    understanding : Understanding, optional
        Of this text.

    Returns
    -------
    JsonValue
        None where not even a beginning can be read.
    Problem or None
        Where and why reading ended before the text did.
    """
    reader = _Reader(text, numbers, understanding)
    root: list[JsonValue] = []
    try:
        reader.read_value(lambda value, _: root.append(value), frozenset({_END}), 0)
        reader.expect(frozenset({_END}))
    except _BrokenError as broken:
        problem = Problem(
            broken.message, broken.line, "nothing behind it is read: correct it, or write the file with json.dump"
        )
        return (root[0] if root else None), problem
    return root[0], None


def scalar_of(token: str) -> Scalar:
    """Return a text in quotes, a number or a word of a JSON text.

    Raises
    ------
    ValueError
        A text in quotes has an escape that does not exist.
    """
    if token in _WORDS:
        return _WORDS[token]
    if not token.startswith('"'):
        return Number(token)
    decoded: str = json.loads(token)
    # Half a surrogate pair cannot be written to any file.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Place in the text. A scalar counts once the mark behind it is seen: the end may have cut off its last digits."""

    def __init__(self, text: str, numbers: Sequence[int], understanding: Understanding | None) -> None:
        self._text = text
        self._numbers = numbers
        self._understanding = understanding
        self._position = 0
        self._counted = 0
        self._line_index = 0

    def read_value(self, keep: Callable[[JsonValue, int], None], ends: frozenset[str], depth: int) -> None:
        """Read a value, and keep it as soon as it is sure; lists and objects grow after that."""
        match = self._next("a value")
        line = self._line()
        if match.lastgroup != "mark":
            value = self._scalar(match)
            self._peek_end(ends)
            keep(value, line)
            return
        if depth >= DEEPEST:
            raise _BrokenError(f"lists and objects are nested more than {DEEPEST} deep", line)
        if match.group() == "[":
            items = JsonList()
            keep(items, line)
            self._read_items(items, depth + 1)
        elif match.group() == "{":
            members = JsonObject()
            keep(members, line)
            self._read_members(members, depth + 1)
        else:
            raise _BrokenError(f"is not JSON: a value is expected, not {match.group()!r}", line)

    def expect(self, marks: frozenset[str]) -> str:
        """Step over one of some marks, and return it."""
        found = self._peek_end(marks)
        self._position += len(found)
        return found

    def _read_items(self, items: JsonList, depth: int) -> None:
        ends = frozenset(",]")
        if self._peek() == "]":
            self.expect(ends)
        else:
            mark = ","
            while mark == ",":
                if not self._understand(items, depth):
                    self.read_value(items.add, ends, depth)
                mark = self.expect(ends)
        items.is_whole = True

    def _understand(self, items: JsonList, depth: int) -> bool:
        """Step over objects that are understood together; leave anything else."""
        if self._understanding is None or depth >= DEEPEST or self._peek() != "{":
            return False
        understood = self._understanding.at(self._position)
        if understood is None:
            return False
        items.add(understood, self._line())
        self._position = understood.end
        return True

    def _read_members(self, members: JsonObject, depth: int) -> None:
        ends = frozenset(",}")
        if self._peek() == "}":
            self.expect(ends)
        else:
            mark = ","
            while mark == ",":
                name = self._read_name()
                self.read_value(functools.partial(members.add, name), ends, depth)
                mark = self.expect(ends)
        members.is_whole = True

    def _read_name(self) -> str:
        match = self._next("a name in double quotes")
        name = self._scalar(match) if match.lastgroup == "text" else None
        if not isinstance(name, str):
            raise _BrokenError(
                f"is not JSON: a name in double quotes is expected, not {shorten(match.group(), 40)!r}", self._line()
            )
        self.expect(frozenset(":"))
        return name

    def _scalar(self, match: re.Match[str]) -> Number | str | bool | None:
        text = match.group()
        try:
            return scalar_of(text)
        except ValueError:
            raise _BrokenError(
                f"is not JSON: {shorten(text, 40)} has an escape that does not exist", self._line()
            ) from None

    def _peek(self) -> str:
        """Return the next character that is not blank, or the empty string at the end."""
        self._position = _BLANKS.match(self._text, self._position).end()  # type: ignore[union-attr]
        return self._text[self._position : self._position + 1]

    def _peek_end(self, marks: frozenset[str]) -> str:
        found = self._peek()
        if found in marks:
            return found
        if not found:
            raise _BrokenError("the file ends within its JSON: it is cut off", self._line())
        wanted = "the end of the file" if marks == {_END} else " or ".join(sorted(marks))
        raise _BrokenError(f"is not JSON: {wanted} is expected, not {self._excerpt()!r}", self._line())

    def _next(self, wanted: str) -> re.Match[str]:
        if not self._peek():
            raise _BrokenError("the file ends within its JSON: it is cut off", self._line())
        match = _TOKEN.match(self._text, self._position)
        if match is None:
            excerpt = self._excerpt()
            is_open = excerpt.startswith('"')
            reason = "a text in quotes has no end" if is_open else f"{wanted} is expected, not {excerpt!r}"
            raise _BrokenError(f"is not JSON: {reason}", self._line())
        self._line()
        self._position = match.end()
        return match

    def _excerpt(self) -> str:
        return shorten(self._text[self._position : self._position + 41].split("\n", 1)[0], 40)

    def _line(self) -> int:
        """Return the number of the line at the place read last."""
        self._line_index += self._text.count("\n", self._counted, self._position)
        self._counted = max(self._counted, self._position)
        return self._numbers[min(self._line_index, len(self._numbers) - 1)]
