"""``nnsreport papers``."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.errors import ReportError


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["papers", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_papers_are_listed_with_their_evidence() -> None:
    (line,) = (line for line in run().splitlines() if line.startswith("joshi2020pcm"))
    assert re.split(r"\s{2,}", line.strip()) == [
        "joshi2020pcm",
        "Joshi 2020",
        "Accurate deep neural network inference using computational phase-change memory",
        "9",
        "39",
    ]


def test_results_of_a_paper_say_where_they_stand_and_how_they_are_known() -> None:
    output = run("mackin")
    assert "https://doi.org/10.1038/s41467-022-31405-1" in output
    (line,) = (line for line in output.splitlines() if line.startswith("weight-error reduction at t0"))
    assert re.split(r"\s{2,}", line.strip())[1:] == [
        "about 39 %",
        "optimised vs naive strategy, illustrative example",
        "Fig. 2b vs 2e",
        "secondary",
    ]
    assert "secondary: read in another document" in output


def test_nothing_is_cut_off_in_a_pipe() -> None:
    assert "…" not in run("gonugondla2022")


def test_bibtex_of_one_and_of_all() -> None:
    assert run("joshi", "--bibtex").startswith("@article{joshi2020pcm,\n")
    assert run("--bibtex").count("@") == 13


def test_json_and_csv_have_every_result() -> None:
    content = json.loads(run("--format", "json"))
    assert (len(content["papers"]), len(content["results"])) == (13, 361)
    rows = list(csv.DictReader(io.StringIO(run("chang2023", "--format", "csv"))))
    assert [row["value"] for row in rows][:2] == ["up to 79.3", "up to 66.6"]


def test_a_paper_that_is_not_there() -> None:
    with pytest.raises(ReportError, match="no paper 'nobody' in the reference library; it is not one of yu2021cim"):
        run("nobody")
