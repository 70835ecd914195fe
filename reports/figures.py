"""Charts as figures for papers and theses: PDF, SVG and PNG of exact width, the same bytes for the same data.

Tables beside them are :mod:`nnsreport.reports.latex`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import as_file, files
from types import MappingProxyType

from nnsreport.errors import ReportError
from nnsreport.reports.charts import ChartSpec, available_charts
from nnsreport.reports.charts.theme import print_spec
from nnsreport.reports.latex import LatexTable, available_tables
from nnsreport.reports.run_data import RunData

PNG_RESOLUTION_PPI = 600
_POINTS = {"pt": 1.0, "in": 72.0, "cm": 72.0 / 2.54, "mm": 72.0 / 25.4}
_NARROWEST_PT, _WIDEST_PT = 100.0, 2000.0

WIDTHS_PT: Mapping[str, float] = MappingProxyType(
    {
        "single": 3.5 * _POINTS["in"],
        "double": 7.16 * _POINTS["in"],
        "nature-single": 89 * _POINTS["mm"],
        "nature-double": 183 * _POINTS["mm"],
        "elsevier-single": 90 * _POINTS["mm"],
        "elsevier-middle": 140 * _POINTS["mm"],
        "elsevier-double": 190 * _POINTS["mm"],
        "acm-single": 3.33 * _POINTS["in"],
        "acm-double": 7.0 * _POINTS["in"],
    }
)
"""Column widths in points; ``single`` and ``double`` are those of IEEE journals."""

_WIDTH = re.compile(r"(?P<number>\d+(\.\d*)?|\.\d+)\s*(?P<unit>pt|in|cm|mm)")
_SVG_SIZE = re.compile(r'\swidth="(?P<width>[\d.]+)" height="(?P<height>[\d.]+)"')

_PDF_RESOURCES = re.compile(rb"(/(?:ExtGState|Font|XObject|Pattern|Shading|ColorSpace) <<\n)((?: +/\w+ [^\n]*\n)+)")


class FigureFormat(StrEnum):
    """File format of a figure, or of the tables beside figures."""

    PDF = "pdf"
    SVG = "svg"
    PNG = "png"
    TEX = "tex"


def parse_width(text: str) -> float:
    """Return a figure's width.

    Parameters
    ----------
    text : str
        A name in :data:`WIDTHS_PT`, or a number with its unit, such as ``89mm``.

    Returns
    -------
    float
        In points (1/72 inch).

    Raises
    ------
    ReportError
        When it is neither, or no width for a figure.
    """
    if text in WIDTHS_PT:
        return WIDTHS_PT[text]
    match = _WIDTH.fullmatch(text.strip())
    if match is None:
        names = ", ".join(WIDTHS_PT)
        remedy = f"give one of {names}, or a number with in, cm, mm or pt"
        raise ReportError(f"no figure width: {text!r}", field="--width", remedy=remedy)
    width_pt = float(match["number"]) * _POINTS[match["unit"]]
    if not _NARROWEST_PT <= width_pt <= _WIDEST_PT:
        limits = f"{_NARROWEST_PT / 72:.2g} in to {_WIDEST_PT / 72:.3g} in"
        raise ReportError(f"figure width {text!r} is out of range", field="--width", remedy=f"give {limits}")
    return width_pt


def parse_formats(text: str) -> tuple[FigureFormat, ...]:
    """Return file formats from a list such as ``pdf,svg``.

    Parameters
    ----------
    text : str
        Names of :class:`FigureFormat`, separated by commas.

    Returns
    -------
    tuple of FigureFormat
        In the order given, each once.

    Raises
    ------
    ReportError
        When a format is not known, or none is given.
    """
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    known = ", ".join(FigureFormat)
    unknown = [name for name in names if name not in set(FigureFormat)]
    if unknown or not names:
        found = f"unknown format {unknown[0]!r}" if unknown else "no format"
        raise ReportError(found, field="--format", remedy=f"give one or more of {known}")
    return tuple(dict.fromkeys(FigureFormat(name) for name in names))


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be made of runs."""

    charts: tuple[ChartSpec, ...]
    tables: tuple[LatexTable, ...]


def choose(runs: Sequence[RunData], formats: Iterable[FigureFormat], only: Iterable[str] = ()) -> Choice:
    """Return the charts to be drawn and the tables to be written.

    Parameters
    ----------
    runs : sequence of RunData
        Own runs and logs.
    formats : iterable of FigureFormat
        Charts have all formats but ``tex``, tables only that.
    only : iterable of str
        Names of charts and tables; all that the data support if empty.

    Returns
    -------
    Choice
        In the order of a report.

    Raises
    ------
    ReportError
        When there is nothing to make, or nothing of a name.
    """
    kinds = set(formats)
    charts = available_charts(runs) if kinds - {FigureFormat.TEX} else ()
    tables = available_tables(runs) if FigureFormat.TEX in kinds else ()
    names_there = [*(chart.name for chart in charts), *(table.name for table in tables)]
    sort = "chart" if not tables else "chart or table" if charts else "table"
    if not names_there:
        names = ", ".join(run.run for run in runs)
        raise ReportError(f"{names}: no data for any {sort}", remedy="check the run with `nnsreport report`")
    wanted = tuple(only)
    missing = [name for name in wanted if name not in names_there]
    if missing:
        remedy = f"there are {', '.join(names_there)}"
        raise ReportError(f"no {sort} {missing[0]!r} for these runs", field="--only", remedy=remedy)
    return Choice(
        tuple(chart for chart in charts if not wanted or chart.name in wanted),
        tuple(table for table in tables if not wanted or table.name in wanted),
    )


def render_figure(chart: ChartSpec, width_pt: float, formats: Iterable[FigureFormat]) -> dict[FigureFormat, bytes]:
    """Draw a chart at a width.

    Parameters
    ----------
    chart : ChartSpec
        From :func:`choose`.
    width_pt : float
        Outer width in points.
    formats : iterable of FigureFormat
        What to make of the drawing; tables are made by :mod:`nnsreport.reports.latex`.

    Returns
    -------
    dict of FigureFormat to bytes
        Content of the files: PDF with text and embedded font, SVG with its size in inches and text as text, PNG of
        :data:`PNG_RESOLUTION_PPI`.

    Raises
    ------
    ReportError
        When no font was found for the text.
    """
    import vl_convert

    _register_fonts()
    svg = vl_convert.vegalite_to_svg(print_spec(chart, width_pt), vl_version=vega_lite_version())
    made: dict[FigureFormat, bytes] = {}
    for figure_format in formats:
        match figure_format:
            case FigureFormat.PDF:
                made[figure_format] = _in_fixed_order(_with_text(vl_convert.svg_to_pdf(svg)))
            case FigureFormat.SVG:
                made[figure_format] = _in_inches(svg).encode()
            case FigureFormat.PNG:
                made[figure_format] = vl_convert.svg_to_png(svg, ppi=PNG_RESOLUTION_PPI)
    return made


@cache
def vega_lite_version() -> str:
    """Return the Vega-Lite version that Altair writes for, as vl-convert names it, such as ``6.4``.

    Returns
    -------
    str
        Major and minor.

    Raises
    ------
    ReportError
        When the installed vl-convert does not have it.
    """
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    known = vl_convert.get_vegalite_versions()
    if version not in known:
        raise ReportError(
            f"the installed Altair writes Vega-Lite {version}, but vl-convert has only {', '.join(known)}",
            remedy="install the versions of constraints.txt",
        )
    return version


@cache
def _register_fonts() -> None:
    """Make the package's font known: machines without fonts, such as compute nodes, would draw no text at all."""
    import vl_convert

    with as_file(files("nnsreport.reports") / "fonts") as folder:
        vl_convert.register_font_directory(str(folder))


def _with_text(pdf: bytes) -> bytes:
    if b"/FontFile" not in pdf:
        raise ReportError("the PDF would have no text: no font was found", remedy="reinstall nnsreport with its fonts")
    return pdf


def _in_fixed_order(pdf: bytes) -> bytes:
    """Return a PDF with the entries of its resource dictionaries sorted: svg2pdf writes them in a random order.

    Lines only change places within a dictionary, so that the offsets of objects stay true.
    """
    return _PDF_RESOURCES.sub(lambda match: match[1] + b"".join(sorted(match[2].splitlines(keepends=True))), pdf)


def _in_inches(svg: str) -> str:
    """Return an SVG whose size is in inches: without a unit, its numbers would mean 1/96 inch."""

    def inches(match: re.Match[str]) -> str:
        width, height = (float(match[name]) / _POINTS["in"] for name in ("width", "height"))
        return f' width="{width:.6g}in" height="{height:.6g}in"'

    return _SVG_SIZE.sub(inches, svg, count=1)
