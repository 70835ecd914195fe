"""Words of charts and tables."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

from nnsreport.reports.charts.labels import describe_time, percent, percent_interval, run_labels
from nnsreport.reports.run_data import RunData


@pytest.mark.parametrize(
    ("time_s", "text"),
    [
        (0.0, "0 s"),
        (25.0, "25 s"),
        (60.0, "1 min"),
        (90.0, "90 s"),
        (3600.0, "1 h"),
        (86400.0, "1 day"),
        (3 * 86400.0, "3 days"),
        (2592000.0, "1 month"),
        (31536000.0, "1 year"),
        (1.2345678e7, "1.235e+07 s"),
    ],
)
def test_times_are_told_in_the_largest_whole_unit(time_s: float, text: str) -> None:
    assert describe_time(time_s) == text


def test_percentages_line_up_and_nan_is_a_dash() -> None:
    assert percent(0.75) == "75.00 %"
    assert percent(math.nan) == "–"
    assert percent_interval(0.1, 0.25) == "10.00 to 25.00 %"
    assert percent_interval(math.nan, math.nan) == "–"


def test_run_labels_are_distinct(drift_run: RunData) -> None:
    same_name = dataclasses.replace(drift_run, source=Path("elsewhere") / drift_run.run)
    assert run_labels([drift_run]) == ("38905658",)
    assert run_labels([drift_run, same_name]) == ("38905658 (runs)", "38905658 (elsewhere)")
    assert run_labels([drift_run, drift_run]) == ("38905658 (runs) #1", "38905658 (runs) #2")
