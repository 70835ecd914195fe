"""Corrected chips against our own runs of NeuroSim with the same corrections made in its program."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from nnsreport.engine.cost.corrections import Correction, Fidelity
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printout
from nnsreport.engine.cost.traces import read_inputs, read_weights

MADE_IN_CPP = Fidelity.CORRECTED.corrections - {Correction.WAITING_TILES}
"""The leakage of waiting tiles would take another loop there; tiles of these chips that wait are all of one kind."""


@pytest.fixture(scope="module")
def traces(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[LayerTrace, ...]:
    folder = tmp_path_factory.mktemp("traces")
    with tarfile.open(shared_dir / "neurosim" / "traces" / "synthetic_mini.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    (listing,) = folder.rglob("trace_args.txt")
    files = [listing.parent / name for name in listing.read_text().split()]
    pairs = zip(files[::2], files[1::2], strict=True)
    return tuple(LayerTrace(read_inputs(inputs), read_weights(weights)) for weights, inputs in pairs)


@pytest.mark.shared
@pytest.mark.parametrize("chip", range(8))
def test_corrected_lines_in_every_digit(
    test_data: Path, shared_dir: Path, traces: tuple[LayerTrace, ...], chip: int
) -> None:
    layers = read_network((shared_dir / "neurosim" / "networks" / "NetWork_mini.csv").read_text())
    row = json.loads((test_data / "cost" / "chips" / "corrected.json").read_text())[chip]
    plain, corrected = (
        set(
            printout(
                estimate(layers, Parameters.from_values({}, row["values"], corrections=corrections), traces),
                run_time_s=0,
            ).splitlines()
        )
        for corrections in (Fidelity.NEUROSIM.corrections, MADE_IN_CPP)
    )
    assert [line for line in row["lines"] if line not in corrected] == []
    assert len([line for line in row["lines"] if line not in plain]) > 3
