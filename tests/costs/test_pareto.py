"""The Pareto front against comparing every point with every other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.costs.pareto import ParetoFront, read_objectives
from nnsreport.errors import ConfigurationError
from nnsreport.vocabulary import Better

VALUES = st.sampled_from([0.0, 1.0, 2.0, 3.0, -1.5, float("inf"), float("nan")])


def is_beaten(costs: np.ndarray, point: int) -> bool:
    return any(
        all(other <= costs[point]) and any(other < costs[point]) for other in costs[np.isfinite(costs).all(axis=1)]
    )


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=30), st.integers(1, 7), st.integers(1, 3))
def test_front_is_that_of_all_pairs(rows: list[tuple[float, float, float]], size: int, count: int) -> None:
    objectives = read_objectives(["energy_efficiency", "area", "read_latency.adc"][:count], "x")
    assert [objective.better for objective in objectives] == [Better.HIGHER, Better.LOWER, Better.LOWER][:count]
    values = np.array(rows).reshape(-1, 3)[:, :count]
    front = ParetoFront(objectives)
    for start in range(0, len(values), size):
        part = values[start : start + size]
        front.add(np.arange(start, start + len(part)), part)
    costs = values * [-1, 1, 1][:count]
    expected = [point for point in range(len(costs)) if np.isfinite(costs[point]).all() and not is_beaten(costs, point)]
    assert front.points.tolist() == expected


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "are none"),
        (["area", "area"], "name one twice"),
        (["subarray_rows"], "'subarray_rows' is no number of a chip that can be better"),
        (["accuracy"], "is no number of a chip"),
        (["clock_period.adc"], "is no number of a chip"),
    ],
)
def test_objectives_have_a_direction(names: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_objectives(names, "sweep.toml")
    assert "energy_efficiency" in str(caught.value)


def test_fronts_larger_than_what_is_compared_at_once() -> None:
    share = np.random.default_rng(0).random(1500)
    values = np.stack([share, share, -share], axis=1)  # the more efficient, the larger: none beats another
    front = ParetoFront(read_objectives(["energy_efficiency", "area", "leakage_power"], "x"))
    front.add(np.arange(1500), values)
    front.add(np.arange(1500, 3000), values - [0.001, 0, 0])
    assert front.points.tolist() == list(range(1500))
