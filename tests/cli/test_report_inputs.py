"""``report``, ``compare`` and ``figures`` on trainings, on other simulators, and on files that hold no run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from pypdf import PdfReader

RESULTS = {
    "format": "nnsreport-results",
    "version": 1,
    "simulator": "aihwkit",
    "results": [
        {"metric": "accuracy", "value": 0.9 - 0.01 * step - 0.001 * trial, "trial": trial, "time_s": time_s}
        for step, time_s in enumerate((25.0, 3600.0))
        for trial in range(3)
    ],
}


def nnsreport(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nnsreport", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


@pytest.mark.parametrize("command", ["report", "compare", "figures"])
@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("slurm/sacct-long.txt", ("sacct", "give a job's id or its output file")),
        ("neurosim/inputs/Param.cpp", ("Param.cpp of NeuroSim", "give the log")),
        ("neurosim/inputs/NetWork_tiny.csv", ("network's layers", "give the log of the run")),
        ("neurosim/inputs/mem_states.csv", ("memory device", "give the log of the run")),
    ],
)
def test_a_file_that_holds_no_run_is_refused_in_one_line(
    tmp_path: Path, test_data: Path, command: str, file: str, words: Sequence[str]
) -> None:
    path = str(test_data / file)
    given = (path, path) if command == "compare" else (path,)
    done = nnsreport(command, *given, cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "is no run" in done.stderr
    assert all(word in done.stderr for word in words)
    assert list(tmp_path.iterdir()) == []


def test_curves_of_a_training_are_figures_of_one_column(tmp_path: Path, test_data: Path) -> None:
    log = str(test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt")
    names = ("training-accuracy", "training-loss", "training-energy", "epoch-breakdown")
    done = nnsreport("figures", log, *(word for name in names for word in ("--only", name)), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for name in names:
        (page,) = PdfReader(tmp_path / "figures" / f"{name}.pdf").pages
        assert float(page.mediabox.width) == pytest.approx(252, abs=1)
        axis = "Share of the total" if name == "epoch-breakdown" else "Epochs trained"
        assert axis in page.extract_text()


def test_a_results_file_is_compared_with_its_trials(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RESULTS))
    lower = [entry | {"value": entry["value"] - 0.1} for entry in RESULTS["results"]]  # type: ignore[union-attr]
    (tmp_path / "b.json").write_text(json.dumps(RESULTS | {"results": lower}))
    done = nnsreport("compare", "a.json", "b.json", "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (comparison,) = json.loads(done.stdout)
    assert comparison["a"]["simulator"] == "aihwkit"
    assert comparison["flags"] == []
    for row in comparison["rows"]:
        assert (row["metric"], row["trials_a"], row["outcome"]) == ("accuracy", 3, "worse")
        assert row["interval_method"] == "t, Welch"


def test_a_log_agrees_with_the_file_that_neurosim_wrote_beside_it(tmp_path: Path, test_data: Path) -> None:
    folder = test_data / "neurosim"
    log, file = folder / "v2.1" / "wrapper_two_epochs.txt", folder / "training_files" / "NeuroSim_Output.csv"
    done = nnsreport("compare", str(file), str(log), "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (comparison,) = json.loads(done.stdout)
    assert {flag["subject"] for flag in comparison["flags"]} <= {"Param.cpp"}
    shared = [row for row in comparison["rows"] if not row["outcome"].startswith("only")]
    assert {row["outcome"] for row in shared} == {"equal"}
    assert {(row["epoch_a"], row["epoch_b"]) for row in shared} == {(1, 1)}
    assert len(shared) == 20
