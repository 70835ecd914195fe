"""Intervals and tests against published worked examples, enumeration and closed forms."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.reports.statistics import (
    Interval,
    mcnemar_clustered,
    mcnemar_exact,
    mean_and_std,
    mean_interval,
    newcombe_interval,
    newcombe_paired_interval,
    paired_interval,
    pooled_interval,
    welch_interval,
    wilson_interval,
)


# R. G. Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17, 857 (1998), table I,
# method 3 (score, no continuity correction).
@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_published_intervals(successes: int, total: int, low: float, high: float) -> None:
    interval = wilson_interval(successes, total)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_wilson_ends_solve_the_score_equation() -> None:
    z = 1.959963984540054
    interval = wilson_interval(875, 1000)
    for end in (interval.low, interval.high):
        assert abs(0.875 - end) == pytest.approx(z * math.sqrt(end * (1 - end) / 1000))


def test_wilson_without_images_knows_nothing() -> None:
    assert wilson_interval(0, 0) == Interval(0.0, 1.0)


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_holds_the_share_and_stays_a_share(counts: tuple[int, int]) -> None:
    interval = wilson_interval(*counts)
    assert 0 <= interval.low <= counts[0] / counts[1] <= interval.high <= 1


@pytest.mark.parametrize(("successes", "total"), [(-1, 5), (6, 5)])
def test_wilson_refuses_impossible_counts(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="successes of"):
        wilson_interval(successes, total)


# R. G. Newcombe, Interval estimation for the difference between independent proportions, Stat. Med. 17, 873 (1998),
# table II, method 10, contrasts (a) to (h); there the difference is first minus second.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_newcombe_gives_the_published_intervals(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = newcombe_interval(*second, *first)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


def test_newcombe_without_images_knows_nothing() -> None:
    assert newcombe_interval(0, 0, 5, 10) == Interval(-1.0, 1.0)
    assert newcombe_paired_interval(0, 0, 0, 0) == Interval(-1.0, 1.0)


# Airway hyper-responsiveness before and after stem cell transplantation (Bentur et al. 2009), as in M. W. Fagerland,
# S. Lydersen, P. Laake, Stat. Med. 33, 2850 (2014): Newcombe's square-and-add interval of first minus second.
def test_newcombe_paired_gives_the_published_interval() -> None:
    interval = newcombe_paired_interval(both=1, only_a=7, only_b=1, neither=12)
    assert (round(interval.low, 3), round(interval.high, 3)) == (-0.507, -0.026)


# D. G. Altman et al., Statistics with Confidence (2000), table 6.2: 14, 5, 0, 22.
def test_newcombe_paired_gives_altmans_interval() -> None:
    interval = newcombe_paired_interval(both=14, only_a=0, only_b=5, neither=22)
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.011, 0.226)


@given(*(st.integers(0, 200) for _ in range(4)))
def test_newcombe_paired_turns_round_with_the_runs(both: int, only_a: int, only_b: int, neither: int) -> None:
    forward = newcombe_paired_interval(both, only_a, only_b, neither)
    backward = newcombe_paired_interval(both, only_b, only_a, neither)
    assert forward.low == pytest.approx(-backward.high, abs=1e-12)
    assert forward.high == pytest.approx(-backward.low, abs=1e-12)


def test_pairing_narrows_the_interval_of_correlated_runs() -> None:
    paired = newcombe_paired_interval(both=850, only_a=10, only_b=25, neither=115)
    independent = newcombe_interval(860, 1000, 875, 1000)
    assert paired.high - paired.low < 0.5 * (independent.high - independent.low)


def test_mean_and_std_of_one_number_has_no_std() -> None:
    mean, std = mean_and_std([0.5])
    assert mean == 0.5
    assert math.isnan(std)


# Student's t: 0.975 quantile with 4 degrees of freedom is 2.776445 in every printed table.
def test_mean_interval_is_students() -> None:
    interval = mean_interval([1.0, 2.0, 3.0, 4.0, 5.0])
    assert interval is not None
    half = 2.776445 * math.sqrt(2.5 / 5)
    assert (interval.low, interval.high) == (pytest.approx(3 - half, abs=1e-6), pytest.approx(3 + half, abs=1e-6))


@pytest.mark.parametrize("values", [[], [0.9]])
def test_too_few_trials_have_no_interval(values: list[float]) -> None:
    assert mean_interval(values) is None
    assert paired_interval(values, values) is None
    assert welch_interval(values, [0.1, 0.2]) is None
    assert welch_interval([0.1, 0.2], values) is None


# "Student" (1908), sleep data, extra hours under two drugs: difference 1.58, paired interval 0.70 to 2.46 and Welch's
# -3.365 to 0.205 as R's documentation of t.test prints them.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_paired_interval_of_the_sleep_data() -> None:
    interval = paired_interval(SLEEP_1, SLEEP_2)
    assert interval is not None
    assert (round(interval.low, 7), round(interval.high, 7)) == (0.7001142, 2.4598858)


def test_welch_interval_of_the_sleep_data() -> None:
    interval = welch_interval(SLEEP_2, SLEEP_1)
    assert interval is not None
    assert (round(interval.low, 7), round(interval.high, 7)) == (-3.3654832, 0.2054832)


def test_paired_interval_needs_pairs() -> None:
    with pytest.raises(ValueError, match="argument"):
        paired_interval([1.0, 2.0], [1.0])


def test_welch_of_equal_numbers_is_a_point() -> None:
    assert welch_interval([0.5, 0.5], [0.75, 0.75]) == Interval(0.25, 0.25)


def test_welch_and_pooled_agree_for_equal_sizes_and_variances() -> None:
    a, b = [1.0, 2.0, 3.0], [11.0, 12.0, 13.0]
    welch, pooled = welch_interval(a, b), pooled_interval(a, b)
    assert welch is not None
    assert pooled is not None
    assert (welch.low, welch.high) == (pytest.approx(pooled.low), pytest.approx(pooled.high))


def test_pooled_interval_lends_its_spread_to_a_single_trial() -> None:
    interval = pooled_interval([5.0], [1.0, 2.0, 3.0])
    assert interval is not None
    half = 4.302653 * math.sqrt(1.0 * (1 + 1 / 3))  # t with 2 degrees of freedom
    assert interval.high == pytest.approx(-3 + half, abs=1e-5)
    assert pooled_interval([5.0], [1.0]) is None
    assert pooled_interval([], [1.0, 2.0]) is None


def test_pooled_interval_covers_as_often_as_promised() -> None:
    draw = random.Random(7)
    covered = 0
    for _ in range(4000):
        interval = pooled_interval([draw.gauss(0, 1)], [draw.gauss(0, 1) for _ in range(5)])
        assert interval is not None
        covered += not interval.excludes(0.0)
    assert covered / 4000 == pytest.approx(0.95, abs=0.012)  # 3.5 standard errors of the count


# Fagerland, Lydersen, Laake, BMC Med. Res. Methodol. 13, 91 (2013): exact conditional test of 1 against 7 discordant
# pairs gives 0.0703.
@pytest.mark.parametrize(
    ("only_a", "only_b", "p_value"), [(1, 7, 0.0703125), (0, 0, 1.0), (0, 1, 1.0), (5, 5, 1.0), (0, 6, 0.03125)]
)
def test_mcnemar_known_values(only_a: int, only_b: int, p_value: float) -> None:
    assert mcnemar_exact(only_a, only_b) == pytest.approx(p_value)


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 3), (2, 5), (4, 4), (1, 9), (7, 3)])
def test_mcnemar_by_enumeration_of_every_split(only_a: int, only_b: int) -> None:
    discordant = only_a + only_b
    uneven = abs(only_a - only_b)
    as_uneven = sum(abs(discordant - 2 * sum(side)) >= uneven for side in itertools.product((0, 1), repeat=discordant))
    assert mcnemar_exact(only_a, only_b) == pytest.approx(as_uneven / 2**discordant)


def test_clustered_mcnemar_of_single_trials_is_the_uncorrected_chi_square() -> None:
    # McNemar (1947): chi2 = (b - c)^2 / (b + c); here 25 / 35 with one degree of freedom.
    differences = [1.0] * 20 + [-1.0] * 15 + [0.0] * 965
    assert mcnemar_clustered(differences) == pytest.approx(math.erfc(math.sqrt(25 / 35 / 2)))


def test_clustered_mcnemar_does_not_count_a_trial_as_an_image() -> None:
    # The same images repeated in ten identical trials are no more evidence than one trial.
    once = [1.0] * 12 + [-1.0] * 4
    assert mcnemar_clustered([10 * d for d in once]) == pytest.approx(mcnemar_clustered(once))


def test_clustered_mcnemar_without_differences() -> None:
    assert mcnemar_clustered([]) == 1.0
    assert mcnemar_clustered([0.0, 0.0]) == 1.0


def test_clustered_mcnemar_is_as_a_sign_flip_permutation() -> None:
    draw = random.Random(3)
    differences = [draw.choice((-3, -2, -1, 0, 0, 1, 2, 3, 3)) for _ in range(60)]
    observed = abs(sum(differences))
    flips = 20_000
    extreme = sum(abs(sum(draw.choice((-d, d)) for d in differences)) >= observed for _ in range(flips))
    assert mcnemar_clustered(differences) == pytest.approx(extreme / flips, abs=0.03)
