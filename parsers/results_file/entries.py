"""Checks the entries of a results file, whatever they are written in."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from nnsreport.parsers.columns import Condition, condition_of
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.compensations import canonical_compensation
from nnsreport.parsers.results_file.entry_values import (
    NOT_FINITE,
    RefusedError,
    kind_of,
    read_count,
    read_name,
    read_number,
    read_time,
)
from nnsreport.parsers.results_file.json_values import JsonValue, Number
from nnsreport.units import unit_scale, unit_spellings
from nnsreport.vocabulary import COMPONENTS, METRICS, Metric, Scope, hardware, three_dimensional

FIELDS = ("metric", "value", "unit", "layer", "component", "trial", "time_s", "compensation", "epoch", "step")
"""What an entry may tell; all but the first two may be missing."""

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
    is_share : bool
        Whether the number must lie between 0 and 1.
    """

    metric: Metric
    scope: str
    layer: str | None
    component: str | None
    scale: Decimal
    is_share: bool

    @property
    def key(self) -> tuple[str, str | None, str | None, str]:
        """Scope, layer, component and the metric's name."""
        return self.scope, self.layer, self.component, self.metric.name


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
        read_count(told("epoch"), "epoch"),
        read_count(told("step"), "step"),
        written,
    )


def about_of(metric_name: JsonValue, unit: JsonValue, layer: JsonValue, component: JsonValue) -> About:
    """Return what a number is about, from the fields of these names; most entries share them with others."""
    metric = _metric(metric_name)
    named_layer = _layer(layer)
    scope = _scope(metric, named_layer)
    is_share = metric.unit == "fraction" and metric.name not in _NOT_SHARES
    return About(metric, scope, named_layer, _component(component, metric), _scale(unit, metric), is_share)


def condition_told(trial: JsonValue, time_s: JsonValue, compensation: JsonValue) -> tuple[Condition, str | None]:
    """Return what a number was measured under, from the fields of these names, and the compensation as written."""
    written = read_name(compensation, "compensation")
    known = None if written is None else canonical_compensation(written)
    return condition_of(read_count(trial, "trial"), read_time(time_s), known), written


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
        count = read_count(layer, "layer")
        if count == 0:
            raise RefusedError("its layer is 0", "count layers from 1, or give the layer's name")
        return f"layer{count}"
    return read_name(layer, "layer")


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
    component = read_name(told, "component")
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
    if isinstance(value, str) and NOT_FINITE.fullmatch(value.strip()):
        value = Number(value.strip())
    if value is None:
        raise RefusedError(f"{metric.name} has no value", "give its value, or nan where there is none")
    if not isinstance(value, Number):
        raise RefusedError(f"the value of {metric.name} is {kind_of(value)}", "write a number, without quotes")
    number = read_number(value.text, about.scale)
    if about.is_share and math.isfinite(number) and not 0 <= number <= 1:
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
