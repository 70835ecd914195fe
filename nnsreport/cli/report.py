"""``nnsreport report``: one self-contained HTML page of one or more runs."""

from __future__ import annotations

import re
from pathlib import Path

import click

from nnsreport.cli.options import PATH, runs_argument, runs_folder_option
from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable

_NOT_IN_FILE_NAMES = re.compile(r"[^\w.+-]+")


@click.command()
@runs_argument("RUN...", "Run folders, logs, run identifiers or SLURM job ids; the others are compared with the first.")
@click.option(
    "--out", type=PATH, metavar="FILE", help="Where to write; else RUN.html, or report.html for several runs."
)
@runs_folder_option
@click.option("--title", metavar="TEXT", help="Heading of the page; else the runs' names.")
def report(runs: tuple[str, ...], out: Path | None, runs_folder: Path | None, title: str | None) -> None:
    """Write a report as one HTML file: results, charts, published results, configuration, provenance."""
    from nnsreport.jobs import load
    from nnsreport.reports.page import report_page

    loaded = [load(argument, runs_folder) for argument in runs]
    target = out or Path(default_name([run.run for run in loaded]))
    write_output(target, report_page(loaded, title).encode(), option="--out")
    click.echo(printable(str(target)))


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
