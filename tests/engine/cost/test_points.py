"""Some of the design points of what was made for a group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from nnsreport.engine.cost import points
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.points import AtPoints, at_points
from nnsreport.engine.cost.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Made:
    name: str
    outline: Outline
    pair: tuple[Quantity, Quantity]
    unit: Outline


def test_arrays_are_cut_wherever_they_are() -> None:
    unit = Outline(1.0, np.float64(2.0), np.array(3.0))
    made = Made("circuit", Outline(np.arange(3.0), 1.0, np.ones(1)), (np.arange(6.0).reshape(3, 2), 7.0), unit)
    some = at_points(made, np.array([2, 0]))
    assert isinstance(some, Made)
    assert list(some.outline.area_m2) == [2.0, 0.0]
    assert some.outline.width_m is made.outline.width_m  # one for all points
    assert some.pair[0].tolist() == [[4.0, 5.0], [0.0, 1.0]]
    assert some.pair[1] == 7.0
    assert some.unit is unit
    assert some.name == "circuit"


def test_what_is_one_for_all_points_is_not_made_again() -> None:
    outline = Outline(1.0, 2.0, 0.5)
    assert at_points(outline, np.array([0])) is outline


def test_what_was_found_for_points_is_kept_as_far_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "_MOST_KEPT", 2)
    made = (np.arange(5.0), 3.0)
    chosen = AtPoints(made)
    assert chosen(None) is made
    first, second, third = (np.array(some) for some in ([0, 4], [1], [2, 3]))
    kept = chosen(first)
    assert chosen(first.copy()) is kept
    for some in (second, third, first):
        numbers, scalar = chosen(some)
        np.testing.assert_array_equal(numbers, made[0][some])
        assert scalar == 3.0
    assert chosen(first) is not kept
