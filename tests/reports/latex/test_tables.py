"""LaTeX tables: their numbers, their escaping, and what LaTeX makes of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from nnsreport.reports.figures import WIDTHS_PT, FigureFormat, choose
from nnsreport.reports.latex import Align, Column, LatexTable, available_tables, render_table
from nnsreport.reports.latex.digits import column_scale, digits
from nnsreport.reports.latex.escaping import latex_text
from nnsreport.reports.latex.units import latex_unit
from nnsreport.reports.run_data import RunData
from nnsreport.units import UNITS, display_scale

SINGLE_PT = WIDTHS_PT["single"]
EVIL = r"\input{/etc/passwd} $x_1^2$ & 5 % # {~} <b> | µs² Ω é „x“ 你 " + '"quoted"'


def tables(*runs: RunData) -> dict[str, str]:
    return {table.name: render_table(table, SINGLE_PT) for table in available_tables(runs)}


def test_accuracies_in_per_cent(drift_run: RunData) -> None:
    source = tables(drift_run)["table-accuracy"]
    (row,) = [line for line in source.splitlines() if "no device effects" in line and "float" in line]
    value = float(re.search(r"& (\d+\.\d\d) &", row)[1])  # type: ignore[index]
    metrics = drift_run.metrics.filter(drift_run.metrics["metric"] == "float_accuracy")
    assert value == pytest.approx(100 * metrics["value"][0], abs=0.005)
    assert r"{\shortstack{Accuracy \\ (\unit{\percent})}}" in source
    assert r"\label{tab:accuracy}" in source


def test_numbers_of_a_chip_have_their_units(neurosim_run: RunData) -> None:
    source = tables(neurosim_run)["table-chip"]
    area = neurosim_run.metrics.filter(
        (neurosim_run.metrics["metric"] == "area") & (neurosim_run.metrics["component"] == "total")
    )["value"][0]
    assert rf"Area & total & {area * 1e6:#.4g} & \unit{{\milli\metre\squared}} \\" in source


def test_several_runs_stand_side_by_side(neurosim_run: RunData, drift_run: RunData) -> None:
    source = tables(neurosim_run, drift_run)
    assert "{This work}" not in source["table-chip"]
    assert latex_text(neurosim_run.run) in source["table-chip"].split(r"\midrule")[0]
    first = source["table-accuracy"].split(r"\midrule")[1].strip().splitlines()[0]
    assert first.split(" & ")[0] in {latex_text(drift_run.run), latex_text(neurosim_run.run)}


def test_layers_share_a_prefix(neurosim_run: RunData) -> None:
    (table,) = (table for table in available_tables([neurosim_run]) if table.name == "table-layers")
    position = [column.title for column in table.columns].index("Read latency")
    unit = table.columns[position].unit
    stored = neurosim_run.metrics.filter(
        (neurosim_run.metrics["scope"] == "layer")
        & (neurosim_run.metrics["metric"] == "read_latency")
        & (neurosim_run.metrics["component"] == "total")
    )["value"].to_list()
    factor, expected = column_scale(stored, "s")
    assert unit == expected
    found = [float(str(row[position])) for row in table.rows]
    assert found == pytest.approx([value * factor for value in stored], rel=1e-3)


def test_papers_are_cited_by_their_keys(neurosim_run: RunData) -> None:
    source = tables(neurosim_run)["table-published"]
    assert r"\cite{" in source
    assert "not available" in source


def test_both_columns_where_figures_are_that_wide() -> None:
    table = LatexTable("table-x", "x", (Column("a"),), (("b",),))
    assert r"\begin{table}" in render_table(table, SINGLE_PT)
    assert r"\begin{table*}" in render_table(table, WIDTHS_PT["double"])


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "23"], "2"),
        (["-1.5", "123.25"], "-3.2"),
        (["3.0e-12", "1.25e7"], "1.2e-2"),
        (["nan", "–"], "1"),
    ],
)
def test_columns_have_room_for_their_numbers(cells: list[str], expected: str) -> None:
    table = LatexTable("table-x", "x", (Column("a", Align.NUMBER),), tuple((cell,) for cell in cells))
    assert f"S[table-format={expected}]" in render_table(table, SINGLE_PT)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (12361.2, "12361"),
        (11.0004, "11.00"),
        (512.0, "512"),
        (3e-12, "3.000e-12"),
        (2.5e9, "2.500e09"),
        (-0.25, "-0.2500"),
    ],
)
def test_digits(value: float | None, expected: str) -> None:
    assert digits(value, 1.0) == expected


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ("µs", r"\unit{\micro\second}"),
        ("mm²", r"\unit{\milli\metre\squared}"),
        ("TOPS/W", r"\unit{\text{TOPS}\per\watt}"),
        ("pJ/bit", r"\unit{\pico\joule\per\bit}"),
        ("%", r"\unit{\percent}"),
        ("m", r"\unit{\metre}"),
        ("100%_$", r"\unit{\text{100\%\_\$}}"),
    ],
)
def test_units(shown: str, expected: str) -> None:
    assert latex_unit(shown) == expected


def test_nothing_of_a_text_is_a_command() -> None:
    found = latex_text(EVIL)
    assert r"\textbackslash{}input\{/etc/passwd\}" in found
    assert found.isprintable()
    assert latex_text("\x00\n\u202e") == "? ?"


def test_a_wrong_name_is_answered_with_those_there_are(neurosim_run: RunData) -> None:
    from nnsreport.errors import ReportError

    with pytest.raises(ReportError, match=r"no chart or table 'table-pie'.*table-chip"):
        choose([neurosim_run], [FigureFormat.PDF, FigureFormat.TEX], ["table-pie"])
    chosen = choose([neurosim_run], [FigureFormat.PDF, FigureFormat.TEX], ["table-chip"])
    assert not chosen.charts
    assert [table.name for table in chosen.tables] == ["table-chip"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX here")
def test_latex_prints_them(
    tmp_path: Path,
    drift_run: RunData,
    neurosim_run: RunData,
    hostile_run: RunData,
    make_training: Callable[..., RunData],
) -> None:
    every_unit = LatexTable("table-units", EVIL, (Column(EVIL),), tuple((latex_text(unit),) for unit in sorted(UNITS)))
    shown = sorted({display_scale(10.0**power, unit)[1] for unit in UNITS for power in range(-20, 16)} - {""})
    sources = [f"{latex_unit(unit)} is {latex_text(unit)}.\n" for unit in shown]
    sources.append(render_table(every_unit, SINGLE_PT))
    for runs in ([drift_run], [neurosim_run], [neurosim_run, drift_run], [hostile_run], [make_training()]):
        sources += [render_table(table, WIDTHS_PT["double"]) for table in available_tables(runs)]
    packages = "".join(rf"\usepackage{{{name}}}" for name in ("booktabs", "siunitx", "textcomp"))
    document = [r"\documentclass[twocolumn]{article}\usepackage[T1]{fontenc}", packages, r"\begin{document}"]
    text = "\n".join((*document, "\n\\clearpage\n".join(sources), r"\end{document}"))
    (tmp_path / "all.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    printed = "".join(page.extract_text() for page in PdfReader(tmp_path / "all.pdf").pages)
    assert "TOPS" in printed
    assert "Read latency" in printed
    assert "/etc/passwd" in printed
