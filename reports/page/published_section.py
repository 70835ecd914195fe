"""The section that holds runs beside published results."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, run_labels
from nnsreport.reports.page.blocks import Block, Cell, Figure, Paragraph, Section, Table, columns
from nnsreport.reports.references import Evidence, Fairness, Match, load_library
from nnsreport.reports.references.matching import HEADLINE_METRICS
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity
from nnsreport.vocabulary import METRICS

_INTRODUCTION = (
    "Every published value is shown with its conditions, its place in the paper and how it is known: "
    + "; ".join(f"{evidence.value}: {evidence.meaning}" for evidence in Evidence)
    + ". Values that are not comparable are shown with the reason, and never subtracted."
)


def published_section(runs: Sequence[RunData], charts: Sequence[ChartSpec]) -> Section | None:
    """Return the runs' numbers beside the reference library.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.
    charts : sequence of ChartSpec
        All charts of the report; those of the section are picked.

    Returns
    -------
    Section or None
        A table a metric; None where no run has a whole-chip or whole-network number.
    """
    matches: dict[str, list[tuple[str, Match]]] = {}
    for label, run in zip(run_labels(runs), runs, strict=True):
        for match in load_library().matching(run):
            matches.setdefault(match.metric, []).append((label, match))
    if not matches:
        return None
    tables = [_table(metric, found, len(runs) > 1) for metric, found in matches.items()]
    tables.sort(key=lambda table: table.is_collapsed)
    blocks: list[Block] = [Paragraph(_INTRODUCTION)]
    blocks += [Figure(chart) for chart in charts if chart.section == "published"]
    return Section("published", "Comparison with published results", (*blocks, *tables))


def _table(metric: str, found: Sequence[tuple[str, Match]], several_runs: bool) -> Table:
    title = METRICS[metric].title
    titles = ["Paper", "Published", "This run", "Standing", "Why", "Conditions", "Place", "Evidence"]
    rows = [_row(label, match, several_runs) for label, match in found]
    # What the reader cannot use is there, but on demand: metrics outside the headline, or without a fair comparison.
    fair = any(match.fairness in {Fairness.COMPARABLE, Fairness.WITH_RESERVATIONS} for _, match in found)
    return Table(
        f"Published {title}",
        columns(*titles, numbers=("Published", "This run")),
        tuple(rows),
        is_collapsed=not (fair and metric in HEADLINE_METRICS) and metric != "accuracy",
    )


def _row(label: str, match: Match, several_runs: bool) -> tuple[Cell, ...]:
    result = match.result
    condition = join_label(
        label if several_runs else "",
        describe_time(match.time_s) if match.time_s is not None else "",
        describe_compensation(match.compensation),
    )
    own = Cell(format_quantity(match.run_value, match.unit), condition)
    paper = Cell(match.paper.short_name, href=match.paper.link)
    standing = Cell(match.fairness.value, mark=f"standing-{match.fairness.name.lower().replace('_', '-')}")
    if result is None:
        return paper, Cell("–"), own, standing, Cell(""), Cell(""), Cell(""), Cell("")
    reasons = (*match.reasons, *((result.caveat,) if result.caveat else ()))
    return (
        paper,
        Cell(result.published_text, result.quantity),
        own,
        standing,
        Cell(reasons[0] if reasons else "", more=reasons[1:]),
        Cell(result.conditions),
        Cell(result.location, more=(result.source,)),
        Cell(result.evidence.value, mark=f"evidence-{result.evidence.value}"),
    )
