"""``nnsreport compare`` on the small logs kept with the tests."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app


@pytest.fixture(scope="module")
def samples(test_data: Path) -> Path:
    return test_data / "neurosim" / "v1.4"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_settings_then_flags_then_rows(samples: Path) -> None:
    output = run(samples / "main_pipelined.txt", samples / "main_layer_by_layer.txt")
    places = [
        output.index(text) for text in ("Settings that differ", "not comparable: process:", "read dynamic energy")
    ]
    assert places == sorted(places)


def test_json_is_strict(samples: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    output = run(samples / "main_pipelined.txt", samples / "main_asynchronous.txt", "--format", "json")
    (comparison,) = json.loads(output, parse_constant=refuse)
    assert "newly failing" in {row["outcome"] for row in comparison["rows"]}
    assert sum(comparison["counts"].values()) == len(comparison["rows"])


@pytest.mark.parametrize(
    ("rule", "code"), [("area<0", 0), ("area>0", 0), ("area>=0", 1), ("area>5", 2), ("accuracy<-1pp", 2)]
)
def test_exit_codes(samples: Path, rule: str, code: int) -> None:
    log = str(samples / "main_pipelined.txt")
    command = [sys.executable, "-m", "nnsreport", "compare", log, log, "--fail-on", rule]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("nnsreport: " in done.stderr and rule in done.stderr) == bool(code)
