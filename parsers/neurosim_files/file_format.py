"""One file of NeuroSim as a format of the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog


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

    def confidence(self, glance: Glance) -> float:
        """Return how sure it is that a text is of this format, 0 to 1."""
        return self.recognise(glance)

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        """Read every run in a file; the first is called ``run``."""
        return self.read(text, run)
