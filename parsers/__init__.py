"""Simulator output into typed records and Polars tables."""

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
