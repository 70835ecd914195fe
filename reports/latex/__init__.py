"""Tables of runs for theses and papers: LaTeX with booktabs and siunitx."""

from nnsreport.reports.latex.choice import available_tables
from nnsreport.reports.latex.rendering import render_table
from nnsreport.reports.latex.table import Align, Column, LatexTable

__all__ = ["Align", "Column", "LatexTable", "available_tables", "render_table"]
