"""One run of MLP+NeuroSim within a log: every line is offered to the readers in turn, and lands somewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.mlp.epochs import EpochReader
from nnsreport.parsers.mlp.labels import CHIP_LABELS, FIRST_LABEL
from nnsreport.parsers.mlp.messages import (
    OPTIMISER_MESSAGE,
    find_message,
    is_an_end,
    is_meaningless,
    split_optimiser_message,
)
from nnsreport.parsers.plausibility import flag_implausible
from nnsreport.parsers.records import ParsedLog

NAME = "mlp-neurosim-3.0"

_CELL_REMEDY = "check the cell's parameters in Cell.cpp"
_NEGATIVE_REMEDY = (
    "a circuit does not fit beside the array, or was used before it was set up: see the simulator's own messages, and "
    "heightInFeatureSize and widthInFeatureSize in Cell.cpp; the accuracy can be used"
)
_MISSING_DATA = " cannot be found!"
_LOOKS_LIKE_MINE = re.compile(
    r"(?:Total|Leakage power|Accuracy at|\s*(?:Read|Write|Transfer))\b.*\d|.*=-?(?:\d|inf|nan)\S* [smWJ]\b"
)
_VERSIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            r"\tTransfer (?:latency|energy)=|please specify an optim|Please specify the correct rea|libgomp: |"
            r"Transistor width of 3T1C="
        ),
        "3.0",
    ),
    (
        re.compile(r"\[(?:NewSwitchMatrix|MultilevelS\w+|Current ?Sense ?Amp|WL ?New ?Decoder ?Driver|Subtractor)\] "),
        "3.0",
    ),
    (re.compile(r"Error: this version of simulator only sup"), "1.0"),
    (
        re.compile(r"\[Error\] (?:LTP|LTD|Conductance) |FeFET structure is not compat|\[(?:Precharger|SenseAmp)\] "),
        "2.0 or 3.0",
    ),
)
"""Lines that only some versions print; all else is the same in V1.0, V2.0 and V3.0."""


@dataclass(slots=True)
class Run:
    """The readers of one run and what they have found.

    Attributes
    ----------
    records : RunBuilder
        The numbers.
    """

    records: RunBuilder
    epochs: EpochReader = field(init=False)
    _is_explained: bool = False
    _first_line: int | None = None
    _version: tuple[str, int] | None = None
    _previous: str = ""

    def __post_init__(self) -> None:
        """Let the reader file into the same records."""
        self.epochs = EpochReader(self.records)

    @classmethod
    def begin(cls, cut_line: int | None) -> Run:
        """Return a run without numbers."""
        return cls(RunBuilder(NAME, cut_line))

    def is_over_at(self, text: str) -> bool:
        """Tell whether a line begins another run: the first area, or data that are missing, after epochs."""
        return bool(self.epochs.blocks) and (text.startswith(FIRST_LABEL) or text.endswith(_MISSING_DATA))

    def read(self, text: str, line: int) -> None:
        """Read one line.

        Parameters
        ----------
        text : str
            The line.
        line : int
            Its number.
        """
        if not text:
            self.epochs.read_empty_line()
        if not text or text.isspace():
            return
        has_message, rest = split_optimiser_message(text)
        if has_message:
            self._explain(OPTIMISER_MESSAGE, line)
            text = rest
        if text and not self._read_numbers(text, line):
            self._read_other(text, line)
        if "\x00" in text:
            self.epochs.forget_place()
        self._note_version(OPTIMISER_MESSAGE if has_message else text, line)

    def _read_numbers(self, text: str, line: int) -> bool:
        if self.epochs.read(text, line):
            return True
        label = text[: text.find("=") + 1] or text[: text.find(" : ") + 3]
        measure = CHIP_LABELS.get(label)
        if measure is None:
            return False
        value = measure.quantity.read(text[len(label) :])
        if value is None:
            self.records.unreadable(text, line)
        else:
            self.records.metric("chip", None, measure.component, measure.metric, value, line)
        return True

    def _read_other(self, text: str, line: int) -> None:
        if self._explain(text, line):
            return
        if _LOOKS_LIKE_MINE.match(text):
            self.records.unreadable(text, line)
            self.epochs.note_damage()
        elif not is_meaningless(text):
            self.records.unrecognised.append(line)

    def _explain(self, text: str, line: int) -> bool:
        explained = find_message(text)
        if explained is not None:
            self.records.problem(explained[0], line, explained[1])
            self._is_explained = self._is_explained or is_an_end(text, explained[0])
        return explained is not None

    def _note_version(self, text: str, line: int) -> None:
        """Remember the narrowest set of versions that print such a line, and where it is."""
        if text == self._previous:
            return
        self._previous = text
        self._first_line = self._first_line or line
        if self._version is not None and self._version[0] == "3.0":
            return
        for pattern, version in _VERSIONS:
            if pattern.match(text):
                self._version = (version, line)
                return

    def finish(self, run: str, source: Path | None) -> ParsedLog:
        """Return what was found.

        Parameters
        ----------
        run : str
            Identifier of the run.
        source : Path or None
            The file.

        Returns
        -------
        ParsedLog
            Complete when an empty line stands below the last epoch: how many there should be is not printed.
        """
        self.epochs.finish()
        version, line = self._version or ("1.0, 2.0 or 3.0", self._first_line or 1)
        self.records.setting("neurosim.version", version, line)
        self._report_end()
        self._report_missing()
        flag_implausible(self.records, not_finite_remedy=_CELL_REMEDY, negative_remedy=_NEGATIVE_REMEDY)
        return self.records.finish(run, source, is_complete=self.epochs.is_at_end)

    def _report_end(self) -> None:
        if self.epochs.is_at_end:
            return
        remedy = "look at the end of the job (sacct): usually the time limit, or memory"
        blocks = self.epochs.blocks
        if not blocks:
            where = "before the first epoch"
        else:
            where = f"at epoch {blocks[-1].epoch}, without the empty line that ends its output"
        self.records.problem(f"the log is cut off {where}", remedy=None if self._is_explained else remedy)

    def _report_missing(self) -> None:
        present = {(key.metric, key.component) for key in self.records.metrics.keys}
        missing = [label for label, m in CHIP_LABELS.items() if (m.metric, m.component) not in present]
        if missing and self.epochs.blocks:
            names = ", ".join(label.rstrip(" =:").removesuffix(" is") for label in missing)
            self.records.problem(f"{len(missing)} expected values are not in the log: {names}")
