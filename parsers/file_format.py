"""A file that a simulator writes beside its log, as a format of the registry: also told when it is not as written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.quantities import PURE
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog, shorten
from nnsreport.parsers.table_lines import Line, table_lines

_SEPARATOR = re.compile("[;\t]")
_ANY_SEPARATOR = re.compile("[,;\t]")
_LETTER = re.compile("[A-Za-z]")
_LONGEST_HEADER = 1 << 16
_SURE_OF_A_SPREADSHEET = 0.9


def has_no_header(_: str) -> bool:
    """Tell of a line of a file that begins with its numbers that it is not the file's header."""
    return False


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How to recognise and read a file; see :class:`nnsreport.parsers.LogFormat`."""

    name: str
    title: str
    citation: str
    schema: frozenset[str]
    sample: str
    recognise: Callable[[Glance], float]
    read: Callable[[LogText, str], tuple[ParsedLog, ...]]
    is_header: Callable[[str], bool]

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        sure = self.recognise(glance)
        if not sure and any(self._is_spreadsheets(line) for line in glance.first_lines):
            return _SURE_OF_A_SPREADSHEET
        return sure

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run in a file; the first is called ``run``.

        A file with the header of another table, or that a spreadsheet program has written again, gives no numbers.
        """
        lines = table_lines(text.lines, text.numbers, text.cut_line)
        if any(self.is_header(line.text) for line in lines):
            return self.read(text, run)
        resaved = next((line for line in lines if self._is_spreadsheets(line.text)), None)
        if resaved is not None:
            return self._refused(
                text,
                run,
                resaved,
                "was saved by a spreadsheet program, with other separators than NeuroSim's and perhaps rounded numbers",
                "read the file that NeuroSim wrote; do not save it from a spreadsheet",
            )
        if _is_any_header(lines[0].text):
            seen = shorten(lines[0].text.strip(), 60)
            message = f"the header {seen!r} is not that of {self.title}, so its columns are not read"
            return self._refused(text, run, lines[0], message, "leave out --as, or name the format of this header")
        return self.read(text, run)

    def _is_spreadsheets(self, line: str) -> bool:
        """Tell whether a line is the header with other separators, quotes, or padded with empty cells."""
        if len(line) > _LONGEST_HEADER or _SEPARATOR.search(line) is None:
            return False
        plain = _SEPARATOR.sub(",", line.replace('"', ""))
        return any(self.is_header(plain.rstrip(",") + end) for end in ("", ","))

    def _refused(self, text: LogText, run: str, line: Line, message: str, remedy: str) -> tuple[ParsedLog, ...]:
        records = RunBuilder(self.name, text.cut_line)
        records.problem(message, line.number, remedy)
        return (records.finish(run, text.source, is_complete=False),)


def _is_any_header(line: str) -> bool:
    """Tell whether a line names columns: several cells, each with letters, none of them a number."""
    cells = [cell.strip() for cell in _ANY_SEPARATOR.split(line[:_LONGEST_HEADER]) if cell.strip()]
    return len(cells) > 1 and all(_LETTER.search(cell) and PURE.read(cell) is None for cell in cells)
