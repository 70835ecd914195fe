"""The pages: a report of runs, and a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnsreport.errors import ReportError
from nnsreport.reports.charts import available_charts
from nnsreport.reports.charts.labels import run_labels
from nnsreport.reports.comparison import Comparison, compare_many
from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.page.blocks import Fact, Page, Section
from nnsreport.reports.page.comparison_section import comparison_sections, comparisons_section
from nnsreport.reports.page.origin_sections import configuration_section, problems_section, provenance_section
from nnsreport.reports.page.published_section import published_section
from nnsreport.reports.page.rendering import render
from nnsreport.reports.page.run_sections import accuracy_section, hardware_section, layers_section
from nnsreport.reports.page.summary_section import summary_section
from nnsreport.reports.page.training_section import training_section
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import simulator_name


def report_page(runs: Sequence[RunData], title: str | None = None) -> str:
    """Return a report of runs as one self-contained HTML file.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs and logs; with several, the first is the one that the others are compared with.
    title : str, optional
        Heading of the page; the runs' names if left out.

    Returns
    -------
    str
        HTML; the same for the same runs.

    Raises
    ------
    ReportError
        When there is no run.
    """
    if not runs:
        raise ReportError("no run to report", remedy="name at least one run")
    labels = run_labels(runs)
    facts = tuple(Fact(f"{label}: {run.state}", f"state-{run.state}") for label, run in zip(labels, runs, strict=True))
    if len(runs) == 1:
        facts = (Fact(simulator_name(runs[0])), Fact(runs[0].state, f"state-{runs[0].state}"))
    return render(Page("Report", title or ", ".join(labels), facts, tuple(_sections(runs))))


def comparison_page(comparison: Comparison) -> str:
    """Return a comparison of two runs as one self-contained HTML file.

    Parameters
    ----------
    comparison : Comparison
        Of two runs.

    Returns
    -------
    str
        HTML; the same for the same comparison.
    """
    facts = (Fact(f"{comparison.improved} better"), Fact(f"{comparison.worsened} worse"))
    title = f"{comparison.b.run} against {comparison.a.run}"
    return render(Page("Comparison", title, facts, comparison_sections(comparison)))


def _sections(runs: Sequence[RunData]) -> Iterator[Section]:
    charts = available_charts(runs)
    standing = [as_it_stands(run) for run in runs]
    sections = (
        summary_section(standing),
        accuracy_section(standing, charts),
        training_section(runs, charts),
        hardware_section(standing, charts),
        layers_section(standing, charts),
        published_section(standing, charts),
        comparisons_section(compare_many(runs)) if len(runs) > 1 else None,
        configuration_section(runs),
        provenance_section(runs),
        problems_section(runs),
    )
    yield from (section for section in sections if section is not None)
