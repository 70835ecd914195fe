"""The comparison of the cost model with NeuroSim's logs: some logs, and what it says of differences."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

LOGS = ("dn40nano_default", "dn40nano_rand07", "dn40nano_rram_cell4")


@pytest.fixture(scope="module")
def parity(bench: Path) -> ModuleType:
    """Return the script as a module."""
    return importlib.import_module("parity")


@pytest.mark.shared
def test_some_logs_in_every_digit(bench: Path, shared_dir: Path, tmp_path: Path) -> None:
    """SRAM as NeuroSim is distributed, FeFET read row by row, and RRAM of several bits."""
    samples = shared_dir / "neurosim"
    command = [sys.executable, bench / "parity.py", "--samples", samples, "--keep", tmp_path, "--log", *LOGS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    counts = {line[0]: (int(line[1]), int(line[2])) for line in lines if line[0] in LOGS}
    assert set(counts) == set(LOGS)
    assert all(numbers > 200 and differing == 0 for numbers, differing in counts.values())
    assert f"{len(LOGS)} logs are oracles" in done.stdout


@pytest.mark.shared
def test_why_a_log_is_no_oracle(parity: ModuleType, shared_dir: Path, tmp_path: Path) -> None:
    store = parity.TraceStore(shared_dir / "neurosim" / "traces", tmp_path)
    reasons = {
        sample.path.stem: parity.compare(sample, shared_dir / "neurosim", store).reason
        for sample in parity.samples(shared_dir / "neurosim")
        if sample.path.stem in ("dn40_sram_tech28", "dn40_sram_opmode3", "dn40_sram_sync_err", "dn40nano_rand04")
    }
    assert "28 nm" in reasons["dn40_sram_tech28"]
    assert "sync_data_transfer" in reasons["dn40_sram_sync_err"]
    assert "BNN" in reasons["dn40_sram_opmode3"]
    assert reasons["dn40nano_rand04"].startswith("refused")


@pytest.mark.parametrize(
    ("printed", "estimated", "relative"),
    [
        (2.0, 2.0, 0.0),
        (2.0, 2.002, 1e-3),
        (math.inf, math.inf, 0.0),
        (math.nan, math.nan, 0.0),
        (math.nan, 1.0, math.inf),
        (1.0, math.inf, math.inf),
        (0.0, 1e-9, math.inf),
    ],
)
def test_relative_difference(parity: ModuleType, printed: float, estimated: float, relative: float) -> None:
    difference = parity.Difference(("chip", None, None, "area", 0), printed, estimated)
    assert difference.relative == pytest.approx(relative)


def test_summary_counts_and_sorts(parity: ModuleType) -> None:
    def of(name: str, reason: str, *estimated: float) -> object:
        numbers = (
            parity.Difference(("chip", None, None, "area", place), 1.0, value) for place, value in enumerate(estimated)
        )
        return parity.Comparison(name, reason, tuple(numbers))

    found = [
        of("a", "", 1.0, 1.0001, 1.1),
        of("b", "foreign memory", 3.0, 1.0),
        of("c", "refused: x"),
        of("d", "refused: y", 1.0),
    ]
    assert [parity.row(each).split()[1:3] for each in found] == [["3", "2"], ["2", "1"], ["-", "-"], ["1", "0"]]
    lines = list(parity.summary(found, worst=5))
    assert [line.split()[-1] for line in lines if " a: " in line] == ["1", "1"]
    assert [line.split()[0] for line in lines if " a: " in line] == ["0.1", "0.0001"]
    assert lines[-4:] == [
        "1 logs are oracles: 3 numbers, 1 equal in all digits, 1 beyond 0.1%",
        "1 logs depend on foreign memory: 2 numbers, 1 differ",
        "1 logs with inf and nan, which nnsreport refuses unless it is told not to: 1 numbers, 0 differ",
        "1 logs have no result, in NeuroSim or here",
    ]
