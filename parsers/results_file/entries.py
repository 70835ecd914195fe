"""Checks the entries of a results file, whatever they are written in, and files the good ones."""

from __future__ import annotations

import difflib
import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import Condition, condition_of
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.compensations import canonical_compensation
from nnsreport.parsers.results_file.json_values import JsonList, JsonObject, JsonValue, Number
from nnsreport.units import unit_scale, unit_spellings
from nnsreport.vocabulary import COMPONENTS, METRICS, Metric, Scope, hardware, three_dimensional

FIELDS = ("metric", "value", "unit", "layer", "component", "trial", "time_s", "compensation", "epoch", "step")
"""What an entry may tell; all but the first two may be missing."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_ORDINARY = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,24})?")
_NOT_FINITE = re.compile(r"[-+]?(?:nan|inf|infinity)", re.IGNORECASE)
_LARGEST_COUNT = 2**53
_SHOWN_REFUSALS = 20
_METRIC_NAMES = tuple(METRICS)
_NOT_SHARES = frozenset({"weight_error"})
_HARDWARE = frozenset(
    {metric.name for table in (hardware, three_dimensional) for metric in table.METRICS}
    | {metric.name for metric in METRICS.values() if Scope.CHIP in metric.scopes}
) - {"simulation_time"}
"""Metrics of hardware: their component is the total where none is told."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One number with what is told of it.

    Attributes
    ----------
    fields : Mapping of str to JsonValue
        By the names of :data:`FIELDS`; a field that is not told is absent or None.
    line : int
        1-based line in the source.
    """

    fields: Mapping[str, JsonValue]
    line: int


class About(NamedTuple):
    """What a number is about.

    Attributes
    ----------
    metric : Metric
        Which.
    scope, layer, component
        As in :class:`nnsreport.parsers.records.MetricRecord`.
    scale : Decimal
        What one of its unit is in the metric's.
    shift : str or None
        The same as the end of a number's text; None where the scale is no power of ten.
    """

    metric: Metric
    scope: str
    layer: str | None
    component: str | None
    scale: Decimal
    shift: str | None


class CheckedEntry(NamedTuple):
    """A good entry.

    Attributes
    ----------
    about : About
        What its number is about.
    condition : Condition
        What it was measured under.
    value : float
        In the metric's unit.
    epoch, step : int or None
        Of training.
    written : str or None
        The compensation as the file calls it.
    """

    about: About
    condition: Condition
    value: float
    epoch: int | None
    step: int | None
    written: str | None


Remedy = str | Callable[[], str]
"""What to change; a function where it takes a search that a long file cannot afford for each entry."""


class RefusedError(Exception):
    """What is wrong with an entry, and what to change."""

    def __init__(self, message: str, remedy: Remedy) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


@dataclass(slots=True)
class EntryReader:
    """Files entries; what is wrong with the others becomes problems, of which a long file shows the first ones.

    Attributes
    ----------
    records : RunBuilder
        Receives numbers and problems.
    entries : int
        Entries seen.
    """

    records: RunBuilder
    entries: int = 0
    _refused: int = field(default=0)
    _renamed: dict[str, dict[str, int]] = field(default_factory=dict)

    def read(self, entry: Entry) -> None:
        """Check an entry, and file it or the problem with it."""
        try:
            checked = check(entry.fields)
        except RefusedError as refused:
            self.entries += 1
            self.refuse(refused.message, entry.line, refused.remedy)
        else:
            self.file(checked, entry.line)

    def file(self, entry: CheckedEntry, line: int) -> None:
        """File an entry that was found good."""
        self.entries += 1
        about, condition = entry.about, entry.condition
        self.records.metric(
            about.scope,
            about.layer,
            about.component,
            about.metric.name,
            entry.value,
            line,
            epoch=entry.epoch,
            step=entry.step,
            condition=condition,
        )
        if entry.written is not None and entry.written != condition.compensation:
            self._renamed.setdefault(str(condition.compensation), {}).setdefault(entry.written, line)

    def refuse(self, message: str, line: int, remedy: Remedy) -> None:
        """File the problem with an entry that is left out."""
        self._refused += 1
        if self._refused <= _SHOWN_REFUSALS:
            told = remedy if isinstance(remedy, str) else remedy()
            self.records.problem(f"an entry is left out: {message}", line, told)

    def finish(self) -> None:
        """File how many more entries were left out than were shown, and how compensations were called in the file."""
        for canonical, names in self._renamed.items():
            line = min(names.values())
            self.records.setting(f"results.compensation.{canonical}", ", ".join(names), line)
        if self._refused > _SHOWN_REFUSALS:
            self.records.problem(f"{self._refused - _SHOWN_REFUSALS} more entries are left out")


def check(fields: Mapping[str, JsonValue]) -> CheckedEntry:
    """Read an entry.

    Parameters
    ----------
    fields : Mapping of str to JsonValue
        By the names of :data:`FIELDS`.

    Returns
    -------
    CheckedEntry
        Everything in it is good.

    Raises
    ------
    RefusedError
        Something is not.
    """
    told = fields.get
    about = about_of(told("metric"), told("unit"), told("layer"), told("component"))
    condition, written = condition_told(told("trial"), told("time_s"), told("compensation"))
    return CheckedEntry(
        about,
        condition,
        value_of(told("value"), about),
        _count(told("epoch"), "epoch"),
        _count(told("step"), "step"),
        written,
    )


def about_of(metric_name: JsonValue, unit: JsonValue, layer: JsonValue, component: JsonValue) -> About:
    """Return what a number is about, from the fields of these names; most entries share them with others."""
    metric = _metric(metric_name)
    named_layer = _layer(layer)
    scope = _scope(metric, named_layer)
    scale = _scale(unit, metric)
    return About(metric, scope, named_layer, _component(component, metric), scale, _shift(scale))


def condition_told(trial: JsonValue, time_s: JsonValue, compensation: JsonValue) -> tuple[Condition, str | None]:
    """Return what a number was measured under, from the fields of these names, and the compensation as written."""
    written = _name(compensation, "compensation")
    known = None if written is None else canonical_compensation(written)
    return condition_of(_count(trial, "trial"), _time(time_s), known), written


@functools.lru_cache(maxsize=256)
def close_matches(name: str, known: tuple[str, ...], otherwise: str) -> str:
    """Return a remedy that names what may have been meant.

    Parameters
    ----------
    name : str
        As written.
    known : tuple of str
        Possible names.
    otherwise : str
        The remedy where none of them is close.

    Returns
    -------
    str
        Such as ``did you mean read_latency?``.
    """
    close = difflib.get_close_matches(name[:80].lower().replace(" ", "_"), known, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else otherwise


def kind_of(value: JsonValue) -> str:
    """Return what a value is, for a message."""
    if isinstance(value, Number):
        return f"the number {shorten(value.text, 40)}"
    if isinstance(value, str):
        return f"the text {shorten(value, 40)!r}"
    if isinstance(value, JsonList | JsonObject):
        return "a list" if isinstance(value, JsonList) else "an object"
    return "null" if value is None else str(value).lower()


def _metric(name: JsonValue) -> Metric:
    if name is None:
        raise RefusedError("it has no metric", 'name one, as in {"metric": "accuracy", "value": 0.912}')
    if not isinstance(name, str):
        raise RefusedError(f"its metric is {kind_of(name)}", "write the metric's name in quotes")
    if name not in METRICS:
        otherwise = "docs/results-file.md says where the metrics are listed"
        raise RefusedError(
            f"there is no metric {shorten(name, 60)!r}",
            functools.partial(close_matches, name, _METRIC_NAMES, otherwise),
        )
    return METRICS[name]


def _layer(layer: JsonValue) -> str | None:
    if isinstance(layer, Number):
        count = _count(layer, "layer")
        if count == 0:
            raise RefusedError("its layer is 0", "count layers from 1, or give the layer's name")
        return f"layer{count}"
    return _name(layer, "layer")


def _scope(metric: Metric, layer: str | None) -> str:
    if layer is not None:
        if Scope.LAYER not in metric.scopes:
            raise RefusedError(f"{metric.name} is not about a layer", "leave out its layer")
        return Scope.LAYER.value
    scopes = sorted(metric.scopes - {Scope.LAYER})
    if not scopes:
        raise RefusedError(f"{metric.name} is about a layer, but none is named", 'add "layer": 1, or the name of one')
    return scopes[0].value


def _component(told: JsonValue, metric: Metric) -> str | None:
    component = _name(told, "component")
    if component is None:
        return "total" if metric.name in _HARDWARE else None
    if component not in COMPONENTS:
        otherwise = f"use one of {', '.join(COMPONENTS)}"
        raise RefusedError(
            f"there is no component {shorten(component, 60)!r}",
            functools.partial(close_matches, component, tuple(COMPONENTS), otherwise),
        )
    return component


def value_of(value: JsonValue, about: About) -> float:
    """Return a number in its metric's unit.

    Raises
    ------
    RefusedError
        It is none, or not one that the metric can have.
    """
    metric = about.metric
    if isinstance(value, str) and _NOT_FINITE.fullmatch(value.strip()):
        value = Number(value.strip())
    if value is None:
        raise RefusedError(f"{metric.name} has no value", "give its value, or nan where there is none")
    if not isinstance(value, Number):
        raise RefusedError(f"the value of {metric.name} is {kind_of(value)}", "write a number, without quotes")
    number = _shifted(value.text, about.shift)
    if number is None:
        number = read_number(value.text, about.scale)
    is_share = metric.unit == "fraction" and metric.name not in _NOT_SHARES
    if is_share and math.isfinite(number) and not 0 <= number <= 1:
        remedy = 'write 0.912, or 91.2 with "unit": "%"'
        raise RefusedError(f"{metric.name} is {number:g}, and not a share from 0 to 1", remedy)
    return number


def _scale(unit: JsonValue, metric: Metric) -> Decimal:
    if unit is None:
        return Decimal(1)
    if not isinstance(unit, str):
        raise RefusedError(f"the unit of {metric.name} is {kind_of(unit)}", "write the unit in quotes")
    scale = unit_scale(unit.strip(), metric.unit)
    if scale is None:
        known = ", ".join(unit_spellings(metric.unit))
        raise RefusedError(f"{shorten(unit, 40)!r} is no unit of {metric.name}", f"use one of {known}")
    # The shortest decimal of a power of ten is that power itself.
    return Decimal(repr(scale))


def _shift(scale: Decimal) -> str | None:
    """Return what to write behind a number without an exponent to scale it; None where it takes a multiplication."""
    _, digits, exponent = scale.normalize().as_tuple()
    return (f"e{exponent}" if exponent else "") if digits == (1,) else None


def _shifted(text: str, shift: str | None) -> float | None:
    """Read an ordinary number, as :func:`read_number` does; None where it is not surely one."""
    if shift is None or _ORDINARY.fullmatch(text) is None:
        return None
    return float(text + shift) or None


def read_number(text: str, scale: Decimal) -> float:
    """Read a number and bring it to its stored unit.

    Parameters
    ----------
    text : str
        As written; ``nan`` and ``inf`` in any case, too.
    scale : Decimal
        What one of its unit is in the stored unit.

    Returns
    -------
    float
        The decimal times the scale, rounded once.

    Raises
    ------
    RefusedError
        It is no number, or none that a double holds.
    """
    if _NOT_FINITE.fullmatch(text):
        return float(text)
    if _NUMBER.fullmatch(text) is None:
        raise RefusedError(f"{shorten(text, 40)!r} is not a number", "write a number such as 0.912 or 8.1e-05")
    number = float(text)
    is_zero = re.search("[1-9]", re.split("[eE]", text)[0]) is None
    if scale != 1 and math.isfinite(number) and number != 0:
        number = float(Decimal(text) * scale)
    if math.isinf(number) or (number == 0 and not is_zero):
        raise RefusedError(f"{shorten(text, 40)} is beyond the range of numbers", "check its exponent")
    return number


def _count(value: JsonValue, name: str) -> int | None:
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not number.is_integer() or not 0 <= number <= _LARGEST_COUNT:
        raise RefusedError(f"its {name} is {kind_of(value)}", f"write the {name} as a whole number, 0 or above")
    return int(number)


def _time(value: JsonValue) -> float | None:
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not 0 <= number < math.inf:
        raise RefusedError(f"its time_s is {kind_of(value)}", "write the seconds since programming, 0 or above")
    return number


def _name(value: JsonValue, field_name: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RefusedError(f"its {field_name} is {kind_of(value)}", f"write the {field_name}'s name in quotes")
    return value.strip()
