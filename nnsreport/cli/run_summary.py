"""The accuracies of a run as the last lines of ``nnsreport run``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nnsreport.cli.terminal import console, print_table, printable

if TYPE_CHECKING:
    from nnsreport.reports.charts.accuracy_points import AccuracyPoint
    from nnsreport.reports.run_data import RunData

COLUMNS = ("network", "time", "compensation", "accuracy", "95 % interval", "over")
_CHIP = (
    ("area", "area"),
    ("latency of an image", "read_latency"),
    ("dynamic energy", "read_dynamic_energy"),
    ("leakage energy", "leakage_energy"),
    ("efficiency", "energy_efficiency"),
)
_RIGHT = frozenset({"accuracy", "95 % interval"})


def summary_rows(run: RunData) -> list[tuple[str, ...]]:
    """Return the accuracies of a run in words.

    Parameters
    ----------
    run : RunData
        Own runs have the network in floating point and quantised, and trials.

    Returns
    -------
    list of tuple of str
        Cells of :data:`COLUMNS`.
    """
    from nnsreport.reports.charts.accuracy_points import accuracy_points, baselines

    bits = run.settings.get("weights.bits"), run.settings.get("activations.bits")
    titles = {"float": "floating point", "quantised": f"{bits[0]}-bit weights, {bits[1]}-bit activations"}
    rows = [(titles[b.title], "", "", f"{b.value * 100:.2f} %", "", "") for b in baselines([run])]
    return rows + [_row(point) for point in accuracy_points([run])]


def _row(point: AccuracyPoint) -> tuple[str, ...]:
    from nnsreport.reports.charts.labels import describe_compensation, describe_time, percent_interval

    interval = percent_interval(point.low, point.high) if point.over else ""
    over = {"trials": f"{len(point.values)} trials", "images": f"{point.images} images"}.get(point.over, "")
    time = "" if point.time_s is None else describe_time(point.time_s)
    compensation = describe_compensation(point.compensation)
    return ("crossbars", time, compensation, f"{point.mean * 100:.2f} %", interval, over)


def chip_line(run: RunData) -> str:
    """Return what the chip of a run takes in one line; empty where its cost is not part of the run."""
    from nnsreport.units import format_quantity

    rows = run.metrics.filter(run.metrics["scope"] == "chip", run.metrics["component"] == "total")
    values = {row["metric"]: format_quantity(row["value"], row["unit"]) for row in rows.iter_rows(named=True)}
    shown = [f"{name} {values[metric]}" for name, metric in _CHIP if metric in values]
    return f"chip: {', '.join(shown)}" if shown else ""


def print_summary(run: RunData) -> None:
    """Print the accuracies, the cost of the chip, and where the run is kept.

    Parameters
    ----------
    run : RunData
        A run of the store.
    """
    target = console()
    rows = summary_rows(run)
    filled = [index for index in range(len(COLUMNS)) if any(row[index] for row in rows)]
    columns = [COLUMNS[index] for index in filled]
    print_table(target, columns, [[row[index] for index in filled] for row in rows], right=_RIGHT & set(columns))
    if chip := chip_line(run):
        target.print(chip)
    for name, text in run.provenance.items():
        if name.startswith("note "):
            target.print(printable(f"note: {text}"))
    target.print(printable(f"run {run.run} is kept in {run.source}"))
