"""What made a run, told from its format and settings."""

from __future__ import annotations

import dataclasses

import pytest

from nnsreport.parsers import formats
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import Family, simulator_name, simulator_of

RUNS_OF = {
    "neurosim-1.4": (Family.INFERENCE, "neurosim-1.4", False),
    "neurosim-1.4-overall": (Family.INFERENCE, "", False),
    "neurosim-dcim-1.0": (Family.DIGITAL, "neurosim-dcim-1.0", False),
    "neurosim-3d-heterogeneous-1.0": (Family.STACKED, "neurosim-3d-heterogeneous-1.0", False),
    "neurosim-3d-area": (Family.STACKED, "", False),
    "neurosim-systolic-1.0": (Family.SYSTOLIC, "neurosim-systolic-1.0", False),
    "neurosim-systolic-1.0-bank": (Family.SYSTOLIC, "", False),
    "neurosim-2.1": (Family.TRAINING, "neurosim-2.1", True),
    "neurosim-2-output": (Family.TRAINING, "", True),
    "mlp-neurosim-3.0": (Family.PERCEPTRON, "mlp-neurosim-3.0", True),
    "mlp-neurosim-3.0-accuracy": (Family.PERCEPTRON, "", True),
    "nnsreport": (Family.OWN, "", False),
    "tinysim-1": (Family.OTHER, "", False),
}


@pytest.mark.parametrize("kind", RUNS_OF)
def test_family_version_and_phase(neurosim_run: RunData, kind: str) -> None:
    simulator = simulator_of(dataclasses.replace(neurosim_run, kind=kind))
    assert (simulator.family, simulator.version, simulator.is_training) == RUNS_OF[kind]
    assert simulator.name == kind


def test_every_format_of_neurosim_has_a_family(neurosim_run: RunData) -> None:
    inputs = {"neurosim-param", "neurosim-network", "neurosim-trace-command", "neurosim-device-states"}
    names = {known.name for known in formats() if "neurosim" in known.name} - inputs
    families = {name: simulator_of(dataclasses.replace(neurosim_run, kind=name)).family for name in names}
    assert [name for name, family in families.items() if family is Family.OTHER] == []


def test_a_results_file_names_its_simulator(neurosim_run: RunData) -> None:
    settings = {"results.simulator": "aihwkit", "results.simulator_version": "0.9.2"}
    run = dataclasses.replace(neurosim_run, kind="results-1", settings=settings)
    assert simulator_name(run) == "aihwkit 0.9.2"
    assert simulator_of(run).family is Family.RESULTS
    assert simulator_name(dataclasses.replace(run, settings={})) == "results-1"
