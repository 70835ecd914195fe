"""NeuroSim V1.4, inference: the output of its Python wrapper and of its C++ part, mixed in any order or alone."""

from __future__ import annotations

from collections import Counter

from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim_v14.detection import confidence_of
from nnsreport.parsers.neurosim_v14.run import NAME, START_HEADS, Run, start_of
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

SCHEMA = frozenset({"read_latency"})
SAMPLE = "ChipArea : 9.10707e+07um^2\n"


class NeuroSimV14:
    """The format as the registry knows it."""

    name = NAME
    title = "DNN+NeuroSim V1.4 (inference)"
    citation = (
        "J. Lee, A. Lu, W. Li, S. Yu, 'NeuroSim V1.4: Extending Technology Support for Digital Compute-in-Memory "
        "Toward 1nm Node', IEEE Transactions on Circuits and Systems I: Regular Papers, 2024"
    )

    schema = SCHEMA
    sample = SAMPLE

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        return confidence_of(glance.heads)

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run in a log.

        Parameters
        ----------
        text : LogText
            Its lines.
        run : str
            Identifier of the first run; the others get ``#2``, ``#3`` behind it.

        Returns
        -------
        tuple of ParsedLog
            At least one.
        """
        return tuple(
            found.finish(run if rank == 1 else f"{run}#{rank}", text.source)
            for rank, found in enumerate(_split_runs(text), start=1)
        )


def _split_runs(text: LogText) -> list[Run]:
    """Offer every line to the run it belongs to.

    A job may start the simulator several times. With one wrapper and one C++ part at most it did not, in whatever order
    their streams were written to the file.
    """
    starts = Counter(start_of(line) for line in text.lines if line[:5] in START_HEADS)
    holds_several = any(count > 1 for kind, count in starts.items() if kind is not None)
    current = Run.begin(text.cut_line)
    runs = [current]
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not line or line.isspace():
            continue
        if holds_several and current.is_over_at(line):
            current = Run.begin(text.cut_line)
            runs.append(current)
        current.read(line, number)
    return runs
