"""The command line: parse options, call the library, print; errors become one line here and nowhere else."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nnsreport import __version__
from nnsreport.cli import compare, cost, figures, papers, parse, report, run
from nnsreport.errors import NnsreportError

_DEFECT = 70  # EX_SOFTWARE of sysexits.h

app = typer.Typer(
    name="nnsreport",
    help="Results analysis and reporting for analog compute-in-memory research.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(run.run)
app.command()(parse.parse)
app.command()(compare.compare)
app.command()(report.report)
app.command()(figures.figures)
app.command()(cost.cost)
app.command()(papers.papers)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"nnsreport {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Results analysis and reporting for analog compute-in-memory research."""


def main() -> None:
    """Run the command line; errors are one line on stderr.

    Exit codes: 2 for what a user can mend, 1 for a failed rule, 70 for a defect of nnsreport.
    """
    debug = "--debug" in sys.argv[1:]
    if debug:  # accepted before and after the command's name
        sys.argv[1:] = ["--debug", *(argument for argument in sys.argv[1:] if argument != "--debug")]
    try:
        app()
    except Exception as error:
        if debug:
            raise
        if isinstance(error, NnsreportError):
            typer.echo(f"nnsreport: {error}", err=True)
            sys.exit(error.exit_code)
        about = " ".join(f"{type(error).__name__}: {error}".split())
        typer.echo(f"nnsreport: a defect of nnsreport: {about}; --debug shows where, please report it", err=True)
        sys.exit(_DEFECT)
