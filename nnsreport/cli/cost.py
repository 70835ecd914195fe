"""``nnsreport cost``: area, latency, energy and leakage of a chip, or of many."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

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


def cost(
    config: Annotated[
        Path | None,
        typer.Argument(metavar="[CONFIG]", help="TOML file with a section [cost].", show_default=False),
    ] = None,
    param_cpp: Annotated[
        Path | None, typer.Option("--param-cpp", metavar="FILE", help="NeuroSim's Param.cpp.", show_default=False)
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(
            "--params",
            metavar="FILE",
            help="JSON with values of Param.cpp as params, and arguments of NeuroSim's main as argv.",
            show_default=False,
        ),
    ] = None,
    network: Annotated[
        Path | None,
        typer.Option("--network", metavar="FILE", help="NetWork_*.csv of NeuroSim, or ONNX.", show_default=False),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option(
            "--preset",
            metavar="NAME",
            help="Parameters and network of a published chip, such as lu2021-rram-2b, and how far its numbers are.",
            show_default=False,
        ),
    ] = None,
    fidelity: Annotated[
        str | None,
        typer.Option(
            "--fidelity",
            metavar="NAME",
            help="neurosim-1.4: NeuroSim's numbers; corrected: without its plain mistakes.",
            show_default="neurosim-1.4",
        ),
    ] = None,
    traces: Annotated[
        Path | None,
        typer.Option(
            "--traces",
            metavar="PATH",
            help="List of weight and input files, a trace_command.sh, or a folder with a trace_args.txt; "
            "without traces a density of ones in the inputs is assumed.",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Replace a parameter, such as technode=7, or a setting, such as cost.activity.input_density=0.3. "
            "May be given several times.",
        ),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(
            "--sweep",
            metavar="FILE",
            help="TOML file with [axes] and [sweep]: evaluate many chips, and print the best.",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        CostFormat | None,
        typer.Option(
            "--format",
            help="table for people, neurosim: the log that NeuroSim would print.",
            show_default="by the suffix of --out, else table",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="FILE",
            help="Write to a file; of a sweep, all design points as .parquet.",
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", metavar="N", min=1, help="Processes of a sweep at most.", show_default="all cores"),
    ] = None,
    device: Annotated[
        Literal["auto", "cpu", "cuda"], typer.Option("--device", help="Where a sweep is computed.")
    ] = "cpu",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the resolved configuration and stop.")] = False,
) -> None:
    """Estimate area, latency, energy and leakage of a chip as NeuroSim V1.4 does, or of many."""
    sources: list[tuple[str, str, Path | str | None]] = [("--preset", "preset", preset)]
    sources += [("--fidelity", "fidelity", fidelity)]
    sources += [("--param-cpp", "parameter_file", param_cpp), ("--params", "parameter_file", params)]
    sources += [("--network", "network_file", network), ("--traces", "traces", traces)]
    if param_cpp is not None and params is not None:
        raise ConfigurationError("is given with --param-cpp", field="--params", remedy="give one of them")
    overrides = [*_given(sources), *_values(settings or ())]
    if sweep is not None:
        from nnsreport.cli.cost_sweep import sweep_chips

        written = _sweep_format(output_format, out)
        sweep_chips(sweep, config, overrides, written, out, jobs or _usable_cores(), device, dry_run)
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


def _values(settings: list[str] | tuple[str, ...]) -> list[Override]:
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

    typer.echo(to_toml(resolved), nl=False)


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


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
