"""One run of the systolic array within a log: the bank of the buffer from C++, the chip from Python, in any order."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.failures import TracebackReader, find_failure
from nnsreport.parsers.neurosim import messages as common
from nnsreport.parsers.neurosim import noise
from nnsreport.parsers.records import ParsedLog
from nnsreport.parsers.systolic.buffer_modes import BufferModeReader
from nnsreport.parsers.systolic.labels import (
    ARRAY_SIZE,
    BANK_BANNER,
    BANK_LABELS,
    BUFFER_TYPE,
    CHIP_BANNER,
    EXPECTED,
    HEADINGS,
    LABELS,
    ROUNDED_LEAKAGE,
    ROUNDED_LEAKAGE_LABEL,
)
from nnsreport.parsers.systolic.messages import CUT_REMEDY, NOT_FINITE_REMEDY, STALE_REMEDY, find_message

NAME = "neurosim-systolic-1.0"

_BUFFER_TYPE = re.compile(r"  (\w+)\s*")
_MEMORY_WITHOUT_MODES = "nvDRAM"
_LOOKS_LIKE_MINE = re.compile(
    r".*(?:\d|inf|nan)(?:um2|pJ|nJ|uW| MHz| [pf]J/\w+| MB| uW(?:/chip)?| TOPS/\S+| us| %| mm\^2| uJ)\s*$"
)
_BITS_PER_ACCESS = 512
_ROUNDING_J_PER_BIT = 0.06e-15
_ROUNDING_W = 0.006e-6
_SHOWN_MISSING = 6


@dataclass(slots=True)
class Run:
    """What is known of one run.

    Attributes
    ----------
    records : RunBuilder
        The numbers.
    has_bank, has_chip : bool
        Whether the C++ part and the Python part printed anything.
    """

    records: RunBuilder
    has_bank: bool = False
    has_chip: bool = False
    _modes: BufferModeReader = field(init=False)
    _traceback: TracebackReader = field(default_factory=TracebackReader)
    _is_explained: bool = False
    _rounded_leakage: tuple[float, int] | None = None

    def __post_init__(self) -> None:
        """Let the reader file into the same records."""
        self._modes = BufferModeReader(self.records)

    @classmethod
    def begin(cls, cut_line: int | None) -> Run:
        """Return a run without numbers."""
        return cls(RunBuilder(NAME, cut_line))

    def read(self, text: str, line: int) -> None:
        """Read one line.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.
        """
        if self._modes.read(text, line) or self._read_heading(text) or self._read_label(text, line):
            return
        if self._read_message(text, line):
            return
        if _LOOKS_LIKE_MINE.match(text):
            self.records.unreadable(text, line)
        elif text != ARRAY_SIZE and not noise.is_meaningless(text):
            self.records.unrecognised.append(line)

    def _read_heading(self, text: str) -> bool:
        if text == BANK_BANNER:
            self.has_bank = True
        elif text == CHIP_BANNER:
            self.has_chip = True
        return text in (BANK_BANNER, CHIP_BANNER) or text in HEADINGS

    def _read_label(self, text: str, line: int) -> bool:
        label, colon, printed = text.rpartition(":")
        if not colon:
            return False
        if label == BUFFER_TYPE:
            self._read_buffer_type(text, printed, line)
            return True
        measure = ROUNDED_LEAKAGE if label == ROUNDED_LEAKAGE_LABEL else LABELS.get(label)
        if measure is None:
            return False
        is_cut = line == self.records.cut_line and not measure.quantity.is_self_delimiting
        value = None if is_cut else measure.read(printed)
        if value is None:
            self.records.unreadable(text, line)
        elif measure is ROUNDED_LEAKAGE:
            self._rounded_leakage = (value, line)
        else:
            self.records.metric("chip", None, measure.component, measure.metric, value, line)
        self.has_bank = self.has_bank or label in BANK_LABELS
        self.has_chip = self.has_chip or label not in BANK_LABELS
        return True

    def _read_buffer_type(self, text: str, printed: str, line: int) -> None:
        match = _BUFFER_TYPE.fullmatch(printed)
        self.has_chip = True
        if match is None or line == self.records.cut_line:
            self.records.unreadable(text, line)
        else:
            self.records.setting("neurosim.buffer_type", match.group(1), line)

    def _read_message(self, text: str, line: int) -> bool:
        is_inside, explained = self._traceback.read(text)
        explained = find_message(text) or explained
        if not is_inside and explained is None:
            explained = common.find_message(text) or find_failure(text)
        if explained is not None:
            self.records.problem(explained[0], line, explained[1])
            self._is_explained = True
        return is_inside or explained is not None

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
            Complete when the last line that the wrapper prints is there.
        """
        self._settle_leakage()
        values = self._values()
        has_modes = (
            self.records.setting_values.get("neurosim.buffer_type") != _MEMORY_WITHOUT_MODES or self._modes.is_at_end
        )
        is_complete = ("refreshed_banks", "buffer") in values and has_modes
        if is_complete:
            self._report_missing(values)
        else:
            self._report_end()
        self._report_bank(values)
        self._report_not_finite()
        return self.records.finish(run, source, is_complete=is_complete)

    def _values(self) -> dict[tuple[str, str | None], float]:
        return {(record.metric, record.component): record.value for record in self.records.metrics}

    def _settle_leakage(self) -> None:
        """File the buffer's leakage as rounded where the exact number is not in the log; compare them where it is."""
        if self._rounded_leakage is None:
            return
        rounded, line = self._rounded_leakage
        exact = self._values().get(("leakage_power", "buffer"))
        if exact is None or abs(exact - rounded) > _ROUNDING_W:
            self.records.metric("chip", None, "buffer", "leakage_power", rounded, line)

    def _report_end(self) -> None:
        if self.has_chip:
            where = "in the wrapper's results"
        elif self.has_bank:
            where = "after NeuroSim's bank of the buffer; the chip's results are not there"
        else:
            where = "before its first result"
        self.records.problem(f"the log is cut off {where}", remedy=None if self._is_explained else CUT_REMEDY)

    def _report_missing(self, values: dict[tuple[str, str | None], float]) -> None:
        expected = EXPECTED | {(m.metric, m.component) for m in BANK_LABELS.values() if self.has_bank}
        missing = sorted(f"{component} {metric}" for metric, component in expected - values.keys())
        if missing:
            more = f" and {len(missing) - _SHOWN_MISSING} more" if len(missing) > _SHOWN_MISSING else ""
            self.records.problem(
                f"{len(missing)} expected values are not in the log: {', '.join(missing[:_SHOWN_MISSING])}{more}",
                remedy="look for lines that are missing or damaged",
            )

    def _report_bank(self, values: dict[tuple[str, str | None], float]) -> None:
        if not self.has_chip:
            return
        if not self.has_bank:
            self.records.problem("the lines of NeuroSim's C++ part are missing", remedy=STALE_REMEDY)
        for kind in ("read", "write"):
            access = values.get((f"{kind}_access_energy", "buffer_bank"))
            per_bit = values.get((f"{kind}_energy_per_bit", "buffer"))
            if access is None or per_bit is None:
                continue
            if abs(access / _BITS_PER_ACCESS - per_bit) > _ROUNDING_J_PER_BIT:
                self.records.problem(
                    f"the buffer's {kind} energy of a bit is not that of the bank in this log",
                    remedy="two runs may be mixed here, or neurosim.csv is that of another run",
                )

    def _report_not_finite(self) -> None:
        lines = [record.line for record in self.records.metrics if not math.isfinite(record.value)]
        if lines:
            self.records.problem(f"{len(lines)} values are inf or nan", min(lines), NOT_FINITE_REMEDY)
