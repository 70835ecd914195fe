"""``nnsreport cost``: area, latency, energy and leakage of a chip, or of many."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nnsreport.cli.options import DEVICES, PATH, ValueOf, jobs_option
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.configuration.overrides import Override
    from nnsreport.configuration.reader import ResolvedConfiguration


class CostFormat(StrEnum):
    """How the numbers of a chip are written."""

    TABLE = "table"
    NEUROSIM = "neurosim"
    JSON = "json"
    PARQUET = "parquet"


_BY_SUFFIX = {".json": CostFormat.JSON, ".parquet": CostFormat.PARQUET}


@click.command()
@click.argument("config", type=PATH, metavar="[CONFIG]", required=False, help="TOML file with a section [cost].")
@click.option("--param-cpp", type=PATH, metavar="FILE", help="NeuroSim's Param.cpp.")
@click.option(
    "--params",
    type=PATH,
    metavar="FILE",
    help="JSON with values of Param.cpp as params, and arguments of NeuroSim's main as argv.",
)
@click.option("--network", type=PATH, metavar="FILE", help="NetWork_*.csv of NeuroSim, or ONNX.")
@click.option(
    "--preset",
    metavar="NAME",
    help="Parameters and network of a published chip, such as lu2021-rram-2b, and how far its numbers are.",
)
@click.option(
    "--fidelity",
    metavar="NAME",
    show_default="neurosim-1.4",
    help="neurosim-1.4: NeuroSim's numbers; corrected: without its plain mistakes.",
)
@click.option(
    "--traces",
    type=PATH,
    metavar="PATH",
    help="List of weight and input files, a trace_command.sh, or a folder with a trace_args.txt; "
    "without traces a density of ones in the inputs is assumed.",
)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Replace a parameter, such as technode=7, or a setting, such as cost.activity.input_density=0.3. "
    "May be given several times.",
)
@click.option(
    "--sweep",
    type=PATH,
    metavar="FILE",
    help="TOML file with [axes] and [sweep]: evaluate many chips, and print the best.",
)
@click.option(
    "--format",
    "output_format",
    type=ValueOf(CostFormat),
    show_default="by the suffix of --out, else table",
    help="table for people, neurosim: the log that NeuroSim would print.",
)
@click.option("--out", type=PATH, metavar="FILE", help="Write to a file; of a sweep, all design points as .parquet.")
@jobs_option("Processes of a sweep at most.")
@click.option(
    "--device", type=click.Choice(DEVICES), default="cpu", show_default=True, help="Where a sweep is computed."
)
@click.option("--dry-run", is_flag=True, help="Print the resolved configuration and stop.")
def cost(
    config: Path | None,
    param_cpp: Path | None,
    params: Path | None,
    network: Path | None,
    preset: str | None,
    fidelity: str | None,
    traces: Path | None,
    settings: tuple[str, ...],
    sweep: Path | None,
    output_format: CostFormat | None,
    out: Path | None,
    jobs: int,
    device: Literal["auto", "cpu", "cuda"],
    dry_run: bool,
) -> None:
    """Estimate area, latency, energy and leakage of a chip as NeuroSim V1.4 does, or of many."""
    sources: list[tuple[str, str, Path | str | None]] = [("--preset", "preset", preset)]
    sources += [("--fidelity", "fidelity", fidelity)]
    sources += [("--param-cpp", "parameter_file", param_cpp), ("--params", "parameter_file", params)]
    sources += [("--network", "network_file", network), ("--traces", "traces", traces)]
    if param_cpp is not None and params is not None:
        raise ConfigurationError("is given with --param-cpp", field="--params", remedy="give one of them")
    overrides = [*_given(sources), *_values(settings)]
    if sweep is not None:
        from nnsreport.cli.cost_sweep import sweep_chips

        written = _sweep_format(output_format, out)
        sweep_chips(sweep, config, overrides, written, out, jobs, device, dry_run)
        return
    resolved = _resolved(config, overrides)
    if dry_run:
        print_configuration(resolved)
        return
    from nnsreport.cli.cost_output import write_chip

    write_chip(resolved, _format(output_format, out), out, tuple(sys.argv))


def _given(sources: list[tuple[str, str, Path | str | None]]) -> list[Override]:
    from nnsreport.configuration.overrides import Override

    return [Override(f"cost.{key}", str(value), option) for option, key, value in sources if value is not None]


def _values(settings: tuple[str, ...]) -> list[Override]:
    from nnsreport.configuration.overrides import parse_override
    from nnsreport.costs.parameter_overrides import of_parameter

    return [of_parameter(parse_override(text)) for text in settings]


def _resolved(config: Path | None, overrides: list[Override]) -> ResolvedConfiguration:
    from nnsreport.configuration.reader import resolve
    from nnsreport.configuration.toml_file import read_toml

    if config is None:
        return resolve({}, Path("command line"), overrides)
    return resolve(read_toml(config), config, overrides)


def print_configuration(resolved: ResolvedConfiguration) -> None:
    """Print the configuration that an estimation would use."""
    from nnsreport.configuration.dump import to_toml

    click.echo(to_toml(resolved), nl=False)


def _format(asked: CostFormat | None, out: Path | None) -> CostFormat:
    if asked is None:
        return CostFormat.TABLE if out is None else _format_of(out)
    if asked is CostFormat.PARQUET and out is None:
        raise ConfigurationError("is for files", field="--format parquet", remedy="give --out FILE.parquet")
    if asked is CostFormat.TABLE and out is not None:
        raise ConfigurationError("is for the terminal", field="--format table", remedy="leave out --out, or --format")
    return asked


def _format_of(out: Path) -> CostFormat:
    if out.suffix.lower() not in _BY_SUFFIX:
        raise ConfigurationError(
            "does not tell its format", path=out, field="--out", remedy="end it in .parquet or .json, or give --format"
        )
    return _BY_SUFFIX[out.suffix.lower()]


def _sweep_format(asked: CostFormat | None, out: Path | None) -> CostFormat:
    """Return how the best points of a sweep are printed; all points go to a Parquet file."""
    if out is not None and out.suffix.lower() != ".parquet":
        raise ConfigurationError("is no .parquet file", path=out, field="--out", remedy="end it in .parquet")
    if asked is CostFormat.NEUROSIM:
        raise ConfigurationError("is for one chip", field="--format neurosim", remedy="leave out --sweep, or --format")
    if asked is CostFormat.PARQUET and out is None:
        raise ConfigurationError("is for files", field="--format parquet", remedy="give --out FILE.parquet")
    return CostFormat.JSON if asked is CostFormat.JSON else CostFormat.TABLE
