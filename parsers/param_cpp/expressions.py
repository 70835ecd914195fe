"""Tokens to expressions, by precedence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nnsreport.parsers.param_cpp.syntax import (
    Assignment,
    Binary,
    Call,
    Cast,
    Conditional,
    Constant,
    Expression,
    Name,
    Opaque,
    Unary,
)
from nnsreport.parsers.param_cpp.tokens import Kind, Token, join
from nnsreport.parsers.param_cpp.values import Unknown, read_number

TYPES: Mapping[str, str] = {
    "bool": "bool",
    "int": "int",
    "double": "double",
    "float": "float",
    "string": "text",
    "char": "text",
}
"""Words of C++ for the types that are evaluated, and their names here."""

TYPE_WORDS = frozenset(
    {*TYPES, "const", "static", "constexpr", "unsigned", "signed", "long", "short", "auto", "size_t", "void"}
)
"""Words that begin a declaration."""


def kind_of(words: Sequence[str]) -> str | None:
    """Return the type that the words of a declaration name, or None when it is not evaluated."""
    if not {"unsigned", "long", "short", "void"}.isdisjoint(words):
        return None
    return next((TYPES[word] for word in reversed(words) if word in TYPES), None)


_PRECEDENCE = {
    operator: rank
    for rank, operators in enumerate(
        ("||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %"), start=3
    )
    for operator in operators.split()
}
_TERNARY = 2
_ASSIGNMENT = 1
_ASSIGNMENTS = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_MOST_PARTS = 120
"""Parts of one expression; more would exhaust Python's stack, and no person writes them."""


class SyntaxProblem(Exception):  # noqa: N818 - never leaves the parser: it becomes a Problem
    """The tokens are no C++ that can be read here.

    Parameters
    ----------
    message : str
        One clause in lower case.
    token : Token
        Where it shows.
    """

    def __init__(self, message: str, token: Token) -> None:
        super().__init__(message)
        self.message = message
        self.token = token


@dataclass(slots=True)
class Cursor:
    """A place in a sequence of tokens, of which the last is of kind ``END``."""

    tokens: Sequence[Token]
    position: int = 0

    @property
    def token(self) -> Token:
        """The token at hand."""
        return self.tokens[self.position]

    @property
    def is_at_end(self) -> bool:
        """Whether all tokens are used up."""
        return self.token.kind is Kind.END

    def peek(self, ahead: int = 1) -> Token:
        """Return a later token."""
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        """Return the token at hand and go on; the end is never passed."""
        token = self.token
        if not self.is_at_end:
            self.position += 1
        return token

    def is_at(self, *texts: str) -> bool:
        """Tell whether the token at hand is one of these operators or words."""
        return self.token.kind in (Kind.OPERATOR, Kind.NAME) and self.token.text in texts

    def skip(self, text: str) -> bool:
        """Go past an operator or word if it is at hand."""
        if not self.is_at(text):
            return False
        self.take()
        return True

    def expect(self, text: str) -> Token:
        """Go past an operator or word that must be at hand."""
        if not self.is_at(text):
            raise SyntaxProblem(f"{text} is missing before {shown(self.token)}", self.token)
        return self.take()


def shown(token: Token) -> str:
    """Return a token for a message."""
    return "the end of the file" if token.kind is Kind.END else repr(token.text[:40])


def parse_expression(cursor: Cursor) -> Expression:
    """Read one expression, as far as it goes.

    Parameters
    ----------
    cursor : Cursor
        Left behind the expression.

    Returns
    -------
    Expression
        What was read.

    Raises
    ------
    SyntaxProblem
        There is none.
    """
    return _ExpressionParser(cursor).parse(_ASSIGNMENT)


@dataclass(slots=True)
class _ExpressionParser:
    cursor: Cursor
    parts: int = 0

    def parse(self, least: int) -> Expression:
        first = self.cursor.position
        left = self._prefix()
        while self.cursor.token.kind is Kind.OPERATOR:
            operator = self.cursor.token.text
            if operator in _ASSIGNMENTS and least <= _ASSIGNMENT:
                left = self._assignment(left, first)
            elif operator == "?" and least <= _TERNARY:
                left = self._conditional(left)
            elif _PRECEDENCE.get(operator, 0) >= least:
                self._count()
                self.cursor.take()
                left = Binary(operator, left, self.parse(_PRECEDENCE[operator] + 1))
            else:
                break
        return left

    def _count(self) -> None:
        self.parts += 1
        if self.parts > _MOST_PARTS:
            raise SyntaxProblem(f"an expression has more than {_MOST_PARTS} parts", self.cursor.token)

    def _assignment(self, left: Expression, first: int) -> Assignment:
        self._count()
        target, operator = self.cursor.tokens[first], self.cursor.take()
        if not isinstance(left, Name):
            raise SyntaxProblem("= stands behind something that cannot be set", operator)
        begin = self.cursor.position
        value = self.parse(_ASSIGNMENT)
        compound = operator.text[:-1]
        text = join(self.cursor.tokens[begin : self.cursor.position])
        return Assignment(left.name, compound, value, f"{operator.text} {text}" if compound else text, target.line)

    def _conditional(self, condition: Expression) -> Conditional:
        self._count()
        self.cursor.expect("?")
        yes = self.parse(_ASSIGNMENT)
        self.cursor.expect(":")
        return Conditional(condition, yes, self.parse(_ASSIGNMENT))

    def _prefix(self) -> Expression:
        self._count()
        token = self.cursor.take()
        if token.kind is Kind.NUMBER:
            return Constant(read_number(token.text))
        if token.kind is Kind.STRING:
            return Constant(token.text[1:-1])
        if token.kind is Kind.CHARACTER:
            return Constant(ord(token.text[1]) if len(token.text) == 3 else Unknown("a character is not evaluated"))
        if token.kind is Kind.NAME:
            return self._name(token)
        if token.kind is Kind.OPERATOR:
            return self._prefix_operator(token)
        raise SyntaxProblem(f"{shown(token)} stands where a value belongs", token)

    def _prefix_operator(self, token: Token) -> Expression:
        if token.text == "(":
            return self._parenthesis()
        if token.text in ("-", "+", "!", "~"):
            return Unary(token.text, self.parse(max(_PRECEDENCE.values()) + 1))
        if token.text in ("++", "--"):
            return self._increment(self.parse(max(_PRECEDENCE.values()) + 1), token)
        raise SyntaxProblem(f"{shown(token)} stands where a value belongs", token)

    def _parenthesis(self) -> Expression:
        kind = self._cast()
        if kind is not None:
            return Cast(kind, self.parse(max(_PRECEDENCE.values()) + 1))
        inner = self.parse(_ASSIGNMENT)
        self.cursor.expect(")")
        return inner

    def _cast(self) -> str | None:
        """Go past ``double)``, ``const char*)`` and the like."""
        ahead, words = 0, list[str]()
        while (text := self.cursor.peek(ahead).text) in TYPE_WORDS or (words and text == "*"):
            words.append(text)
            ahead += 1
        if not words or text != ")":
            return None
        self.cursor.position += ahead + 1
        return kind_of(words) or " ".join(words)

    def _name(self, token: Token) -> Expression:
        first = self.cursor.position - 1
        while self.cursor.is_at("::", "->", ".") and self.cursor.peek().kind is Kind.NAME:
            joint, member = self.cursor.take(), self.cursor.take()
            is_own = joint.text == "->" and token.text in ("this", "param")
            if joint.text != "::" and not is_own:
                return Opaque(join(self.cursor.tokens[first : self.cursor.position]))
            token = member
        if token.text in ("true", "false"):
            return Constant(token.text == "true")
        if token.text == "static_cast" and self.cursor.is_at("<"):
            return self._static_cast(first)
        if self.cursor.is_at("("):
            return self._call(token)
        if self.cursor.is_at("["):
            return self._index(first)
        if self.cursor.is_at("++", "--"):
            return self._increment(Name(token.text), self.cursor.take(), token.line)
        return Name(token.text)

    def _increment(self, target: Expression, operator: Token, line: int | None = None) -> Expression:
        if not isinstance(target, Name):
            raise SyntaxProblem(f"{operator.text} stands beside something that cannot be set", operator)
        return Assignment(target.name, operator.text[0], Constant(1), operator.text, line or operator.line)

    def _call(self, name: Token) -> Expression:
        self.cursor.expect("(")
        arguments: list[Expression] = []
        while not self.cursor.is_at(")"):
            if arguments:
                self.cursor.expect(",")
            arguments.append(self.parse(_ASSIGNMENT))
        self.cursor.expect(")")
        if name.text in TYPES and len(arguments) == 1:
            return Cast(TYPES[name.text], arguments[0])
        return Call(name.text, tuple(arguments))

    def _static_cast(self, first: int) -> Expression:
        self.cursor.expect("<")
        kind = TYPES.get(self.cursor.take().text)
        self.cursor.expect(">")
        self.cursor.expect("(")
        operand = self.parse(_ASSIGNMENT)
        self.cursor.expect(")")
        if kind is None:
            return Opaque(join(self.cursor.tokens[first : self.cursor.position]))
        return Cast(kind, operand)

    def _index(self, first: int) -> Expression:
        while self.cursor.skip("["):
            self.parse(_ASSIGNMENT)
            self.cursor.expect("]")
        return Opaque(join(self.cursor.tokens[first : self.cursor.position]))
