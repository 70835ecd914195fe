"""What ``nnsreport parse`` prints: runs, their numbers and jobs, and what was not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nnsreport.cli.terminal import console, count_of, print_table, printable

if TYPE_CHECKING:
    from nnsreport.cli.parse_outcome import Outcome
    from nnsreport.parsers import ParsedLog

_RUNS_A_TABLE = 4
_SHOWN_PROBLEMS = 10
_SHOWN_KINDS_OF_PROBLEMS = 20
_SHOWN_FILES = 3
_SHOWN_BROKEN = 20
_VARYING = re.compile(r"'[^']*'|\"[^\"]*\"|\d[\d.e+-]*")


def print_runs(outcome: Outcome) -> None:
    """Print a line for each run, and what is wrong: run by run if they are few, otherwise kind by kind."""
    from nnsreport.cli.parse_jobs import describe_jobs

    jobs = describe_jobs(outcome.logs)
    for log in outcome.logs:
        typer.echo(_summary(log, outcome.numbers[log.run]))
        for line in jobs.get(log.run, ()):
            typer.echo(f"  {printable(line)}")
        if outcome.is_short:
            _print_problems(log)
    if not outcome.is_short:
        _print_kinds_of_problems(outcome.logs)


def _summary(log: ParsedLog, numbers: int) -> str:
    state = "complete" if log.complete else "incomplete"
    parts = [log.format, state, count_of(numbers, "number"), count_of(len(log.settings), "setting")]
    parts += [f"{subject} {table.height}" for subject, table in log.tables.items()]
    if log.problems:
        parts.append(count_of(len(log.problems), "problem"))
    if log.unrecognised:
        parts.append(count_of(len(log.unrecognised), "other line"))
    return f"{printable(log.run)}: {', '.join(parts)}"


def _print_problems(log: ParsedLog) -> None:
    for problem in log.problems[:_SHOWN_PROBLEMS]:
        typer.echo(f"  {printable(str(problem))}")
    if len(log.problems) > _SHOWN_PROBLEMS:
        typer.echo(f"  and {count_of(len(log.problems) - _SHOWN_PROBLEMS, 'more problem')}")


def _print_kinds_of_problems(logs: Sequence[ParsedLog]) -> None:
    """Print each problem once, with the number of runs that have it, the most frequent first."""
    runs: Counter[str] = Counter()
    first: dict[str, str] = {}
    for log in logs:
        kinds = {_VARYING.sub("…", problem.message): problem for problem in log.problems}
        runs.update(kinds.keys())
        for kind, problem in kinds.items():
            first.setdefault(kind, f"{log.run}: {problem}")
    for kind, count in runs.most_common(_SHOWN_KINDS_OF_PROBLEMS):
        about = count_of(count, "run")
        typer.echo(f"{about}, {'such as ' if count > 1 else ''}{printable(first[kind])}")
    if len(runs) > _SHOWN_KINDS_OF_PROBLEMS:
        typer.echo(f"and {count_of(len(runs) - _SHOWN_KINDS_OF_PROBLEMS, 'more kind')} of problems; --tables has all")


def print_numbers(outcome: Outcome) -> None:
    """Print what is about the whole chip or network, a few runs side by side."""
    if outcome.chip is None or not outcome.is_short:
        return
    values = {(row["run"], row["metric"], row["component"] or "total"): row for row in outcome.chip.to_dicts()}
    names = [log.run for log in outcome.logs if any(run == log.run for run, _, _ in values)]
    target = console()
    for first in range(0, len(names), _RUNS_A_TABLE):
        shown = names[first : first + _RUNS_A_TABLE]
        titles = [printable(run) for run in shown]
        target.print()
        print_table(target, ["", *titles], _rows(values, shown), right=titles)


def _rows(values: Mapping[tuple[str, str, str], Mapping[str, object]], runs: Sequence[str]) -> list[list[str]]:
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import COMPONENTS, METRICS

    names, parts = list(METRICS), list(COMPONENTS)
    kinds = {(metric, component) for run, metric, component in values if run in runs}
    rows = []
    for metric, component in sorted(kinds, key=lambda kind: (names.index(kind[0]), parts.index(kind[1]))):
        cells = [values.get((run, metric, component)) for run in runs]
        printed = [
            format_quantity(None, "1") if cell is None else format_quantity(_number(cell["value"]), str(cell["unit"]))
            for cell in cells
        ]
        rows.append([_label(metric, component), *printed])
    return rows


def _number(value: object) -> float | None:
    return value if isinstance(value, float) else None


def _label(metric: str, component: str) -> str:
    title = metric.replace("_", " ")
    return title if component == "total" else f"{title}, {component.replace('_', ' ')}"


def print_rest(outcome: Outcome) -> None:
    """Print, to the error stream, what was not read and why; and the totals, where there is more than one file."""
    from nnsreport.parsers.registry import plug_in_problems

    for problem in plug_in_problems():
        typer.echo(f"nnsreport: {printable(str(problem))}", err=True)
    reasons: dict[str, list[Path]] = {}
    for entry in outcome.found.skipped:
        reasons.setdefault(entry.reason, []).append(entry.path)
    for error in outcome.skipped:
        reasons.setdefault("no file of a known simulator", []).append(Path(error.path or ""))
    for reason, paths in reasons.items():
        typer.echo(f"skipped, {reason}: {_listed(paths)}", err=True)
    for error in outcome.broken[:_SHOWN_BROKEN]:
        typer.echo(f"cannot be read: {printable(str(error))}", err=True)
    if len(outcome.broken) > _SHOWN_BROKEN:
        typer.echo(f"and {count_of(len(outcome.broken) - _SHOWN_BROKEN, 'more file')} cannot be read", err=True)
    if outcome.found.has_folders or reasons or outcome.broken:
        typer.echo(_totals(outcome, sum(map(len, reasons.values()))), err=True)


def _totals(outcome: Outcome, skipped: int) -> str:
    files = {log.source: log.format for log in outcome.logs}
    formats = ", ".join(f"{count} {name}" for name, count in Counter(files.values()).most_common())
    of = f" ({formats})" if formats else ""
    return f"{count_of(len(files), 'file')} read{of}, {skipped} skipped, {len(outcome.broken)} broken"


def _listed(paths: Iterable[Path]) -> str:
    names = [printable(str(path)) for path in paths]
    more = len(names) - _SHOWN_FILES
    return ", ".join(names[:_SHOWN_FILES]) + (f" and {more} more" if more > 0 else "")
