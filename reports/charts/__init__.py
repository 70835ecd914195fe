"""Altair charts, shared by the page and the figures."""

from __future__ import annotations

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable
from nnsreport.reports.charts.registry import available_charts

__all__ = ["ChartSpec", "DataTable", "available_charts"]
