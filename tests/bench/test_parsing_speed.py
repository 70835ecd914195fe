"""The benchmark of parsing works, in a small form; no times are asserted."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, metrics_frame, parse_bytes

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(scope="module")
def copies() -> ModuleType:
    """The module that copies logs."""
    found = importlib.util.spec_from_file_location("log_copies", BENCH / "log_copies.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def numbers(data: bytes) -> tuple[ParsedLog, pl.DataFrame]:
    """Return a log and its numbers."""
    (log,) = parse_bytes(data, run="r")
    return log, metrics_frame([log])


def test_a_copy_has_the_same_lines_and_other_numbers(copies: ModuleType, test_data: Path) -> None:
    data = (test_data / "neurosim" / "v1.4" / "main_pipelined.txt").read_bytes()
    copier = copies.Copier(data)
    again = copier.copy(random.Random(0))
    assert copier.count > 200
    assert again == copier.copy(random.Random(0)) != copier.copy(random.Random(1))
    (before, genuine), (after, changed) = numbers(data), numbers(again)
    assert after.problems == before.problems
    assert again.count(b"\n") == data.count(b"\n")
    assert genuine.drop("value").equals(changed.drop("value"))
    assert (genuine["value"] != changed["value"]).sum() > 200


@pytest.mark.shared
def test_the_training_log_is_as_good_as_a_genuine_one(copies: ModuleType, shared_dir: Path, tmp_path: Path) -> None:
    genuine = shared_dir / "neurosim" / "logs" / "V2.1" / "train_2epochs_smallvgg.txt"
    size = copies.write_training_log(genuine, tmp_path / "large.txt", 300_000, 0)
    assert size == pytest.approx(300_000, abs=30_000)
    before, expected = numbers(genuine.read_bytes())
    after, found = numbers((tmp_path / "large.txt").read_bytes())
    assert (after.complete, after.problems) == (before.complete, before.problems)
    epochs = (size - len(genuine.read_bytes())) // 25_000
    assert found["epoch"].max() == pytest.approx(epochs, abs=2)
    last = expected.filter(pl.col("epoch") == 1).height
    assert found.filter(pl.col("epoch") == found["epoch"].max()).height == last


@pytest.mark.shared
def test_the_benchmark_runs(shared_dir: Path, tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    shutil.copy(shared_dir / "neurosim" / "logs" / "V1.4" / "dn40_default.txt", logs)
    shutil.copy(shared_dir / "neurosim" / "logs" / "V2.1" / "train_2epochs_smallvgg.txt", logs)
    options = ["--logs", str(logs), "--count", "5", "--large-mb", "0.2", "--repeat", "1", "--scratch", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, str(BENCH / "parsing_speed.py"), *options], capture_output=True, text=True, env=os.environ
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    assert len(rows) == 16
    assert all("nnsreport parse --out, one core" in rows[number] for number in (6, 14))
