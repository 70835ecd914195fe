"""A complete format from a table of its lines: enough for a simulator that prints one number a line.

    LineFormat(
        name="tinysim-1",
        begins=r"TinySim \\d",
        ends="done",
        numbers={"layer {layer} latency: {}": Number("read_latency", NANOSECONDS)},
        ...
    )

Simulators that say elsewhere what a line is about need a reader of their own: see :mod:`nnsreport.parsers.mlp`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.failures import TracebackReader, find_failure
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.names import run_identifier
from nnsreport.parsers.plausibility import flag_implausible
from nnsreport.parsers.quantities import Quantity
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

_PLACEHOLDER = re.compile(r"(\{\w*\})")
_PLACES = {"{layer}": "(?P<layer>[0-9]{1,9})", "{epoch}": "(?P<epoch>[0-9]{1,9})"}
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
_HARDWARE = (Scope.CHIP, Scope.LAYER)


@dataclass(frozen=True, slots=True)
class Number:
    """What a printed number is.

    Attributes
    ----------
    metric : str
        A key of :data:`nnsreport.vocabulary.METRICS`.
    quantity : Quantity
        How it is printed, such as :data:`nnsreport.parsers.quantities.NANOSECONDS`.
    component : str or None
        A key of :data:`nnsreport.vocabulary.COMPONENTS`; None for a number of a layer that is not about hardware.
        Metrics of the network or the simulation have none, whatever it says.
    """

    metric: str
    quantity: Quantity
    component: str | None = "total"


@dataclass(frozen=True, eq=False)
class LineFormat:
    """A format whose every number stands on a line of its own that says what it is.

    A line is written as the simulator prints it, with ``{}`` in place of the number or setting, unit included, and
    ``{layer}`` and ``{epoch}`` in place of whole numbers before it. A number is filed only if its whole line is like
    that.

    Attributes
    ----------
    name, title, citation, sample : str
        As every format has them.
    begins : str
        Regular expression for the beginning, 32 characters at most, of the first line of a run, which no other program
        prints: the log is recognised by it.
    ends : str
        Regular expression for the whole last line of a run that was not cut off.
    numbers : Mapping of str to Number
        By line.
    settings : Mapping of str to str
        Name of the setting, such as ``tinysim.node``, by line.

    Raises
    ------
    ValueError
        A line or a name cannot be used.
    """

    name: str
    title: str
    citation: str
    sample: str
    begins: str
    ends: str
    numbers: Mapping[str, Number]
    settings: Mapping[str, str] = field(default_factory=dict)
    _lines: tuple[_Line, ...] = field(init=False, repr=False)
    _labels: re.Pattern[str] = field(init=False, repr=False)
    _begins: re.Pattern[str] = field(init=False, repr=False)
    _ends: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Compile the lines."""
        lines = [_Line.of(template, number) for template, number in self.numbers.items()]
        lines += [_Line.of(template, setting) for template, setting in self.settings.items()]
        if not lines:
            raise ValueError("a format needs numbers or settings")
        labels = re.compile("|".join(_NAMED_GROUP.sub("(?:", line.label.pattern) for line in lines))
        object.__setattr__(self, "_lines", tuple(lines))
        object.__setattr__(self, "_labels", labels)
        object.__setattr__(self, "_begins", re.compile(f"^(?:{self.begins})", re.MULTILINE))
        object.__setattr__(self, "_ends", re.compile(self.ends))

    @property
    def schema(self) -> frozenset[str]:
        """Canonical names of the metrics it may give."""
        return frozenset(number.metric for number in self.numbers.values())

    def confidence(self, glance: Glance) -> float:
        """Return 1 where a line begins as only this program's logs do, else 0."""
        return 1.0 if self._begins.search(glance.heads) else 0.0

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
        runs = [_Run(self, RunBuilder(self.name, text.cut_line))]
        for line, number in zip(text.lines, text.numbers, strict=True):
            if self._begins.match(line) is not None and not runs[-1].is_empty:
                runs.append(_Run(self, RunBuilder(self.name, text.cut_line)))
            runs[-1].read(line, number)
        return tuple(found.finish(run_identifier(run, rank), text) for rank, found in enumerate(runs))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with something to be filed.

    Attributes
    ----------
    label : re.Pattern
        What stands before it.
    tail : str
        What stands behind it.
    about : Number or str
        What is filed: a number, or the setting of this name.
    scope : Scope or None
        Of a number.
    """

    label: re.Pattern[str]
    tail: str
    about: Number | str
    scope: Scope | None = None

    @classmethod
    def of(cls, template: str, about: Number | str) -> _Line:
        before, found, tail = template.partition("{}")
        places = _PLACEHOLDER.findall(before)
        if not found or _PLACEHOLDER.search(tail) or not set(places) <= set(_PLACES) or len(set(places)) < len(places):
            raise ValueError(f"the line {template!r} needs one {{}}, and before it at most one {{layer}} and {{epoch}}")
        if re.search(r"[^\W\d]", _PLACEHOLDER.sub("", template)) is None:
            raise ValueError(f"the line {template!r} has no word that tells what its number is")
        label = "".join(_PLACES.get(part, re.escape(part)) for part in _PLACEHOLDER.split(before))
        scope = _scope_of(about, template, "{layer}" in places) if isinstance(about, Number) else None
        return cls(re.compile(label), tail, about, scope)

    def text_of(self, line: str, match: re.Match[str]) -> str | None:
        """Return what stands in place of ``{}``; None where the line goes on in another way."""
        end = len(line) - len(self.tail)
        return line[match.end() : end] if line.endswith(self.tail) and match.end() < end else None


def _scope_of(number: Number, template: str, has_layer: bool) -> Scope:
    if number.metric not in METRICS:
        raise ValueError(f"{number.metric!r} is not in nnsreport.vocabulary.METRICS")
    if number.component is not None and number.component not in COMPONENTS:
        raise ValueError(f"{number.component!r} is not in nnsreport.vocabulary.COMPONENTS")
    scopes = METRICS[number.metric].scopes
    possible = [scope for scope in Scope if scope in scopes and (scope is Scope.LAYER) == has_layer]
    if not possible:
        wrong = "is no metric of layers" if has_layer else "is a metric of layers: put {layer} into the line"
        raise ValueError(f"{number.metric!r} in the line {template!r} {wrong}")
    return possible[0]


@dataclass(slots=True)
class _Run:
    format: LineFormat
    records: RunBuilder
    is_complete: bool = False
    is_explained: bool = False
    traceback: TracebackReader = field(default_factory=TracebackReader)

    @property
    def is_empty(self) -> bool:
        return not (self.is_complete or len(self.records.metrics) or self.records.settings)

    def read(self, line: str, number: int) -> None:
        if self.format._labels.match(line) is not None:
            if not any(self._file(known, line, number) for known in self.format._lines):
                self.records.unreadable(line, number)
        elif self.format._ends.fullmatch(line) is not None:
            self.is_complete = True
        elif self.format._begins.match(line) is None and line.strip() and not self._explain(line, number):
            self.records.unrecognised.append(number)

    def _file(self, known: _Line, line: str, number: int) -> bool:
        match = known.label.match(line)
        text = known.text_of(line, match) if match is not None else None
        if match is None or text is None:
            return False
        if isinstance(known.about, str):
            return self._file_setting(known.about, text, number, is_whole=bool(known.tail))
        value = known.about.quantity.read(text)
        is_whole = bool(known.tail) or known.about.quantity.is_self_delimiting or number != self.records.cut_line
        if value is None or not is_whole:
            return False
        places = match.groupdict()
        self.records.metric(
            str(known.scope),
            f"layer{int(places['layer'])}" if known.scope is Scope.LAYER else None,
            known.about.component if known.scope in _HARDWARE else None,
            known.about.metric,
            value,
            number,
            epoch=int(places["epoch"]) if "epoch" in places else None,
        )
        return True

    def _file_setting(self, name: str, text: str, number: int, *, is_whole: bool) -> bool:
        if not text.strip() or not (is_whole or number != self.records.cut_line):
            return False
        self.records.setting(name, text.strip(), number)
        return True

    def _explain(self, line: str, number: int) -> bool:
        """File what a line tells of the job's end; return whether it tells something of the kind."""
        belongs, failure = self.traceback.read(line)
        failure = failure or find_failure(line)
        if failure is not None:
            self.is_explained = True
            self.records.problem(failure[0], number, failure[1])
        return belongs or failure is not None

    def finish(self, run: str, text: LogText) -> ParsedLog:
        if not self.is_complete:
            remedy = "look at the end of the job (sacct): usually the time limit, or memory"
            self.records.problem(
                "the log is cut off: its last line is missing", remedy=None if self.is_explained else remedy
            )
        flag_implausible(
            self.records,
            not_finite_remedy="look for a division by zero in the simulator's parameters",
            negative_remedy="look at the simulator's parameters",
        )
        return self.records.finish(run, text.source, is_complete=self.is_complete)
