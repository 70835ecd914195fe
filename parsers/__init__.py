"""Simulator output into typed records and Polars tables."""

from nnsreport.parsers.frame import metrics_frame
from nnsreport.parsers.records import MetricRecord, ParsedLog, Problem, SettingRecord
from nnsreport.parsers.registry import FORMATS, LogFormat, parse_bytes, parse_log, parse_runs

__all__ = [
    "FORMATS",
    "LogFormat",
    "MetricRecord",
    "ParsedLog",
    "Problem",
    "SettingRecord",
    "metrics_frame",
    "parse_bytes",
    "parse_log",
    "parse_runs",
]
