"""C++ source text into tokens, each with its line; comments are kept apart."""

from __future__ import annotations

import bisect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from nnsreport.parsers.records import Problem

_TOKEN = re.compile(
    r"""
    (?P<blank>(?:[ \t\f\v]|\\\n)+)
    |(?P<newline>\n)
    |(?P<line_comment>//(?:\\\n|[^\n])*)
    |(?P<block_comment>/\*(?s:.*?)\*/)
    |(?P<open_comment>/\*(?s:.*))
    |(?P<string>"(?:\\.|[^"\\\n])*")
    |(?P<character>'(?:\\.|[^'\\\n])+')
    |(?P<open_string>["'][^\n]*)
    |(?P<number>\.?\d(?:[eEpP][-+]|'(?=\w)|[\w.])*)
    |(?P<name>[A-Za-z_]\w*)
    |(?P<operator><<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|::|[-+*/%&|^~!<>=?:;,.(){}\[\]\#])
    |(?P<other>.)
    """,
    re.VERBOSE | re.ASCII,
)
_COMMENT_MARK = re.compile(r"^//+!?|^/\*+|\*+/$")


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    NAME = "name"
    STRING = "string"
    CHARACTER = "character"
    OPERATOR = "operator"
    DIRECTIVE = "directive"
    OTHER = "other"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of source text.

    Attributes
    ----------
    kind : Kind
        ``DIRECTIVE`` is a whole line of the preprocessor.
    text : str
        As written.
    line : int
        1-based line of the file.
    start, end : int
        Offsets in the text.
    """

    kind: Kind
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """The tokens of a file.

    Attributes
    ----------
    tokens : tuple of Token
        The last is of kind ``END``.
    comments : Mapping of int to str
        The comment that begins on a line, without its marks, in one line.
    problems : tuple of Problem
        Comments and texts that do not end.
    is_cut : bool
        The text ends within a comment.
    """

    tokens: tuple[Token, ...]
    comments: Mapping[int, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_cut: bool = False


def tokenize(lines: Sequence[str], numbers: Sequence[int]) -> Source:
    """Split C++ source text into tokens.

    Parameters
    ----------
    lines : sequence of str
        Without line ends.
    numbers : sequence of int
        1-based line of the file each came from.

    Returns
    -------
    Source
        Its tokens; a directive is one token.
    """
    return _Lexer("\n".join(lines), numbers).read()


@dataclass(slots=True)
class _Lexer:
    text: str
    numbers: Sequence[int]
    tokens: list[Token] = field(default_factory=list)
    comments: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _directive: list[Token] | None = None
    _is_line_start: bool = True

    def read(self) -> Source:
        self._starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        is_cut = False
        for match in _TOKEN.finditer(self.text):
            name = match.lastgroup or "other"
            if name == "newline":
                self._end_line()
            elif name.endswith("comment"):
                is_cut = is_cut or name == "open_comment"
                self._read_comment(match, is_open=name == "open_comment")
            elif name != "blank":
                self._read_token(name, match)
        self._end_line()
        end = len(self.text)
        self.tokens.append(Token(Kind.END, "", self._line(max(end - 1, 0)), end, end))
        return Source(tuple(self.tokens), self.comments, tuple(self.problems), is_cut)

    def _line(self, offset: int) -> int:
        return self.numbers[min(bisect.bisect_right(self._starts, offset), len(self.numbers)) - 1]

    def _read_comment(self, match: re.Match[str], *, is_open: bool) -> None:
        line = self._line(match.start())
        words = " ".join(_COMMENT_MARK.sub("", match.group().strip()).split())
        if words.strip("*"):
            self.comments[line] = f"{self.comments[line]} {words}" if line in self.comments else words
        if is_open:
            self.problems.append(
                Problem("a comment opened with /* does not end: all that follows is left out", line, "close it with */")
            )

    def _read_token(self, name: str, match: re.Match[str]) -> None:
        line, text = self._line(match.start()), match.group()
        if name == "open_string" and self._directive is None:
            self.problems.append(Problem("a text does not end on its line", line, f"close it with {text[0]}"))
        kind = Kind.OTHER if name == "open_string" else Kind(name)
        token = Token(kind, text, line, match.start(), match.end())
        if self._directive is not None:
            self._directive.append(token)
        elif text == "#" and self._is_line_start:
            self._directive = [token]
        else:
            self.tokens.append(token)
        self._is_line_start = False

    def _end_line(self) -> None:
        if self._directive:
            first, last = self._directive[0], self._directive[-1]
            words = join(self._directive[1:])
            self.tokens.append(Token(Kind.DIRECTIVE, words, first.line, first.start, last.end))
        self._directive = None
        self._is_line_start = True


def join(tokens: Sequence[Token]) -> str:
    """Return the source text of tokens in one line, without comments.

    Parameters
    ----------
    tokens : sequence of Token
        In their order.

    Returns
    -------
    str
        With one space where the source has blanks or comments.
    """
    parts: list[str] = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if before is not None and token.start > before.end:
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)
