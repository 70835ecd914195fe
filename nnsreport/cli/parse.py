"""``nnsreport parse``: whatever a simulator and SLURM have left, into tables."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nnsreport.cli.parse_files import FoundFiles, find_files
from nnsreport.cli.parse_outcome import Outcome
from nnsreport.cli.progress import shown_count
from nnsreport.errors import LogError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nnsreport.cli.parse_output import MetricsFile
    from nnsreport.parsers.many import ParsedBatch


def parse(
    logs: Annotated[
        list[Path],
        typer.Argument(
            metavar="LOG...",
            help="Logs and other files of simulators and SLURM, plain or compressed; of a folder, all below it.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write all numbers to a .parquet, .csv or .json file."),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option(
            "--tables",
            metavar="FOLDER",
            help="Write everything: numbers, settings, problems, runs, jobs, ... as one Parquet file a subject.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first problem in a log.")] = False,
    as_format: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORMAT",
            help="Read all files, those of folders too, as this format, such as neurosim-1.4, whatever they look like.",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Processes at most.", show_default="all cores"),
    ] = None,
) -> None:
    """Read simulator logs: every number with its name, SI unit, layer and line."""
    from nnsreport.cli.parse_output import write_tables
    from nnsreport.cli.parse_summary import print_numbers, print_rest, print_runs
    from nnsreport.parsers.registry import format_named

    wanted = _wanted_files(out, tables)
    if as_format is not None:
        format_named(as_format)
    outcome = Outcome(find_files(logs), keeps_numbers=not wanted)
    with contextlib.ExitStack() as stack:
        files = [stack.enter_context(file) for file in wanted]
        for batch in _parsed(outcome.found, as_format, jobs or _usable_cores()):
            if strict:
                _refuse_problems(batch)
            outcome.add(batch)
            for file in files:
                file.add(batch)
    print_runs(outcome)
    if tables is not None and outcome.logs:
        write_tables(outcome, tables)
    for file in wanted:
        file.tell(len(outcome.logs))
    print_numbers(outcome)
    print_rest(outcome)
    if outcome.broken:
        raise typer.Exit(2)
    if not outcome.logs:
        raise LogError("no log was read", remedy="give a log, or a folder with logs")


def _wanted_files(out: Path | None, tables: Path | None) -> list[MetricsFile]:
    """Return the files that are written while logs are read; refuse what cannot be written before anything is read."""
    from nnsreport.cli.parse_output import MetricsFile, check_folder
    from nnsreport.parsers.export import check_suffix

    wanted = []
    if out is not None:
        check_suffix(out)
        wanted.append(MetricsFile(out, "--out"))
    if tables is not None:
        check_folder(tables)
        wanted.append(MetricsFile(tables / "metrics.parquet", "--tables"))
    return wanted


def _parsed(found: FoundFiles, as_format: str | None, jobs: int) -> Iterator[ParsedBatch]:
    """Yield what is read, with a bar on a terminal that moves on."""
    from nnsreport.parsers.many import parse_files

    with (
        contextlib.closing(parse_files(found.files, format=as_format, jobs=jobs)) as batches,
        shown_count("reading", len(found.files), os.environ) as advance,
    ):
        for batch in batches:
            yield batch
            advance(len(batch.files))


def _refuse_problems(batch: ParsedBatch) -> None:
    from nnsreport.parsers.names import run_identifier

    for file in batch.files:
        for rank, log in enumerate(file.logs):
            for problem in log.problems:
                path = Path(run_identifier(str(file.path), rank))  # as `report` and `compare` take a run of several
                raise LogError(problem.message, path=path, line=problem.line, remedy=problem.remedy)


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
