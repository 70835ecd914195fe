"""A comparison as text for terminals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nnsreport.cli.terminal import print_table, printable
from nnsreport.units import format_quantity

if TYPE_CHECKING:
    from rich.console import Console

    from nnsreport.reports.comparison import Comparison
    from nnsreport.reports.comparison.row import Row
    from nnsreport.reports.run_data import RunData

LAYER_ROWS = 20
"""Rows about single layers that are shown unless all are asked for."""


def print_comparison(comparison: Comparison, console: Console, *, show_all: bool) -> None:
    """Print settings, flags and rows of a comparison.

    Parameters
    ----------
    comparison : Comparison
        Of two runs.
    console : rich.console.Console
        Where to.
    show_all : bool
        Equal rows and every layer too.
    """
    _print_runs(comparison.a, comparison.b, console)
    _print_settings(comparison, console)
    _print_flags(comparison, console)
    _print_rows(comparison, console, show_all=show_all)


def _print_runs(a: RunData, b: RunData, console: Console) -> None:
    from nnsreport.reports.simulators import simulator_name

    rows = [(side, run.run, simulator_name(run), run.state, str(run.source)) for side, run in (("A", a), ("B", b))]
    print_table(console, ("", "run", "simulator", "state", "source"), rows)
    console.print()
    for side, run in (("A", a), ("B", b)):
        for problem in run.problems:
            console.print(printable(f"problem in {side}: {problem}"))


def _print_settings(comparison: Comparison, console: Console) -> None:
    if not comparison.settings:
        console.print("Settings: no difference in what is known of both\n")
        return
    rows = [
        (
            difference.name,
            _setting(difference.value_a, difference.line_a),
            _setting(difference.value_b, difference.line_b),
        )
        for difference in comparison.settings
    ]
    console.print(f"Settings that differ: {len(rows)}")
    print_table(console, ("setting", "A", "B"), rows)
    console.print()


def _setting(value: object, line: int | None) -> str:
    if value is None:
        return "–"
    return f"{value}" + (f" (line {line})" if line is not None else "")


def _print_flags(comparison: Comparison, console: Console) -> None:
    for flag in comparison.flags:
        word = "not comparable" if flag.is_blocking else "caution"
        console.print(printable(f"{word}: {flag.sentence}"))
    if comparison.flags:
        console.print()


def _print_rows(comparison: Comparison, console: Console, *, show_all: bool) -> None:
    from nnsreport.reports.comparison.row import frame_rows

    rows = list(frame_rows(comparison.rows))
    shown = rows if show_all else _most_telling(rows)
    columns = ("", "outcome", "metric", "where", "A", "B", "B - A", "95 % interval", "p", "note")
    print_table(
        console, columns, (tuple(_cells(row)) for row in shown), right=("A", "B", "B - A", "95 % interval", "p")
    )
    console.print()
    left_out = len(rows) - len(shown)
    if left_out:
        equal = sum(row.outcome == "equal" for row in rows)
        console.print(
            f"{left_out} rows not shown ({equal} equal, {left_out - equal} of single layers); --all shows them"
        )
    console.print(", ".join(f"{count} {outcome}" for outcome, count in comparison.counts.items()))


def _most_telling(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that differ: all of whole chips and networks, then the most changed of single layers."""
    differing = [row for row in rows if row.outcome != "equal"]
    whole = [row for row in differing if row.layer is None]
    layers = sorted((row for row in differing if row.layer is not None), key=_extent, reverse=True)
    return whole + layers[:LAYER_ROWS]


def _extent(row: Row) -> float:
    if row.outcome in {"newly failing", "fixed"}:
        return math.inf
    return abs(row.relative) if row.relative is not None else abs(row.difference or 0.0)


def _cells(row: Row) -> Iterator[str]:
    from nnsreport.reports.comparison.outcome import Outcome

    outcome = Outcome(row.outcome)
    yield outcome.symbol
    yield outcome.value
    yield row.metric.replace("_", " ")
    yield ", ".join(row.conditions)
    yield _value(row.value_a, row.std_a, row.trials_a, row.unit)
    yield _value(row.value_b, row.std_b, row.trials_b, row.unit)
    yield row.change
    yield row.interval
    yield row.probability
    yield row.reason or (f"caution: {row.caution}" if row.caution and row.difference else "")


def _value(value: float | None, std: float | None, trials: int | None, unit: str) -> str:
    if std is None:
        return format_quantity(value, unit)
    return f"{format_quantity(value, unit)} ± {format_quantity(std, unit, digits=2)} (n = {trials})"
