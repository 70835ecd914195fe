"""Checks that every parser's time grows with the size of a text, and no faster.

    python bench/parser_scaling.py [--format neurosim-1.4 ...] [--share 0.1]

Each format reads what bench/hostile_texts.py makes of its sample, up to a million lines or a line of 50 MB, in two
sizes, the larger one ten times the smaller. The time for a line, or for a character of a long line, must be the same;
the text is read as that format, whatever it looks like, and recognised. Prints the largest growth of each kind of text
with the seconds that the larger one took; exit code 1 when one grows faster. ``--share`` makes floods smaller:
the million lines and the like.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from hostile_texts import Hostile, texts_for

from nnsreport.errors import NnsreportError
from nnsreport.parsers import LogFormat, formats, parse_bytes
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.registry import detect

GROWTH = 10
MOST_GROWTH = 3.0
"""Of the time for one line or character: caches, garbage collection and a shared machine account for less than this."""
LEAST_SECONDS = 0.05
"""Of the larger text; less is not worth a look."""


class Measurement(NamedTuple):
    """How much longer a line or character takes in a large text, and of what."""

    growth: float
    seconds: float
    about: str


def seconds(text: str, format_name: str) -> float:
    """Return how long a processor works to recognise a text and to read it as a format."""
    data = text.encode()
    start = time.process_time()
    with contextlib.suppress(NnsreportError):
        detect(lines_of(data))
    with contextlib.suppress(NnsreportError):
        parse_bytes(data, run="r", format=format_name)
    return time.process_time() - start


def measure(log_format: LogFormat, hostile: Hostile, share: float) -> Measurement:
    """Return the growth from a text to one that is ten times as large.

    Parameters
    ----------
    log_format : LogFormat
        Reads them.
    hostile : Hostile
        Makes them.
    share : float
        Of the size that the texts have.

    Returns
    -------
    Measurement
        With a growth of 0 where the larger one takes no time to speak of.
    """
    lines, size = log_format.sample.splitlines(), max(int(hostile.size * share), GROWTH)
    large = seconds(hostile.text_of(lines, size), log_format.name)
    if large < LEAST_SECONDS:
        return Measurement(0.0, large, hostile.about)
    # Each a bit larger than any text before: what was read once may be read faster again.
    small = min(seconds(hostile.text_of(lines, size // GROWTH + more), log_format.name) for more in range(1, 4))
    return Measurement(large / small / GROWTH, large, hostile.about)


def check(log_format: LogFormat, share: float) -> bool:
    """Print what takes longest to read as a format; tell whether all of it grows as it should."""
    seconds(log_format.sample, log_format.name)  # imports what is needed
    slow: list[Measurement] = []
    for kind, texts in texts_for(log_format.name, log_format.sample.splitlines()).items():
        found = [measure(log_format, hostile, share if kind == "flood" else 1.0) for hostile in texts]
        growing = [measured for measured in found if measured.growth > MOST_GROWTH]
        slow += growing
        for measured in growing or [_worst(found)]:
            mark = "!" if measured.growth > MOST_GROWTH else " "
            about = f"{measured.growth:6.2f} times, {measured.seconds:8.3f} s: {measured.about}"
            print(f"{mark} {log_format.name:32} {kind:10} {about}", flush=True)
    return not slow


def _worst(found: Sequence[Measurement]) -> Measurement:
    """Return what takes longest, growth being as it should."""
    return max(found, key=lambda measured: measured.seconds)


def main() -> int:
    """Check all formats; return 1 when one grows too fast."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", action="append", help="only this one; may be given several times")
    parser.add_argument("--share", type=float, default=1.0, help="of the sizes of floods")
    arguments = parser.parse_args()
    chosen = [known for known in formats() if not arguments.format or known.name in arguments.format]
    are_good = [check(known, arguments.share) for known in chosen]
    return 0 if all(are_good) else 1


if __name__ == "__main__":
    sys.exit(main())
