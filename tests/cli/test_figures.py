"""``nnsreport figures`` on genuine logs."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.errors import ReportError

Invoke = Callable[..., list[Path]]


@pytest.fixture
def log(test_data: Path) -> Path:
    return test_data / "neurosim" / "v1.4" / "main_pipelined.txt"


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> list[Path]:
        result = CliRunner().invoke(app, ["figures", *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return [Path(line) for line in result.output.splitlines()]

    return run


def test_every_path_printed_is_a_pdf_of_one_column(invoke: Invoke, log: Path) -> None:
    paths = invoke(log)
    assert Path("figures/layer-latency.pdf") in paths
    for path in paths:
        reader = PdfReader(io.BytesIO(path.read_bytes()))
        assert float(reader.pages[0].mediabox.width) == 252.0
        assert reader.pages[0].extract_text().strip()


def test_formats_width_folder_and_choice(invoke: Invoke, log: Path) -> None:
    arguments = ("--format", "svg,png", "--width", "89mm", "--out", "thesis", "--only", "layer-energy")
    svg, png = invoke(log, *arguments)
    assert (svg, png) == (Path("thesis/layer-energy.svg"), Path("thesis/layer-energy.png"))
    assert "Read dynamic energy" in svg.read_text(encoding="utf-8")
    assert Image.open(io.BytesIO(png.read_bytes())).width == pytest.approx(89 / 25.4 * 600, abs=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--format", "eps"), "unknown format 'eps'"),
        (("--width", "huge"), "no figure width"),
        (("--only", "pie"), r"no chart 'pie'.*layer-energy"),
    ],
)
def test_wrong_options_are_told_before_anything_is_written(
    invoke: Invoke, log: Path, tmp_path: Path, arguments: tuple[str, str], message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        invoke(log, *arguments)
    assert list(tmp_path.iterdir()) == []


def test_tables_as_latex(invoke: Invoke, log: Path) -> None:
    paths = invoke(log, "--format", "tex,svg", "--only", "table-chip", "--only", "layer-latency")
    assert paths == [Path("figures/layer-latency.svg"), Path("figures/table-chip.tex")]
    assert "Read latency & total &" in paths[1].read_text()
