"""A Param.cpp beside a log says how its chip was configured."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.jobs import load


def parameters(folder: Path, text: str, *, age_s: float = 0) -> Path:
    """Write a Param.cpp that is younger than the logs of this moment by minus the age."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "Param.cpp"
    path.write_text(f"Param::Param() {{\n{text}\n}}\n")
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


V14 = "operationmode = 2;\nmemcelltype = 1;\ntechnode = 22;\nSARADC = false;\nActivationtype = true;\npipeline = true;"


@pytest.mark.parametrize("folder", [".", "NeuroSIM", "Inference_pytorch/NeuroSIM", "Training_pytorch/NeuroSIM"])
def test_parameters_beside_a_log_join_its_settings(work: Path, log: Path, folder: str) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    path = parameters(work / folder, V14, age_s=60)
    run = load("a.txt")
    assert run.settings["neurosim.technode"] == 22
    assert run.settings["neurosim.Activationtype"] is True
    assert "neurosim.technode" not in run.setting_lines
    assert run.settings["neurosim.process"] == "pipelined"
    assert Path(run.provenance["Param.cpp"]).samefile(path)
    assert not any("Param.cpp" in problem for problem in run.problems)


def test_a_log_without_parameters_beside_it(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    run = load("a.txt")
    assert "Param.cpp" not in run.provenance
    assert "neurosim.technode" not in run.settings


def test_the_log_is_never_overridden(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("wrapper_buffered.txt"), work / "a.txt")
    alone = load("a.txt")
    body = V14.replace("pipeline = true", "pipeline = false")
    parameters(work, f"{body}\nnumRowSubArray = 256;\nlevelOutput = 64;\ncellBit = 2;\nresistanceOn = 6e3;", age_s=60)
    run = load("a.txt")
    assert {name: run.settings[name] for name in alone.settings} == dict(alone.settings)
    assert run.settings["neurosim.resistanceOn"] == 6000.0
    assert "neurosim.numRowSubArray" not in run.settings  # the wrapper's flag replaces it
    told = [problem for problem in run.problems if "Param.cpp: " in problem]
    assert [problem.partition("Param.cpp: ")[2] for problem in told] == [
        "numRowSubArray is 256, but the wrapper gave 128 (wrapper.subArray), which holds",
        "levelOutput is 64, but the wrapper's ADC has 5 bits: accuracy and cost are of two different chips",
        "cellBit is 2, but 1 in the wrapper: accuracy and cost are of two different chips",
        "pipeline is false, but the log is of a pipelined process, which holds",
    ]


def test_parameters_that_contradict_the_log_itself(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_asynchronous.txt"), work / "a.txt")
    parameters(work, f"{V14}\nsynchronous = true;", age_s=60)
    run = load("a.txt")
    assert run.settings["neurosim.synchronous"] == "false"
    assert any("synchronous is true, but false in the log, which holds" in problem for problem in run.problems)


def test_parameters_changed_after_the_log(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    parameters(work, V14, age_s=-3600)
    run = load("a.txt")
    assert "changed after the log" in run.provenance["Param.cpp"]
    assert any("it may not be what the job was built from" in problem for problem in run.problems)
    assert run.settings["neurosim.technode"] == 22


def test_problems_of_the_parameters_are_the_runs(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    switch = "switch (technode) {\ncase 22: break;\ndefault: exit(-1);\n}"
    parameters(work, f"{V14.replace('22', '28')}\n{switch}", age_s=60)
    assert any(
        "Param.cpp: line 10: technode is 28, for which line 8 has no case" in problem
        for problem in load("a.txt").problems
    )


def test_several_parameter_files_are_named_and_left_out(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    parameters(work, V14, age_s=60)
    parameters(work / "NeuroSIM", V14.replace("22", "7"), age_s=60)
    run = load("a.txt")
    assert "neurosim.technode" not in run.settings
    assert any(problem.startswith("2 files Param.cpp lie beside the log") for problem in run.problems)


def test_parameters_of_another_simulator_are_left_out(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    parameters(work, "totalNumEpochs = 125;\nnumMnistTestImages = 9;\nnHide = 100;\nalpha1 = 0.4;", age_s=60)
    run = load("a.txt")
    assert "neurosim.nHide" not in run.settings
    assert any("is not used: it is of NeuroSim mlp-1.0 or mlp-2.0" in problem for problem in run.problems)


def test_damaged_parameters_do_not_hide_the_log(work: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), work / "a.txt")
    (work / "Param.cpp").write_bytes(b"")
    run = load("a.txt")
    assert run.metrics.height > 10
    assert any("Param.cpp: the log is empty" in problem for problem in run.problems)


def test_a_file_that_holds_no_run_says_what_it_is_and_what_to_give(work: Path, test_data: Path) -> None:
    parameters(work, V14)
    with pytest.raises(LogError, match=r"Param\.cpp: is no run: .*parameters.*; give the log; a Param\.cpp beside it"):
        load("Param.cpp")
    with pytest.raises(LogError, match=r"is no run: it is read as Slurm sacct.*; give a job's id"):
        load(str(test_data / "slurm" / "sacct-long.txt"))
