"""What a constructor is made of: expressions and statements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.parsers.param_cpp.values import Result


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal; unknown where C++ could not read it either."""

    value: Result


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, local variable or macro."""

    name: str


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``!x``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``x + y``, ``x && y``."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Conditional:
    """``condition ? yes : no``."""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class Cast:
    """``(double) x``."""

    kind: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Call:
    """``pow(x, 2)``."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """``name = value``, ``name *= value``.

    Attributes
    ----------
    name : str
        What is set.
    operator : str
        Of a compound assignment, such as ``*``; empty for ``=``.
    value : Expression
        Right side.
    text : str
        Right side as written, with the operator of a compound assignment before it.
    line : int
        Line of the name.
    """

    name: str
    operator: str
    value: Expression
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """C++ that is not evaluated, such as ``argv[1]``."""

    text: str


Expression = Constant | Name | Unary | Binary | Conditional | Cast | Call | Assignment | Opaque


@dataclass(frozen=True, slots=True)
class Evaluate:
    """An expression as a statement."""

    expression: Expression
    line: int


@dataclass(frozen=True, slots=True)
class Declaration:
    """A local variable; ``kind`` is None when its type is not one of numbers and texts."""

    name: str
    kind: str | None
    value: Expression | None
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """``{ ... }``, or several declarations of one line."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class If:
    """``if``, with every ``else if``.

    Attributes
    ----------
    branches : tuple of pairs
        Condition and statement; the first that holds is run.
    otherwise : Statement or None
        The last ``else``.
    line : int
        Of the first ``if``.
    """

    branches: tuple[tuple[Expression, Statement], ...]
    otherwise: Statement | None
    line: int


@dataclass(frozen=True, slots=True)
class Switch:
    """``switch``.

    Attributes
    ----------
    subject : Expression
        What is looked at.
    labels : tuple of pairs
        Expression of each ``case`` (None for ``default``), and the index of the statement it leads to.
    statements : tuple of Statement
        One after the other: without ``break`` the next case's are run too.
    line : int
        Of ``switch``.
    """

    subject: Expression
    labels: tuple[tuple[Expression | None, int], ...]
    statements: tuple[Statement, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Leave:
    """``break``, ``continue`` or ``return``."""

    keyword: str


@dataclass(frozen=True, slots=True)
class Unevaluated:
    """A statement that is read only for what it sets: a loop, or one that is damaged."""

    statement: Statement
    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A statement that is no C++; ``name`` is what it would have set."""

    name: str | None
    text: str
    reason: str
    line: int


Statement = Evaluate | Declaration | Block | If | Switch | Leave | Unevaluated | Unreadable


def assignments(*pieces: Expression | Statement | None) -> Iterator[Assignment]:
    """Find every assignment within expressions and statements, whether it is run or not.

    Yields
    ------
    Assignment
        In the order of the source.
    """
    for piece in pieces:
        if isinstance(piece, Assignment):
            yield from assignments(piece.value)
            yield piece
        elif piece is not None:
            yield from assignments(*_children(piece))


def unreadable(statement: Statement) -> Iterator[Unreadable]:
    """Find every damaged statement within a statement."""
    if isinstance(statement, Unreadable):
        yield statement
    elif not isinstance(statement, Evaluate | Declaration | Leave):
        for child in _children(statement):
            if isinstance(child, Evaluate | Declaration | Block | If | Switch | Leave | Unevaluated | Unreadable):
                yield from unreadable(child)


def names_in(expression: Expression) -> Iterator[str]:
    """Find the names that an expression reads."""
    if isinstance(expression, Name):
        yield expression.name
    for child in _children(expression):
        if isinstance(child, Constant | Name | Unary | Binary | Conditional | Cast | Call | Assignment | Opaque):
            yield from names_in(child)


def _children(piece: Expression | Statement) -> tuple[Expression | Statement, ...]:  # noqa: C901 - one case a class
    match piece:
        case Unary(_, operand) | Cast(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Conditional(condition, yes, no):
            return (condition, yes, no)
        case Call(_, arguments):
            return arguments
        case Assignment(value=value) | Evaluate(expression=value):
            return (value,)
        case Declaration(value=value):
            return (value,) if value is not None else ()
        case Block(statements):
            return statements
        case If(branches, otherwise):
            pairs = tuple(part for branch in branches for part in branch)
            return (*pairs, otherwise) if otherwise is not None else pairs
        case Switch(subject, labels, statements):
            return (subject, *(label for label, _ in labels if label is not None), *statements)
        case Unevaluated(statement):
            return (statement,)
        case _:
            return ()
