"""Checks the entries of a results file, whatever they are written in, and files the good ones."""

from __future__ import annotations

import difflib
import functools
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import condition_of
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.json_values import JsonList, JsonObject, JsonValue, Number
from nnsreport.units import unit_scale, unit_spellings
from nnsreport.vocabulary import COMPONENTS, METRICS, Metric, Scope, hardware, three_dimensional

FIELDS = ("metric", "value", "unit", "layer", "component", "trial", "time_s", "compensation", "epoch", "step")
"""What an entry may tell; all but the first two may be missing."""

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
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

    def read(self, entry: Entry) -> None:
        """Check an entry, and file it or the problem with it."""
        self.entries += 1
        try:
            _file(self.records, entry)
        except RefusedError as refused:
            self.refuse(refused.message, entry.line, refused.remedy)

    def refuse(self, message: str, line: int, remedy: Remedy) -> None:
        """File the problem with an entry that is left out."""
        self._refused += 1
        if self._refused <= _SHOWN_REFUSALS:
            told = remedy if isinstance(remedy, str) else remedy()
            self.records.problem(f"an entry is left out: {message}", line, told)

    def finish(self) -> None:
        """File how many more entries were left out than were shown."""
        if self._refused > _SHOWN_REFUSALS:
            self.records.problem(f"{self._refused - _SHOWN_REFUSALS} more entries are left out")


def _file(records: RunBuilder, entry: Entry) -> None:
    metric = _metric(entry.fields)
    layer = _layer(entry.fields)
    scope = _scope(metric, layer)
    condition = condition_of(_count(entry.fields, "trial"), _time(entry.fields), _name(entry.fields, "compensation"))
    records.metric(
        scope,
        layer,
        _component(entry.fields, metric),
        metric.name,
        _value(entry.fields, metric),
        entry.line,
        epoch=_count(entry.fields, "epoch"),
        step=_count(entry.fields, "step"),
        condition=condition,
    )


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


def _metric(fields: Mapping[str, JsonValue]) -> Metric:
    name = fields.get("metric")
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


def _layer(fields: Mapping[str, JsonValue]) -> str | None:
    layer = fields.get("layer")
    if isinstance(layer, Number):
        count = _count(fields, "layer")
        if count == 0:
            raise RefusedError("its layer is 0", "count layers from 1, or give the layer's name")
        return f"layer{count}"
    return _name(fields, "layer")


def _scope(metric: Metric, layer: str | None) -> str:
    if layer is not None:
        if Scope.LAYER not in metric.scopes:
            raise RefusedError(f"{metric.name} is not about a layer", "leave out its layer")
        return Scope.LAYER.value
    scopes = sorted(metric.scopes - {Scope.LAYER})
    if not scopes:
        raise RefusedError(f"{metric.name} is about a layer, but none is named", 'add "layer": 1, or the name of one')
    return scopes[0].value


def _component(fields: Mapping[str, JsonValue], metric: Metric) -> str | None:
    component = _name(fields, "component")
    if component is None:
        return "total" if metric.name in _HARDWARE else None
    if component not in COMPONENTS:
        otherwise = f"use one of {', '.join(COMPONENTS)}"
        raise RefusedError(
            f"there is no component {shorten(component, 60)!r}",
            functools.partial(close_matches, component, tuple(COMPONENTS), otherwise),
        )
    return component


def _value(fields: Mapping[str, JsonValue], metric: Metric) -> float:
    value = fields.get("value")
    if isinstance(value, str) and _NOT_FINITE.fullmatch(value.strip()):
        value = Number(value.strip())
    if value is None:
        raise RefusedError(f"{metric.name} has no value", "give its value, or nan where there is none")
    if not isinstance(value, Number):
        raise RefusedError(f"the value of {metric.name} is {kind_of(value)}", "write a number, without quotes")
    number = read_number(value.text, _scale(fields, metric))
    is_share = metric.unit == "fraction" and metric.name not in _NOT_SHARES
    if is_share and math.isfinite(number) and not 0 <= number <= 1:
        remedy = 'write 0.912, or 91.2 with "unit": "%"'
        raise RefusedError(f"{metric.name} is {number:g}, and not a share from 0 to 1", remedy)
    return number


def _scale(fields: Mapping[str, JsonValue], metric: Metric) -> Decimal:
    unit = fields.get("unit")
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


def _count(fields: Mapping[str, JsonValue], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not number.is_integer() or not 0 <= number <= _LARGEST_COUNT:
        raise RefusedError(f"its {name} is {kind_of(value)}", f"write the {name} as a whole number, 0 or above")
    return int(number)


def _time(fields: Mapping[str, JsonValue]) -> float | None:
    value = fields.get("time_s")
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not 0 <= number < math.inf:
        raise RefusedError(f"its time_s is {kind_of(value)}", "write the seconds since programming, 0 or above")
    return number


def _name(fields: Mapping[str, JsonValue], field_name: str) -> str | None:
    value = fields.get(field_name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RefusedError(f"its {field_name} is {kind_of(value)}", f"write the {field_name}'s name in quotes")
    return value.strip()
