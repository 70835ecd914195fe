"""What ``nnsreport cost`` writes of a chip."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nnsreport.cli.cost import CostFormat
from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable

if TYPE_CHECKING:
    from nnsreport.configuration.reader import ResolvedConfiguration


def write_chip(
    resolved: ResolvedConfiguration, output_format: CostFormat, out: Path | None, command: tuple[str, ...]
) -> None:
    """Estimate a chip, and write or print its numbers.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        Which chip.
    output_format : CostFormat
        How to write it.
    out : Path, optional
        Where to; else standard output.
    command : tuple of str
        The command line, for the record.

    Raises
    ------
    NnsreportError
        There is no result, a file cannot be read, or the output cannot be written.
    """
    from nnsreport.costs.estimation import estimated
    from nnsreport.costs.export import chip_json, chip_parquet
    from nnsreport.costs.model import load_model
    from nnsreport.costs.provenance import provenance

    begun = time.perf_counter()
    configuration = resolved.configuration
    model = load_model(configuration.cost, configuration.network.file)
    parameters = model.parameters()
    results = estimated(model, parameters)
    seconds = time.perf_counter() - begun
    match output_format:
        case CostFormat.TABLE:
            from nnsreport.cli.cost_summary import print_chip

            _tell(model.notes)
            print_chip(model, parameters, results)
            return
        case CostFormat.NEUROSIM:
            from nnsreport.engine.cost.printout import printout

            _tell(model.notes)
            data = printout(results, run_time_s=seconds).encode()
        case CostFormat.JSON:
            data = chip_json(model, parameters, results, provenance(resolved, command, model.notes))
        case CostFormat.PARQUET:
            data = chip_parquet(results, provenance(resolved, command, model.notes))
    if out is None:
        typer.echo(data.decode(), nl=False)
    else:
        write_output(out, data, option="--out")
        typer.echo(f"the numbers of {len(model.layers)} layers and their chip are in {out}")


def _tell(notes: tuple[str, ...]) -> None:
    for note in notes:
        typer.echo(f"note: {printable(note)}", err=True)
