"""One format of the registry for each dialect of NeuroSim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim.detection import recognise
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.inference_versions import DCIM, V10, V11, V12, V13, V14, V15
from nnsreport.parsers.neurosim.phased_wrapper import PHASE_METRICS
from nnsreport.parsers.neurosim.reader import NeuroSimReader
from nnsreport.parsers.neurosim.recurrence import RecurringLog
from nnsreport.parsers.neurosim.samples import sample_of
from nnsreport.parsers.neurosim.three_dimensional import HETEROGENEOUS, MONOLITHIC
from nnsreport.parsers.neurosim.training_versions import V20, V21
from nnsreport.parsers.neurosim.training_wrapper import TRAINING_METRICS
from nnsreport.parsers.neurosim.wrapper import WRAPPER_METRICS
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    from nnsreport.parsers.streaming import Sink


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
        phases = PHASE_METRICS if self.dialect.evaluates_in_phases else frozenset()
        training = TRAINING_METRICS if self.dialect.is_training else frozenset()
        return self.dialect.schema | WRAPPER_METRICS | phases | training

    @property
    def sample(self) -> str:
        """A short text as this version prints it."""
        return sample_of(self.dialect)

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this version, 0 to 1."""
        name, confidence = recognise(glance)
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
        return self._fed(text, run).finish()

    def parse_and_learn(self, text: LogText, run: str) -> tuple[tuple[ParsedLog, ...], RecurringLog | None]:
        """Read every run in a log, and learn its lines; see :class:`nnsreport.parsers.log_format.LearningFormat`."""
        reader = self._fed(text, run)
        logs = reader.finish()
        return logs, reader.learn(text, logs)

    def _fed(self, text: LogText, run: str) -> NeuroSimReader:
        reader = NeuroSimReader(self.dialect, run, text.source, is_whole=True)
        reader.feed(text)
        return reader

    def start(self, run: str, source: Path | None, sink: Sink | None = None) -> NeuroSimReader:
        """Begin with a log that comes in pieces; see :class:`nnsreport.parsers.streaming.StreamingFormat`."""
        return NeuroSimReader(self.dialect, run, source, sink)


FORMATS: tuple[NeuroSimFormat, ...] = tuple(
    NeuroSimFormat(dialect) for dialect in (V14, V13, V12, V11, V10, V15, DCIM, V21, V20, HETEROGENEOUS, MONOLITHIC)
)
"""One a version."""
