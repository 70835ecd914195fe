"""``nnsreport parse``: simulator logs into one table of numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import console, print_table, printable
from nnsreport.errors import LogError, UnknownFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nnsreport.parsers import ParsedLog

_RUNS_A_TABLE = 4
_SHOWN_PROBLEMS = 10


@dataclass(slots=True)
class _Outcome:
    """What became of the files."""

    read: list[ParsedLog] = field(default_factory=list)
    skipped: list[LogError] = field(default_factory=list)
    broken: list[LogError] = field(default_factory=list)


def parse(
    logs: Annotated[
        list[Path],
        typer.Argument(
            metavar="LOG...",
            help="Logs, plain or compressed; of a folder, all .txt, .out and .log files below it that are known logs.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write all numbers to a .parquet, .csv or .json file."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first problem in a log.")] = False,
    as_format: Annotated[
        str | None,
        typer.Option(
            "--as", metavar="FORMAT", help="Read as this format, such as neurosim-1.4, whatever it looks like."
        ),
    ] = None,
) -> None:
    """Read simulator logs: every number with its name, SI unit, layer and line."""
    from nnsreport.parsers.export import check_suffix
    from nnsreport.parsers.registry import format_named

    if out is not None:
        check_suffix(out)
    if as_format is not None:
        format_named(as_format)
    outcome = _read(logs, as_format, strict=strict)
    for log in outcome.read:
        _print_summary(log)
    if out is not None and outcome.read:
        _write(outcome.read, out)
    elif out is None:
        _print_numbers(outcome.read)
    _print_rest(outcome)
    if outcome.broken:
        raise typer.Exit(2)
    if not outcome.read:
        raise LogError("no log was read", remedy="give a log, or a folder with logs")


def _read(arguments: Sequence[Path], as_format: str | None, *, strict: bool) -> _Outcome:
    from nnsreport.parsers.names import distinct_names, find_logs
    from nnsreport.parsers.registry import parse_runs

    given = {path: True for path in arguments if not path.is_dir()}
    found = {path: False for folder in arguments if folder.is_dir() for path in find_logs(folder)}
    named = found | given
    paths = list(named)
    outcome = _Outcome()
    for path, name in zip(paths, distinct_names(paths), strict=True):
        try:
            runs = parse_runs(path, run=name, format=as_format)
        except UnknownFormatError as error:
            (outcome.broken if named[path] else outcome.skipped).append(error)
        except LogError as error:
            outcome.broken.append(error)
        else:
            if strict:
                _refuse_problems(runs, path)
            outcome.read.extend(runs)
    return outcome


def _refuse_problems(runs: Sequence[ParsedLog], path: Path) -> None:
    for log in runs:
        for problem in log.problems:
            raise LogError(problem.message, path=path, line=problem.line, remedy=problem.remedy)


def _print_summary(log: ParsedLog) -> None:
    state = "complete" if log.complete else "incomplete"
    parts = [log.format, state, _count(len(log.metrics), "number"), _count(len(log.settings), "setting")]
    if log.problems:
        parts.append(_count(len(log.problems), "problem"))
    if log.unrecognised:
        parts.append(_count(len(log.unrecognised), "other line"))
    typer.echo(f"{printable(log.run)}: {', '.join(parts)}")
    for problem in log.problems[:_SHOWN_PROBLEMS]:
        typer.echo(f"  {printable(str(problem))}")
    if len(log.problems) > _SHOWN_PROBLEMS:
        typer.echo(f"  and {_count(len(log.problems) - _SHOWN_PROBLEMS, 'more problem')}")


def _write(logs: Sequence[ParsedLog], out: Path) -> None:
    from nnsreport.parsers import metrics_frame
    from nnsreport.parsers.export import encode_frame

    frame = metrics_frame(logs)
    write_output(out, encode_frame(frame, out), option="--out")
    typer.echo(f"{_count(frame.height, 'number')} of {_count(len(logs), 'run')} written to {out}")


def _print_numbers(logs: Sequence[ParsedLog]) -> None:
    """Print what is about the whole chip or network, a few runs side by side."""
    target = console()
    for first in range(0, len(logs), _RUNS_A_TABLE):
        shown = logs[first : first + _RUNS_A_TABLE]
        rows = _rows(shown)
        if rows:
            titles = [printable(log.run) for log in shown]
            target.print()
            print_table(target, ["", *titles], rows, right=titles)


def _rows(logs: Sequence[ParsedLog]) -> list[list[str]]:
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import COMPONENTS, METRICS

    values: dict[tuple[str, str], dict[int, str]] = {}
    for column, log in enumerate(logs):
        for record in log.metrics:
            if record.layer is None:
                key = (record.metric, record.component or "total")
                values.setdefault(key, {}).setdefault(column, format_quantity(record.value, record.unit))
    names, parts = list(METRICS), list(COMPONENTS)
    ordered = sorted(values, key=lambda key: (names.index(key[0]), parts.index(key[1])))
    return [
        [_label(*key), *(values[key].get(column, format_quantity(None, "1")) for column in range(len(logs)))]
        for key in ordered
    ]


def _label(metric: str, component: str) -> str:
    title = metric.replace("_", " ")
    return title if component == "total" else f"{title}, {component.replace('_', ' ')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _print_rest(outcome: _Outcome) -> None:
    for kind, errors in (("skipped", outcome.skipped), ("cannot be read", outcome.broken)):
        for error in errors:
            typer.echo(f"{kind}: {printable(str(error))}", err=True)
    if outcome.skipped or outcome.broken:
        read = len({log.source for log in outcome.read})
        typer.echo(f"{read} read, {len(outcome.skipped)} skipped, {len(outcome.broken)} broken", err=True)
