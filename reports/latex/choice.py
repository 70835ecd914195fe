"""Which tables there are for runs."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.latex.published_table import published_table
from nnsreport.reports.latex.run_tables import accuracy_table, chip_table, layer_tables
from nnsreport.reports.latex.table import LatexTable
from nnsreport.reports.run_data import RunData


def available_tables(runs: Sequence[RunData]) -> tuple[LatexTable, ...]:
    """Return the tables that runs have data for.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs and logs.

    Returns
    -------
    tuple of LatexTable
        Accuracies, chip, layers, published results; trainings with their last complete epoch.
    """
    standing = [as_it_stands(run) for run in runs]
    found = (accuracy_table(standing), chip_table(standing), *layer_tables(standing), published_table(standing))
    return tuple(table for table in found if table is not None)
