"""Param.cpp as a format of the registry."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.param_cpp.evaluation import shown
from nnsreport.parsers.param_cpp.parameters import ParameterFile, parameters_of
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    import polars as pl

NAME = "neurosim-param"
PREFIX = "neurosim."
"""Before the name of a parameter that is a setting of a run."""

COLUMNS: dict[str, str] = {
    "run": "String",
    "parameter": "String",
    "value": "String",
    "kind": "String",
    "expression": "String",
    "line": "Int64",
    "default": "String",
    "is_default": "Boolean",
    "is_derived": "Boolean",
    "comment": "String",
    "note": "String",
}
"""Table ``parameters``: one row a parameter; ``value``, ``default`` and ``is_default`` are null where not known."""

_CONSTRUCTOR = re.compile(r"^\s*Param::Param\s*\(", re.MULTILINE)
_KNOWN = re.compile(
    r"^\s*(operationmode|memcelltype|accesstype|transistortype|deviceroadmap|technode|numColMuxed|levelOutput|cellBit|"
    r"resistanceOn|numRowSubArray|processNode|totalNumEpochs|numBitInput|clkFreq)\s*=[^=]",
    re.MULTILINE,
)
_LEAST_KNOWN = 3


class NeuroSimParam:
    """The format as the registry knows it."""

    name = NAME
    title = "Param.cpp of NeuroSim (parameters of any version)"
    citation = (
        "X. Peng, S. Huang, Y. Luo, X. Sun, S. Yu, 'DNN+NeuroSim: An End-to-End Benchmarking Framework for "
        "Compute-in-Memory Accelerators with Versatile Device Technologies', IEEE International Electron Devices "
        "Meeting (IEDM), 2019"
    )
    schema: frozenset[str] = frozenset()
    sample = "Param::Param() {\n\toperationmode = 2;\n\tmemcelltype = 1;\n\ttechnode = 22;\n}\n"

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        if _CONSTRUCTOR.search(glance.heads):
            return 1.0
        known = {match.group(1) for match in _KNOWN.finditer(glance.heads)}
        return 0.6 if len(known) >= _LEAST_KNOWN else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read a file's parameters.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier.

        Returns
        -------
        tuple of ParsedLog
            One, with the table ``parameters``.
        """
        found = parameters_of(text)
        records = RunBuilder(NAME, text.cut_line)
        if found.versions:
            line = min((parameter.line for parameter in found.parameters.values()), default=1)
            records.setting("neurosim.version", " or ".join(found.versions), line)
        for name, parameter in found.parameters.items():
            if parameter.value is not None:
                records.setting(f"{PREFIX}{name}", shown(parameter.value), parameter.line)
        for problem in found.problems:
            records.problem(problem.message, problem.line, problem.remedy)
        tables = {"parameters": parameters_frame(found, run)}
        return (records.finish(run, text.source, is_complete=found.is_whole, tables=tables),)


def parameters_frame(found: ParameterFile, run: str) -> pl.DataFrame:
    """Return the parameters as a table.

    Parameters
    ----------
    found : ParameterFile
        What was read.
    run : str
        Identifier, the same in each row.

    Returns
    -------
    polars.DataFrame
        With :data:`COLUMNS`, in the order of the lines.
    """
    import polars as pl

    rows = [
        (
            run,
            parameter.name,
            None if parameter.value is None else shown(parameter.value),
            parameter.kind,
            parameter.expression,
            parameter.line,
            None if parameter.default is None else shown(parameter.default),
            parameter.is_default,
            parameter.is_derived,
            parameter.comment,
            parameter.note,
        )
        for parameter in found.parameters.values()
    ]
    schema = pl.Schema({name: getattr(pl, kind)() for name, kind in COLUMNS.items()})
    return pl.DataFrame(rows, schema=schema, orient="row")
