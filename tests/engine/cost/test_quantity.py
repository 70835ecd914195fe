"""Scalars and arrays of several libraries in one formula."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import namespace_among, select


def test_numbers_alone_belong_to_numpy() -> None:
    assert namespace_among(1, 2.0, True, np.float64(3), np.int64(4)) is np


def test_a_devices_array_decides_wherever_it_stands(strict_device: ModuleType) -> None:
    array = strict_device.asarray(np.ones(2))
    assert namespace_among(1.0, np.float32(2), array) is strict_device
    assert namespace_among(array, 1.0) is strict_device


def test_selection_of_scalars_mixes_with_a_devices_arrays(strict_device: ModuleType) -> None:
    scalar = select(np.array(True), 2.0, 3.0)
    assert isinstance(scalar, float)
    array = strict_device.asarray(np.arange(3.0))
    np.testing.assert_array_equal((array * scalar).get(), [0, 2, 4])


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("kind", [bool, np.bool_])
def test_scalar_condition_selects_one_as_it_is(strict_device: ModuleType, is_first: bool, kind: type) -> None:
    array = strict_device.asarray(np.arange(3.0))
    assert select(kind(is_first), array, 7.0) is (array if is_first else 7.0)


def test_device_condition_of_scalars_is_on_the_device(strict_device: ModuleType) -> None:
    selected = select(strict_device.asarray(np.array([True, False])), 1.0, 2.0)
    np.testing.assert_array_equal(selected.get(), [1, 2])


def test_selection_broadcasts() -> None:
    selected = select(np.array([True, False]), 1.0, np.array([[5.0], [6.0]]))
    np.testing.assert_array_equal(selected, [[1, 5], [1, 6]])


def test_outline_of_sides_is_a_full_rectangle() -> None:
    outline = Outline.of_sides(height_m=2.0, width_m=np.array([3.0, 4.0]))
    np.testing.assert_array_equal(outline.area_m2, [6, 8])
