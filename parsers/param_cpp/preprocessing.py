"""The preprocessor's lines: parts that are switched off, and macros."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nnsreport.parsers.param_cpp.evaluation import Evaluation
from nnsreport.parsers.param_cpp.expressions import Cursor, SyntaxProblem, parse_expression
from nnsreport.parsers.param_cpp.syntax import Binary, Call, Constant, Expression, Name, Opaque, Unary, names_in
from nnsreport.parsers.param_cpp.tokens import Kind, Source, Token, tokenize
from nnsreport.parsers.param_cpp.values import Unknown, Value
from nnsreport.parsers.records import Problem

_IGNORED = frozenset({"include", "pragma", "error", "warning", "line", ""})


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """What the compiler would see.

    Attributes
    ----------
    tokens : tuple of Token
        Without directives and what they switch off; the last is of kind ``END``.
    macros : Mapping of str to Expression
        Those without arguments, whether defined before their use or not.
    problems : tuple of Problem
        Directives that do not fit together.
    """

    tokens: tuple[Token, ...]
    macros: Mapping[str, Expression]
    problems: tuple[Problem, ...]


def preprocess(source: Source) -> Preprocessed:
    """Carry out the directives of a file.

    Parameters
    ----------
    source : Source
        Its tokens.

    Returns
    -------
    Preprocessed
        ``#include`` is not followed.
    """
    run = _Preprocessor()
    tokens = tuple(run.read(source.tokens))
    return Preprocessed(tokens, run.macros, tuple(run.problems))


@dataclass(slots=True)
class _Section:
    """An ``#if`` that is open."""

    line: int
    is_on: bool
    was_on: bool
    is_outer_on: bool


@dataclass(slots=True)
class _Preprocessor:
    macros: dict[str, Expression] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _open: list[_Section] = field(default_factory=list)

    def read(self, tokens: tuple[Token, ...]) -> Iterator[Token]:
        for token in tokens:
            if token.kind is Kind.DIRECTIVE:
                self._carry_out(token)
            elif token.kind is Kind.END or self._is_on:
                yield token
        for section in self._open:
            self.problems.append(Problem("#if has no #endif", section.line, "close it with #endif"))

    @property
    def _is_on(self) -> bool:
        return not self._open or self._open[-1].is_on

    def _carry_out(self, directive: Token) -> None:
        word, _, rest = directive.text.strip().partition(" ")
        rest = rest.strip()
        if word in ("if", "ifdef", "ifndef"):
            is_true = self._is_on and self._decide(word, rest, directive.line)
            self._open.append(_Section(directive.line, is_true, is_true, self._is_on))
        elif word in ("elif", "else", "endif"):
            self._continue(word, rest, directive.line)
        elif self._is_on:
            self._define(word, rest, directive.line)

    def _continue(self, word: str, rest: str, line: int) -> None:
        if not self._open:
            self.problems.append(Problem(f"#{word} has no #if", line, "remove it"))
            return
        section = self._open[-1]
        if word == "endif":
            self._open.pop()
        elif section.was_on or not section.is_outer_on:
            section.is_on = False
        else:
            section.is_on = section.was_on = word == "else" or self._decide("if", rest, line)

    def _define(self, word: str, rest: str, line: int) -> None:
        if word == "undef":
            self.macros.pop(rest, None)
        elif word == "define":
            name, _, value = rest.partition(" ")
            self.macros[name.partition("(")[0]] = _expression(value) if "(" not in name else Opaque(f"{name} {value}")
        elif word not in _IGNORED:
            self.problems.append(Problem(f"#{word} is no directive", line, "remove it"))

    def _decide(self, word: str, condition: str, line: int) -> bool:
        if word != "if":
            return (condition in self.macros) == (word == "ifdef")
        value = _evaluate_condition(_expression(condition), self.macros)
        if value is None:
            self.problems.append(
                Problem(
                    f"#if {condition} cannot be decided from this file: its lines are left out",
                    line,
                    "write #if 0 or #if 1",
                )
            )
        return bool(value)


def _expression(text: str) -> Expression:
    cursor = Cursor(tokenize([text], [1]).tokens)
    try:
        expression = parse_expression(cursor)
    except SyntaxProblem:
        return Opaque(text)
    return expression if cursor.is_at_end else Opaque(text)


def _evaluate_condition(expression: Expression, macros: Mapping[str, Expression]) -> bool | None:
    """Evaluate the condition of an ``#if``; names that are no macros are 0, as the preprocessor has it."""
    decided = _without_defined(expression, macros)
    undefined: dict[str, Value] = {name: 0 for name in names_in(decided) if name not in macros}
    value = Evaluation({}, macros, undefined).evaluate(decided)
    return None if isinstance(value, Unknown | str) else bool(value)


def _without_defined(expression: Expression, macros: Mapping[str, Expression]) -> Expression:
    match expression:
        case Call("defined", (Name(name),)):
            return Constant(name in macros)
        case Unary(operator, operand):
            return Unary(operator, _without_defined(operand, macros))
        case Binary(operator, left, right):
            return Binary(operator, _without_defined(left, macros), _without_defined(right, macros))
        case _:
            return expression
