"""The command line: parse options, call the library, print; errors become one line here and nowhere else."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from nnsreport import __version__
from nnsreport.errors import NnsreportError

_COMMANDS = ("run", "parse", "compare", "report", "figures", "cost", "papers")
_DEFECT = 70  # EX_SOFTWARE of sysexits.h


class _Commands(click.Group):
    """Commands that are imported when they are asked for: each is the function of its module's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 # as click calls it
        """Return the names of all commands, in the order of their use."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none of this name while words are only completed."""
        if cmd_name not in _COMMANDS:
            if ctx.resilient_parsing:
                return None
            raise click.NoSuchCommand(cmd_name, possibilities=_COMMANDS, ctx=ctx)
        command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=_Commands, name="nnsreport", no_args_is_help=True)
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.version_option(__version__, message="nnsreport %(version)s")
def app(debug: bool) -> None:  # main() looks for it before anything can fail
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
            click.echo(f"nnsreport: {error}", err=True)
            sys.exit(error.exit_code)
        about = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(f"nnsreport: a defect of nnsreport: {about}; --debug shows where, please report it", err=True)
        sys.exit(_DEFECT)
