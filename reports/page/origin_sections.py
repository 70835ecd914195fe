"""Sections that tell where numbers come from: configuration, provenance and problems."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, run_labels
from nnsreport.reports.charts.sampling import thin
from nnsreport.reports.comparison.settings_difference import same_value
from nnsreport.reports.page.blocks import Block, Cell, Notice, Section, Table, at_line, columns
from nnsreport.reports.run_data import RunData, SettingValue
from nnsreport.reports.simulators import simulator_name
from nnsreport.units import format_quantity

_NUMBERS_LIMIT = 1500


def configuration_section(runs: Sequence[RunData]) -> Section | None:
    """Return the settings of runs, side by side; None where none is known.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.

    Returns
    -------
    Section or None
        One table; with several runs, settings that differ are marked.
    """
    names = sorted({name for run in runs for name in run.settings})
    if not names:
        return None
    rows = tuple((Cell(name), *_setting_cells(name, runs), *_difference(name, runs)) for name in names)
    several = len(runs) > 1
    titles = run_labels(runs) if several else ("Value",)
    table = Table("Settings", columns("Setting", *titles, *(("Differs",) if several else ())), rows)
    return Section("configuration", "Configuration", (table,))


def provenance_section(runs: Sequence[RunData]) -> Section:
    """Return how each run came about, and every number with its origin.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.

    Returns
    -------
    Section
        For each run a table of facts and a table of numbers.
    """
    blocks: list[Block] = []
    for label, run in zip(run_labels(runs), runs, strict=True):
        facts = {
            "run": run.run,
            "read from": str(run.source),
            "simulator": simulator_name(run),
            "state": run.state,
            **run.provenance,
        }
        rows = tuple((Cell(name), Cell(text)) for name, text in facts.items())
        blocks.append(Table(join_label("Origin", label if len(runs) > 1 else ""), columns("What", "Which"), rows))
        if run.metrics.height:
            blocks.append(_all_numbers(run, label if len(runs) > 1 else ""))
    return Section("provenance", "Provenance", tuple(blocks))


def problems_section(runs: Sequence[RunData]) -> Section | None:
    """Return every problem of every run; None where there is none.

    Parameters
    ----------
    runs : sequence of RunData
        In the order of the report.

    Returns
    -------
    Section or None
        One list a run.
    """
    notices = tuple(
        Notice("caution", label, run.problems)
        for label, run in zip(run_labels(runs), runs, strict=True)
        if run.problems
    )
    return Section("problems", "Problems", notices) if notices else None


def setting_text(value: SettingValue | None) -> str:
    """Write a setting's value as a configuration would: lists in brackets, switches in lower case."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(setting_text(item) for item in value)}]"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else f"{value:.10g}"
    return str(value)


def _setting_cells(name: str, runs: Sequence[RunData]) -> tuple[Cell, ...]:
    return tuple(Cell(setting_text(run.settings.get(name)), at_line(run.setting_lines.get(name))) for run in runs)


def _difference(name: str, runs: Sequence[RunData]) -> tuple[Cell, ...]:
    if len(runs) < 2:
        return ()
    first, *others = (run.settings.get(name) for run in runs)
    if all(other is not None and same_value(first, other) for other in others):
        return (Cell(""),)
    return (Cell("differs", mark="outcome-different"),)


def _all_numbers(run: RunData, suffix: str) -> Table:
    records = tuple(run.metrics.iter_rows(named=True))
    shown = thin(records, _NUMBERS_LIMIT)
    rows = tuple(
        (
            Cell(record["metric"]),
            Cell(join_label(record["scope"] or "", record["layer"] or "", record["component"] or "")),
            Cell(format_quantity(record["value"], record["unit"], digits=6)),
            Cell(
                join_label(
                    at_line(record["line"]),
                    "" if record["epoch"] is None else f"epoch {record['epoch']}",
                    "" if record["step"] is None else f"step {record['step']}",
                    "" if record["trial"] is None else f"trial {record['trial']}",
                    "" if record["time_s"] is None else describe_time(record["time_s"]),
                    describe_compensation(record["compensation"]),
                )
                or f"run {run.run}"
            ),
        )
        for record in shown
    )
    note = f"Source: {run.source}."
    if len(shown) < len(records):
        note += f" Shows {len(shown):,} of {len(records):,} numbers, evenly spaced; the run's tables have all."
    return Table(
        join_label(f"Every number and its origin ({len(records):,})", suffix),
        columns("Metric", "Of", "Value", "Origin", numbers=("Value",)),
        rows,
        note,
        is_collapsed=True,
    )
