"""``nnsreport cost --sweep``: many chips, and the best of them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import typer

from nnsreport.cli.cost import CostFormat, print_configuration
from nnsreport.cli.output import open_output
from nnsreport.cli.progress import shown_count
from nnsreport.cli.terminal import console, count_of, print_table, printable
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.configuration.overrides import Override
    from nnsreport.configuration.reader import ResolvedConfiguration
    from nnsreport.costs.sweep_file import Sweep
    from nnsreport.costs.sweep_run import SweepOutcome

_SHOWN = 20
_EQUAL = "equal points"


def sweep_chips(
    path: Path,
    config: Path | None,
    overrides: Sequence[Override],
    output_format: CostFormat,
    out: Path | None,
    jobs: int,
    device: Literal["auto", "cpu", "cuda"],
    dry_run: bool,
) -> None:
    """Evaluate a sweep, write its table, and print its Pareto front.

    Parameters
    ----------
    path : Path
        The sweep.
    config : Path, optional
        Configuration of what is the same for all chips, if it is not in the sweep's file.
    overrides : sequence of Override
        Of the command line.
    output_format : CostFormat
        Table or JSON.
    out : Path, optional
        Parquet file of all design points.
    jobs : int
        Processes at most.
    device : str
        Where to compute.
    dry_run : bool
        Print the configuration and the number of points, and stop.

    Raises
    ------
    NnsreportError
        The sweep or the configuration is wrong, a file cannot be read, or the output cannot be written.
    """
    from nnsreport.costs.export import front_json
    from nnsreport.costs.model import load_model
    from nnsreport.costs.provenance import provenance
    from nnsreport.costs.sweep_file import read_sweep
    from nnsreport.costs.sweep_run import run_sweep
    from nnsreport.engine.backend import select_backend

    sweep, table = read_sweep(path)
    resolved = _resolved(path, table, config, overrides)
    if dry_run:
        print_configuration(resolved)
        points = len(next(iter(sweep.design_points().values())))
        typer.echo(f"# {count_of(points, 'design point')} over {', '.join(sweep.parameters)}")
        return
    model = load_model(resolved.configuration.cost, resolved.configuration.network.file)
    backend = select_backend(device)
    origin = {**provenance(resolved, sys.argv, model.notes), "device": backend.device, **sweep.written}
    with contextlib.ExitStack() as stack:
        target = None if out is None else stack.enter_context(open_output(out, option="--out"))
        started = _Bar(stack)
        outcome = run_sweep(sweep, model, jobs=jobs, xp=backend.xp, target=target, provenance=origin, started=started)
    if output_format is CostFormat.JSON:
        typer.echo(front_json(outcome, [objective.column for objective in sweep.objectives], origin).decode(), nl=False)
    else:
        _print_outcome(sweep, outcome)
    if out is not None:
        told = f"{count_of(outcome.points, 'design point')} written to {out}"
        typer.echo(told, err=output_format is CostFormat.JSON)


def _resolved(
    path: Path, table: dict[str, object], config: Path | None, overrides: Sequence[Override]
) -> ResolvedConfiguration:
    from nnsreport.configuration.reader import resolve
    from nnsreport.configuration.toml_file import read_toml

    if config is None:
        return resolve(table, path, overrides)
    if table:
        raise ConfigurationError(
            f"has settings, but {config} is given as well",
            path=path,
            field=next(iter(table)),
            remedy="keep them in one of the two",
        )
    return resolve(read_toml(config), config, overrides)


class _Bar:
    """Begins to show progress when the number of points is known."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack

    def __call__(self, points: int) -> Callable[[int], None]:
        """Return what is to be told how many more points are done."""
        return self._stack.enter_context(shown_count("evaluating", points, os.environ))


def _print_outcome(sweep: Sweep, outcome: SweepOutcome) -> None:
    without = sum(outcome.reasons.values())
    target = console()
    different = _print_front(sweep, outcome)
    for reason, points in outcome.reasons.items():
        target.print(printable(f"{count_of(points, 'point')} without a result: {reason}"))
    for note, points in outcome.notes.items():
        target.print(printable(f"{count_of(points, 'point')}: {note}"))
    objectives = ", ".join(f"{objective.better.value} {objective.column}" for objective in sweep.objectives)
    front = outcome.front.height
    equal = "" if different == front else f", with {count_of(different, 'different result')}"
    rate = (outcome.points - without) / max(outcome.seconds, 1e-9)
    target.print(
        f"{front} of {outcome.points - without} points are on the Pareto front of {objectives}{equal}; "
        f"{outcome.seconds:.2g} s, {rate:.3g} points a second"
    )


def _print_front(sweep: Sweep, outcome: SweepOutcome) -> int:
    """Print a line for all points with equal objectives, with the parameters of the first; return how many lines."""
    lines = _front_lines(sweep, outcome)
    if lines.is_empty():
        return 0
    rows = [_cells(row, sweep) for row in lines.drop(_EQUAL).iter_rows(named=True)]
    titles = lines.drop(_EQUAL).columns
    if lines.height < outcome.front.height:
        titles = [*titles, _EQUAL]
        rows = [[*cells, str(points)] for cells, points in zip(rows, lines[_EQUAL], strict=True)]
    target = console()
    print_table(target, titles, rows[:_SHOWN], right=titles)
    if len(rows) > _SHOWN:
        target.print(f"and {len(rows) - _SHOWN} more")
    target.print()
    return lines.height


def _front_lines(sweep: Sweep, outcome: SweepOutcome) -> pl.DataFrame:
    import polars as pl

    objectives = [objective.column for objective in sweep.objectives]
    first = [pl.col(name).first() for name in sweep.parameters]
    lines = outcome.front.group_by(objectives, maintain_order=True).agg(*first, pl.len().alias(_EQUAL))
    return lines.select(*sweep.parameters, *objectives, _EQUAL)


def _cells(row: Mapping[str, float], sweep: Sweep) -> list[str]:
    from nnsreport.units import format_quantity
    from nnsreport.vocabulary import METRICS

    units = {objective.column: METRICS[objective.metric].unit for objective in sweep.objectives}
    return [format_quantity(value, units[name]) if name in units else f"{value:.6g}" for name, value in row.items()]
