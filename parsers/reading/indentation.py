"""Blanks or marks of quotation before each line of a log that was pasted into a message or a page."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from nnsreport.parsers.reading.time_stamps import is_table_header

_BLANKS = " \t"
_INDENTED = re.compile(r"\n[ \t>]")
_FILLED = re.compile(r"\n.")
_FEWEST = 2  # the blanks before a single line may be its own
_OPENING = ("{", "[", "(")
_QUOTATION = re.compile("> ?")
_JSON = re.compile(r'\s*(?:\{|\[\s*(?:$|[\[{"]))')


def indentation(lines: Sequence[str], sample: str) -> re.Pattern[str] | None:
    """Return what matches the indentation that all lines of a log share.

    Parameters
    ----------
    lines : sequence of str
        Of a log, or of its beginning.
    sample : str
        Some of them, each behind a newline: if most of these are not indented, no other line is looked at.

    Returns
    -------
    re.Pattern or None
        None if most lines are not indented, or some are below a line that is not, as in a program; and for JSON, to
        which blanks mean nothing.
    """
    if len(_INDENTED.findall(sample)) * 2 <= len(_FILLED.findall(sample)):
        return None
    texts = [line for line in lines if line.strip()]
    if sum(line.startswith(">") for line in texts) * 2 > len(texts):
        return _QUOTATION
    if not texts or _JSON.match(texts[0]) or _is_outline(lines):
        return None
    return _blanks(texts)


def _blanks(texts: Sequence[str]) -> re.Pattern[str] | None:
    """Return the blanks with which most lines begin, unless the first one is the header of a table."""
    indented = [line for line in texts if line[0] in _BLANKS]
    if len(indented) < _FEWEST or len(indented) * 2 <= len(texts) or is_table_header(indented[0]):
        return None
    ends = zip(min(indented), max(indented), strict=False)  # what these two share, all do
    shared = "".join(
        first for first, _ in itertools.takewhile(lambda pair: pair[0] == pair[1] and pair[0] in _BLANKS, ends)
    )
    return re.compile(re.escape(shared)) if shared else None


def _is_outline(lines: Sequence[str]) -> bool:
    """Tell whether a line that is not indented opens a bracket, or an indented one follows on it immediately."""
    return any(
        first[:1].strip() != "" and (first.endswith(_OPENING) or (second[:1] in _BLANKS and second.strip() != ""))
        for first, second in itertools.pairwise(lines)
    )
