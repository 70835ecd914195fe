"""``nnsreport figures``: the report's charts as files for papers and theses."""

from __future__ import annotations

from pathlib import Path

import click

from nnsreport.cli.options import PATH, runs_argument, runs_folder_option
from nnsreport.cli.output import write_output
from nnsreport.cli.terminal import printable


@click.command()
@runs_argument("RUN...", "Run folders, logs, run identifiers or SLURM job ids, drawn together.")
@click.option(
    "--format",
    "formats",
    metavar="LIST",
    default="pdf",
    show_default=True,
    help="pdf, svg, png, separated by commas; tex for tables.",
)
@click.option(
    "--width",
    metavar="WIDTH",
    default="single",
    show_default=True,
    help="single or double (IEEE, 3.5 and 7.16 in), nature-, elsevier- or acm-single and -double, or a "
    "number with its unit, such as 89mm.",
)
@click.option("--out", type=PATH, metavar="DIR", default="figures", show_default=True, help="Folder of the files.")
@click.option(
    "--only", metavar="NAME", multiple=True, help="Make only this chart or table. May be given several times."
)
@runs_folder_option
def figures(
    runs: tuple[str, ...], formats: str, width: str, out: Path, only: tuple[str, ...], runs_folder: Path | None
) -> None:
    """Draw the charts of a report at the width of a journal's column, with text as text; write its tables as LaTeX."""
    from nnsreport.jobs import load
    from nnsreport.reports.figures import choose, parse_formats, parse_width, render_figure
    from nnsreport.reports.latex import render_table

    width_pt, wanted = parse_width(width), parse_formats(formats)
    chosen = choose([load(argument, runs_folder) for argument in runs], wanted, only)
    for chart in chosen.charts:
        for figure_format, data in render_figure(chart, width_pt, wanted).items():
            _write(out / f"{chart.name}.{figure_format}", data)
    for table in chosen.tables:
        _write(out / f"{table.name}.tex", render_table(table, width_pt).encode())


def _write(path: Path, data: bytes) -> None:
    write_output(path, data, option="--out")
    click.echo(printable(str(path)))
