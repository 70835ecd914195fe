"""Results of any simulator, as a user writes them from his script: see docs/results-file.md."""

from __future__ import annotations

import re

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.plausibility import flag_implausible
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.results_file.csv_form import is_header, read_csv_form
from nnsreport.parsers.results_file.json_form import looks_like_results, read_json_form
from nnsreport.vocabulary import METRICS

__all__ = ["ResultsFile"]

_BLANKS = " \t\r\n"
_GLANCED_CHARACTERS = 1 << 16
_ENTRY_LINE = re.compile(r"^[ \t]*\{?[ \t]*\"metric\"[ \t]*:[ \t]*\"[a-z_]", re.MULTILINE)
"""An entry of an indented text whose results stand behind many settings."""


class ResultsFile:
    """The format as the registry knows it."""

    name = "results-1"
    title = "Results file of nnsreport, JSON or CSV, of any simulator"
    citation = "nnsreport, docs/results-file.md; cite the simulator that gave the results"
    schema = frozenset(METRICS)
    sample = (
        '{"format": "nnsreport-results", "version": 1, "simulator": "aihwkit", "simulator_version": "0.9.2",\n'
        ' "results": [{"metric": "accuracy", "value": 91.2, "unit": "%", "trial": 0, "time_s": 3600}]}\n'
    )

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        first = next((line.lstrip() for line in glance.first_lines), "")
        if first.startswith(("{", "[")):
            beginning = "\n".join(glance.first_lines)[:_GLANCED_CHARACTERS]
            return max(looks_like_results(beginning), 0.8 if _ENTRY_LINE.search(glance.heads) else 0.0)
        header = next((line for line in glance.first_lines if not line.startswith("#")), "")
        return 1.0 if is_header(header) else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read a file.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier of the run.

        Returns
        -------
        tuple of ParsedLog
            One; what the file tells of its simulator is in the settings ``results.simulator``,
            ``results.simulator_version`` and ``results.run``.

        Raises
        ------
        LogError
            It is of a version that is not known.
        """
        records = RunBuilder(self.name, text.cut_line)
        beginnings = (line.lstrip(_BLANKS) for line in text.lines)
        is_json = next(filter(None, beginnings)).startswith(("{", "["))
        is_whole = read_json_form(text, records) if is_json else read_csv_form(text, records)
        flag_implausible(
            records,
            not_finite_remedy="if they are meant, leave them; else look why the simulator gave them",
            negative_remedy="check them where they come from",
        )
        return (records.finish(run, text.source, is_complete=is_whole),)


FORMATS = (ResultsFile(),)
"""The formats as the registry knows them."""
