"""A small network, chips of it, and what a user keeps of them in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnsreport.configuration.cost import CostSettings
from nnsreport.costs.model import CostModel, load_model

LAYERS = ("8,8,60,1,1,48,0,1", "8,8,48,3,3,72,1,1", "1,1,72,1,1,10,0,1")
ROWS_AND_OUTPUTS = ((60, 48, 64), (432, 72, 36), (72, 10, 1))
"""Of each layer: rows, outputs, and vectors of an image."""


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """NetWork_*.csv of three layers."""
    path = tmp_path / "NetWork_small.csv"
    path.write_text("\n".join(LAYERS) + "\n")
    return path


@pytest.fixture
def model(network: Path) -> CostModel:
    """The network on the chip that NeuroSim V1.4 is distributed with."""
    return load_model(CostSettings(network_file=network))


@pytest.fixture
def traces(tmp_path: Path) -> Path:
    """Folder with random traces of the network, and their list."""
    folder = tmp_path / "traces"
    folder.mkdir()
    generator = np.random.default_rng(5)
    names = []
    for number, (rows, outputs, vectors) in enumerate(ROWS_AND_OUTPUTS, start=1):
        weights = generator.uniform(-1, 1, (rows, outputs))
        bits = generator.random((rows, vectors * 8)) < 0.2
        np.savetxt(folder / f"weight{number}.csv", weights, fmt="%10.5f", delimiter=",")
        np.savetxt(folder / f"input{number}.csv", bits, fmt="%d", delimiter=",")
        names += [f"weight{number}.csv", f"input{number}.csv"]
    (folder / "trace_args.txt").write_text("\n".join(names) + "\n")
    return folder
