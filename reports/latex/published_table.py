"""The table that holds runs beside published results."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, run_labels
from nnsreport.reports.latex.table import Cell, Citation, Column, LatexTable
from nnsreport.reports.references import Match, load_library
from nnsreport.reports.references.matching import HEADLINE_METRICS
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity
from nnsreport.vocabulary import METRICS

_TITLES = ("Paper", "Published", "Conditions", "This work", "Standing", "Evidence")


def published_table(runs: Sequence[RunData]) -> LatexTable | None:
    """Return the runs' headline numbers beside the reference library.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report, with the numbers of one epoch at most.

    Returns
    -------
    LatexTable or None
        Papers by their BibTeX keys (``nnsreport papers --bibtex``); values that are not comparable say so. None
        where no run has a headline number.
    """
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        shown = (match for match in load_library().matching(run) if match.metric in HEADLINE_METRICS)
        rows.extend((match.metric, _row(label if len(runs) > 1 else "", match)) for match in shown)
    if not rows:
        return None
    rows.sort(key=lambda row: HEADLINE_METRICS.index(row[0]))
    groups = tuple(index for index in range(1, len(rows)) if rows[index][0] != rows[index - 1][0])
    titled = tuple((METRICS[metric].title, *cells) for metric, cells in rows)
    columns = tuple(Column(title) for title in ("Metric", *_TITLES))
    note = "Evidence: read in the paper itself, or secondary (in another document that quotes it)."
    return LatexTable("table-published", "Beside published results", columns, titled, groups, note)


def _row(label: str, match: Match) -> tuple[Cell, ...]:
    condition = join_label(
        label,
        describe_time(match.time_s) if match.time_s is not None else "",
        describe_compensation(match.compensation),
    )
    own = format_quantity(match.run_value, match.unit)
    published = "not available" if match.result is None else match.result.published_text
    return (
        Citation(match.paper.key, match.paper.short_name),
        published,
        match.result.conditions if match.result else "",
        f"{own} ({condition})" if condition else own,
        match.fairness.value if match.result else "",
        match.result.evidence.value if match.result else "",
    )
