"""What must hold of everything that a parser makes of a damaged log."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from log_damages import DAMAGES, Damaged, Loss
from log_samples import Likeness, Numbers, Sample, count, read_as, told, whole, without_epoch

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, formats, parse_bytes
from nnsreport.parsers.conformance import Key
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.registry import detect

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?(?:inf|nan)", re.IGNORECASE)
_EPOCHS_BY_ROW = frozenset({"neurosim-2-distributions", "neurosim-2-activity", "neurosim-2-output"})
"""Tables in which an epoch is known by the place of its row alone: a lost or doubled row moves all that follow."""
_BY_PLACE = frozenset({"fan_in", "weight_float_limit", "weight_float_std", "weight_quantization_limit", "weight_scale"})
"""The wrapper prints these of one layer after the other, and of no layer by name: a lost line moves all that follow."""
_BARE_NUMBERS = frozenset(
    {"neurosim-2-distributions", "neurosim-2-activity", "neurosim-3d-area", "neurosim-systolic-1.0-bank"}
)
"""Tables without a header: the beginning of another one, cut off, may look like them."""
_SCALES = (*(10.0**exponent for exponent in range(-24, 25)), 2.0**20, 2.0**30)
"""Of prefixes and megabytes, for numbers with more digits than a float keeps."""
_RELATIVE_ERROR = 1e-11


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong with a parser's result; ``about`` is the same for many cases of one defect."""

    number: int
    damage: str
    sample: str
    format: str
    about: str
    detail: str

    @property
    def kind(self) -> tuple[str, str]:
        """Format and defect."""
        return self.format, self.about

    def __str__(self) -> str:
        """Return all of it in one line."""
        return f"case {self.number}, {self.damage}, {self.sample}: {self.format}: {self.about}: {self.detail}"


@dataclass(slots=True)
class Case:
    """One damaged log and what is found wrong with its reading.

    Attributes
    ----------
    number : int
        Its place among all cases of a seed.
    damage : str
        A key of :data:`log_damages.DAMAGES`.
    sample : Sample
        The whole log.
    damaged : Damaged
        What became of it.
    other_format : str
        A format that it is read as, whatever it is.
    found : list of Violation
        So far.
    """

    number: int
    damage: str
    sample: Sample
    damaged: Damaged
    other_format: str
    found: list[Violation] = field(default_factory=list)

    def check(self) -> list[Violation]:
        """Read the damaged log as what it is recognised as, as its own format, and as any other.

        Returns
        -------
        list of Violation
            Empty where all is well.
        """
        own, detected = self.sample.format, self._detected()
        is_intact = self.damaged.loss is Loss.NONE
        if is_intact and detected != own:
            self._add("detection", "another format is recognised", f"{detected}, not {own}")
        if detected is not None:
            self._check_reading(None, is_own=detected == own)
        if detected != own:
            self._check_reading(own, is_own=True)
        if self.other_format not in (own, detected):
            self._check_lines(self._read(self.other_format))
        return self.found

    def _detected(self) -> str | None:
        try:
            return detect(lines_of(self.damaged.data)).name
        except NnsreportError:
            return None
        except Exception as error:
            self._add("detection", f"raises {type(error).__name__}", str(error)[:200])
            return None

    def _check_reading(self, asked: str | None, *, is_own: bool) -> None:
        logs = self._read(asked)
        self._check_lines(logs)
        for log in logs:
            self._check_names(log)
        if is_own:
            self._check_losses(logs)

    def _read(self, asked: str | None) -> Sequence[ParsedLog]:
        try:
            return parse_bytes(self.damaged.data, run="r", format=asked)
        except NnsreportError:
            return ()
        except Exception as error:
            self._add(asked or self.sample.format, f"raises {type(error).__name__}", str(error)[:200])
            return ()

    def _check_lines(self, logs: Iterable[ParsedLog]) -> None:
        """Look for every number on the line that its record names."""
        if self.damaged.text is None:
            return
        lines = self.damaged.text.split("\n")
        for log in logs:
            for record in log.metrics:
                line = lines[record.line - 1] if record.line <= len(lines) else ""
                if not _is_among(record.value, line):
                    detail = f"{record.value!r} is not on line {record.line}: {line[:120]!r}"
                    self._add(log.format, f"{record.metric} is not printed", detail)

    def _check_names(self, log: ParsedLog) -> None:
        """Look for every number among those that the whole logs have under the same name."""
        damaged = self.damaged
        if not damaged.known or (damaged.formats and log.format not in damaged.formats):
            return
        if log.format in _BARE_NUMBERS and log.format != self.sample.format:
            return
        likeness, whole_logs = self._likeness(log), damaged.known
        if log.format != self.sample.format and not damaged.formats:  # a version that is not known by what is left
            whole_logs = (*whole_logs, read_as(self.sample, log.format))
        for key, values in Numbers.of([log]).printed.items():
            known = frozenset[str]().union(*(numbers.like(key, likeness) for numbers in whole_logs))
            for value in values - known:
                if key[3] not in _BY_PLACE and not _is_rounded(value, known):
                    about = f"{key[3]} of {key[2]} is another number's"
                    self._add(log.format, about, f"{_shown(key)} = {value} is not in the whole log")

    def _likeness(self, log: ParsedLog) -> Likeness:
        # A training that is cut off before its first epoch may be taken for inference, which prints the same there.
        has_own_epochs = self.sample.format not in _EPOCHS_BY_ROW and log.format == self.sample.format
        return without_epoch if self.damaged.likeness is whole and not has_own_epochs else self.damaged.likeness

    def _check_losses(self, logs: Sequence[ParsedLog]) -> None:
        """Look for every number of the whole log, or for a word about what is missing."""
        if self.damaged.loss is Loss.ANY or (self.damaged.loss is Loss.TOLD and not logs):
            return
        if self.damaged.loss is Loss.TOLD and told(logs) - self.sample.told:
            return
        if count(logs) < self.sample.count:
            read = Numbers.of(logs).printed
            lost = [key for key in self.sample.numbers.printed if key not in read]
            about = lost[0][3] if lost else "a repeated number"
            self._add(self.sample.format, f"{about} is lost without a word", " and ".join(map(_shown, lost[:3])))

    def _add(self, format_name: str, about: str, detail: str) -> None:
        self.found.append(Violation(self.number, self.damage, self.sample.name, format_name, about, detail))


def cases(found: Sequence[Sample], seed: int, numbers: Iterable[int]) -> Iterator[Case]:
    """Yield damaged logs.

    Parameters
    ----------
    found : sequence of Sample
        The whole logs.
    seed : int
        Another seed gives other cases.
    numbers : iterable of int
        Which cases; each depends on its number, the seed and the samples alone, so that one can be repeated.

    Yields
    ------
    Case
        Not checked yet.
    """
    names = [known.name for known in formats()]
    for number in numbers:
        random = Random(f"{seed}/{number}")
        sample, damage = random.choice(found), random.choice(list(DAMAGES))
        yield Case(number, damage, sample, DAMAGES[damage](sample, random, found), random.choice(names))


def _is_among(value: float, line: str) -> bool:
    """Tell whether a number is printed on a line: its digits as they are, or else what a parser computes from some."""
    printed = _NUMBER.findall(line)
    if not math.isfinite(value):
        return any(not math.isfinite(float(number)) for number in printed)
    if _digits(repr(value)) in map(_digits, printed):
        return True
    numbers = [float(number) for number in printed]
    scaled = (number * scale for number in numbers for scale in _SCALES)
    ratios = (second / first for first in numbers for second in numbers if first)
    sources = (ratios, scaled)
    return any(math.isclose(value, found, rel_tol=_RELATIVE_ERROR) for source in sources for found in source)


def _digits(number: str) -> str:
    return number.lower().partition("e")[0].replace(".", "").strip("+-0")


def _is_rounded(value: str, known: Iterable[str]) -> bool:
    """Tell whether a number is a known one with fewer digits: some are printed twice, and that one may be lost."""
    if not math.isfinite(float(value)):
        return False
    half = Decimal((0, (5,), int(Decimal(value).as_tuple().exponent) - 1))
    finite = (Decimal(other) for other in known if math.isfinite(float(other)))
    return any(abs(Decimal(value) - other) <= half for other in finite)


def _shown(key: Key) -> str:
    return " ".join(str(part) for part in key if part is not None)
