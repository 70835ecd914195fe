"""Simulator output into typed records and Polars tables.

Names are imported when they are asked for: whoever writes a table, or reads a Param.cpp, needs no other formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.lazy_names import names_of

if TYPE_CHECKING:
    from nnsreport.parsers.frame import metrics_frame
    from nnsreport.parsers.records import MetricRecord, ParsedLog, Problem, SettingRecord
    from nnsreport.parsers.registry import LogFormat, formats, parse_bytes, parse_log, parse_runs

__all__ = [
    "LogFormat",
    "MetricRecord",
    "ParsedLog",
    "Problem",
    "SettingRecord",
    "formats",
    "metrics_frame",
    "parse_bytes",
    "parse_log",
    "parse_runs",
]

if not TYPE_CHECKING:
    __getattr__ = names_of(
        __name__,
        {
            "frame": ("metrics_frame",),
            "records": ("MetricRecord", "ParsedLog", "Problem", "SettingRecord"),
            "registry": ("LogFormat", "formats", "parse_bytes", "parse_log", "parse_runs"),
        },
    )
