"""``nnsreport compare`` on genuine NeuroSim logs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.errors import ComparisonError, NnsreportError, RuleFailed

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def logs(shared_dir: Path) -> Path:
    return shared_dir / "neurosim" / "logs" / "V1.4"


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(app, ["compare", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def rows_of(*arguments: str | Path) -> dict[tuple[str, str, str], dict[str, str]]:
    rows = csv.DictReader(io.StringIO(run(*arguments, "--format", "csv")))
    return {(row["metric"], row["layer"], row["component"]): row for row in rows}


def test_numbers_outcomes_and_lines_of_two_logs(logs: Path) -> None:
    rows = rows_of(logs / "dn40_default.txt", logs / "dn40_sram_tech7.txt")
    area = rows["area", "", "total"]
    assert (float(area["value_a"]), float(area["value_b"])) == (
        pytest.approx(91.0707e-6, rel=1e-9),  # ChipArea of INDEX.md
        pytest.approx(22.0411e-6, rel=1e-9),
    )
    assert area["outcome"] == "better"
    assert rows["leakage_power", "", "total"]["outcome"] == "worse"
    text = (logs / "dn40_default.txt").read_text().splitlines()
    assert text[int(area["line_a"]) - 1] == "ChipArea : 9.10707e+07um^2"


def test_a_log_equals_itself(logs: Path) -> None:
    rows = rows_of(logs / "dn40_default.txt", logs / "dn40_default.txt")
    assert {row["outcome"] for row in rows.values()} == {"equal"}
    assert "Settings: no difference in what is known of both" in run(
        logs / "dn40_default.txt", logs / "dn40_default.txt"
    )


def test_pipelined_and_layer_by_layer_latencies_are_not_subtracted(logs: Path) -> None:
    pair = (logs / "dn40_default.txt", logs / "dn40_sram_pipeline_false.txt")
    latency = rows_of(*pair)["read_latency", "", "total"]
    assert (latency["outcome"], latency["difference"]) == ("not comparable", "")
    output = run(*pair)
    assert "not comparable: process: pipelined against layer-by-layer" in output
    assert "neurosim.process" in output


def test_inf_and_nan_are_newly_failing(logs: Path) -> None:
    pair = (logs / "dn40_default.txt", logs / "dn40_sram_synchronous_false.txt")
    rows = rows_of(*pair)
    assert rows["read_latency", "", "total"]["outcome"] == "newly failing"
    assert rows["clock_period", "", "total"]["outcome"] == "only in A"
    (comparison,) = json.loads(run(*pair, "--format", "json"))
    latency = next(
        r for r in comparison["rows"] if (r["metric"], r["layer"], r["component"]) == ("read_latency", None, "total")
    )
    assert latency["value_b"] == "inf"
    backwards = rows_of(*reversed(pair))
    assert backwards["read_latency", "", "total"]["outcome"] == "fixed"


def test_other_networks_are_flagged_and_their_layers_not_compared(logs: Path) -> None:
    rows = rows_of(logs / "dn40_default.txt", logs / "dn40nano_CM_rram.txt")
    assert rows["read_latency", "layer1", "total"]["outcome"] == "not comparable"
    assert "network not named (40 layers)" in rows["area", "", "total"]["reason"]
    assert rows["energy_efficiency", "", "total"]["outcome"] == "better"


def test_a_wrappers_accuracy_is_judged_by_its_images(logs: Path) -> None:
    rows = rows_of(logs / "wrapper_dn40_inference1.txt", logs / "wrapper_dn40_retention.txt")
    accuracy = rows["accuracy", "", ""]
    assert (accuracy["interval_method"], accuracy["outcome"]) == ("Newcombe", "worse")
    assert rows["correct_images", "", ""]["outcome"] == "different"


def test_most_layers_are_left_out_unless_all_are_asked_for(logs: Path) -> None:
    pair = (logs / "dn40_default.txt", logs / "dn40_sram_tech7.txt")
    short, whole = run(*pair), run(*pair, "--all")
    assert "rows not shown" in short
    assert "rows not shown" not in whole
    assert sum(" layer" in line for line in short.splitlines()) < 30
    assert sum(" layer" in line for line in whole.splitlines()) > 500
    assert "…" not in whole


def test_each_run_is_compared_with_the_first(logs: Path) -> None:
    output = run(
        logs / "dn40_default.txt", logs / "dn40_sram_tech7.txt", logs / "dn40_sram_tech14.txt", "--format", "json"
    )
    assert [(c["a"]["run"], c["b"]["run"]) for c in json.loads(output)] == [
        ("dn40_default", "dn40_sram_tech7"),
        ("dn40_default", "dn40_sram_tech14"),
    ]


def test_a_rule_that_holds_and_one_that_fails(logs: Path) -> None:
    pair = (logs / "dn40_default.txt", logs / "dn40_sram_level64.txt")
    run(*pair, "--fail-on", "area>+10%", "--fail-on", "read_latency>+21%")
    with pytest.raises(RuleFailed, match=r"'area>\+5%' failed .* area went from 91.07 mm² to 99.45 mm² \(\+9.199 %\)"):
        run(*pair, "--fail-on", "area>+5%")


@pytest.mark.parametrize("rule", ["acuracy<-1pp", "accuracy<-1pp"])
def test_a_rule_that_cannot_be_read_or_evaluated(logs: Path, rule: str) -> None:
    with pytest.raises(ComparisonError):
        run(logs / "dn40_default.txt", logs / "dn40_sram_tech7.txt", "--fail-on", rule)


@pytest.mark.parametrize(("rule", "code"), [("area<0", 1), ("area>0", 0), ("area>5", 2), ("accuracy<-1pp", 2)])
def test_exit_codes(logs: Path, rule: str, code: int) -> None:
    command = [
        sys.executable,
        "-m",
        "nnsreport",
        "compare",
        "dn40_default.txt",
        "dn40_sram_tech7.txt",
        "--fail-on",
        rule,
    ]
    done = subprocess.run(command, cwd=logs, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    if code:
        (line,) = done.stderr.strip().splitlines()
        assert line.startswith("nnsreport: ")
        assert rule in line


def test_text_of_a_log_cannot_drive_the_terminal(logs: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "evil\x1b[31m[bold]x.txt"
    text = (logs / "wrapper_dn40_inference1.txt").read_text()
    hostile.write_text(text.replace("wl_weight: 8", "wl_weight: [red]\x1b]0;owned\x07"))
    output = run(logs / "wrapper_dn40_inference1.txt", hostile)
    assert "\x1b" not in output
    assert "\x07" not in output
    assert "[red]" in output
    assert "[bold]x" in output


def test_one_run_is_not_enough(logs: Path) -> None:
    with pytest.raises(ComparisonError, match="two or more"):
        run(logs / "dn40_default.txt")


def test_no_such_run(logs: Path) -> None:
    with pytest.raises(NnsreportError, match="no such"):
        run(logs / "dn40_default.txt", "no_such_run")
