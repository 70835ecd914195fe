"""Every table that logs give, by subject: numbers, settings, problems, runs, and what single formats add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from nnsreport.tables import schema_of

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.parsers.records import ParsedLog

SETTINGS_COLUMNS: dict[str, str] = {"run": "String", "name": "String", "value": "String", "line": "Int64"}
"""One row a setting, as printed."""

PROBLEMS_COLUMNS: dict[str, str] = {
    "run": "String",
    "source": "String",
    "line": "Int64",
    "message": "String",
    "remedy": "String",
}
"""One row a problem; ``line`` and ``remedy`` are null where there is none."""

RUNS_COLUMNS: dict[str, str] = {
    "run": "String",
    "source": "String",
    "format": "String",
    "complete": "Boolean",
    "numbers": "Int64",
    "settings": "Int64",
    "problems": "Int64",
    "other_lines": "Int64",
}
"""One row a run; ``other_lines`` are those that the job printed, but not the simulator."""


def runs_frame(logs: Sequence[ParsedLog], numbers: Mapping[str, int]) -> pl.DataFrame:
    """Return what was read of each run.

    Parameters
    ----------
    logs : sequence of ParsedLog
        Their numbers need not be in them any more.
    numbers : Mapping of str to int
        How many each run has.

    Returns
    -------
    polars.DataFrame
        With :data:`RUNS_COLUMNS`.
    """
    return _frame(
        RUNS_COLUMNS,
        (
            (
                log.run,
                _source(log),
                log.format,
                log.complete,
                numbers.get(log.run, 0),
                len(log.settings),
                len(log.problems),
                len(log.unrecognised),
            )
            for log in logs
        ),
    )


def settings_frame(logs: Iterable[ParsedLog]) -> pl.DataFrame:
    """Return the settings of logs, with :data:`SETTINGS_COLUMNS`."""
    return _frame(SETTINGS_COLUMNS, ((log.run, s.name, s.value, s.line) for log in logs for s in log.settings))


def problems_frame(logs: Iterable[ParsedLog]) -> pl.DataFrame:
    """Return what is wrong with logs, with :data:`PROBLEMS_COLUMNS`."""
    return _frame(
        PROBLEMS_COLUMNS,
        ((log.run, _source(log), p.line, p.message, p.remedy) for log in logs for p in log.problems),
    )


def subject_frames(logs: Iterable[ParsedLog]) -> dict[str, pl.DataFrame]:
    """Return the tables that single formats add, those of all logs in one a subject.

    Parameters
    ----------
    logs : iterable of ParsedLog
        In the order of the rows.

    Returns
    -------
    dict of str to polars.DataFrame
        By subject, such as ``jobs``; the first column ``run`` says where a row is from.
    """
    import polars as pl

    found: dict[str, list[pl.DataFrame]] = {}
    for log in logs:
        for subject, table in log.tables.items():
            own = table if "run" in table.columns else table.with_columns(pl.lit(log.run).alias("run"))
            found.setdefault(subject, []).append(own.select("run", pl.exclude("run")))
    return {subject: pl.concat(tables, how="diagonal") for subject, tables in found.items()}


def _source(log: ParsedLog) -> str | None:
    return str(log.source) if log.source is not None else None


def _frame(columns: Mapping[str, str], rows: Iterable[tuple[object, ...]]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame(list(rows), schema=schema_of(columns), orient="row")
