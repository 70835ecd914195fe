"""The reference library: published results with their evidence."""

from __future__ import annotations

from nnsreport.reports.references.library import Library, load_library
from nnsreport.reports.references.matching import Fairness, Match
from nnsreport.reports.references.paper import Paper, bibliography, bibtex
from nnsreport.reports.references.result import Evidence, PublishedResult

__all__ = [
    "Evidence",
    "Fairness",
    "Library",
    "Match",
    "Paper",
    "PublishedResult",
    "bibliography",
    "bibtex",
    "load_library",
]
