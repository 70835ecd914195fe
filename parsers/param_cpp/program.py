"""A file to the statements that set its parameters: globals, the constructor's list, and its body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnsreport.parsers.param_cpp.expressions import TYPE_WORDS, Cursor, SyntaxProblem
from nnsreport.parsers.param_cpp.preprocessing import preprocess
from nnsreport.parsers.param_cpp.statements import StatementParser, initializer
from nnsreport.parsers.param_cpp.syntax import Expression, Statement
from nnsreport.parsers.param_cpp.tokens import Kind, tokenize
from nnsreport.parsers.records import Problem

_CUT_REMEDY = "copy the file again: the simulator was not built from this one"


@dataclass(frozen=True, slots=True)
class Program:
    """What a Param.cpp does.

    Attributes
    ----------
    statements : tuple of Statement
        In the order in which they run.
    macros : Mapping of str to Expression
        Those of ``#define``.
    comments : Mapping of int to str
        By the line they begin on.
    problems : tuple of Problem
        What is no C++.
    is_cut : bool
        The file ends before its constructor does.
    has_constructor : bool
        Otherwise it is a piece of a file, read as if it were one.
    """

    statements: tuple[Statement, ...]
    macros: Mapping[str, Expression]
    comments: Mapping[int, str]
    problems: tuple[Problem, ...]
    is_cut: bool
    has_constructor: bool = True


def parse_program(lines: Sequence[str], numbers: Sequence[int]) -> Program:
    """Read a Param.cpp, or a piece of one.

    Parameters
    ----------
    lines : sequence of str
        Without line ends.
    numbers : sequence of int
        1-based line of the file each came from.

    Returns
    -------
    Program
        Its statements; every damage is a problem.
    """
    source = tokenize(lines, numbers)
    preprocessed = preprocess(source)
    reader = _ProgramReader(Cursor(preprocessed.tokens))
    statements, is_open = reader.read()
    problems = [*source.problems, *preprocessed.problems, *reader.parser.problems]
    if is_open:
        last = preprocessed.tokens[-1].line
        problems.append(Problem("the file ends within its constructor: it is cut off", last, _CUT_REMEDY))
    is_cut = is_open or source.is_cut
    return Program(statements, preprocessed.macros, source.comments, tuple(problems), is_cut, reader.has_constructor)


class _ProgramReader:
    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.parser = StatementParser(cursor)
        self.has_constructor = True

    def read(self) -> tuple[tuple[Statement, ...], bool]:
        """Return the statements, and whether the constructor is still open at the end of the file."""
        statements = self._globals()
        if self.cursor.is_at_end:
            self.cursor.position = 0
            self.has_constructor = False
            self.parser.problems.append(
                Problem("there is no constructor such as Param::Param(): all lines are read as if they were in one")
            )
            return self._rest(), False
        statements += self._head()
        if not self.cursor.skip("{"):
            return tuple(statements), True
        statements += self.parser.body()
        if not self.cursor.is_at("}"):
            return tuple(statements), True
        closing = self.cursor.take()
        if self._is_in_constructor():
            self.parser.problems.append(
                Problem("a } too many ends the constructor before its last lines", closing.line, "remove it")
            )
            statements += self._rest()
        return tuple(statements), False

    def _globals(self) -> list[Statement]:
        """Go to the constructor; keep the variables declared before it."""
        found: list[Statement] = []
        depth = 0
        while not self.cursor.is_at_end and not (depth == 0 and self._is_at_constructor()):
            if depth == 0 and self.cursor.token.text in TYPE_WORDS:
                found += self._global()
                continue
            text = self.cursor.take().text
            depth = max(depth + (text == "{") - (text == "}"), 0)
        return found

    def _global(self) -> list[Statement]:
        first = self.cursor.position
        try:
            return [self.parser.declarations()]
        except SyntaxProblem:  # a function, whose inside is no concern of the constructor's
            self.cursor.position = first
            while self.cursor.token.text in TYPE_WORDS:
                self.cursor.take()
            return []

    def _is_at_constructor(self) -> bool:
        name, joint, again, opening = (self.cursor.peek(ahead) for ahead in range(4))
        is_qualified = joint.text == "::" and opening.text == "("
        return is_qualified and name.kind is Kind.NAME and name.text == again.text

    def _head(self) -> list[Statement]:
        while not self.cursor.is_at_end and not self.cursor.is_at(")"):
            self.cursor.take()
        self.cursor.skip(")")
        found: list[Statement] = []
        if not self.cursor.skip(":"):
            return found
        try:
            found.append(initializer(self.cursor))
            while self.cursor.skip(","):
                found.append(initializer(self.cursor))
        except SyntaxProblem as problem:
            self.parser.problems.append(
                Problem(f"the constructor's list cannot be read: {problem.message}", problem.token.line, "mend it")
            )
            while not self.cursor.is_at_end and not self.cursor.is_at("{"):
                self.cursor.take()
        return found

    def _is_in_constructor(self) -> bool:
        token, following = self.cursor.token, self.cursor.peek()
        return token.kind is Kind.NAME and (token.text in ("if", "switch") or following.text == "=")

    def _rest(self) -> tuple[Statement, ...]:
        statements: list[Statement] = []
        while not self.cursor.is_at_end:
            statements += self.parser.body()
            self.cursor.skip("}")
        return tuple(statements)
