"""Sections that show a comparison of two runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from nnsreport.reports.comparison import Comparison, Outcome
from nnsreport.reports.comparison.row import Row, frame_rows
from nnsreport.reports.page.blocks import (
    Block,
    Card,
    Cards,
    Cell,
    Notice,
    Paragraph,
    Section,
    Table,
    at_line,
    columns,
    without_empty_columns,
)
from nnsreport.reports.page.origin_sections import setting_text
from nnsreport.reports.simulators import simulator_name
from nnsreport.units import format_quantity

_LAYER_ROWS_LIMIT = 400


def comparison_sections(comparison: Comparison) -> tuple[Section, ...]:
    """Return a comparison as the sections of its own page.

    Parameters
    ----------
    comparison : Comparison
        Of two runs.

    Returns
    -------
    tuple of Section
        Outcome, differences, layers, settings, and how to read the outcomes.
    """
    rows = tuple(frame_rows(comparison.rows))
    layers = _layer_tables(rows)
    return (
        Section("summary", "Summary", (*_runs(comparison), _counts(comparison), *_flags(comparison))),
        Section("differences", "Differences", _whole_tables(rows)),
        *((Section("layers", "Layers", layers),) if layers else ()),
        Section("configuration", "Configuration", _settings(comparison)),
        Section("outcomes", "How to read the outcomes", (_legend(),)),
    )


def comparisons_section(comparisons: Sequence[Comparison]) -> Section:
    """Return the comparisons of several runs with the first, as one section of a report.

    Parameters
    ----------
    comparisons : sequence of Comparison
        All with the same run A.

    Returns
    -------
    Section
        For each comparison its outcome, cautions and differences.
    """
    blocks: list[Block] = []
    for comparison in comparisons:
        rows = tuple(frame_rows(comparison.rows))
        suffix = f"{comparison.a.run} (A) and {comparison.b.run} (B)"
        blocks += [_counts(comparison, suffix), *_flags(comparison), *_whole_tables(rows, suffix)]
        blocks += _layer_tables(rows, suffix)
    return Section("comparison", "Comparison of runs", (*blocks, _legend()))


def _runs(comparison: Comparison) -> Iterator[Block]:
    rows = tuple(
        (Cell(side), Cell(run.run), Cell(simulator_name(run)), Cell(run.state), Cell(str(run.source)))
        for side, run in (("A", comparison.a), ("B", comparison.b))
    )
    yield Table("Runs compared", columns("", "Run", "Simulator", "State", "Read from"), rows)
    for side, run in (("A", comparison.a), ("B", comparison.b)):
        if run.problems:
            yield Notice("caution", f"Problems in {side}: {run.run}", run.problems)


def _counts(comparison: Comparison, suffix: str = "") -> Cards:
    counts = comparison.counts
    cards = tuple(
        Card(
            outcome.value[0].upper() + outcome.value[1:], str(counts[outcome]), "rows" if counts[outcome] > 1 else "row"
        )
        for outcome in Outcome
        if counts.get(outcome)
    )
    return Cards(f"Outcomes: {suffix}" if suffix else "Outcomes, B against A", cards)


def _flags(comparison: Comparison) -> Iterator[Notice]:
    for blocking, level, title in (
        (True, "problem", "Not comparable, at least in part"),
        (False, "caution", "To be kept in mind"),
    ):
        items = tuple(flag.sentence for flag in comparison.flags if flag.is_blocking is blocking)
        if items:
            yield Notice(level, title, items)


def _whole_tables(rows: Iterable[Row], suffix: str = "") -> tuple[Block, ...]:
    whole = [row for row in rows if row.layer is None]
    differing = [row for row in whole if row.outcome != Outcome.EQUAL]
    equal = len(whole) - len(differing)
    note = f"{equal} equal numbers are not listed." if equal else ""
    if not differing:
        return (Paragraph(f"No number of the chip or the network differs. {note}".strip()),)
    return (_rows_table(f"Chip and network: {suffix}" if suffix else "Chip and network", differing, note),)


def _layer_tables(rows: Iterable[Row], suffix: str = "") -> tuple[Table, ...]:
    layers = [row for row in rows if row.layer is not None]
    differing = sorted((row for row in layers if row.outcome != Outcome.EQUAL), key=_extent, reverse=True)
    if not differing:
        return ()
    shown = differing[:_LAYER_ROWS_LIMIT]
    left_out = len(differing) - len(shown)
    note = f"{len(layers) - len(differing):,} equal numbers are not listed"
    note += f"; {left_out:,} smaller differences neither." if left_out else "."
    title = f"Layers, the largest change first ({len(differing):,})"
    return (_rows_table(f"{title}: {suffix}" if suffix else title, shown, note, is_collapsed=True),)


def _extent(row: Row) -> float:
    if row.outcome in {Outcome.NEWLY_FAILING, Outcome.FIXED}:
        return math.inf
    return abs(row.relative) if row.relative is not None else abs(row.difference or 0.0)


def _rows_table(caption: str, rows: Iterable[Row], note: str, *, is_collapsed: bool = False) -> Table:
    numbers = ("A", "B", "B − A", "95 % interval", "p")
    titles = columns("Metric", "Of", "A", "B", "B − A", "95 % interval", "p", "Outcome", "Note", numbers=numbers)
    return without_empty_columns(Table(caption, titles, tuple(_row(row) for row in rows), note, is_collapsed))


def _row(row: Row) -> tuple[Cell, ...]:
    outcome = Outcome(row.outcome)
    caution = f"caution: {row.caution}" if row.caution and row.difference else ""
    return (
        Cell(row.metric.replace("_", " ")),
        Cell(", ".join(row.conditions).replace("_", " ")),
        Cell(_value(row.value_a, row.std_a, row.unit), _origin(row.trials_a, row.line_a)),
        Cell(_value(row.value_b, row.std_b, row.unit), _origin(row.trials_b, row.line_b)),
        Cell(row.change),
        Cell(row.interval, row.interval_method or ""),
        Cell(row.probability, row.p_method or ""),
        Cell(f"{outcome.symbol} {outcome.value}", mark=outcome.css_class),
        Cell(row.reason or caution),
    )


def _value(value: float | None, std: float | None, unit: str) -> str:
    text = format_quantity(value, unit)
    return text if std is None else f"{text} ± {format_quantity(std, unit, digits=2)}"


def _origin(trials: int | None, line: int | None) -> str:
    return at_line(line) or (f"{trials} trials" if trials and trials > 1 else "")


def _settings(comparison: Comparison) -> tuple[Block, ...]:
    if not comparison.settings:
        return (Paragraph("No setting differs in what is known of both runs."),)
    rows = tuple(
        (
            Cell(setting.name),
            Cell(setting_text(setting.value_a), at_line(setting.line_a)),
            Cell(setting_text(setting.value_b), at_line(setting.line_b)),
            Cell(setting.kind),
        )
        for setting in comparison.settings
    )
    return (Table("Settings that differ", columns("Setting", "A", "B", "Kind"), rows),)


def _legend() -> Table:
    rows = tuple(
        (Cell(f"{outcome.symbol} {outcome.value}", mark=outcome.css_class), Cell(outcome.meaning))
        for outcome in Outcome
    )
    return Table("Outcomes", columns("Outcome", "Meaning"), rows, is_collapsed=True)
