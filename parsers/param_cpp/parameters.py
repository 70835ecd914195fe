"""A Param.cpp as a record: every parameter with its value, its source and the version's default."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nnsreport.errors import LogError
from nnsreport.parsers.param_cpp import versions as known_versions
from nnsreport.parsers.param_cpp.evaluation import Evaluation, Setting, shown
from nnsreport.parsers.param_cpp.program import Program, parse_program
from nnsreport.parsers.param_cpp.syntax import Assignment, assignments, names_in, unreadable
from nnsreport.parsers.param_cpp.values import Unknown, Value
from nnsreport.parsers.param_cpp.versions import Version
from nnsreport.parsers.reading import LogText, read_log
from nnsreport.parsers.records import Problem

T = TypeVar("T")

_KINDS: Mapping[type, str] = {bool: "bool", int: "int", float: "float", str: "text"}
_NOT_REACHED = "it is set only under a condition that does not hold"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes
    ----------
    name : str
        As in the source.
    value : bool, int, float, str or None
        What the constructor leaves in it; None where that cannot be known.
    expression : str
        Source text of what it was set to last, such as ``6e3*17``.
    line : int
        Of that assignment, 1-based.
    comment : str
        On the same line.
    note : str
        Why there is no value, which values were replaced, or which constant of another file was needed.
    default : bool, int, float, str or None
        In the file as it is distributed; None where the version is not known or leaves it unset.
    is_derived : bool
        It follows from other parameters, or stands under a condition: not what a user sets.
    """

    name: str
    value: Value | None
    expression: str
    line: int
    comment: str = ""
    note: str = ""
    default: Value | None = None
    is_derived: bool = False

    @property
    def kind(self) -> str:
        """Return ``bool``, ``int``, ``float`` or ``text``; text as well where there is no value."""
        return "text" if self.value is None else _KINDS[type(self.value)]

    @property
    def is_default(self) -> bool | None:
        """Tell whether it is as distributed; None where one of the two is not known."""
        return None if self.value is None or self.default is None else self.value == self.default


@dataclass(frozen=True, slots=True)
class ParameterFile:
    """Everything read from a Param.cpp.

    Attributes
    ----------
    source : Path or None
        The file.
    versions : tuple of str
        Versions of NeuroSim that have these parameters; empty where none is like it.
    parameters : Mapping of str to Parameter
        In the order of their first lines.
    problems : tuple of Problem
        What is no C++, what the simulator refuses, what it is known to fail with.
    is_whole : bool
        The constructor is there from its beginning to its end.
    """

    source: Path | None
    versions: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    problems: tuple[Problem, ...] = ()
    is_whole: bool = True

    @property
    def values(self) -> Mapping[str, Value]:
        """Return every value that is known, by the parameter's name."""
        return {name: found.value for name, found in self.parameters.items() if found.value is not None}

    @property
    def changed(self) -> Mapping[str, Parameter]:
        """Return the parameters that are not as distributed with this version."""
        return {name: found for name, found in self.parameters.items() if found.is_default is False}


def read_param_cpp(path: Path, *, version: str | None = None) -> ParameterFile:
    """Read a user's Param.cpp.

    Parameters
    ----------
    path : Path
        The file.
    version : str, optional
        Such as ``1.4``; recognised by the names of the parameters if not given.

    Returns
    -------
    ParameterFile
        Whatever state the file is in.

    Raises
    ------
    LogError
        It cannot be read or is empty, or there is no such version.
    """
    text = read_log(path)
    found = parameters_of(text, version=version)
    return dataclasses.replace(found, problems=(*text.problems, *found.problems))


def parameters_of(text: LogText, *, version: str | None = None) -> ParameterFile:
    """Read the text of a Param.cpp.

    Parameters
    ----------
    text : LogText
        Its lines.
    version : str, optional
        As for :func:`read_param_cpp`.

    Returns
    -------
    ParameterFile
        Without the problems of its bytes.

    Raises
    ------
    LogError
        There is no such version.
    """
    program = parse_program(text.lines, text.numbers)
    return parameters_as(program, _candidates(program, version), source=text.source)


def parameters_as(program: Program, candidates: Sequence[Version], *, source: Path | None = None) -> ParameterFile:
    """Evaluate a Param.cpp as one of some versions.

    Parameters
    ----------
    program : Program
        Its statements.
    candidates : sequence of Version
        What all of them say alike of types, constants and defaults is used.
    source : Path, optional
        The file.

    Returns
    -------
    ParameterFile
        What was found.
    """
    from nnsreport.parsers.param_cpp.checks import known_failures

    constants = _agreed([found.constants for found in candidates])
    evaluation = Evaluation(_agreed([found.types for found in candidates]), program.macros, constants)
    evaluation.run(program.statements)
    parameters = _parameters(program, evaluation, _agreed([found.defaults for found in candidates]), constants)
    names = tuple(found.name for found in candidates)
    problems = [
        *program.problems,
        *evaluation.problems,
        *_repeated(evaluation.settings),
        *known_failures(parameters, evaluation.exits, names),
    ]
    if not candidates:
        problems.append(Problem("its parameters are those of no known version of NeuroSim: there are no defaults"))
    problems.sort(key=lambda problem: (problem.line is None, problem.line or 0))
    is_whole = not program.is_cut and program.has_constructor
    return ParameterFile(source, names, parameters, tuple(problems), is_whole)


def _candidates(program: Program, version: str | None) -> tuple[Version, ...]:
    if version is None:
        return known_versions.recognise(_names(program), is_cut=program.is_cut or not program.has_constructor)
    found = known_versions.named(version)
    if found is None:
        names = ", ".join(known.name for known in known_versions.versions())
        raise LogError(f"there is no version {version!r} of Param.cpp", remedy=f"use one of {names}")
    return (found,)


def _names(program: Program) -> set[str]:
    damaged = {found.name for statement in program.statements for found in unreadable(statement) if found.name}
    return damaged | {assignment.name for assignment in assignments(*program.statements)}


def _agreed(mappings: Sequence[Mapping[str, T]]) -> dict[str, T]:
    """Return what all versions say alike."""
    first, *others = mappings or [{}]
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _parameters(
    program: Program, evaluation: Evaluation, defaults: Mapping[str, Value], constants: Mapping[str, Value]
) -> Mapping[str, Parameter]:
    history: dict[str, list[Setting]] = {}
    for setting in evaluation.settings:
        history.setdefault(setting.name, []).append(setting)
    sources: dict[str, Assignment] = {}
    for assignment in assignments(*program.statements):
        sources.setdefault(assignment.name, assignment)
    lines = {name: source.line for name, source in sources.items() if name not in evaluation.locals}
    lines = {name: settings[0].assignment.line for name, settings in history.items()} | lines
    found: dict[str, Parameter] = {}
    for name in sorted(lines, key=lines.__getitem__):
        settings = history.get(name, [])
        assignment = settings[-1].assignment if settings else sources[name]
        value = settings[-1].value if settings else Unknown(_NOT_REACHED)
        found[name] = Parameter(
            name,
            None if isinstance(value, Unknown) else value,
            assignment.text,
            assignment.line,
            program.comments.get(assignment.line, ""),
            value.reason if isinstance(value, Unknown) else _note(settings, constants),
            defaults.get(name),
            is_derived=not settings or settings[-1].is_conditional or not _is_literal(assignment),
        )
    return found


def _note(history: Sequence[Setting], constants: Mapping[str, Value]) -> str:
    last = history[-1]
    replaced = dict.fromkeys(
        f"replaces {shown(setting.value)} of line {setting.assignment.line}"
        for setting in history[:-1]
        if not isinstance(setting.value, Unknown) and setting.value != last.value
    )
    used = [f"with {name} = {shown(constants[name])} of constant.h" for name in last.constants]
    return ", ".join((*replaced, *used))


def _is_literal(assignment: Assignment) -> bool:
    return not assignment.operator and not any(names_in(assignment.value))


def _repeated(settings: Sequence[Setting]) -> Iterator[Problem]:
    """Tell of parameters that are set twice without need; computed ones may build on their first value."""
    first: dict[str, Setting] = {}
    for setting in settings:
        if setting.is_conditional or setting.assignment.operator:
            continue
        before = first.setdefault(setting.name, setting)
        if before is not setting and setting.name not in names_in(setting.assignment.value):
            lines = f"on lines {before.assignment.line} and {setting.assignment.line}"
            holds = "the last one holds" if isinstance(setting.value, Unknown) else f"{shown(setting.value)} holds"
            message = f"{setting.name} is set twice, {lines}: {holds}"
            yield Problem(message, setting.assignment.line, "delete the line that is not meant")
