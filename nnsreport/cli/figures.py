"""``nnsreport figures``: the report's charts as files for papers and theses."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable


def figures(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Run folders, logs, run identifiers or SLURM job ids, drawn together.",
            show_default=False,
        ),
    ],
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="pdf, svg, png, separated by commas; tex for tables.")
    ] = "pdf",
    width: Annotated[
        str,
        typer.Option(
            "--width",
            metavar="WIDTH",
            help="single or double (IEEE, 3.5 and 7.16 in), nature-, elsevier- or acm-single and -double, or a "
            "number with its unit, such as 89mm.",
        ),
    ] = "single",
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the files.")] = Path("figures"),
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Make only this chart or table. May be given several times."),
    ] = None,
    runs_folder: Annotated[
        Path | None,
        typer.Option("--runs", metavar="DIR", help="Where runs are kept; else NNSREPORT_RUNS, else ./runs."),
    ] = None,
) -> None:
    """Draw the charts of a report at the width of a journal's column, with text as text; write its tables as LaTeX."""
    from nnsreport.jobs import load
    from nnsreport.reports.figures import choose, parse_formats, parse_width, render_figure
    from nnsreport.reports.latex import render_table

    width_pt, wanted = parse_width(width), parse_formats(formats)
    chosen = choose([load(argument, runs_folder) for argument in runs], wanted, only or ())
    for chart in chosen.charts:
        for figure_format, data in render_figure(chart, width_pt, wanted).items():
            _write(out / f"{chart.name}.{figure_format}", data)
    for table in chosen.tables:
        _write(out / f"{table.name}.tex", render_table(table, width_pt).encode())


def _write(path: Path, data: bytes) -> None:
    write_output(path, data, option="--out")
    typer.echo(printable(str(path)))
