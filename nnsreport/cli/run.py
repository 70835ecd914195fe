"""``nnsreport run``: a network on noisy crossbars, as a configuration says."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nnsreport.cli.options import DEVICES, PATH, runs_folder_option

if TYPE_CHECKING:
    from nnsreport.execution.run import Outcome


def _limited(_: click.Context, __: click.Parameter, patience: float) -> float:
    if math.isnan(patience):  # no range refuses it
        raise click.BadParameter("nan is no number of seconds.")
    return patience


@click.command()
@click.argument(
    "config",
    type=PATH,
    metavar="[CONFIG]",
    required=False,
    help="TOML file; without one, the bundled example of handwritten digits.",
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Replace one setting, such as adc.bits=6. May be given several times.",
)
@click.option(
    "--id",
    "run_id",
    metavar="ID",
    help="Name of the run; else the SLURM job's id, else made of the configuration. "
    "A run that was cut off resumes under its name.",
)
@runs_folder_option
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    help="Where to compute; short for --set run.device=...",
)
@click.option(
    "--tasks",
    type=click.Choice(["together", "separate"]),
    default="together",
    show_default=True,
    help="What the tasks do that one srun starts: make one run together, or a run each, named ID-task0 and on.",
)
@click.option(
    "--patience",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    default=300.0,
    show_default=True,
    callback=_limited,
    help="How long a task may give no sign of life before the others count it as lost.",
)
@click.option("--dry-run", is_flag=True, help="Print the resolved configuration and stop.")
@click.option("--quiet", is_flag=True, help="Print neither progress nor the table of accuracies.")
def run(
    config: Path | None,
    settings: tuple[str, ...],
    run_id: str | None,
    runs_folder: Path | None,
    device: str | None,
    tasks: str,
    patience: float,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Evaluate a network on noisy crossbars; a run that was cut off resumes."""
    from nnsreport.execution.stopping import stop_on_signals

    with stop_on_signals() as stop:  # first of all: a job's warning may come while libraries load
        from nnsreport.configuration.reader import read_configuration

        overrides = [*settings, *([f"run.device={device}"] if device else ())]
        resolved = read_configuration(config or example_configuration(), overrides)
        if dry_run:
            from nnsreport.configuration.dump import to_toml

            click.echo(to_toml(resolved), nl=False)
            return
        from nnsreport.cli.progress import shown_progress
        from nnsreport.execution.run import execute_run
        from nnsreport.execution.together import TaskSettings
        from nnsreport.store.load import runs_folder as folder_of_runs

        with shown_progress(os.environ, quiet=quiet) as progress:
            outcome = execute_run(
                resolved,
                runs=folder_of_runs(runs_folder),
                run=run_id,
                command=tuple(sys.argv),
                environment=os.environ,
                progress=progress,
                stop=stop,
                tasks=TaskSettings(tasks == "together", patience),
            )
    if not quiet and outcome.leads:
        _print_outcome(outcome)


def example_configuration() -> Path:
    """Return the configuration of the bundled example."""
    import nnsreport

    return Path(nnsreport.__file__).parent / "example" / "example.toml"


def _print_outcome(outcome: Outcome) -> None:
    from nnsreport.cli.run_summary import print_summary
    from nnsreport.store.load import load_run

    if outcome.was_complete:
        click.echo("the run is complete already; nothing was computed", err=True)
    print_summary(load_run(outcome.folder, predictions=False))
