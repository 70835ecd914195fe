"""Sections that show what runs measured: accuracy, hardware and layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.charts.accuracy_points import AccuracyPoint, Baseline, accuracy_points, baselines
from nnsreport.reports.charts.labels import (
    COMPONENT_TITLES,
    describe_compensation,
    describe_time,
    join_label,
    percent,
    percent_interval,
    run_labels,
)
from nnsreport.reports.page.blocks import Block, Cell, Figure, Section, Table, at_line, columns
from nnsreport.reports.page.numbers import ChipNumber, LayerNumber, chip_numbers, layer_numbers
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity
from nnsreport.vocabulary import METRICS

_LAYER_METRICS = ("read_latency", "read_dynamic_energy", "leakage_power", "memory_utilization", "tiles", "speed_up")


def accuracy_section(runs: Sequence[RunData], charts: Sequence[ChartSpec]) -> Section | None:
    """Return accuracies with their intervals; None where no run has one.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.
    charts : sequence of ChartSpec
        All charts of the report; those of the section are picked.

    Returns
    -------
    Section or None
        Charts, then the table.
    """
    rows = [_accuracy_row(point) for point in accuracy_points(runs)]
    rows += [_baseline_row(baseline) for baseline in baselines(runs)]
    if not rows:
        return None
    numbers = ("Mean", "Std. dev.", "95 % interval", "Trials", "Images")
    titles = columns("Run", "Time", "Compensation", *numbers, numbers=numbers)
    table = Table(
        "Accuracies with their intervals",
        titles if len(runs) > 1 else titles[1:],
        tuple(row if len(runs) > 1 else row[1:] for row in rows),
        note="Deviation and interval over trials (Student's t); with one trial, interval over images (Wilson).",
    )
    return Section("accuracy", "Accuracy", (*_figures(charts, "accuracy"), table))


def hardware_section(runs: Sequence[RunData], charts: Sequence[ChartSpec]) -> Section | None:
    """Return areas, latencies, energies and rates of chips; None where no run has them.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.
    charts : sequence of ChartSpec
        All charts of the report; those of the section are picked.

    Returns
    -------
    Section or None
        Charts, then a table a run.
    """
    tables = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        rows = tuple(_chip_rows(chip_numbers(run)))
        if rows:
            titles = columns("Metric", "Part", "Value", "Meaning", numbers=("Value",))
            tables.append(Table(join_label("Chip", label if len(runs) > 1 else ""), titles, rows))
    if not tables:
        return None
    return Section("hardware", "Hardware", (*_figures(charts, "hardware"), *tables))


def layers_section(runs: Sequence[RunData], charts: Sequence[ChartSpec]) -> Section | None:
    """Return what is known of each layer; None where no run knows anything.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.
    charts : sequence of ChartSpec
        All charts of the report; those of the section are picked.

    Returns
    -------
    Section or None
        Charts, then the tables of each run: how layers are mapped, and what they cost.
    """
    tables: list[Table] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        suffix = label if len(runs) > 1 else ""
        tables.extend(_mapping_tables(run, suffix))
        tables.extend(_cost_tables(run, suffix))
    blocks: tuple[Block, ...] = (*_figures(charts, "layers"), *tables)
    return Section("layers", "Layers", blocks) if blocks else None


def _figures(charts: Sequence[ChartSpec], section: str) -> tuple[Figure, ...]:
    return tuple(Figure(chart) for chart in charts if chart.section == section)


def _chip_rows(numbers: Sequence[ChipNumber]) -> Iterator[tuple[Cell, ...]]:
    explained = ""
    for number in numbers:
        metric = METRICS.get(number.metric)
        yield (
            Cell(metric.title if metric else number.metric),
            Cell(COMPONENT_TITLES.get(number.component, number.component.replace("_", " ")) or "total"),
            Cell(format_quantity(number.value, number.unit, digits=6), at_line(number.line)),
            Cell(metric.definition if metric and number.metric != explained else ""),
        )
        explained = number.metric


def _accuracy_row(point: AccuracyPoint) -> tuple[Cell, ...]:
    return (
        Cell(point.run),
        Cell("–" if point.time_s is None else describe_time(point.time_s)),
        Cell(describe_compensation(point.compensation) or "–"),
        Cell(percent(point.mean), at_line(point.line)),
        Cell(percent(point.std)),
        Cell(percent_interval(point.low, point.high), f"over {point.over}" if point.over == "images" else ""),
        Cell(str(len(point.values))),
        Cell("–" if point.images is None else f"{point.images:,}"),
    )


def _baseline_row(baseline: Baseline) -> tuple[Cell, ...]:
    value = Cell(percent(baseline.value), at_line(baseline.line))
    kind = Cell(f"none: {baseline.title}, without device effects")
    return (Cell(baseline.run), Cell("–"), kind, value, *(Cell("–") for _ in range(4)))


def _mapping_tables(run: RunData, suffix: str) -> Iterator[Table]:
    if not run.layers.height:
        return
    numbers = ("Inputs", "Outputs", "Groups", "MACs / image", "Row blocks", "Slices", "Cycles", "Devices", "ADC step")
    titles = columns("Layer", "Operator", *numbers, "Path", numbers=numbers)
    counts = ("inputs", "outputs", "groups", "macs_per_image", "row_blocks", "weight_slices", "input_cycles", "devices")
    rows = tuple(
        (
            Cell(row["layer"]),
            Cell(row["operator"] or "–"),
            *(Cell("–" if row[name] is None else f"{row[name]:,}") for name in counts),
            Cell(format_quantity(row["adc_step"], "1")),
            Cell(row["path"] or "–"),
        )
        for row in run.layers.iter_rows(named=True)
    )
    yield Table(join_label("How layers are mapped to crossbars", suffix), titles, rows)


def _cost_tables(run: RunData, suffix: str) -> Iterator[Table]:
    totals: dict[str, dict[str, LayerNumber]] = {}
    for number in layer_numbers(run):
        if number.component in {"", "total"} and number.metric in _LAYER_METRICS:
            totals.setdefault(number.layer, {})[number.metric] = number
    shown = [name for name in _LAYER_METRICS if any(name in found for found in totals.values())]
    if not shown:
        return
    titles = [METRICS[name].title.capitalize() for name in shown]
    rows = tuple((Cell(layer), *(_layer_cell(found.get(name)) for name in shown)) for layer, found in totals.items())
    yield Table(join_label("Numbers of each layer", suffix), columns("Layer", *titles, numbers=titles), rows)


def _layer_cell(number: LayerNumber | None) -> Cell:
    if number is None:
        return Cell("–")
    return Cell(format_quantity(number.value, number.unit, digits=6), at_line(number.line))
