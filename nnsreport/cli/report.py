"""``nnsreport report``: one self-contained HTML page of one or more runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable

_NOT_IN_FILE_NAMES = re.compile(r"[^\w.+-]+")


def report(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Run folders, logs, run identifiers or SLURM job ids; the others are compared with the first.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write; else RUN.html, or report.html for several runs."),
    ] = None,
    runs_folder: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Where runs are kept; else NNSREPORT_RUNS, else ./runs."),
    ] = None,
    title: Annotated[
        str | None, typer.Option("--title", metavar="TEXT", help="Heading of the page; else the runs' names.")
    ] = None,
) -> None:
    """Write a report as one HTML file: results, charts, published results, configuration, provenance."""
    from nnsreport.jobs import load
    from nnsreport.reports.page import report_page

    loaded = [load(argument, runs_folder) for argument in runs]
    target = out or Path(default_name([run.run for run in loaded]))
    write_output(target, report_page(loaded, title).encode(), option="--out")
    typer.echo(printable(str(target)))


def default_name(names: list[str]) -> str:
    """Return the file name of a report of runs.

    Parameters
    ----------
    names : list of str
        Identifiers of runs, which may hold any character.

    Returns
    -------
    str
        In the working folder, never hidden.
    """
    if len(names) != 1:
        return "report.html"
    return f"{_NOT_IN_FILE_NAMES.sub('_', names[0]).lstrip('.-') or 'report'}.html"
