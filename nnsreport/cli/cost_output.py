"""What ``nnsreport cost`` writes of a chip."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from nnsreport.cli.cost import CostFormat
from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.configuration.reader import ResolvedConfiguration
    from nnsreport.costs.model import CostModel
    from nnsreport.engine.cost.parameters import Parameters
    from nnsreport.engine.cost.results import ChipResults


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip that has been estimated.

    Attributes
    ----------
    model : CostModel
        Its network.
    parameters : Parameters
        In effect.
    results : ChipResults
        Its numbers.
    seconds : float
        That the estimation took, with reading what it needs.
    """

    model: CostModel
    parameters: Parameters
    results: ChipResults
    seconds: float


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
    from nnsreport.costs.model import load_model
    from nnsreport.engine.cost.corrections import Fidelity

    begun = time.perf_counter()
    configuration = resolved.configuration
    if output_format is CostFormat.NEUROSIM and Fidelity(configuration.cost.fidelity) is not Fidelity.NEUROSIM:
        raise ConfigurationError(
            "is the log of NeuroSim, which corrects nothing",
            field="--format neurosim",
            remedy="set cost.fidelity to neurosim-1.4, or leave out --format",
        )
    model = load_model(configuration.cost, configuration.network.file)
    parameters = model.parameters()
    chip = Chip(model, parameters, estimated(model, parameters), time.perf_counter() - begun)
    if output_format in (CostFormat.TABLE, CostFormat.NEUROSIM):
        for note in model.notes_on(parameters):
            typer.echo(f"note: {printable(note)}", err=True)
    if output_format is CostFormat.TABLE:
        from nnsreport.cli.cost_summary import print_chip
        from nnsreport.costs.published import published_beside

        print_chip(chip.model, chip.parameters, chip.results, published_beside(resolved, chip.results))
        return
    data = _encoded(chip, output_format, resolved, command)
    if out is None:
        typer.echo(data.decode(), nl=False)
    else:
        write_output(out, data, option="--out")
        typer.echo(f"the numbers of {len(model.layers)} layers and their chip are in {out}")


def _encoded(chip: Chip, output_format: CostFormat, resolved: ResolvedConfiguration, command: tuple[str, ...]) -> bytes:
    if output_format is CostFormat.NEUROSIM:
        from nnsreport.engine.cost.printout import printout

        return printout(chip.results, run_time_s=chip.seconds).encode()
    from nnsreport.costs.export import chip_json, chip_parquet
    from nnsreport.costs.provenance import provenance

    origin = provenance(resolved, command, chip.model.notes_on(chip.parameters))
    if output_format is CostFormat.JSON:
        from nnsreport.costs.published import published_beside

        published = published_beside(resolved, chip.results)
        return chip_json(chip.model, chip.parameters, chip.results, origin, published)
    return chip_parquet(chip.results, origin)
