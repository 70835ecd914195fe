"""Some lines from all over a text, by which it is decided what stands before each line."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.parsers.reading.lines import Lines

_WINDOW_LINES = 4
_WINDOWS = 16


def sample_of(lines: Sequence[str]) -> str:
    """Return some lines, each behind a newline: all of a short text, and never many.

    Parameters
    ----------
    lines : sequence of str
        Of a log, or of its beginning.

    Returns
    -------
    str
        The lines in some windows spread over the text; one search in it costs next to nothing.
    """
    step = max(len(lines) // _WINDOWS, _WINDOW_LINES)
    windows = [(start, min(start + _WINDOW_LINES, len(lines))) for start in range(0, len(lines), step)]
    if isinstance(lines, Lines):
        return "\n" + b"".join([lines.joined(start, end) for start, end in windows]).decode().removesuffix("\n")
    return "\n".join(["", *[line for start, end in windows for line in lines[start:end]]])
