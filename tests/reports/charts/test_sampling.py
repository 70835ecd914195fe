"""Thinning keeps the ends and is always the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nnsreport.reports.charts.sampling import thin, thinning_note


@given(st.integers(0, 3000), st.integers(2, 200))
def test_thinned_rows_are_few_ordered_and_keep_both_ends(count: int, limit: int) -> None:
    rows = range(count)
    kept = thin(rows, limit)
    assert len(kept) == min(count, limit)
    assert list(kept) == sorted(set(kept))
    if count:
        assert kept[0] == 0
        assert kept[-1] == count - 1
    assert kept == thin(rows, limit)


def test_the_caption_says_what_was_left_out() -> None:
    assert thinning_note(5, 5) == ""
    assert thinning_note(2000, 12345) == " Shows 2,000 of 12,345 points, evenly spaced."
