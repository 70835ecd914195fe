"""Finding what a user means: run folders, identifiers, SLURM jobs, logs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from nnsreport.errors import LogError, RunError
from nnsreport.jobs import load
from nnsreport.slurm_files import JobFiles, find_job_files, parse_scontrol
from nnsreport.store.folder import now, open_run
from nnsreport.store.record import Attempt, RunRecord


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


def test_a_run_folder_holds_one_run(work: Path) -> None:
    folder = keep_run(work / "elsewhere", "a")
    assert load(f"{folder}#1").run == "a"
    with pytest.raises(RunError, match=r"is a run folder, which holds one run and no #2; leave out #2"):
        load(f"{folder}#2")


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
