"""Tables of what runs measured: accuracies, chips, layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nnsreport.reports.charts.accuracy_points import AccuracyPoint, accuracy_points, baselines
from nnsreport.reports.charts.labels import component_title, describe_compensation, describe_time, run_labels
from nnsreport.reports.latex.digits import ABSENT, column_scale, digits, percentage
from nnsreport.reports.latex.table import Align, Column, LatexTable, Quantity
from nnsreport.reports.page.numbers import ChipNumber, LayerNumber, chip_numbers, epoch_note, layer_numbers, metric_rank
from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import METRICS

_NUMBER = Align.NUMBER
_INTERVALS = "95 % intervals over trials (Student's t); with one trial, over images (Wilson)."


def accuracy_table(runs: Sequence[RunData]) -> LatexTable | None:
    """Return accuracies with their intervals.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report, with the numbers of one epoch at most.

    Returns
    -------
    LatexTable or None
        A row for each run, compensation and time, and for each accuracy without device effects; None where there is no
        accuracy.
    """
    points, ideal = accuracy_points(runs), baselines(runs)
    rows = [_accuracy_row(point) for point in points]
    rows += [
        (one.run, ABSENT, f"{one.title}, no device effects", percentage(one.value), *[ABSENT] * 5) for one in ideal
    ]
    if not rows:
        return None
    columns = (
        *(Column("Run"), Column("Time"), Column("Compensation"), Column("Accuracy", _NUMBER, "%")),
        *(Column(title, _NUMBER, "%") for title in ("Std. dev.", "Low", "High")),
        *(Column("Trials", _NUMBER), Column("Images", _NUMBER)),
    )
    first = 0 if len(runs) > 1 else 1
    groups = tuple(index for index in range(1, len(rows)) if rows[index][0] != rows[index - 1][0])
    kept = tuple(row[first:] for row in rows)
    return LatexTable("table-accuracy", "Accuracies", columns[first:], kept, groups, _INTERVALS if points else "")


def _accuracy_row(point: AccuracyPoint) -> tuple[str, ...]:
    return (
        point.run,
        ABSENT if point.time_s is None else describe_time(point.time_s),
        describe_compensation(point.compensation) or ABSENT,
        *map(percentage, (point.mean, point.std, point.low, point.high)),
        str(len(point.values)),
        ABSENT if point.images is None else str(point.images),
    )


def chip_table(runs: Sequence[RunData]) -> LatexTable | None:
    """Return the numbers of whole chips, side by side.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report, with the numbers of one epoch at most.

    Returns
    -------
    LatexTable or None
        A row for each metric and part, a column for each run; None where no run has such a number.
    """
    labels = run_labels(runs)
    found: dict[tuple[str, str, int], dict[str, ChipNumber]] = {}
    for label, run in zip(labels, runs, strict=True):
        ranks: Counter[tuple[str, str]] = Counter()
        for number in chip_numbers(run):
            part = (number.metric, number.component)
            found.setdefault((*part, ranks[part]), {})[label] = number
            ranks[part] += 1
    if not found:
        return None
    places = sorted(found, key=lambda place: metric_rank(place[0]))
    shown = [label for label in labels if any(label in numbers for numbers in found.values())]
    rows, groups = [], []
    for index, place in enumerate(places):
        if index and place[0] != places[index - 1][0]:
            groups.append(index)
        rows.append(_chip_row(place, found[place], shown))
    titles = shown if len(runs) > 1 else ["Value"]
    columns = (Column("Metric"), Column("Part"), *(Column(title, _NUMBER) for title in titles), Column("Unit"))
    return LatexTable("table-chip", _caption("Chip", runs), columns, tuple(rows), tuple(groups))


def _chip_row(
    place: tuple[str, str, int], numbers: dict[str, ChipNumber], labels: Sequence[str]
) -> tuple[str | Quantity, ...]:
    metric, component, _ = place
    unit = next(iter(numbers.values())).unit
    factor, shown_unit = column_scale((number.value for number in numbers.values()), unit)
    values = (digits(numbers[label].value if label in numbers else None, factor) for label in labels)
    return (_title(metric), component_title(component), *values, Quantity(shown_unit))


def layer_tables(runs: Sequence[RunData]) -> Iterator[LatexTable]:
    """Yield what each layer costs, and how far it is from ideal.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report, with the numbers of one epoch at most.

    Yields
    ------
    LatexTable
        For each run that knows its layers: a row a layer, a column a metric.
    """
    rank = 0
    for label, run in zip(run_labels(runs), runs, strict=True):
        numbers = [number for number in layer_numbers(run) if number.component in {"", "total"}]
        if numbers:
            rank += 1
            suffix = f": {label}" if len(runs) > 1 else ""
            name = "table-layers" if rank == 1 else f"table-layers-{rank}"
            yield _layer_table(name, _caption(f"Layers{suffix}", [run]), numbers)


def _layer_table(name: str, caption: str, numbers: Sequence[LayerNumber]) -> LatexTable:
    values: dict[str, dict[str, LayerNumber]] = {}
    for number in numbers:
        values.setdefault(number.metric, {})[number.layer] = number
    layers = list(dict.fromkeys(number.layer for number in numbers))
    columns, cells = [Column("Layer")], [layers]
    for metric in sorted(values, key=metric_rank):
        of_layers = values[metric]
        factor, unit = column_scale((one.value for one in of_layers.values()), next(iter(of_layers.values())).unit)
        columns.append(Column(_title(metric), _NUMBER, unit))
        cells.append([digits(of_layers[layer].value if layer in of_layers else None, factor) for layer in layers])
    return LatexTable(name, caption, tuple(columns), tuple(zip(*cells, strict=True)))


def _title(metric: str) -> str:
    title = METRICS[metric].title if metric in METRICS else metric
    return title[:1].upper() + title[1:]


def _caption(text: str, runs: Sequence[RunData]) -> str:
    notes = {epoch_note(run) for run in runs} - {""}
    return f"{text} ({', '.join(sorted(notes))})" if notes else text
