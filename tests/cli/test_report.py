"""``nnsreport report`` on genuine logs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.cli.report import default_name
from nnsreport.errors import ReportError, RunError

Invoke = Callable[..., str]


@pytest.fixture
def log(test_data: Path) -> Path:
    return test_data / "neurosim" / "v1.4" / "main_pipelined.txt"


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> str:
        result = CliRunner().invoke(app, ["report", *map(str, arguments)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_the_page_is_named_after_the_run_and_its_path_printed(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    assert invoke(log) == f"{log.stem}.html\n"
    html = (tmp_path / f"{log.stem}.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert f"<h1>{log.stem}</h1>" in html


def test_several_runs_make_one_page(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    assert invoke(log, log) == "report.html\n"
    assert "Comparison of runs" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_out_makes_its_folder_and_title_is_the_heading(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    invoke(log, "--out", "pages/of/mine.html", "--title", "Chapter 4")
    assert "<h1>Chapter 4</h1>" in (tmp_path / "pages/of/mine.html").read_text(encoding="utf-8")
    assert [path.name for path in (tmp_path / "pages/of").iterdir()] == ["mine.html"]


def test_the_same_log_makes_the_same_bytes(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    invoke(log, "--out", "a.html")
    invoke(log, "--out", "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_folder_in_the_place_of_the_file_is_an_error(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(ReportError, match=r"taken: is a folder; give another --out"):
        invoke(log, "--out", "taken")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_a_file_in_the_place_of_a_folder_is_an_error(invoke: Invoke, log: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ReportError, match="cannot be written"):
        invoke(log, "--out", "taken/page.html")


def test_no_such_run(invoke: Invoke) -> None:
    with pytest.raises(RunError, match="no-such-run"):
        invoke("no-such-run")


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (["38905658_7"], "38905658_7.html"),
        (["a", "b"], "report.html"),
        (["../../etc/passwd"], "_.._etc_passwd.html"),
        ([".hidden"], "hidden.html"),
        (["<b>"], "_b_.html"),
        (["..."], "report.html"),
    ],
)
def test_default_names_stay_in_the_folder(names: list[str], file: str) -> None:
    assert default_name(names) == file
