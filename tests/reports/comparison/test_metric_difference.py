"""Outcomes, differences and intervals of single rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from nnsreport.reports.comparison import ROW_COLUMNS, Comparison, Outcome, compare_runs
from nnsreport.reports.comparison.row import Row, frame_rows
from nnsreport.reports.run_data import RunData
from nnsreport.reports.statistics import newcombe_interval, newcombe_paired_interval, paired_interval, welch_interval

MakeRun = Callable[..., RunData]
OnlyRow = Callable[[pl.DataFrame], Row]


def compare_values(make_run: MakeRun, metric: str, a: float, b: float) -> Comparison:
    return compare_runs(*(make_run(name, [{"metric": metric, "value": v}]) for name, v in (("a", a), ("b", b))))


@pytest.mark.parametrize(
    ("metric", "a", "b", "outcome"),
    [
        ("read_latency", 2e-5, 1e-5, Outcome.BETTER),
        ("read_latency", 1e-5, 2e-5, Outcome.WORSE),
        ("energy_efficiency", 11e12, 12e12, Outcome.BETTER),
        ("energy_efficiency", 12e12, 11e12, Outcome.WORSE),
        ("read_latency", 8.08985e-5, 8.08985e-5 * (1 + 5e-6), Outcome.EQUAL),
        ("read_latency", 8.08985e-5, 8.08985e-5 * (1 + 2e-5), Outcome.WORSE),
        ("area", 0.0, 0.0, Outcome.EQUAL),
        ("area", 0.0, 1e-6, Outcome.WORSE),
        ("subarray_rows", 128.0, 64.0, Outcome.DIFFERENT),
        ("read_latency", 1e-5, math.inf, Outcome.NEWLY_FAILING),
        ("read_latency", math.nan, 1e-5, Outcome.FIXED),
        ("read_latency", math.nan, math.inf, Outcome.NOT_COMPARABLE),
    ],
)
def test_outcome_of_numbers_without_noise(
    make_run: MakeRun, only_row: OnlyRow, metric: str, a: float, b: float, outcome: Outcome
) -> None:
    row = only_row(compare_values(make_run, metric, a, b).rows)
    assert row.outcome == outcome
    if math.isfinite(a) and math.isfinite(b):
        assert row.difference == b - a
        assert row.relative == (pytest.approx((b - a) / a) if a else None)
    else:
        assert row.difference is None


def test_rows_of_one_run_only_are_kept(make_run: MakeRun) -> None:
    a = make_run("a", [{"metric": "area", "value": 1e-6, "component": "adc", "line": 7}])
    b = make_run("b", [{"metric": "area", "value": 1e-6, "component": "buffer", "line": 9}])
    rows = list(frame_rows(compare_runs(a, b).rows))
    assert [(row.component, row.outcome, row.line_a, row.line_b) for row in rows] == [
        ("adc", Outcome.ONLY_IN_A, 7, None),
        ("buffer", Outcome.ONLY_IN_B, None, 9),
    ]


def test_rows_have_the_schema_even_without_any(make_run: MakeRun) -> None:
    rows = compare_runs(make_run("a"), make_run("b")).rows
    assert rows.height == 0
    assert {name: str(kind) for name, kind in rows.schema.items()} == ROW_COLUMNS


def test_a_number_printed_twice_alike_is_one_number(make_run: MakeRun, only_row: OnlyRow) -> None:
    twice = [{"metric": "clock_period", "value": v, "line": n} for n, v in ((5, 1.6974e-9), (90, 1.6974000001e-9))]
    row = only_row(compare_runs(make_run("a", twice), make_run("b", twice[:1])).rows)
    assert (row.outcome, row.line_a) == (Outcome.EQUAL, 5)


def test_contradicting_numbers_are_not_averaged(make_run: MakeRun, only_row: OnlyRow) -> None:
    a = make_run("a", [{"metric": "area", "value": 1e-6}, {"metric": "area", "value": 2e-6}])
    row = only_row(compare_runs(a, make_run("b", [{"metric": "area", "value": 1e-6}])).rows)
    assert (row.outcome, row.reason, row.difference) == (Outcome.NOT_COMPARABLE, "A has 2 different values", None)


def accuracies(values: list[float], **more: Any) -> list[dict[str, Any]]:
    return [{"metric": "accuracy", "value": v, "trial": t, "time_s": 25.0} | more for t, v in enumerate(values)]


A, B = [0.870, 0.872, 0.868, 0.874], [0.861, 0.864, 0.859, 0.866]


def test_trials_of_one_seed_are_paired(make_run: MakeRun, only_row: OnlyRow) -> None:
    a, b = (make_run(n, accuracies(v), settings={"run.seed": 3}) for n, v in (("a", A), ("b", B)))
    row = only_row(compare_runs(a, b).rows)
    expected = paired_interval(A, B)
    assert expected is not None
    assert (row.difference_low, row.difference_high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert (row.trials_a, row.trials_b, row.interval_method) == (4, 4, "t, paired trials")
    assert row.outcome == Outcome.WORSE


@pytest.mark.parametrize(("seed_b", "values_b"), [(4, B), (3, B[:3])], ids=["another seed", "another number of trials"])
def test_other_draws_are_not_paired(make_run: MakeRun, only_row: OnlyRow, seed_b: int, values_b: list[float]) -> None:
    a = make_run("a", accuracies(A), settings={"run.seed": 3})
    b = make_run("b", accuracies(values_b), settings={"run.seed": seed_b})
    row = only_row(compare_runs(a, b).rows)
    expected = welch_interval(A, values_b)
    assert expected is not None
    assert row.difference_high == pytest.approx(expected.high)
    assert row.interval_method == "t, Welch"


def test_a_difference_within_the_spread_is_within_noise(make_run: MakeRun, only_row: OnlyRow) -> None:
    a, b = make_run("a", accuracies([0.86, 0.88, 0.87])), make_run("b", accuracies([0.85, 0.89, 0.86]))
    assert only_row(compare_runs(a, b).rows).outcome == Outcome.WITHIN_NOISE


def test_a_single_trial_borrows_the_spread_of_the_other_run(make_run: MakeRun, only_row: OnlyRow) -> None:
    row = only_row(compare_runs(make_run("a", accuracies([0.8])), make_run("b", accuracies(B))).rows)
    assert row.interval_method == "t, spread of the run with trials"
    assert row.outcome == Outcome.BETTER


def test_one_trial_each_of_a_metric_without_images_makes_no_claim(make_run: MakeRun, only_row: OnlyRow) -> None:
    a, b = (
        make_run(n, [{"metric": "weight_error", "value": v, "trial": 0, "layer": "conv1"}])
        for n, v in (("a", 0.03), ("b", 0.12))
    )
    row = only_row(compare_runs(a, b).rows)
    assert (row.outcome, row.reason) == (Outcome.DIFFERENT, "one trial in each run: the noise is unknown")


def test_failing_trials_are_counted(make_run: MakeRun, only_row: OnlyRow) -> None:
    row = only_row(
        compare_runs(make_run("a", accuracies(A)), make_run("b", accuracies([0.8, math.nan, math.inf]))).rows
    )
    assert (row.outcome, row.reason) == (Outcome.NEWLY_FAILING, "2 of 3 trials failed")


def test_single_accuracies_with_counts_get_newcombes_interval(make_run: MakeRun) -> None:
    a, b = (
        make_run(n, [{"metric": "float_accuracy", "value": v}, {"metric": "test_images", "value": 1000.0}])
        for n, v in (("a", 0.874), ("b", 0.865))
    )
    row = next(frame_rows(compare_runs(a, b).rows))
    expected = newcombe_interval(874, 1000, 865, 1000)
    assert (row.difference_low, row.difference_high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    assert (row.interval_method, row.outcome) == ("Newcombe", Outcome.WITHIN_NOISE)
    assert row.low_a == pytest.approx(0.8520, abs=2e-4)  # Wilson's interval of 874 in 1000


def test_single_accuracies_without_counts_make_no_claim(make_run: MakeRun, only_row: OnlyRow) -> None:
    row = only_row(compare_values(make_run, "float_accuracy", 0.5, 0.9).rows)
    assert row.outcome == Outcome.DIFFERENT


def predictions(correct: list[bool], trial: int | None = 0, label: int = 1) -> list[tuple[Any, ...]]:
    time_s = None if trial is None else 25.0
    return [(trial, time_s, None, image, label, label if right else 9) for image, right in enumerate(correct)]


def test_single_trials_on_the_same_images_are_paired_by_image(make_run: MakeRun, only_row: OnlyRow) -> None:
    right_a = [True] * 90 + [False] * 10
    right_b = [True] * 80 + [False] * 10 + [True, False] * 5
    a = make_run("a", accuracies([0.90]), predictions=predictions(right_a))
    b = make_run("b", accuracies([0.85]), predictions=predictions(right_b))
    row = only_row(compare_runs(a, b).rows)
    expected = newcombe_paired_interval(both=80, only_a=10, only_b=5, neither=5)
    assert (row.difference_low, row.difference_high) == (pytest.approx(expected.low), pytest.approx(expected.high))
    # P(X <= 5) of the binomial (15, 1/2), twice: 2 * 4944 / 32768.
    assert row.p_value == pytest.approx(2 * 4944 / 32768)
    assert (row.p_method, row.outcome) == ("McNemar, exact", Outcome.WITHIN_NOISE)


def test_several_trials_make_clusters_of_each_image(make_run: MakeRun, only_row: OnlyRow) -> None:
    everything, half = [True] * 20, [True] * 10 + [False] * 10
    a = make_run("a", accuracies([1.0, 1.0]), predictions=predictions(everything, 0) + predictions(everything, 1))
    b = make_run("b", accuracies([0.5, 0.5]), predictions=predictions(half, 0) + predictions(half, 1))
    row = only_row(compare_runs(a, b).rows)
    # Ten images differ, each by both trials: z = 10 / sqrt(10).
    assert row.p_value == pytest.approx(math.erfc(math.sqrt(10 / 2)))
    assert row.p_method == "McNemar, images as clusters"


def test_the_quantised_network_is_paired_by_predictions_without_a_trial(make_run: MakeRun, only_row: OnlyRow) -> None:
    metric = [{"metric": "quantized_accuracy", "value": 1.0}]
    a = make_run("a", metric, predictions=predictions([True] * 9, None))
    b = make_run("b", [metric[0] | {"value": 0.0}], predictions=predictions([False] * 9, None))
    assert only_row(compare_runs(a, b).rows).p_value == pytest.approx(2 / 2**9)


@pytest.mark.parametrize("label", [1, 2], ids=["other images", "other labels"])
def test_other_images_or_labels_are_not_paired(make_run: MakeRun, only_row: OnlyRow, label: int) -> None:
    count_b = 12 if label == 1 else 10
    a = make_run("a", accuracies([1.0]), predictions=predictions([True] * 10))
    b = make_run("b", accuracies([1.0]), predictions=predictions([True] * count_b, label=label))
    assert only_row(compare_runs(a, b).rows).p_value is None


def test_counts_say_what_improved_and_worsened(make_run: MakeRun) -> None:
    def values(area: float, latency: float, leakage: float) -> list[dict[str, Any]]:
        numbers = {"area": area, "read_latency": latency, "leakage_power": leakage}
        return [{"metric": metric, "value": value} for metric, value in numbers.items()]

    comparison = compare_runs(make_run("a", values(1.0, 1.0, math.nan)), make_run("b", values(2.0, math.inf, 1.0)))
    assert (comparison.improved, comparison.worsened) == (1, 2)
    assert comparison.counts == {Outcome.WORSE: 1, Outcome.NEWLY_FAILING: 1, Outcome.FIXED: 1}
