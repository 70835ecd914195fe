"""The script that times the cost model works in small: one chip with traces, and sweeps."""

from __future__ import annotations

import importlib
import json
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

LAYERS = ["4,4,128,3,3,128,0,1", "4,4,128,3,3,256,1,1", "1,1,1024,1,1,10,0,1"]
ROWS_OUTPUTS_AND_VECTORS = ((1152, 128, 16), (1152, 256, 16), (1024, 10, 1))


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like that of NeuroSim's logs, of a chip of three layers with random traces."""
    folder = tmp_path_factory.mktemp("samples")
    for name in ("logs/V1.4", "networks", "traces/small"):
        (folder / name).mkdir(parents=True)
    for network in ("VGG8", "DenseNet40"):
        (folder / "networks" / f"NetWork_{network}.csv").write_text("\n".join(LAYERS) + "\n")
    run = {"network": "NetWork_VGG8.csv", "traces": "small", "params": {}}
    (folder / "logs" / "V1.4" / "dn40_default.json").write_text(json.dumps(run))
    generator, names = np.random.default_rng(5), []
    for number, (rows, outputs, vectors) in enumerate(ROWS_OUTPUTS_AND_VECTORS):
        numbers = {
            f"weight{number}.csv": [f"{weight:10.5f}" for weight in generator.uniform(-1, 1, outputs)],
            f"input{number}.csv": [str(bit) for bit in generator.integers(0, 2, vectors * 8)],
        }
        for name, row in numbers.items():
            (folder / "traces" / "small" / name).write_text(rows * (",".join(row) + "\n"))
        names += numbers
    (folder / "traces" / "small" / "trace_args.txt").write_text(" ".join(names) + "\n")
    with tarfile.open(folder / "traces" / "small.tar.gz", "w:gz") as archive:
        archive.add(folder / "traces" / "small", "small")
    return folder


def test_all_tables_are_printed(
    samples: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = importlib.import_module("cost_speed")
    monkeypatch.setattr(bench, "REPEATS", 1)
    monkeypatch.setattr(bench, "SHARING", 3)
    monkeypatch.setattr(sys, "argv", ["cost_speed.py", "--samples", str(samples), "--points", "20"])
    bench.main()
    lines = capsys.readouterr().out.splitlines()
    assert [line[:44].strip() for line in lines[1:7]] == [
        "DenseNet40 with traces",
        "nnsreport, cold",
        "SRAM, traces read, start-up left out",
        "a design point more",
        "RRAM, traces read, start-up left out",
        "a design point more",
    ]
    assert float(lines[2].split()[-2]) > 0
    sweeps = lines[8:]
    assert len(sweeps) == 20
    assert all(line.split()[-3] == "20" and float(line.split()[-1]) > 0 for line in sweeps)


def test_one_chip_prints_the_log_of_neurosim(samples: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench = importlib.import_module("cost_speed")
    bench.print_chip(samples / "networks" / "NetWork_VGG8.csv", samples / "traces" / "small")
    out = capsys.readouterr().out
    assert "layer3's readLatency" in out
    assert "Total Run-time of NeuroSim" in out
