"""Comparison rules: ``METRIC[@SELECTOR,...] OP THRESHOLD``, read here without any data.

A rule states what must not happen to the difference B - A: ``accuracy<-0.5pp`` fails when the accuracy of B is more
than half a percentage point below that of A. Evaluation is in :mod:`nnsreport.reports.comparison.verdict`.
"""

from __future__ import annotations

import difflib
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from types import MappingProxyType

from nnsreport.errors import ComparisonError
from nnsreport.units import unit_scale
from nnsreport.vocabulary import METRICS, Metric

GRAMMAR = "METRIC[@SELECTOR=VALUE,...] OP THRESHOLD, such as accuracy<-0.5pp or read_latency@layer=layer3>+2%"

SELECTORS = ("scope", "layer", "component", "time", "compensation")

_RULE = re.compile(
    r"""\s*(?P<metric>[^@<>=\s]+)\s*
        (?:@(?P<selectors>[^<>]*?))?\s*
        (?P<operator><=|>=|<|>)\s*
        (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*
        (?P<unit>[^\s\d].*?)?\s*""",
    re.VERBOSE,
)

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)

_TIMES = {"": 1.0, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "day": 86400.0}


class Measure(StrEnum):
    """Which difference a threshold is about."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows a rule is about; None selects the default."""

    scope: str | None = None
    layer: str | None = None
    component: str | None = None
    time_s: float | None = None
    compensation: str | None = None

    def matches(
        self, scope: str, layer: str | None, component: str | None, time_s: float | None, compensation: str | None
    ) -> bool:
        """Tell whether a row is meant.

        Parameters
        ----------
        scope, layer, component, time_s, compensation
            The row's key.

        Returns
        -------
        bool
            By default, whole chips and networks, all times and compensations.
        """
        return (
            self._matches_place(scope, layer, component)
            and (self.time_s is None or (time_s is not None and math.isclose(time_s, self.time_s, rel_tol=1e-9)))
            and (self.compensation is None or fnmatchcase(compensation or "none", self.compensation))
        )

    def _matches_place(self, scope: str, layer: str | None, component: str | None) -> bool:
        if self.layer is not None:
            in_layer = layer is not None and fnmatchcase(layer, self.layer)
        else:
            in_layer = not layer or self.scope == "layer"
        in_scope = self.scope is None or scope == self.scope
        return in_layer and in_scope and fnmatchcase(component or "total", self.component or "total")


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on the difference B - A that must not hold.

    Attributes
    ----------
    text : str
        As the user wrote it.
    metric : Metric
        Whose difference is meant.
    selection : Selection
        In which rows.
    operator : str
        ``<``, ``<=``, ``>`` or ``>=``.
    threshold : float
        In the metric's unit, or a fraction of A for a relative measure.
    measure : Measure
        Absolute or relative.
    """

    text: str
    metric: Metric
    selection: Selection
    operator: str
    threshold: float
    measure: Measure

    def is_violated(self, difference: float) -> bool:
        """Tell whether a difference, absolute or relative as the rule's measure, is what must not happen."""
        return _OPERATORS[self.operator](difference, self.threshold)


def parse_rule(text: str) -> Rule:
    """Read a rule.

    Parameters
    ----------
    text : str
        Such as ``accuracy@time=3600,compensation=global<-1pp``.

    Returns
    -------
    Rule
        Without looking at any run.

    Raises
    ------
    ComparisonError
        When the form, the metric, a selector or the unit is wrong.
    """
    match = _RULE.fullmatch(text)
    if match is None or not math.isfinite(float(match["number"])):
        raise ComparisonError(f"cannot read the rule {text!r}", remedy=f"write {GRAMMAR}")
    metric = _metric(match["metric"], text)
    selection = _selection(match["selectors"], text)
    threshold, measure = _threshold(float(match["number"]), match["unit"] or "", metric, text)
    return Rule(text.strip(), metric, selection, match["operator"], threshold, measure)


def _metric(name: str, rule: str) -> Metric:
    if name not in METRICS:
        nearest = difflib.get_close_matches(name, METRICS, n=3, cutoff=0.4)
        remedy = f"did you mean {' or '.join(nearest)}?" if nearest else "`nnsreport parse` lists the metrics of a log"
        raise ComparisonError(f"unknown metric {name!r} in the rule {rule!r}", remedy=remedy)
    return METRICS[name]


def _selection(text: str | None, rule: str) -> Selection:
    if text is None:
        return Selection()
    chosen: dict[str, str] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if name not in SELECTORS or not equals or not value:
            raise ComparisonError(
                f"cannot read the selector {part!r} in the rule {rule!r}",
                remedy=f"write NAME=VALUE with one of {', '.join(SELECTORS)}",
            )
        if name in chosen:
            raise ComparisonError(f"the selector {name!r} is given twice in the rule {rule!r}", remedy="give it once")
        chosen[name] = value
    time_s = _time(chosen.pop("time"), rule) if "time" in chosen else None
    return Selection(time_s=time_s, **chosen)


def _time(text: str, rule: str) -> float:
    match = re.fullmatch(r"(\d+\.?\d*(?:[eE][+-]?\d+)?)\s*([a-z]*)", text)
    if match is None or match[2] not in _TIMES:
        raise ComparisonError(f"cannot read the time {text!r} in the rule {rule!r}", remedy="write 3600, 1h or 30d")
    return float(match[1]) * _TIMES[match[2]]


def _threshold(number: float, unit: str, metric: Metric, rule: str) -> tuple[float, Measure]:
    if unit == "%":
        return number / 100, Measure.RELATIVE
    scale = _absolute_scale(number, unit, metric)
    if scale is None:
        raise ComparisonError(
            f"{unit!r} is not a unit of {metric.name} in the rule {rule!r}"
            if unit
            else f"the threshold has no unit in the rule {rule!r}",
            remedy=f"write {_units_of(metric)}, or % for a relative difference",
        )
    return number * scale, Measure.ABSOLUTE


def _absolute_scale(number: float, unit: str, metric: Metric) -> float | None:
    if not unit and number == 0:
        return 1.0
    if metric.unit == "fraction":
        return 0.01 if unit == "pp" else None
    return unit_scale(unit, metric.unit)


def _units_of(metric: Metric) -> str:
    examples = {
        "fraction": "pp (percentage points)",
        "1": "a plain number",
        "s": "s, us or ns",
        "m2": "mm2 or um2",
        "op/J": "TOPS/W",
        "op/s": "TOPS",
        "op/s/m2": "TOPS/mm2",
        "image/s": "FPS",
    }
    return examples.get(metric.unit, f"{metric.unit}, with an SI prefix if you like")
