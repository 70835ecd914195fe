"""Reading rules, and judging rows by them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from nnsreport.errors import ComparisonError
from nnsreport.reports.comparison import Comparison, compare_runs
from nnsreport.reports.comparison.rules import Measure, Selection, parse_rule
from nnsreport.reports.comparison.verdict import evaluate, failure
from nnsreport.reports.run_data import RunData

MakeRun = Callable[..., RunData]
ABSOLUTE, RELATIVE = Measure.ABSOLUTE, Measure.RELATIVE


@pytest.mark.parametrize(
    ("text", "metric", "selection", "operator", "threshold", "measure"),
    [
        ("accuracy<-0.5pp", "accuracy", Selection(), "<", -0.005, ABSOLUTE),
        ("accuracy < -0.5 pp", "accuracy", Selection(), "<", -0.005, ABSOLUTE),
        ("accuracy<-1%", "accuracy", Selection(), "<", -0.01, RELATIVE),
        ("accuracy<0", "accuracy", Selection(), "<", 0.0, ABSOLUTE),
        ("read_latency>+5%", "read_latency", Selection(), ">", 0.05, RELATIVE),
        ("energy_efficiency<-1%", "energy_efficiency", Selection(), "<", -0.01, RELATIVE),
        ("energy_efficiency<=-.5TOPS/W", "energy_efficiency", Selection(), "<=", -5e11, ABSOLUTE),
        ("area>0.1mm2", "area", Selection(), ">", 1e-7, ABSOLUTE),
        ("area>0.1mm^2", "area", Selection(), ">", 1e-7, ABSOLUTE),
        ("area>=100um²", "area", Selection(), ">=", 1e-10, ABSOLUTE),
        ("read_dynamic_energy>1e2pJ", "read_dynamic_energy", Selection(), ">", 1e-10, ABSOLUTE),
        ("read_latency@layer=layer3>2%", "read_latency", Selection(layer="layer3"), ">", 0.02, RELATIVE),
        ("tiles@layer=*>0", "tiles", Selection(layer="*"), ">", 0.0, ABSOLUTE),
        ("tiles@layer=*>2", "tiles", Selection(layer="*"), ">", 2.0, ABSOLUTE),
        (
            "accuracy@time=3600,compensation=global<-1pp",
            "accuracy",
            Selection(time_s=3600.0, compensation="global"),
            "<",
            -0.01,
            ABSOLUTE,
        ),
        ("accuracy@time=30d<-1pp", "accuracy", Selection(time_s=2592000.0), "<", -0.01, ABSOLUTE),
    ],
)
def test_valid_rules(
    text: str, metric: str, selection: Selection, operator: str, threshold: float, measure: Measure
) -> None:
    rule = parse_rule(text)
    assert (rule.metric.name, rule.selection, rule.operator, rule.measure) == (metric, selection, operator, measure)
    assert rule.threshold == pytest.approx(threshold)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot read the rule ''"),
        ("accuracy", "cannot read the rule"),
        ("accuracy=1", "cannot read the rule"),
        ("accuracy<", "cannot read the rule"),
        ("<5%", "cannot read the rule"),
        ("accuracy<1e999pp", "cannot read the rule"),
        ("area>1 2%", "cannot read the rule"),
        ("acuracy<-1pp", "unknown metric 'acuracy' .*did you mean accuracy"),
        ("area>5", "the threshold has no unit .*write mm2 or um2"),
        ("area>5ns", "'ns' is not a unit of area"),
        ("accuracy>1", "the threshold has no unit .*percentage points"),
        ("read_latency>1pp", "'pp' is not a unit of read_latency"),
        ("accuracy@foo=1<1pp", "cannot read the selector 'foo=1'"),
        ("accuracy@<1pp", "cannot read the selector ''"),
        ("accuracy@layer<1pp", "cannot read the selector 'layer'"),
        ("accuracy@layer=a,layer=b<0", "'layer' is given twice"),
        ("accuracy@time=soon<1pp", "cannot read the time 'soon'"),
    ],
)
def test_invalid_rules(text: str, message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        parse_rule(text)


def run_of(make_run: MakeRun, name: str, values: dict[tuple[Any, ...], float]) -> RunData:
    """Make a run of (metric, layer, component, time_s, compensation) -> value."""
    columns = ("metric", "layer", "component", "time_s", "compensation")
    records = []
    for key, value in values.items():
        record = {c: k for c, k in zip(columns, key, strict=False) if k is not None}
        records.append(record | {"value": value})
    return make_run(name, records)


@pytest.fixture
def chips(make_run: MakeRun) -> Comparison:
    keys: list[tuple[Any, ...]] = [
        ("area", None, "total"),
        ("read_latency", None, "total"),
        ("read_latency", None, "adc"),
        ("read_latency", "layer1", "total"),
        ("read_latency", "layer2", "total"),
        ("leakage_power", None, "total"),
        ("leakage_energy", None, "total"),
        ("clock_period", None, "total"),
    ]
    a = [91.07e-6, 80e-6, 7e-6, 10e-6, 20e-6, 1e-3, math.nan, 0.0]
    b = [91.07e-6, 88e-6, 7e-6, 10e-6, 25e-6, math.nan, math.nan, 1e-9]
    return compare_runs(*(run_of(make_run, n, dict(zip(keys, v, strict=True))) for n, v in (("a", a), ("b", b))))


@pytest.mark.parametrize(
    ("text", "violations"),
    [
        ("area>0", []),
        ("read_latency>+5%", ["read_latency went from 80 µs to 88 µs (+10 %)"]),
        ("read_latency>+10.1%", []),
        ("read_latency>5us", ["read_latency went from 80 µs to 88 µs (+10 %)"]),
        ("read_latency@component=adc>0", []),
        ("read_latency@layer=*>0", ["read_latency (layer2) went from 20 µs to 25 µs (+25 %)"]),
        ("read_latency@layer=layer1>0", []),
        ("leakage_power>1000%", ["leakage_power went from 1 mW to nan W"]),
        ("clock_period>1ps", ["clock_period went from 0 s to 1 ns (+1 ns)"]),
    ],
)
def test_rules_on_chips(chips: Comparison, text: str, violations: list[str]) -> None:
    verdict = evaluate(parse_rule(text), chips)
    assert list(verdict.violations) == violations
    assert verdict.holds == (not violations)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("throughput<0", "is about no row of a and b; neither run has throughput"),
        ("read_latency@layer=layer9>0", "is about no row of a and b; they have 4 rows of read_latency"),
        ("leakage_energy>0", r"cannot be evaluated: leakage_energy: not comparable \(neither is a number\)"),
        ("clock_period>5%", "cannot be evaluated: clock_period: is 0 in A, so there is no relative difference"),
    ],
)
def test_rules_that_cannot_be_evaluated(chips: Comparison, text: str, message: str) -> None:
    with pytest.raises(ComparisonError, match=message):
        evaluate(parse_rule(text), chips)


def test_rules_on_accuracy_select_time_and_compensation(make_run: MakeRun) -> None:
    conditions = [(t, c) for t in (25.0, 3600.0) for c in ("none", "global")]
    a, b = (
        run_of(make_run, name, {("accuracy", None, None, *k): v for k, v in zip(conditions, values, strict=True)})
        for name, values in (("a", (0.87, 0.87, 0.60, 0.86)), ("b", (0.87, 0.87, 0.50, 0.85)))
    )
    comparison = compare_runs(a, b)
    everywhere = evaluate(parse_rule("accuracy<-0.5pp"), comparison)
    assert (len(everywhere.violations), everywhere.checked) == (2, 4)
    assert evaluate(parse_rule("accuracy@time=25<-0.5pp"), comparison).holds
    hour = evaluate(parse_rule("accuracy@time=1h,compensation=global<-0.5pp"), comparison)
    assert hour.violations == ("accuracy (at 3600 s, compensation global) went from 86 % to 85 % (-1 pp)",)
    assert failure(hour, comparison).startswith(
        "rule 'accuracy@time=1h,compensation=global<-0.5pp' failed for b against a"
    )


def test_rows_that_cannot_be_judged_are_named_beside_those_that_can(make_run: MakeRun) -> None:
    a = run_of(make_run, "a", {("read_latency", "layer1"): 1.0, ("read_latency", "layer2"): math.nan})
    b = run_of(make_run, "b", {("read_latency", "layer1"): 1.0, ("read_latency", "layer2"): 1.0})
    verdict = evaluate(parse_rule("read_latency@layer=*>0"), compare_runs(a, b))
    assert (verdict.checked, verdict.holds) == (1, True)
    assert verdict.left_out == ("read_latency (layer2): is not a number in A, so there is no difference",)
