"""The self-contained HTML page."""

from __future__ import annotations

from nnsreport.reports.page.pages import comparison_page, report_page

__all__ = ["comparison_page", "report_page"]
