"""Sections that show what runs measured: accuracy, hardware and layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.charts.accuracy_points import AccuracyPoint, Baseline, accuracy_points, baselines
from nnsreport.reports.charts.labels import (
    component_title,
    describe_compensation,
    describe_time,
    join_label,
    percent,
    percent_interval,
    run_labels,
)
from nnsreport.reports.comparison import Outcome
from nnsreport.reports.page.blocks import Block, Cell, Figure, Notice, Section, Table, at_line, columns
from nnsreport.reports.page.numbers import ChipNumber, LayerNumber, chip_numbers, epoch_note, layer_numbers
from nnsreport.reports.possible import is_possible
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity
from nnsreport.vocabulary import METRICS

_LAYER_COLUMNS = {
    (metric, "total"): METRICS[metric].title.capitalize()
    for metric in (
        "read_latency",
        "read_dynamic_energy",
        "leakage_power",
        "memory_utilization",
        "tiles",
        "memory_arrays",
        "memory_tier",
        "speed_up",
        "speed_up_rows",
        "speed_up_columns",
        "epoch_leakage_energy",
    )
}
_PHASES = (
    ("read", "forward", "Forward pass"),
    ("read", "activation_gradient", "Activation gradients"),
    ("read", "weight_gradient", "Weight gradients"),
    ("write", "weight_update", "Weight update"),
)
_WEIGHT_COLUMNS = {
    (metric, ""): METRICS[metric].title.capitalize()
    for metric in (
        "fan_in",
        "weight_mean",
        "weight_std",
        "weight_update_mean",
        "weight_update_std",
        "distribution_mean",
        "distribution_std",
        "input_activity",
    )
}
_LAYER_TABLES = {
    "Numbers of each layer": _LAYER_COLUMNS,
    "Latency of each layer in one epoch": {
        (f"epoch_{access}_latency", phase): title for access, phase, title in _PHASES
    },
    "Dynamic energy of each layer in one epoch": {
        (f"epoch_{access}_dynamic_energy", phase): title for access, phase, title in _PHASES
    },
    "Weights and inputs of each layer": _WEIGHT_COLUMNS,
}
_PROBLEMS_SHOWN = 5
_INTERVALS = "Deviation and interval over trials (Student's t); with one trial, interval over images (Wilson)."


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
        note=" ".join((_INTERVALS, *_epochs_shown(runs))),
    )
    return Section("accuracy", "Accuracy", (*_figures(charts, "accuracy"), table))


def _epochs_shown(runs: Sequence[RunData]) -> Iterator[str]:
    for label, run in zip(run_labels(runs), runs, strict=True):
        epoch = epoch_note(run)
        if epoch:
            yield f"{label}: {epoch}." if len(runs) > 1 else f"Of {epoch}."


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
    blocks: list[Block] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        numbers = chip_numbers(run)
        if numbers:
            blocks.extend(_findings(label, run))
            titles = columns("Metric", "Part", "Value", "Meaning", numbers=("Value",))
            caption = join_label("Chip", label if len(runs) > 1 else "", epoch_note(run))
            blocks.append(Table(caption, titles, tuple(_chip_rows(numbers)), _failure_note(numbers)))
    if not blocks:
        return None
    return Section("hardware", "Hardware", (*_figures(charts, "hardware"), *blocks))


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


def _findings(label: str, run: RunData) -> Iterator[Notice]:
    """Yield what was found wrong with a run, beside the numbers that it may be about."""
    if run.problems:
        left_out = len(run.problems) - _PROBLEMS_SHOWN
        more = (f"and {left_out} more, listed under Problems",) if left_out > 0 else ()
        yield Notice("caution", f"{label}: to be known of these numbers", (*run.problems[:_PROBLEMS_SHOWN], *more))


def _failure_note(numbers: Iterable[ChipNumber | LayerNumber]) -> str:
    failing = sum(not is_possible(number.value, number.unit) for number in numbers)
    return f"{failing:,} of these values are inf, nan or below zero, as the log has them." if failing else ""


def _quantity(value: float, unit: str, source: str) -> Cell:
    mark = "" if is_possible(value, unit) else Outcome.NEWLY_FAILING.css_class
    return Cell(format_quantity(value, unit, digits=6), source, mark)


def _figures(charts: Sequence[ChartSpec], section: str) -> tuple[Figure, ...]:
    return tuple(Figure(chart) for chart in charts if chart.section == section)


def _chip_rows(numbers: Sequence[ChipNumber]) -> Iterator[tuple[Cell, ...]]:
    explained = ""
    for number in numbers:
        metric = METRICS.get(number.metric)
        yield (
            Cell(metric.title if metric else number.metric),
            Cell(component_title(number.component)),
            _quantity(number.value, number.unit, number.source),
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


_COUNTS_OF_LAYERS = (
    *("inputs", "outputs", "groups", "macs_per_image", "row_blocks", "weight_slices", "input_cycles", "devices"),
    "arrays",
)


def _mapping_tables(run: RunData, suffix: str) -> Iterator[Table]:
    if not run.layers.height:
        return
    counts = ("Inputs", "Outputs", "Groups", "MACs / image", "Row blocks", "Slices", "Cycles", "Devices", "Arrays")
    numbers = (*counts, "Utilisation", "ADC step")
    titles = columns("Layer", "Operator", *numbers, "Path", numbers=numbers)
    rows = tuple(
        (
            Cell(row["layer"]),
            Cell(row["operator"] or "–"),
            *(Cell("–" if row[name] is None else f"{row[name]:,}") for name in _COUNTS_OF_LAYERS),
            Cell(format_quantity(row["array_utilization"], "fraction")),
            Cell(format_quantity(row["adc_step"], "1")),
            Cell(row["path"] or "–"),
        )
        for row in run.layers.iter_rows(named=True)
    )
    yield Table(join_label("How layers are mapped to crossbars", suffix), titles, rows)


def _cost_tables(run: RunData, suffix: str) -> Iterator[Table]:
    numbers = layer_numbers(run)
    for caption, titles in _LAYER_TABLES.items():
        by_layer: dict[str, dict[tuple[str, str], LayerNumber]] = {}
        for number in numbers:
            place = _place(number)
            if place in titles:
                by_layer.setdefault(number.layer, {})[place] = number
        shown = [place for place in titles if any(place in found for found in by_layer.values())]
        if shown:
            rows = tuple(
                (Cell(layer), *(_layer_cell(found.get(place)) for place in shown)) for layer, found in by_layer.items()
            )
            names = [titles[place] for place in shown]
            note = _failure_note(found[place] for found in by_layer.values() for place in shown if place in found)
            table = columns("Layer", *names, numbers=names)
            yield Table(join_label(caption, suffix, epoch_note(run)), table, rows, note)


def _place(number: LayerNumber) -> tuple[str, str]:
    """Return metric and component; what is told of no component is about the whole layer, or about no hardware."""
    is_hardware = (number.metric, "total") in _LAYER_COLUMNS
    return number.metric, number.component or ("total" if is_hardware else "")


def _layer_cell(number: LayerNumber | None) -> Cell:
    if number is None:
        return Cell("–")
    return _quantity(number.value, number.unit, at_line(number.line))
