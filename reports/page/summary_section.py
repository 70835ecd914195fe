"""The first section: states, problems and key numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from nnsreport.reports.charts.accuracy_points import AccuracyPoint, accuracy_points, baselines, network_values
from nnsreport.reports.charts.labels import (
    describe_compensation,
    describe_time,
    join_label,
    percent,
    percent_interval,
    run_labels,
)
from nnsreport.reports.page.blocks import Block, Card, Cards, Notice, Section, at_line
from nnsreport.reports.page.numbers import ChipNumber, chip_numbers, epoch_note
from nnsreport.reports.run_data import RunData
from nnsreport.units import format_quantity
from nnsreport.vocabulary import METRICS

_CHIP_CARDS = (
    "area",
    "read_latency",
    "read_dynamic_energy",
    "inference_energy",
    "energy_efficiency",
    "throughput",
    "frame_rate",
    "epoch_latency",
    "epoch_dynamic_energy",
    "training_energy_efficiency",
    "training_throughput",
    "cumulative_read_latency",
    "cumulative_write_latency",
    "cumulative_read_energy",
    "cumulative_write_energy",
)
_PROBLEMS_SHOWN = 3


def summary_section(runs: Sequence[RunData]) -> Section:
    """Return the states, problems and key numbers of runs.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report, with the numbers of one epoch at most.

    Returns
    -------
    Section
        Problems first: nobody should read a number of a broken run without knowing.
    """
    blocks: list[Block] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        blocks.extend(_notices(label, run))
        cards = (*_accuracy_cards(run), *_chip_cards(run))
        if cards:
            blocks.append(Cards(join_label(label if len(runs) > 1 else "Key numbers", epoch_note(run)), cards))
        else:
            blocks.append(Notice("caution", f"{label} has no accuracy and no hardware numbers"))
    return Section("summary", "Summary", tuple(blocks))


def _notices(label: str, run: RunData) -> Iterator[Notice]:
    if run.state == "failed":
        yield Notice("problem", f"{label} failed: its numbers are those of the parts that were finished")
    elif run.state != "complete":
        yield Notice("problem", f"{label} is {run.state}: it was cut off or interrupted, and numbers may be missing")
    if run.problems:
        left_out = len(run.problems) - _PROBLEMS_SHOWN
        more = (f"and {left_out} more, listed under Problems",) if left_out > 0 else ()
        count = f"{len(run.problems)} problem{'s' if len(run.problems) > 1 else ''}"
        yield Notice("caution", f"{label}: {count} found", (*run.problems[:_PROBLEMS_SHOWN], *more))


def _accuracy_cards(run: RunData) -> Iterator[Card]:
    points = accuracy_points([run])
    for point in _first_and_last(points):
        time = f"after {describe_time(point.time_s)}" if point.time_s is not None else ""
        compensation = describe_compensation(point.compensation) if _several_compensations(points) else ""
        yield _accuracy_card(join_label(f"Accuracy {time}".strip(), compensation), point.mean, _spread(point))
    for value, line in network_values(run, "best_accuracy")[-1:]:
        yield _accuracy_card("Best test accuracy", value, join_label("best of all epochs", at_line(line)))
    for baseline in baselines([run]):
        detail = join_label("no device effects", at_line(baseline.line))
        yield _accuracy_card(f"{baseline.title.capitalize()} accuracy", baseline.value, detail)


def _first_and_last(points: Sequence[AccuracyPoint]) -> Iterator[AccuracyPoint]:
    """Yield each compensation's last point, after the first point of the first one."""
    if not points:
        return
    last = {point.compensation: point for point in points}
    if points[0] is not last[points[0].compensation]:
        yield points[0]
    yield from last.values()


def _several_compensations(points: Sequence[AccuracyPoint]) -> bool:
    return len({point.compensation for point in points}) > 1


def _spread(point: AccuracyPoint) -> str:
    interval = ""
    if not math.isnan(point.low):
        interval = f"95 % interval {percent_interval(point.low, point.high)}"
    trials = f"{len(point.values)} trials" if len(point.values) > 1 else ""
    images = f"{point.images:,} images" if point.images else ""
    return join_label(interval, trials, images, at_line(point.line))


def _chip_cards(run: RunData) -> Iterator[Card]:
    totals: dict[str, ChipNumber] = {
        number.metric: number for number in chip_numbers(run) if number.component in {"", "total"}
    }
    for name in _CHIP_CARDS:
        if name in totals:
            number = totals[name]
            value, _, unit = format_quantity(number.value, number.unit).partition(" ")
            yield Card(METRICS[name].title.capitalize(), value, unit, number.source)


def _accuracy_card(label: str, accuracy: float, detail: str) -> Card:
    value, _, unit = percent(accuracy).partition(" ")
    return Card(label, value, unit, detail)
