"""The uniform ADC."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.converters.uniform import UniformConverter, code_limits, uniform_converter


def codes(converter, *sums):
    array = np.array(sums, dtype=np.float32).reshape(1, 1, len(converter.steps), -1).copy()
    clipped = converter.convert(array)
    return array.ravel().tolist(), clipped


def test_a_signed_converter_is_symmetric_and_knows_zero():
    converter = uniform_converter(3, (6.0,), signed=True)
    assert (converter.low, converter.high, converter.steps) == (-3, 3, (2.0,))
    assert codes(converter, -9, -6, -3.1, -1, 0, 1, 3, 5, 6.9, 7.1) == ([-3, -3, -2, 0, 0, 0, 2, 2, 3, 3], 2)


def test_an_unsigned_converter_begins_at_zero():
    converter = uniform_converter(2, (6.0,), signed=False)
    assert codes(converter, -0.9, -1.1, 0, 2, 6, 7.5) == ([0, 0, 0, 1, 3, 3], 2)


def test_each_slice_has_its_own_step():
    converter = UniformConverter((1.0, 10.0), -7, 7)
    assert codes(converter, 3, 8, 30, 80) == ([3, 7, 3, 7], 2)


def test_a_slice_without_a_range_still_converts():
    assert codes(uniform_converter(4, (0.0,), signed=True), 0.0, 0.5) == ([0, 4], 0)


def test_limits_of_codes():
    assert code_limits(4, signed=True) == (-7, 7)
    assert code_limits(4, signed=False) == (0, 15)
