"""All charts that a set of runs has data for."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.charts.accuracy_by_condition import accuracy_by_condition
from nnsreport.reports.charts.accuracy_over_time import accuracy_over_time
from nnsreport.reports.charts.chart_spec import ChartSpec
from nnsreport.reports.charts.hardware_breakdown import chip_breakdowns, layer_breakdowns
from nnsreport.reports.charts.layer_statistics import layer_statistics
from nnsreport.reports.charts.published_values import published_values
from nnsreport.reports.charts.training_curves import training_curves
from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.run_data import RunData


def available_charts(runs: Sequence[RunData]) -> tuple[ChartSpec, ...]:
    """Return the charts that the data support, in the order of a report.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs and logs; those without the data of a chart are left out of it. Of a training, all charts but those of
        the training itself show the last complete epoch.

    Returns
    -------
    tuple of ChartSpec
        With distinct names; empty when no run has anything to draw.
    """
    standing = [as_it_stands(run) for run in runs]
    accuracies = (accuracy_over_time(standing), accuracy_by_condition(standing))
    return (
        *(chart for chart in accuracies if chart is not None),
        *training_curves(runs),
        *chip_breakdowns(standing),
        *layer_breakdowns(standing),
        *layer_statistics(standing),
        *published_values(standing),
    )
