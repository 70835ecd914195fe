"""The section that shows a training epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.charts.labels import join_label, percent, run_labels
from nnsreport.reports.charts.sampling import thin
from nnsreport.reports.epochs import complete_epochs
from nnsreport.reports.page.blocks import Block, Cell, Figure, Section, Table, at_line, columns, without_empty_columns
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity

_EPOCHS_LIMIT = 400


class _Column(NamedTuple):
    """A number of each epoch; of batches, the mean of those that were printed."""

    title: str
    metric: str
    component: str | None = None
    is_of_batches: bool = False


_COLUMNS = (
    _Column("Test accuracy", "accuracy"),
    _Column("Test loss", "test_loss"),
    _Column("Batches’ accuracy", "train_accuracy", is_of_batches=True),
    _Column("Batches’ loss", "train_loss", is_of_batches=True),
    _Column("Learning rate", "learning_rate", is_of_batches=True),
    _Column("Latency", "epoch_latency", "total"),
    _Column("Dynamic energy", "epoch_dynamic_energy", "total"),
    _Column("Leakage energy", "epoch_leakage_energy", "total"),
    _Column("Read latency, so far", "cumulative_read_latency", "total"),
    _Column("Write latency, so far", "cumulative_write_latency", "total"),
    _Column("Transfer latency, so far", "cumulative_transfer_latency", "total"),
    _Column("Read energy, so far", "cumulative_read_energy", "total"),
    _Column("Write energy, so far", "cumulative_write_energy", "total"),
    _Column("Transfer energy, so far", "cumulative_transfer_energy", "total"),
)


def training_section(runs: Sequence[RunData], charts: Sequence[ChartSpec]) -> Section | None:
    """Return how trainings went; None where no run has more than one epoch.

    Parameters
    ----------
    runs : sequence of RunData
        With all their epochs, in the order of the report.
    charts : sequence of ChartSpec
        All charts of the report; those of the section are picked.

    Returns
    -------
    Section or None
        Charts, then a table a run with a row for each epoch.
    """
    tables = [
        table
        for label, run in zip(run_labels(runs), runs, strict=True)
        if (table := _table(run, label if len(runs) > 1 else "")) is not None
    ]
    if not tables:
        return None
    figures: tuple[Block, ...] = tuple(Figure(chart) for chart in charts if chart.section == "training")
    return Section("training", "Training", (*figures, *tables))


def _table(run: RunData, suffix: str) -> Table | None:
    epochs = sorted(run.metrics["epoch"].drop_nulls().unique().to_list())
    if len(epochs) < 2:
        return None
    numbers = {column: _numbers(run, column) for column in _COLUMNS}
    complete = complete_epochs(run)
    shown = thin(epochs, _EPOCHS_LIMIT)
    rows = tuple(
        (
            Cell(str(epoch), "" if epoch in complete else "not complete"),
            *(_cell(numbers[column].get(epoch)) for column in _COLUMNS),
        )
        for epoch in shown
    )
    return without_empty_columns(
        Table(
            join_label("Epochs", suffix),
            columns("Epoch", *(column.title for column in _COLUMNS), numbers=[column.title for column in _COLUMNS]),
            rows,
            " ".join(_notes(complete, len(shown), len(epochs))),
        )
    )


def _notes(complete: Sequence[int], shown: int, epochs: int) -> Iterator[str]:
    yield (
        f"Numbered as the log does. Epoch {complete[-1]}, the last complete one, stands for the run in every other "
        "section. Numbers of batches are means of those that the log has."
    )
    if shown < epochs:
        yield f"Shows {shown:,} of {epochs:,} epochs, evenly spaced."


def _numbers(run: RunData, column: _Column) -> dict[int, tuple[float, str, int | None]]:
    """Return value, unit and line of each epoch; means of batches have no line."""
    import polars as pl

    rows = run.metrics.filter(
        (pl.col("metric") == column.metric)
        & pl.col("component").eq_missing(column.component)
        & pl.col("layer").is_null()
        & pl.col("trial").is_null()
        & pl.col("epoch").is_not_null()
        & pl.col("value").is_not_null()
    )
    found = (
        rows.group_by("epoch")
        .agg(pl.col("value").mean() if column.is_of_batches else pl.col("value").last(), pl.col("unit", "line").last())
        .iter_rows()
    )
    return {epoch: (value, unit, None if column.is_of_batches else line) for epoch, value, unit, line in found}


def _cell(number: tuple[float, str, int | None] | None) -> Cell:
    if number is None:
        return Cell("")
    value, unit, line = number
    if unit == "fraction":
        return Cell(percent(value), at_line(line))
    return Cell(format_quantity(value, unit, digits=6), at_line(line))
