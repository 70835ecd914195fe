"""Tokens to the statements of ``Param::Param()``, past any damage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nnsreport.parsers.param_cpp.expressions import (
    TYPE_WORDS,
    Cursor,
    SyntaxProblem,
    kind_of,
    parse_expression,
    shown,
)
from nnsreport.parsers.param_cpp.syntax import (
    Assignment,
    Block,
    Declaration,
    Evaluate,
    Expression,
    If,
    Leave,
    Opaque,
    Statement,
    Switch,
    Unevaluated,
    Unreadable,
)
from nnsreport.parsers.param_cpp.tokens import Kind, Token, join
from nnsreport.parsers.records import Problem, shorten

_DEEPEST = 40
_KEYWORDS = frozenset({"if", "else", "switch", "case", "default", "for", "while", "do", "return", "break"})
_COMPILER_REMEDY = "C++ does not compile it so"


@dataclass(slots=True)
class StatementParser:
    """Reads statements one after the other; damage becomes a problem and an ``Unreadable``.

    Attributes
    ----------
    cursor : Cursor
        Place in the tokens.
    problems : list of Problem
        What is no C++.
    """

    cursor: Cursor
    problems: list[Problem] = field(default_factory=list)
    _depth: int = 0

    def body(self) -> tuple[Statement, ...]:
        """Read statements up to a closing brace, which is left, or the end of the file."""
        statements: list[Statement] = []
        while not self.cursor.is_at("}") and not self.cursor.is_at_end:
            statements.append(self.statement())
        return tuple(statements)

    def statement(self) -> Statement:
        """Read one statement, or skip what is none."""
        first = self.cursor.position
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise SyntaxProblem("statements are nested too deep", self.cursor.token)
            return self._statement()
        except SyntaxProblem as problem:
            return self._recover(first, problem)
        finally:
            self._depth -= 1

    def _statement(self) -> Statement:
        token = self.cursor.token
        if self.cursor.is_at("{"):
            return self._block()
        if self.cursor.skip(";"):
            return Block(())
        if token.kind is not Kind.NAME:
            return self._expressions()
        if token.text == "if":
            return self._if()
        if token.text == "switch":
            return self._switch()
        if token.text in ("for", "while", "do"):
            return self._loop()
        if token.text in ("break", "continue", "return"):
            return self._leave()
        return self.declarations() if token.text in TYPE_WORDS else self._expressions()

    def _block(self) -> Block:
        self.cursor.expect("{")
        statements = self.body()
        self.cursor.skip("}")
        return Block(statements)

    def _condition(self) -> Expression:
        self.cursor.expect("(")
        condition = parse_expression(self.cursor)
        self.cursor.expect(")")
        return condition

    def _if(self) -> If:
        line = self.cursor.token.line
        branches: list[tuple[Expression, Statement]] = []
        otherwise: Statement | None = None
        while self.cursor.skip("if"):
            branches.append((self._condition(), self.statement()))
            if not self.cursor.skip("else"):
                break
            if not self.cursor.is_at("if"):
                otherwise = self.statement()
                break
        return If(tuple(branches), otherwise, line)

    def _switch(self) -> Switch:
        line = self.cursor.take().line
        subject = self._condition()
        self.cursor.expect("{")
        labels: list[tuple[Expression | None, int]] = []
        statements: list[Statement] = []
        while not self.cursor.is_at("}") and not self.cursor.is_at_end:
            if self.cursor.is_at("case", "default"):
                labels.append((self._label(), len(statements)))
            else:
                statements.append(self.statement())
        self.cursor.skip("}")
        return Switch(subject, tuple(labels), tuple(statements), line)

    def _label(self) -> Expression | None:
        first = self.cursor.position
        label: Expression | None = None
        try:
            if self.cursor.take().text == "case":
                label = parse_expression(self.cursor)
            self.cursor.expect(":")
        except SyntaxProblem as problem:
            text = join(self.cursor.tokens[first : self.cursor.position])
            self._report(text, problem.message, self.cursor.tokens[first].line)
            return Opaque(text)
        return label

    def _loop(self) -> Unevaluated:
        word = self.cursor.take()
        if word.text != "do":
            self._skip_parentheses()
        body = self.statement()
        if word.text == "do" and self.cursor.skip("while"):
            self._skip_parentheses()
            self.cursor.skip(";")
        return Unevaluated(body, "it is set in a loop, which is not run here")

    def _skip_parentheses(self) -> None:
        self.cursor.expect("(")
        depth = 1
        while depth and not self.cursor.is_at_end:
            text = self.cursor.take().text
            depth += (text == "(") - (text == ")")

    def _leave(self) -> Leave:
        word = self.cursor.take()
        if word.text == "return" and not self.cursor.is_at(";"):
            parse_expression(self.cursor)
        self._end(word)
        return Leave(word.text)

    def declarations(self) -> Statement:
        """Read the declaration of one or several variables.

        Raises
        ------
        SyntaxProblem
            It is something else, such as a function.
        """
        words: list[str] = []
        while self.cursor.token.kind is Kind.NAME and self.cursor.token.text in TYPE_WORDS:
            words.append(self.cursor.take().text)
        found = [self._declaration(words)]
        while self.cursor.skip(","):
            found.append(self._declaration(words))
        self._end(self.cursor.token)
        return found[0] if len(found) == 1 else Block(tuple(found))

    def _declaration(self, words: Sequence[str]) -> Declaration:
        while self.cursor.skip("*") or self.cursor.skip("&"):
            pass
        name = self.cursor.take()
        if name.kind is not Kind.NAME:
            raise SyntaxProblem(f"a name is missing before {shown(name)}", name)
        kind = "auto" if "auto" in words else kind_of(words)
        value = parse_expression(self.cursor) if self.cursor.skip("=") else None
        return Declaration(name.text, kind, value, name.line)

    def _expressions(self) -> Statement:
        first = self.cursor.token
        found: list[Statement] = [Evaluate(parse_expression(self.cursor), first.line)]
        while self.cursor.skip(","):
            line = self.cursor.token.line
            found.append(Evaluate(parse_expression(self.cursor), line))
        self._end(first)
        return found[0] if len(found) == 1 else Block(tuple(found))

    def _end(self, first: Token) -> None:
        """Go past the semicolon; one that is missing at the end of a line is told of."""
        if self.cursor.skip(";"):
            return
        here, before = self.cursor.token, self.cursor.tokens[max(self.cursor.position - 1, 0)]
        if here.kind is Kind.END:
            raise SyntaxProblem("the file ends here", here)
        if here.line == before.line and here.text != "}":
            raise SyntaxProblem(f"; is missing before {shown(here)}", here)
        what = f" of what begins on line {first.line}" if first.line != before.line else ""
        self.problems.append(
            Problem(f"; is missing at the end of the line{what}", before.line, f"add it: {_COMPILER_REMEDY}")
        )

    def _report(self, text: str, message: str, line: int) -> None:
        self.problems.append(
            Problem(f"{shorten(text, 60)!r} cannot be read: {message}", line, f"mend the line: {_COMPILER_REMEDY}")
        )

    def _recover(self, first: int, problem: SyntaxProblem) -> Statement:
        """Skip to where the next statement seems to begin."""
        tokens = self.cursor.tokens
        start = tokens[first]
        self.cursor.position = first
        block: Statement | None = None
        while not self.cursor.is_at_end and not self.cursor.is_at("}"):
            if self.cursor.is_at("{"):
                block = self._damaged_block()
                break
            if self.cursor.take().text == ";" or self._begins_statement(start.line):
                break
        if self.cursor.position == first and not self.cursor.is_at("}"):
            self.cursor.take()
        text = join(tokens[first : max(self.cursor.position, first + 1)])
        ends = problem.token.kind is Kind.END
        if not ends:
            self._report(text, problem.message, start.line)
        if block is not None:
            return Unevaluated(block, f"the statement on line {start.line} that holds it cannot be read")
        is_setting = start.kind is Kind.NAME and first + 1 < len(tokens) and tokens[first + 1].text == "="
        reason = "the file ends here" if ends else problem.message
        return Unreadable(start.text if is_setting else None, shorten(text, 200), reason, start.line)

    def _damaged_block(self) -> Statement:
        if self._depth < _DEEPEST:
            return self._block()
        depth = 0
        while not self.cursor.is_at_end:
            text = self.cursor.take().text
            depth += (text == "{") - (text == "}")
            if depth == 0:
                break
        return Block(())

    def _begins_statement(self, line: int) -> bool:
        token, following = self.cursor.token, self.cursor.peek()
        if token.line == line or token.kind is not Kind.NAME:
            return False
        return token.text in _KEYWORDS or following.text == "="


def initializer(cursor: Cursor) -> Statement:
    """Read ``name(value)`` of a constructor's list.

    Raises
    ------
    SyntaxProblem
        It is something else.
    """
    name = cursor.take()
    closing = {"(": ")", "{": "}"}.get(cursor.token.text)
    if name.kind is not Kind.NAME or closing is None:
        raise SyntaxProblem(f"{shown(name)} is no initializer", name)
    cursor.take()
    begin = cursor.position
    value = parse_expression(cursor)
    text = join(cursor.tokens[begin : cursor.position])
    cursor.expect(closing)
    return Evaluate(Assignment(name.text, "", value, text, name.line), name.line)
