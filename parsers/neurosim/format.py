"""One format of the registry for each dialect of NeuroSim."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim.detection import recognise
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.inference_versions import DCIM, V10, V11, V12, V13, V14, V15
from nnsreport.parsers.neurosim.run import START_HEADS, Run, start_of
from nnsreport.parsers.neurosim.samples import sample_of
from nnsreport.parsers.neurosim.three_dimensional import HETEROGENEOUS, MONOLITHIC
from nnsreport.parsers.neurosim.training_versions import V20, V21
from nnsreport.parsers.neurosim.wrapper import WRAPPER_METRICS
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog


@dataclass(frozen=True)
class NeuroSimFormat:
    """A version of NeuroSim as the registry knows it.

    Attributes
    ----------
    dialect : Dialect
        The lines of this version.
    """

    dialect: Dialect

    @property
    def name(self) -> str:
        """Short name."""
        return self.dialect.name

    @property
    def title(self) -> str:
        """Name for people."""
        return self.dialect.title

    @property
    def citation(self) -> str:
        """The paper that describes the version."""
        return self.dialect.citation

    @property
    def schema(self) -> frozenset[str]:
        """Canonical names of the metrics it may give."""
        return self.dialect.schema | WRAPPER_METRICS

    @property
    def sample(self) -> str:
        """A short text as this version prints it."""
        return sample_of(self.dialect)

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this version, 0 to 1."""
        name, confidence = recognise(glance.heads)
        return confidence if name == self.dialect.name else 0.0

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
            for rank, found in enumerate(_split_runs(text, self.dialect), start=1)
        )


def _split_runs(text: LogText, dialect: Dialect) -> list[Run]:
    """Offer every line to the run it belongs to.

    A job may start the simulator several times. With one wrapper and one C++ part at most it did not, in whatever order
    their streams were written to the file.
    """
    starts = Counter(start_of(line) for line in text.lines if line[:5] in START_HEADS)
    holds_several = any(count > 1 for kind, count in starts.items() if kind is not None)
    current = Run.begin(dialect, text.cut_line)
    runs = [current]
    for line, number in zip(text.lines, text.numbers, strict=True):
        if not line or line.isspace():
            continue
        if holds_several and current.is_over_at(line):
            current = Run.begin(dialect, text.cut_line)
            runs.append(current)
        current.read(line, number)
    return runs


FORMATS: tuple[NeuroSimFormat, ...] = tuple(
    NeuroSimFormat(dialect) for dialect in (V14, V13, V12, V11, V10, V15, DCIM, V21, V20, HETEROGENEOUS, MONOLITHIC)
)
"""One a version."""
