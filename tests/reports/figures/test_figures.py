"""Figures: exact widths, text that can be read back, the same bytes again."""

from __future__ import annotations

import io
import pickle
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from nnsreport.errors import ReportError
from nnsreport.reports.charts import ChartSpec
from nnsreport.reports.charts.theme import PRINT_FONT, print_spec
from nnsreport.reports.figures import (
    WIDTHS_PT,
    FigureFormat,
    choose,
    parse_formats,
    parse_width,
    render_figure,
)
from nnsreport.reports.run_data import RunData

ALL = (FigureFormat.PDF, FigureFormat.SVG, FigureFormat.PNG)
# Widths as the publishers state them, in millimetres.
STATED_MM = {
    "single": 88.9,  # IEEE: 3.5 in
    "double": 181.864,  # IEEE: 7.16 in
    "nature-single": 89.0,
    "nature-double": 183.0,
    "elsevier-single": 90.0,
    "elsevier-double": 190.0,
    "acm-single": 84.582,  # 3.33 in
}


@pytest.fixture(scope="module")
def drift_charts(drift_run: RunData) -> dict[str, ChartSpec]:
    return {chart.name: chart for chart in choose([drift_run], [FigureFormat.PDF]).charts}


@pytest.fixture(scope="module")
def log_charts(neurosim_run: RunData) -> dict[str, ChartSpec]:
    return {chart.name: chart for chart in choose([neurosim_run], [FigureFormat.PDF]).charts}


@pytest.fixture(scope="module")
def files_at_single_width(drift_charts: dict[str, ChartSpec]) -> dict[FigureFormat, bytes]:
    return render_figure(drift_charts["accuracy-over-time"], WIDTHS_PT["single"], ALL)


@pytest.mark.parametrize(("name", "millimetres"), STATED_MM.items())
def test_named_widths_are_those_of_the_publishers(name: str, millimetres: float) -> None:
    assert parse_width(name) == pytest.approx(millimetres / 25.4 * 72)


@pytest.mark.parametrize(
    ("text", "points"), [("89mm", 252.283), ("8.9 cm", 252.283), ("3.5in", 252.0), (".5in", None), ("252pt", 252.0)]
)
def test_widths_with_units(text: str, points: float | None) -> None:
    if points is None:
        with pytest.raises(ReportError, match="out of range"):
            parse_width(text)
    else:
        assert parse_width(text) == pytest.approx(points, abs=1e-3)


@pytest.mark.parametrize("text", ["", "wide", "3.5", "-3in", "3.5 furlongs", "nan in"])
def test_other_widths_are_refused_with_the_choices(text: str) -> None:
    with pytest.raises(ReportError, match=r"no figure width.*nature-single"):
        parse_width(text)


def test_formats_are_read_once_each_in_order() -> None:
    assert parse_formats("svg, PDF,svg") == (FigureFormat.SVG, FigureFormat.PDF)


@pytest.mark.parametrize(("text", "message"), [("pdf,eps", "unknown format 'eps'"), (" , ", "no format")])
def test_other_formats_are_refused(text: str, message: str) -> None:
    with pytest.raises(ReportError, match=message):
        parse_formats(text)


@pytest.mark.parametrize("width", ["single", "double", "nature-single"])
@pytest.mark.parametrize("name", ["chip-breakdown", "layer-energy", "published-energy-efficiency"])
def test_every_format_has_the_exact_width(log_charts: dict[str, ChartSpec], name: str, width: str) -> None:
    points = WIDTHS_PT[width]
    made = render_figure(log_charts[name], points, ALL)
    box = PdfReader(io.BytesIO(made[FigureFormat.PDF])).pages[0].mediabox
    assert float(box.width) == pytest.approx(points, abs=0.01)
    root = ElementTree.fromstring(made[FigureFormat.SVG])
    assert float(root.attrib["width"].removesuffix("in")) == pytest.approx(points / 72, rel=1e-5)
    assert root.attrib["viewBox"].split()[2] == f"{points:g}" or float(root.attrib["viewBox"].split()[2]) == (
        pytest.approx(points, abs=1e-3)
    )
    image = Image.open(io.BytesIO(made[FigureFormat.PNG]))
    assert image.width == pytest.approx(points / 72 * 600, abs=1)
    assert image.info["dpi"][0] == pytest.approx(600, abs=0.01)


def test_text_of_the_pdf_can_be_read_back(files_at_single_width: dict[FigureFormat, bytes]) -> None:
    page = PdfReader(io.BytesIO(files_at_single_width[FigureFormat.PDF])).pages[0]
    text = page.extract_text()
    for words in ("Accuracy (%)", "Time after programming", "1 month", "global drift compensation", "float 92.41 %"):
        assert words in text


def test_the_font_of_the_pdf_is_embedded_and_8_pt(files_at_single_width: dict[FigureFormat, bytes]) -> None:
    page = PdfReader(io.BytesIO(files_at_single_width[FigureFormat.PDF])).pages[0]
    sizes: set[float] = set()
    names: set[str] = set()

    def visit(text: str, _cm: object, matrix: list[float], font: dict[str, str] | None, size: float) -> None:
        if text.strip() and font is not None:
            sizes.add(round(abs(size * matrix[3]), 3))
            names.add(font["/BaseFont"])

    page.extract_text(visitor_text=visit)
    assert {name.split("+")[1] for name in names} == {"STIXGeneral-Regular"}
    assert sizes == {8.0}


def test_the_text_of_the_svg_is_text(files_at_single_width: dict[FigureFormat, bytes]) -> None:
    root = ElementTree.fromstring(files_at_single_width[FigureFormat.SVG])
    texts = [node for node in root.iter() if node.tag.endswith("}text")]
    assert {"Accuracy (%)", "1 day", "no compensation"} <= {"".join(node.itertext()) for node in texts}
    assert {node.attrib["font-size"] for node in texts} == {"8px"}
    assert all(node.attrib["font-family"].endswith("serif") for node in texts)


def test_every_font_list_ends_with_serif() -> None:
    assert PRINT_FONT.split(",")[-1].strip() == "serif"


def test_figures_have_no_css_variables_and_no_colour_from_the_page(drift_charts: dict[str, ChartSpec]) -> None:
    for chart in drift_charts.values():
        assert "var(--" not in str(print_spec(chart, 252.0))


_PROGRAM = """
import hashlib, pickle, sys
from nnsreport.reports.figures import FigureFormat, choose, render_figure
(chart,) = choose([pickle.load(sys.stdin.buffer)], [FigureFormat.SVG], ["accuracy-over-time"]).charts
for data in render_figure(chart, 252.0, FigureFormat).values():
    print(hashlib.sha256(data).hexdigest())
"""


def test_other_processes_write_the_same_bytes(drift_run: RunData) -> None:
    # Four bands of one opacity make four entries, which svg2pdf orders at random.
    command, run = [sys.executable, "-c", _PROGRAM], pickle.dumps(drift_run)
    digests = {subprocess.run(command, input=run, capture_output=True, check=True).stdout for _ in range(3)}
    assert len(digests) == 1
    assert len(digests.pop().split()) == 3


def test_the_pdf_tells_no_time(files_at_single_width: dict[FigureFormat, bytes]) -> None:
    assert not re.search(rb"/(CreationDate|ModDate)", files_at_single_width[FigureFormat.PDF])


def test_series_differ_in_grey(files_at_single_width: dict[FigureFormat, bytes]) -> None:
    root = ElementTree.fromstring(files_at_single_width[FigureFormat.SVG])
    lines = [n for n in root.iter() if n.attrib.get("aria-roledescription") == "line mark"]
    dashes = {node.attrib.get("stroke-dasharray", "solid") for node in lines}
    assert len(lines) == len(dashes) == 2


def test_an_unknown_chart_is_answered_with_those_there_are(drift_run: RunData) -> None:
    with pytest.raises(ReportError, match=r"no chart 'pie' .*accuracy-over-time"):
        choose([drift_run], [FigureFormat.PDF], ["pie"])


def test_only_the_charts_asked_for(drift_run: RunData) -> None:
    assert [chart.name for chart in choose([drift_run], [FigureFormat.PDF], ["layer-weight-error"]).charts] == [
        "layer-weight-error"
    ]


def test_the_fonts_licence_lies_beside_it() -> None:
    from importlib.resources import files

    folder = files("nnsreport.reports") / "fonts"
    assert "SIL OPEN FONT LICENSE" in (folder / "LICENSE_STIX.txt").read_text(encoding="utf-8")
    assert Path(str(folder / "STIXGeneral.ttf")).is_file()
