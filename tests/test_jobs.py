"""Finding what a user means: run folders, identifiers, SLURM jobs, logs. Logs are genuine ones of NeuroSim V1.4."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from nnsreport.errors import LogError, RunError
from nnsreport.jobs import load
from nnsreport.slurm_files import JobFiles, find_job_files, parse_scontrol
from nnsreport.store.folder import now, open_run
from nnsreport.store.record import Attempt, RunRecord


@pytest.fixture
def log(test_data: Path) -> Path:
    return test_data / "neurosim" / "v1.4" / "output_123456.txt"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder on a machine without SLURM."""
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("NNSREPORT_RUNS", raising=False)
    return folder


def keep_run(runs: Path, run: str, slurm: dict[str, str] | None = None) -> Path:
    record = RunRecord(run=run, configuration_hash="h", settings={}, files={}, parts=("baseline",), seed=0)
    with open_run(runs, record, Attempt(now(), slurm=slurm or {})) as folder:
        folder.add_part("baseline", {})
        folder.complete()
    return runs / run


def command(work: Path, name: str, output: str, status: int = 0) -> None:
    """Put a command into the PATH that prints a text."""
    script = work.parent / "bin" / name
    (work.parent / "bin" / f"{name}.txt").write_text(output)
    script.write_text(f'#!/bin/sh\n/bin/cat "{script}.txt"\nexit {status}\n')
    script.chmod(0o755)


# Paths


def test_path_of_a_run_folder(work: Path) -> None:
    folder = keep_run(work / "elsewhere", "a")
    assert load(str(folder)).run == "a"
    assert load("elsewhere/a").kind == "nnsreport"


@pytest.mark.parametrize(("name", "state"), [("output_123456.txt", "incomplete"), ("main_pipelined.txt", "complete")])
def test_path_of_a_log(work: Path, log: Path, name: str, state: str) -> None:
    path = log.with_name(name)
    run = load(str(path))
    assert run.kind == "neurosim-1.4"
    assert run.source == path
    assert run.state == state
    assert run.metrics.height > 10
    assert run.metrics["run"].unique().to_list() == [run.run]
    assert run.trials.height == 0
    lines = path.read_text().splitlines()
    assert run.settings
    for setting, line in run.setting_lines.items():
        assert setting in run.settings
        assert 1 <= line <= len(lines)


def test_path_of_something_else_is_a_log_error(work: Path) -> None:
    (work / "notes.txt").write_text("hello\n")
    with pytest.raises(LogError, match=r"notes\.txt"):
        load("notes.txt")


def test_folder_that_is_no_run(work: Path) -> None:
    (work / "stuff").mkdir()
    with pytest.raises(RunError, match="stuff/: is a folder, but no run"):
        load("stuff/")


# Identifiers


def test_identifier_in_runs(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_run(work / "runs", "a")
    keep_run(work / "others", "b")
    assert load("a").run == "a"
    assert load("b", work / "others").run == "b"
    monkeypatch.setenv("NNSREPORT_RUNS", str(work / "others"))
    assert load("b").run == "b"


def test_path_comes_before_identifier(work: Path) -> None:
    keep_run(work / "runs", "a")
    keep_run(work, "a")
    assert load("a").source == Path("a")


def test_folder_of_the_same_name_does_not_hide_a_run(work: Path) -> None:
    keep_run(work / "runs", "a")
    (work / "a").mkdir()
    assert load("a").run == "a"


def test_nothing_found_names_the_places_and_the_nearest(work: Path) -> None:
    keep_run(work / "runs", "digits-1f00ba12")
    with pytest.raises(
        RunError, match=r"no such run or log \(looked at .*runs/digits-1f00ba21\); did you mean digits-1f00ba12\?"
    ):
        load("digits-1f00ba21")
    with pytest.raises(RunError, match=r"give a run folder, a log file"):
        load("zzzzz")
    with pytest.raises(RunError, match="no such run or log"):
        load("../runs/none")


@pytest.mark.parametrize("argument", ["", ".", "..", "a/../b", "a" * 300, "a\0b", "~nobody-of-this-name"])
def test_odd_arguments(work: Path, argument: str) -> None:
    with pytest.raises(RunError):
        load(argument)


# SLURM jobs


def test_run_of_a_job_that_was_given_a_name(work: Path) -> None:
    keep_run(work / "runs", "mine", {"job": "38905658"})
    assert load("38905658").run == "mine"
    keep_run(work / "runs", "another", {"job": "38905658"})
    with pytest.raises(RunError, match=r"job 38905658 may mean any of .*another.*mine; give the path of one"):
        load("38905658")


def test_tasks_of_an_array_are_offered(work: Path) -> None:
    keep_run(work / "runs", "7_0")
    keep_run(work / "runs", "7_1")
    with pytest.raises(RunError, match=r"did you mean 7_0 or 7_1\?"):
        load("7")


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("38905658", "output_38905658.txt"),
        ("38905658", "slurm-38905658.out"),
        ("38905658_7", "slurm-38905658_7.out"),
        ("38905658", "vgg8-38905658.log"),
        ("38905658", "NeuroSim_38905658_V100.out"),
        ("38905658", "slurm-38905658_7.out"),  # the only task there is
    ],
)
def test_output_file_in_the_working_folder(work: Path, log: Path, job: str, name: str) -> None:
    shutil.copy(log, work / name)
    assert load(job).source == work / name


@pytest.mark.parametrize(
    "name", ["slurm-389056589.out", "slurm-138905658.out", "slurm-5_38905658.out", "slurm-38905658.err"]
)
def test_output_files_of_other_jobs(work: Path, log: Path, name: str) -> None:
    shutil.copy(log, work / name)
    with pytest.raises(RunError, match=r"38905658: no such run or log \(looked at .*output files of job 38905658 in"):
        load("38905658")


def test_usual_name_comes_first(work: Path, log: Path) -> None:
    shutil.copy(log, work / "a-5.log")
    shutil.copy(log, work / "slurm-5.out")
    assert load("5").source.name == "slurm-5.out"


def test_shell_output_beside_the_log_is_passed_over(work: Path, log: Path) -> None:
    shutil.copy(log, work / "output_5.txt")
    (work / "slurm-5.out").write_text("module loaded\n")
    assert load("5").source.name == "output_5.txt"


def test_several_logs_are_named(work: Path, log: Path) -> None:
    shutil.copy(log, work / "output_5.txt")
    shutil.copy(log, work / "slurm-5.out")
    with pytest.raises(RunError, match=r"job 5 may mean any of .*output_5\.txt, .*slurm-5\.out"):
        load("5")


def test_several_files_without_a_log_are_named(work: Path) -> None:
    (work / "output_5.txt").write_text("a\n")
    (work / "slurm-5.out").write_text("b\n")
    with pytest.raises(RunError, match=r"none is a known log: .*output_5\.txt, .*slurm-5\.out"):
        load("5")


def test_submit_folder_of_another_task_of_the_array(work: Path, log: Path) -> None:
    submit = work.parent / "submit"
    submit.mkdir()
    shutil.copy(log, submit / "slurm-7_2.out")
    keep_run(work / "runs", "7_1", {"job": "7_1", "submit directory": str(submit)})
    assert load("7_2").source == submit / "slurm-7_2.out"


def test_damaged_records_in_runs_do_not_stop_the_search(work: Path, log: Path) -> None:
    (keep_run(work / "runs", "a") / "run.json").write_text("{")
    shutil.copy(log, work / "slurm-5.out")
    assert load("5").source.name == "slurm-5.out"


def test_scontrol_names_the_output_file(work: Path, log: Path) -> None:
    away = work.parent / "away"
    away.mkdir()
    shutil.copy(log, away / "any name.out")
    command(work, "scontrol", f"JobId=4\n   WorkDir={away}\n   StdErr=x\n   StdOut={away}/any name.out\n")
    assert load("4").source == away / "any name.out"


def test_sacct_remembers_the_folder(work: Path, log: Path) -> None:
    away = work.parent / "away"
    away.mkdir()
    shutil.copy(log, away / "slurm-4.out")
    command(work, "scontrol", "slurm_load_jobs error: Invalid job id specified", status=1)
    command(work, "sacct", f"{away}\n")
    assert load("4").source == away / "slurm-4.out"


def test_slurm_that_knows_nothing(work: Path) -> None:
    command(work, "scontrol", "", status=1)
    command(work, "sacct", "\n")
    assert find_job_files("4") == JobFiles()
    with pytest.raises(RunError, match="no such run or log"):
        load("4")


def test_genuine_scontrol(test_data: Path) -> None:
    finished = (test_data / "slurm" / "scontrol-show-job-finished.txt").read_text()
    assert parse_scontrol(finished) == JobFiles(Path("/home/hpcuser/work/slurm-4.out"), Path("/home/hpcuser/work"))
    array = (test_data / "slurm" / "scontrol-show-job-array.txt").read_text()
    assert parse_scontrol(array) == JobFiles(None, Path("/home/hpcuser/work"))
    assert parse_scontrol("slurm_load_jobs error") == JobFiles()


# Param.cpp beside a log


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


def test_accuracies_of_a_results_file_are_trials(work: Path) -> None:
    entries = [
        {"metric": "accuracy", "value": value, "trial": trial, "time_s": 3600.0, "compensation": "gdc"}
        for trial, value in enumerate((0.91, 0.90))
    ]
    whole = [{"metric": "test_images", "value": 1000}, {"metric": "float_accuracy", "value": 0.93}]
    (work / "results.json").write_text(json.dumps({"simulator": "aihwkit", "results": entries + whole}, indent=1))
    run = load("results.json")
    columns = ("trial", "time_s", "compensation", "correct_images", "test_images", "accuracy")
    assert run.trials.select(columns).rows() == [
        (0, 3600.0, "global", None, 1000, 0.91),
        (1, 3600.0, "global", None, 1000, 0.90),
    ]
    assert run.metrics.height == 4


# Several runs in one log


@pytest.fixture
def twice(work: Path, log: Path) -> Path:
    """A log in which a job started NeuroSim three times, the second time for another chip."""
    texts = [log.with_name(f"main_{name}.txt").read_text() for name in ("pipelined", "asynchronous", "pipelined")]
    (work / "output_7.txt").write_text("".join(texts))
    return work / "output_7.txt"


def test_the_first_of_several_runs_says_how_to_get_the_others(twice: Path) -> None:
    run = load("output_7.txt")
    assert run.run == "7"
    assert run.problems[-1] == (
        "the log holds 3 runs, of which this is the first; give output_7.txt#2 for the second, "
        "up to output_7.txt#3 for the last"
    )


@pytest.mark.parametrize("argument", ["output_7.txt", "7"])
def test_a_run_of_a_log_by_its_rank(twice: Path, log: Path, argument: str) -> None:
    alone = [load(str(log.with_name(f"main_{name}.txt"))) for name in ("pipelined", "asynchronous", "pipelined")]
    for rank, (name, expected) in enumerate(zip(("7", "7#2", "7#3"), alone, strict=True), start=1):
        run = load(f"{argument}#{rank}")
        assert run.run == name
        assert run.metrics.drop("run", "line").equals(expected.metrics.drop("run", "line"))
        assert not any("holds 3 runs" in problem for problem in run.problems)


@pytest.mark.parametrize("rank", [0, 4, 999999999])
def test_a_rank_that_the_log_does_not_have(twice: Path, rank: int) -> None:
    with pytest.raises(LogError, match=rf"output_7\.txt: holds 3 runs, and no #{rank}; give output_7\.txt#1 to"):
        load(f"output_7.txt#{rank}")


def test_a_rank_of_a_log_with_one_run(work: Path, log: Path) -> None:
    path = log.with_name("main_pipelined.txt")
    assert load(f"{path}#1").run == "main_pipelined"
    with pytest.raises(LogError, match=r"holds one run, and no #2; give .*main_pipelined\.txt$"):
        load(f"{path}#2")


def test_a_file_that_is_called_so_comes_first(twice: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), twice.with_name("output_7.txt#2"))
    assert load("output_7.txt#2").source == Path("output_7.txt#2")
    assert load("output_7.txt#3").run == "7#3"


def test_a_run_folder_holds_one_run(work: Path) -> None:
    folder = keep_run(work / "elsewhere", "a")
    assert load(f"{folder}#1").run == "a"
    with pytest.raises(RunError, match=r"is a run folder, which holds one run and no #2; leave out #2"):
        load(f"{folder}#2")


def test_nothing_of_that_name_with_a_rank(work: Path) -> None:
    with pytest.raises(RunError, match=r"output_9\.txt#2: no such run or log"):
        load("output_9.txt#2")
