"""The command line: parse options, call the library, print; errors become one line here and nowhere else."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from nnsreport import __version__
from nnsreport.cli import compare, figures, papers, parse, report, run
from nnsreport.errors import NnsreportError

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
    """Run the command line; a user's error is one line on stderr and exit code 2 (1 for a failed rule)."""
    debug = "--debug" in sys.argv[1:]
    if debug:  # accepted before and after the command's name
        sys.argv[1:] = ["--debug", *(argument for argument in sys.argv[1:] if argument != "--debug")]
    try:
        app()
    except NnsreportError as error:
        if debug:
            raise
        typer.echo(f"nnsreport: {error}", err=True)
        sys.exit(error.exit_code)
