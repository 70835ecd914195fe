"""What differs between runs, by how much, whether it is significant, and whether it is fair."""

from __future__ import annotations

from nnsreport.reports.comparison.comparison import Comparison, compare_many, compare_runs
from nnsreport.reports.comparison.flag import Flag
from nnsreport.reports.comparison.outcome import Outcome
from nnsreport.reports.comparison.row import ROW_COLUMNS
from nnsreport.reports.comparison.settings_difference import SettingDifference

__all__ = ["ROW_COLUMNS", "Comparison", "Flag", "Outcome", "SettingDifference", "compare_many", "compare_runs"]
