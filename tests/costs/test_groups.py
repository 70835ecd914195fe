"""Design points in groups that share all choices."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.costs.groups import point_groups

VALUES = {
    "technode": [7.0, 22.0],
    "numBitInput": [4.0, 8.0],
    "numRowSubArray": [64.0, 128.0],
    "resistanceOn": [1e3, 2e3, 3e3],
}


@given(st.lists(st.tuples(*(st.sampled_from(values) for values in VALUES.values())), min_size=1), st.integers(1, 5))
def test_every_point_is_in_one_group(rows: list[tuple[float, ...]], size: int) -> None:
    columns = dict(zip(VALUES, np.array(rows).T, strict=True))
    groups = list(point_groups(columns, size))
    numbers = np.concatenate([group.numbers for group in groups])
    assert sorted(numbers.tolist()) == list(range(len(rows)))
    for group in groups:
        assert 1 <= len(group.numbers) <= size
        assert set(group.shared) == {"technode", "numBitInput"}
        for name, values in group.columns().items():
            np.testing.assert_array_equal(values, columns[name][group.numbers])
    # Sorted by what is shared, then by whole numbers: neighbours are cut alike.
    keys = [(group.shared["technode"], group.shared["numBitInput"]) for group in groups]
    assert keys == sorted(keys)
    for group in groups:
        assert (np.diff(group.varied["numRowSubArray"]) >= 0).all()


def test_points_with_the_same_floor_plan_come_together() -> None:
    columns = {"numColMuxed": np.array([4.0, 4.0, 8.0, 8.0]), "numRowSubArray": np.array([128.0, 64.0, 128.0, 64.0])}
    groups = list(point_groups(columns, 2))
    assert [group.varied["numRowSubArray"].tolist() for group in groups] == [[64.0, 64.0], [128.0, 128.0]]
    assert [group.varied["numColMuxed"].tolist() for group in groups] == [[4.0, 8.0], [4.0, 8.0]]


def test_some_of_a_group() -> None:
    (group,) = point_groups({"technode": np.array([7.0, 7.0]), "alpha": np.array([1.0, 2.0])}, 10)
    some = group.taking(np.array([False, True]))
    assert some.numbers.tolist() == [1]
    assert some.columns()["alpha"].tolist() == [2.0]
    assert some.columns()["technode"].tolist() == [7.0]


def test_without_anything_shared() -> None:
    (group,) = point_groups({"alpha": np.array([3.0, 1.0, 2.0])}, 10)
    assert group.numbers.tolist() == [0, 1, 2]
    assert not group.shared
