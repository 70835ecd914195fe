"""Write parsers/param_cpp/defaults.csv from the Param.cpp files of NeuroSim's versions.

    python tools/write_param_defaults.py 1.4=NeuroSIM-1.4/Param.cpp 2.1=NeuroSIM-2.1/Param.cpp > defaults.csv

NeuroSim's sources are not part of this repository (their licence is CC BY-NC): give files of your own. Types come from
the Param.h beside each, constants from the constant.h beside it or in NeuroSim/. What is written are names, types and
values, not source text.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

from nnsreport.parsers.param_cpp.evaluation import Evaluation, shown
from nnsreport.parsers.param_cpp.expressions import TYPE_WORDS, Cursor, SyntaxProblem
from nnsreport.parsers.param_cpp.parameters import parameters_as
from nnsreport.parsers.param_cpp.preprocessing import preprocess
from nnsreport.parsers.param_cpp.program import parse_program
from nnsreport.parsers.param_cpp.statements import StatementParser
from nnsreport.parsers.param_cpp.syntax import Block, Declaration, assignments, names_in
from nnsreport.parsers.param_cpp.tokens import tokenize
from nnsreport.parsers.param_cpp.values import Unknown, Value
from nnsreport.parsers.param_cpp.versions import COLUMNS, Version
from nnsreport.parsers.reading import read_log


def main(arguments: list[str]) -> None:
    """Write a row for every parameter of every file."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for argument in arguments:
        version, _, path = argument.partition("=")
        writer.writerows(rows_of(version, Path(path)))


def rows_of(version: str, path: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Return the rows of one Param.cpp."""
    text = read_log(path)
    program = parse_program(text.lines, text.numbers)
    used = {name for found in assignments(*program.statements) for name in names_in(found.value)}
    types = types_of(path.with_name("Param.h"))
    constants = {name: value for name, value in constants_near(path).items() if name in used - types.keys()}
    for name, value in constants.items():
        yield version, "constant", name, kind_of(value), shown(value)
    found = parameters_as(program, [Version(version, types, {}, constants)], source=path)
    for name, parameter in found.parameters.items():
        value = "" if parameter.value is None else shown(parameter.value)
        yield version, "parameter", name, types[name], value


def types_of(header: Path) -> dict[str, str]:
    """Return the types of the members that a Param.h declares."""
    text = read_log(header)
    cursor = Cursor(preprocess(tokenize(text.lines, text.numbers)).tokens)
    parser, found = StatementParser(cursor), dict[str, str]()
    while not cursor.is_at_end:
        if cursor.token.text not in TYPE_WORDS:
            cursor.take()
            continue
        first = cursor.position
        try:
            statement = parser.declarations()
        except SyntaxProblem:
            cursor.position = first + 1
            continue
        for declared in statement.statements if isinstance(statement, Block) else (statement,):
            if isinstance(declared, Declaration) and declared.kind:
                found[declared.name] = declared.kind
    return found


def constants_near(path: Path) -> dict[str, Value]:
    """Return the macros of the constant.h that belongs to a Param.cpp."""
    near = [folder / "constant.h" for folder in (path.parent, path.parent / "NeuroSim")]
    header = next((candidate for candidate in near if candidate.is_file()), None)
    if header is None:
        return {}
    text = read_log(header)
    macros = preprocess(tokenize(text.lines, text.numbers)).macros
    values = {name: Evaluation({}, macros, {}).evaluate(expression) for name, expression in macros.items()}
    return {name: value for name, value in values.items() if not isinstance(value, Unknown)}


def kind_of(value: Value) -> str:
    """Return the type of a constant."""
    return {bool: "bool", int: "int", float: "double", str: "text"}[type(value)]


if __name__ == "__main__":
    main(sys.argv[1:])
