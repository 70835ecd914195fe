"""The command line: parse options, call the library, print; errors become one line here and nowhere else."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from nnsreport import __version__
from nnsreport.errors import NnsreportError

_COMMANDS = ("run", "parse", "compare", "report", "figures", "cost", "papers")
_DEFECT = 70  # EX_SOFTWARE of sysexits.h


class _Commands(TyperGroup):
    """Commands that are imported when they are asked for: each is the function of its module's name."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 # as Typer calls it
        """Return the names of all commands, in the order of their use."""
        return list(_COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002 # as Typer calls it
        """Return a command; of an unknown name None, and Typer says which of all is the nearest."""
        for name in [cmd_name] if cmd_name in _COMMANDS else _COMMANDS:
            if name not in self.commands:
                self.add_command(_imported(name), name)
        command = self.commands.get(cmd_name)
        assert command is None or isinstance(command, TyperCommand)
        return command


def _imported(name: str) -> TyperCommand:
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command()(getattr(import_module(f"{__name__}.{name}"), name))
    command = get_command(alone)
    assert isinstance(command, TyperCommand)
    return command


app = typer.Typer(
    name="nnsreport",
    cls=_Commands,
    help="Results analysis and reporting for analog compute-in-memory research.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
