"""Runs the statements of a constructor, as far as they depend on nothing but the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from nnsreport.parsers.param_cpp import functions, values
from nnsreport.parsers.param_cpp.syntax import (
    Assignment,
    Binary,
    Block,
    Call,
    Cast,
    Conditional,
    Constant,
    Declaration,
    Evaluate,
    Expression,
    If,
    Leave,
    Name,
    Opaque,
    Statement,
    Switch,
    Unary,
    Unevaluated,
    Unreadable,
    assignments,
    names_in,
    unreadable,
)
from nnsreport.parsers.param_cpp.values import Result, Single, Unknown, Value
from nnsreport.parsers.records import Problem

_DEEPEST = 150


class Flow(Enum):
    """Where to go on after a statement."""

    NEXT = "the next statement"
    BREAK = "behind the switch"
    RETURN = "behind the constructor"


@dataclass(frozen=True, slots=True)
class Setting:
    """One assignment that was run, or might be.

    Attributes
    ----------
    name : str
        What it sets.
    value : bool, int, float or str, or Unknown
        As the parameter's type keeps it.
    assignment : Assignment
        Its source.
    is_conditional : bool
        It stands within an ``if``, ``switch`` or loop.
    constants : tuple of str
        Constants of other files that it uses.
    """

    name: str
    value: Result
    assignment: Assignment
    is_conditional: bool
    constants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """The program ends within the constructor.

    Attributes
    ----------
    line : int
        Of the call.
    because : str
        What led there, as a clause.
    choices : tuple of str
        Values with which it would not have; empty where they are not a list.
    """

    line: int
    because: str
    choices: tuple[str, ...]


@dataclass(slots=True)
class Evaluation:
    """The state of a constructor while it runs.

    Attributes
    ----------
    types : Mapping of str to str
        Types of the parameters, as in :data:`values.KINDS`; others take the type of what they are set to.
    macros : Mapping of str to Expression
        Of the file.
    constants : Mapping of str to Value
        Of other files.
    settings : list of Setting
        What was set, in this order.
    exits : list of Exit
        Where the simulator ends.
    problems : list of Problem
        Settings that C++ takes, but not as they are meant.
    locals : dict of str to str
        Local variables and their types.
    """

    types: Mapping[str, str]
    macros: Mapping[str, Expression]
    constants: Mapping[str, Value]
    settings: list[Setting] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    locals: dict[str, str] = field(default_factory=dict)
    _values: dict[str, Result] = field(default_factory=dict)
    _conditions: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    _used_constants: list[str] = field(default_factory=list)
    _expanding: set[str] = field(default_factory=set)
    _depth: int = 0

    def run(self, statements: Sequence[Statement]) -> Flow:
        """Run statements one after the other.

        Parameters
        ----------
        statements : sequence of Statement
            After an exit the others are run all the same, so that the file can be shown.

        Returns
        -------
        Flow
            Where to go on.
        """
        for statement in statements:
            flow = self._run_one(statement)
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    def _run_one(self, statement: Statement) -> Flow:
        match statement:
            case Evaluate(expression, line):
                self._run_expression(expression, line)
            case Declaration():
                self._declare(statement)
            case Block(statements):
                return self.run(statements)
            case If():
                return self._run_if(statement)
            case Switch():
                return self._run_switch(statement)
            case Leave(keyword):
                return Flow.RETURN if keyword == "return" else Flow.BREAK
            case Unevaluated(inner, reason):
                self._taint((inner,), reason)
            case Unreadable():
                self._taint((statement,), statement.reason)
        return Flow.NEXT

    def _run_expression(self, expression: Expression, line: int) -> None:
        if isinstance(expression, Call) and expression.name in ("exit", "abort", "_exit"):
            because, choices = self._conditions[-1] if self._conditions else ("nothing prevents it", ())
            self.exits.append(Exit(line, because, choices))
        else:
            self.evaluate(expression)

    def _declare(self, declaration: Declaration) -> None:
        kind = declaration.kind
        if declaration.name in self.types and declaration.name not in self.locals:
            message = f"{declaration.name} is declared anew: the parameter of that name is not set"
            self.problems.append(Problem(message, declaration.line, "remove the type before the name"))
        self.locals[declaration.name] = kind or ""
        value: Result = Unknown(f"{declaration.name} has no value yet")
        if declaration.value is not None:
            value = self.evaluate(declaration.value)
        if kind is None:
            value = Unknown(f"the type of {declaration.name} is not evaluated")
        elif kind != "auto" and not isinstance(value, Unknown):
            value = values.convert(value, kind)
        self._values[declaration.name] = value

    def _run_if(self, statement: If) -> Flow:
        tests: list[Expression] = []
        for position, (condition, inner) in enumerate(statement.branches):
            value = self.evaluate(condition)
            tests.append(condition)
            if isinstance(value, Unknown | str):
                reason = value.reason if isinstance(value, Unknown) else "a text is no condition"
                rest = [branch for _, branch in statement.branches[position:]]
                self._taint((*rest, statement.otherwise), f"the condition on line {statement.line}: {reason}")
                return Flow.NEXT
            if value:
                return self._run_within(inner, f"{self._described(tests)} on line {statement.line}", ())
        if statement.otherwise is None:
            return Flow.NEXT
        because = f"{self._described(tests)}, for which line {statement.line} has no case"
        return self._run_within(statement.otherwise, because, ())

    def _run_within(self, statement: Statement, because: str, choices: tuple[str, ...]) -> Flow:
        self._conditions.append((because, choices))
        flow = self._run_one(statement)
        self._conditions.pop()
        return flow

    def _described(self, tests: Sequence[Expression]) -> str:
        names = dict.fromkeys(name for test in tests for name in names_in(test))
        known = [(name, self._values[name]) for name in names if name in self._values]
        described = [f"{name} is {shown(value)}" for name, value in known if not isinstance(value, Unknown)]
        return " and ".join(described) or "the condition holds"

    def _run_switch(self, statement: Switch) -> Flow:
        subject = self.evaluate(statement.subject)
        labels = [(None if label is None else self.evaluate(label), index) for label, index in statement.labels]
        if isinstance(subject, Unknown | str | float):
            reason = subject.reason if isinstance(subject, Unknown) else f"{shown(subject)} is no whole number"
            self._taint(statement.statements, f"the switch on line {statement.line}: {reason}")
            return Flow.NEXT
        index = next((index for value, index in labels if value is not None and value == subject), None)
        if index is None:
            index = next((index for value, index in labels if value is None), None)
        if index is None:
            return Flow.NEXT
        choices = tuple(shown(value) for value, _ in labels if isinstance(value, int) and value >= 0)
        because = f"{self._described([statement.subject])}, for which line {statement.line} has no case"
        flow = self._run_within(Block(statement.statements[index:]), because, choices)
        return flow if flow is Flow.RETURN else Flow.NEXT

    def _taint(self, statements: Sequence[Statement | None], reason: str) -> None:
        """Note that statements may set something that cannot be known."""
        for assignment in assignments(*statements):
            self._record(assignment.name, Unknown(reason), assignment, is_conditional=True)
        for damaged in (found for statement in statements if statement for found in unreadable(statement)):
            if damaged.name is not None:
                source = Assignment(damaged.name, "", Opaque(damaged.text), damaged.text, damaged.line)
                self._record(damaged.name, Unknown(damaged.reason), source, is_conditional=bool(self._conditions))

    def _record(self, name: str, value: Result, assignment: Assignment, *, is_conditional: bool) -> None:
        self._values[name] = value
        if name not in self.locals:
            constants = tuple(dict.fromkeys(self._used_constants))
            self.settings.append(Setting(name, value, assignment, is_conditional, constants))

    def evaluate(self, expression: Expression) -> Result:
        """Evaluate an expression.

        Parameters
        ----------
        expression : Expression
            It may set parameters.

        Returns
        -------
        bool, int, float or str, or Unknown
            Its value, or why there is none.
        """
        if self._depth >= _DEEPEST:
            return Unknown("its macros are nested too deep")
        self._depth += 1
        try:
            return self._evaluate_one(expression)
        finally:
            self._depth -= 1

    def _evaluate_one(self, expression: Expression) -> Result:
        match expression:
            case Constant(value):
                return value
            case Name(name):
                return self._read(name)
            case Unary(operator, operand):
                inner = self.evaluate(operand)
                return inner if isinstance(inner, Unknown) else values.unary(operator, inner)
            case Binary(operator, left, right):
                return self._evaluate_binary(operator, left, right)
            case _:
                return self._evaluate_other(expression)

    def _evaluate_other(self, expression: Expression) -> Result:
        match expression:
            case Conditional(condition, yes, no):
                return self._evaluate_conditional(condition, yes, no)
            case Cast(kind, operand):
                inner = self.evaluate(operand)
                return inner if isinstance(inner, Unknown) else values.convert(inner, kind)
            case Call(name, arguments):
                return self._call(name, arguments)
            case Assignment():
                return self._assign(expression)
            case Opaque(text):
                return Unknown(f"{text} is known only to the running program")
            case _:
                raise AssertionError(expression)

    def _evaluate_binary(self, operator: str, left: Expression, right: Expression) -> Result:
        first = self.evaluate(left)
        if isinstance(first, Unknown):
            return first
        if operator in ("&&", "||"):
            if isinstance(first, str) or bool(first) is (operator == "||"):
                return Unknown("a text is no condition") if isinstance(first, str) else bool(first)
            second = self.evaluate(right)
            if isinstance(second, Unknown | str):
                return second if isinstance(second, Unknown) else Unknown("a text is no condition")
            return bool(second)
        second = self.evaluate(right)
        return second if isinstance(second, Unknown) else values.binary(operator, first, second)

    def _evaluate_conditional(self, condition: Expression, yes: Expression, no: Expression) -> Result:
        test = self.evaluate(condition)
        if isinstance(test, Unknown | str):
            return test if isinstance(test, Unknown) else Unknown("a text is no condition")
        chosen, other = (yes, no) if test else (no, yes)
        value = self.evaluate(chosen)
        if any(assignments(other)) or isinstance(value, Unknown | str):
            return value
        # Both sides have one type in C++: of 1 and 2.5 the first is 1.0.
        unchosen = self.evaluate(other)
        if isinstance(unchosen, Single):
            return value if isinstance(value, float) else values.single(value)
        if isinstance(unchosen, float):
            return float(value)
        return int(value) if type(unchosen) is int and isinstance(value, bool) else value

    def _call(self, name: str, arguments: Sequence[Expression]) -> Result:
        evaluated = [self.evaluate(argument) for argument in arguments]
        known = [value for value in evaluated if not isinstance(value, Unknown)]
        if len(known) == len(evaluated) or not functions.is_known(name):
            return functions.call(name, known)
        return next(value for value in evaluated if isinstance(value, Unknown))

    def _read(self, name: str) -> Result:
        if name in self._values:
            return self._values[name]
        if name in self.macros and name not in self._expanding:
            self._expanding.add(name)
            value = self.evaluate(self.macros[name])
            self._expanding.discard(name)
            return value
        if name in self.constants:
            self._used_constants.append(name)
            return self.constants[name]
        return Unknown(f"{name} is not set before in this file")

    def _assign(self, assignment: Assignment) -> Result:
        self._used_constants.clear()
        value = self.evaluate(assignment.value)
        if assignment.operator and not isinstance(value, Unknown):
            before = self._read(assignment.name)
            known = not isinstance(before, Unknown)
            value = values.binary(assignment.operator, before, value) if known else before  # type: ignore[arg-type]
        kind = self.locals.get(assignment.name) or self.types.get(assignment.name)
        if kind in values.KINDS and not isinstance(value, Unknown):
            value = self._keep(value, kind, assignment)
        elif isinstance(value, Single):
            value = float(value)
        self._record(assignment.name, value, assignment, is_conditional=bool(self._conditions))
        return value

    def _keep(self, value: Value, kind: str, assignment: Assignment) -> Result:
        """Convert a value to its parameter's type; digits that are lost are told of."""
        kept = values.convert(value, kind)
        if kind == "int" and isinstance(value, float) and not isinstance(kept, Unknown) and kept != value:
            message = f"{assignment.name} is a whole number: {value} becomes {kept}"
            self.problems.append(Problem(message, assignment.line, f"write {kept}, or the number that is meant"))
        return kept


def shown(value: Result) -> str:
    """Return a value as text: ``true``, ``22``, ``1e-09``, or nothing for one that is not known."""
    if isinstance(value, Unknown):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
