"""Units as people write them."""

from __future__ import annotations

import pytest

from nnsreport.units import UNITS, display_scale, unit_scale


@pytest.mark.parametrize(
    ("text", "unit", "scale"),
    [
        ("ns", "s", 1e-9),
        ("us", "s", 1e-6),
        ("µs", "s", 1e-6),
        ("μs", "s", 1e-6),  # Greek letter mu instead of the micro sign
        ("pJ", "J", 1e-12),
        ("mm2", "m2", 1e-6),
        ("um^2", "m2", 1e-12),
        ("TOPS/W", "op/J", 1e12),
        ("GOPS", "op/s", 1e9),
        ("TOPS/mm^2", "op/s/m2", 1e18),
        ("FPS", "image/s", 1.0),
        ("%", "fraction", 0.01),
        ("", "1", 1.0),
        ("ns", "J", None),
        ("", "s", None),
        ("parsec", "s", None),
        ("mOPS", "op/s", None),
        ("s", "no such unit", None),
    ],
)
def test_unit_scale(text: str, unit: str, scale: float | None) -> None:
    found = unit_scale(text, unit)
    assert found == (None if scale is None else pytest.approx(scale, rel=1e-12))


@pytest.mark.parametrize("unit", sorted(UNITS))
@pytest.mark.parametrize("value", [3.3e-10, 4.2e-5, 1.0, 7e13])
def test_what_is_displayed_can_be_read_back(unit: str, value: float) -> None:
    factor, text = display_scale(value, unit)
    scale = unit_scale(text, unit)
    assert scale is not None
    assert value * factor * scale == pytest.approx(value)
