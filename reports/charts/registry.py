"""All charts that a set of runs has data for."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.charts.accuracy_by_condition import accuracy_by_condition
from nnsreport.reports.charts.accuracy_over_time import accuracy_over_time
from nnsreport.reports.charts.chart_spec import ChartSpec
from nnsreport.reports.charts.hardware_breakdown import chip_breakdown, layer_breakdowns
from nnsreport.reports.charts.layer_statistics import layer_statistics
from nnsreport.reports.charts.published_values import published_values
from nnsreport.reports.run_data import RunData


def available_charts(runs: Sequence[RunData]) -> tuple[ChartSpec, ...]:
    """Return the charts that the data support, in the order of a report.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs and logs; those without the data of a chart are left out of it.

    Returns
    -------
    tuple of ChartSpec
        With distinct names; empty when no run has anything to draw.
    """
    single = (accuracy_over_time(runs), accuracy_by_condition(runs), chip_breakdown(runs))
    return (
        *(chart for chart in single if chart is not None),
        *layer_breakdowns(runs),
        *layer_statistics(runs),
        *published_values(runs),
    )
