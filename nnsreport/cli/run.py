"""``nnsreport run``: a network on noisy crossbars, as a configuration says."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from nnsreport.execution.run import Outcome


def run(
    config: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CONFIG]",
            help="TOML file; without one, the bundled example of handwritten digits.",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Replace one setting, such as adc.bits=6. May be given several times."
        ),
    ] = None,
    run_id: Annotated[
        str | None,
        typer.Option(
            "--id",
            metavar="ID",
            help="Name of the run; else the SLURM job's id, else made of the configuration. "
            "A run that was cut off resumes under its name.",
        ),
    ] = None,
    runs_folder: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Where runs are kept; else NNSREPORT_RUNS, else ./runs."),
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"] | None,
        typer.Option("--device", help="Where to compute; short for --set run.device=...", show_default=False),
    ] = None,
    tasks: Annotated[
        Literal["together", "separate"],
        typer.Option(
            "--tasks",
            help="What the tasks do that one srun starts: make one run together, or a run each, named ID-task0 and on.",
        ),
    ] = "together",
    patience: Annotated[
        float,
        typer.Option(
            "--patience",
            metavar="SECONDS",
            min=1.0,
            help="How long a task may give no sign of life before the others count it as lost.",
        ),
    ] = 300.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the resolved configuration and stop.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print neither progress nor the table of accuracies.")] = False,
) -> None:
    """Evaluate a network on noisy crossbars; a run that was cut off resumes."""
    from nnsreport.execution.stopping import stop_on_signals

    with stop_on_signals() as stop:  # first of all: a job's warning may come while libraries load
        from nnsreport.configuration.reader import read_configuration

        overrides = [*(settings or ()), *([f"run.device={device}"] if device else ())]
        resolved = read_configuration(config or example_configuration(), overrides)
        if dry_run:
            from nnsreport.configuration.dump import to_toml

            typer.echo(to_toml(resolved), nl=False)
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
        typer.echo("the run is complete already; nothing was computed", err=True)
    print_summary(load_run(outcome.folder, predictions=False))
