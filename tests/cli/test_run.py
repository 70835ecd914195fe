"""``nnsreport run`` as a user starts it, on a part of the bundled example."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nnsreport.cli import app
from nnsreport.cli.progress import LineProgress, shown_progress
from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError, DeviceError
from nnsreport.execution.progress import Silence
from nnsreport.store import record
from nnsreport.store.load import load_run

SMALL = ["data.images=16", "data.calibration_images=16", "run.trials=2", "run.times_s=[25,86400]"]
OPTIONS = [part for setting in SMALL for part in ("--set", setting)]


@pytest.fixture(autouse=True)
def outside_slurm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("SLURM_") or name == "NNSREPORT_RUNS":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nnsreport", "run", *OPTIONS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **variables})


def test_example_runs_without_a_configuration(tmp_path: Path) -> None:
    done = start()
    assert done.returncode == 0, done.stderr
    runs = list((tmp_path / "runs").iterdir())
    assert len(runs) == 1
    assert runs[0].name.startswith("digits-")
    lines = done.stdout.splitlines()
    assert lines[-1] == f"run {runs[0].name} is kept in runs/{runs[0].name}"
    table = [line.split() for line in lines]
    assert any(row[:2] == ["floating", "point"] for row in table)
    assert any(row[0] == "8-bit" for row in table if row)
    crossbars = [line for line in lines if line.startswith("crossbars")]
    assert len(crossbars) == 4
    assert all(" to " in line and "2 trials" in line for line in crossbars)
    assert "1 day" in crossbars[1]
    assert load_run(runs[0]).state == "complete"

    again = start()
    assert again.returncode == 0
    assert "complete already" in again.stderr
    assert again.stdout == done.stdout


def test_inside_slurm_the_job_names_the_run_and_progress_is_lines(tmp_path: Path) -> None:
    array = {"SLURM_JOB_ID": "15", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "0", "SLURM_SUBMIT_DIR": "/submit"}
    done = start(**array)
    assert done.returncode == 0, done.stderr
    assert load_run(tmp_path / "runs" / "7_0").provenance["SLURM submit directory"] == "/submit"
    assert any(
        line.endswith("%") and "trial 1 of 2, 25 s, compensation none: " in line for line in done.stderr.splitlines()
    )
    assert "\x1b" not in done.stderr + done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_signal_ends_the_run_and_tells_how_to_resume(tmp_path: Path, number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "nnsreport",
        "run",
        *OPTIONS,
        "--set",
        "run.batch_size=1",
        "--id",
        "a",
        "--set",
        "run.trials=40",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "floating point" in process.stderr.readline()
        process.send_signal(number)
        message = process.stderr.read()
    assert process.returncode == 128 + number, message
    assert f"nnsreport: stopped by {number.name}: " in message
    assert "--id a to resume it" in message
    assert record.read(tmp_path / "runs" / "a").state == "interrupted"
    assert load_run(tmp_path / "runs" / "a").state == "incomplete"


def test_options_reach_the_configuration(tmp_path: Path) -> None:
    done = start(
        "--runs",
        "elsewhere",
        "--id",
        "mine",
        "--quiet",
        "--device",
        "cpu",
        "--set",
        "run.trials=1",
        "--set",
        "run.times_s=[]",
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    found = load_run(tmp_path / "elsewhere" / "mine")
    assert found.settings["run.device"] == "cpu"
    assert found.trials["time_s"].to_list() == [0.0, 0.0]


def test_dry_run_prints_a_configuration_and_makes_nothing(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["run", "--dry-run", "--set", "adc.bits=5"])
    assert found.exit_code == 0
    (tmp_path / "printed.toml").write_text(found.stdout)
    printed = read_configuration(tmp_path / "printed.toml").configuration
    assert printed.adc.bits == 5
    assert printed.network.file is not None
    assert printed.network.file.name == "digits_cnn.onnx"
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.toml"], "nnsreport: none.toml: there is no such configuration file"),
        (["--set", "adc.bit=6"], "nnsreport: --set: adc.bit: is not a setting of [adc]; did you mean 'bits'?"),
        (["--set", "device=pcm-joshi"], "there is no preset 'pcm-joshi'; did you mean 'pcm-joshi2020'?"),
        (["--id", "../escape"], "nnsreport: --id: '../escape' cannot name a run"),
        (["--set", "data.test=none.npz"], "nnsreport: --set: data.test: there is no "),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(arguments: list[str], message: str) -> None:
    done = start(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(DeviceError, match=r"CuPy cannot be imported .*--device cpu"):
        CliRunner().invoke(app, ["run", "--device", "cuda", *OPTIONS], catch_exceptions=False)


def test_unknown_device_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"--set: run\.device: is 'tpu', not one of auto, cpu, cuda"):
        CliRunner().invoke(app, ["run", "--set", "run.device=tpu"], catch_exceptions=False)
    assert CliRunner().invoke(app, ["run", "--device", "tpu"]).exit_code == 2


# Progress


def test_long_stages_tell_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 20))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    lines = LineProgress()
    lines.start("stage", 500)
    for _ in range(5):
        lines.advance(100)
    lines.finish("90.00 %")
    printed = [line.partition("  ")[2] for line in capsys.readouterr().err.splitlines()]
    assert printed == ["stage: 200 of 500 images", "stage: 400 of 500 images", "stage: 90.00 %"]


@pytest.mark.parametrize(
    ("environment", "terminal", "kind"),
    [({}, True, "BarProgress"), ({}, False, "LineProgress"), ({"SLURM_JOB_ID": "1"}, True, "LineProgress")],
)
def test_kind_of_progress(
    environment: dict[str, str], terminal: bool, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    with shown_progress(environment, quiet=False) as progress:
        assert type(progress).__name__ == kind
        progress.start("stage", 10)
        progress.advance(5)
        progress.finish("50.00 %")
        progress.start("cut off", 10)
    with shown_progress(environment, quiet=True) as progress:
        assert isinstance(progress, Silence)


def test_cost_of_the_chip_is_a_line(tmp_path: Path) -> None:
    settings = ("cost.with_runs=true", "cost.parameters.novelMapping=false", "mapping.rows=16")
    arrays = ("mapping.array_rows=16", "mapping.array_columns=16")
    done = start(*(part for setting in (*settings, *arrays) for part in ("--set", setting)))
    assert done.returncode == 0, done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("chip: ")]
    assert all(name in line for name in ("area ", "mm²", "latency of an image ", "dynamic energy ", "TOPS/W"))
    assert "area, latency and energy of the chip: " in done.stderr
    plain = start("--id", "plain")
    assert "chip:" not in plain.stdout
