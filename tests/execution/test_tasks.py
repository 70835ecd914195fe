"""Several tasks of SLURM make one run: the same tables as one process, bit for bit, whatever happens to a task."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.execution.run import execute_run
from nnsreport.execution.together import TaskSettings
from nnsreport.store import record
from nnsreport.store.load import load_run
from nnsreport.tables import TABLES

RUN = "77"


@dataclass(frozen=True, slots=True)
class Ended:
    """How the tasks ended: exit codes, negative for signals; what they said; how long all took."""

    codes: list[int]
    said: list[str]
    duration_s: float


def start_tasks(
    configuration: Path,
    runs: Path,
    overrides: Sequence[Sequence[str]],
    kills: dict[str, float] | None = None,
    **options: object,
) -> Ended:
    plan = {
        "configuration": str(configuration),
        "runs": str(runs),
        "run": None,
        "overrides": [list(one) for one in overrides],
        "patience_s": 60.0,
        "restart": 0,
        "kills": kills or {},
        **options,
    }
    program = Path(__file__).with_name("task_runs.py")
    done = subprocess.run([sys.executable, program, json.dumps(plan)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    *tasks, duration_s = map(json.loads, done.stdout.splitlines())
    return Ended([code for code, _ in tasks], [said for _, said in tasks], duration_s)


def tables(runs: Path, run: str = RUN) -> dict[str, bytes]:
    return {name: (runs / run / f"{name}.parquet").read_bytes() for name in TABLES}


def in_one_process(configuration: Path, overrides: Sequence[str] = ()) -> dict[str, bytes]:
    runs = configuration.parent / "alone"
    execute_run(read_configuration(configuration, overrides), runs=runs, run=RUN)
    return tables(runs)


ONE_TRIAL = ["run.trials=1", "run.times_s=[25]", "run.batch_size=3"]
CHIP = ["cost.with_runs=true", "mapping.rows=4", "mapping.array_rows=4", "mapping.array_columns=8", "adc.bits=5"]
CHIP += ["mapping.cell_bits=2", "cost.parameters.memcelltype=2", "cost.parameters.numColMuxed=4"]
CHIP += ["cost.parameters.novelMapping=false"]
EARLY = ["run.trials=7", "run.least_trials=3", "device.programming.std=0.15", "run.interval_width=0.45"]


@pytest.mark.parametrize(
    ("overrides", "tasks"),
    [
        (["run.trials=3"], 2),  # one whole each, one shared
        ([*ONE_TRIAL, "run.layer_snr_images=5", 'compensation.methods=["none", "adabs"]'], 3),  # 2, 1 and 1 batches
        ([*ONE_TRIAL, "run.batch_size=100", *CHIP], 2),  # nothing to share
        (EARLY, 3),
    ],
)
def test_tables_are_those_of_one_process(tiny: Path, overrides: list[str], tasks: int) -> None:
    runs = tiny.parent / "runs"
    ended = start_tasks(tiny, runs, [overrides] * tasks)
    assert ended.codes == [0] * tasks, ended.said
    assert tables(runs) == in_one_process(tiny, overrides)
    kept = sorted(entry.name for entry in (runs / RUN).iterdir())
    assert kept == sorted([*(f"{name}.parquet" for name in TABLES), "run.json", "run.lock"])
    assert record.read(runs / RUN).state == "complete"


def test_a_complete_run_is_left_as_it_is(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    in_one_process(tiny)
    (tiny.parent / "alone").rename(runs)
    assert start_tasks(tiny, runs, [[]] * 2).said == ["was complete"] * 2


def test_a_task_that_is_killed_is_told_and_the_rest_is_kept(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    overrides = [*ONE_TRIAL, "run.trials=2"]
    ended = start_tasks(tiny, runs, [overrides] * 3, {"1": 1}, patience_s=1.0)
    assert ended.codes == [2, -9, 2]
    assert "task 1 on" in ended.said[0]
    assert "gave no sign of life for 1 s: it was probably killed" in ended.said[0]
    assert f"run the same configuration with as many tasks and --id {RUN}" in ended.said[0]
    assert ended.said[2].count("task 0, which ends the run, failed: ") == 1
    found = load_run(runs / RUN)
    assert found.state == "failed"
    assert "task 1" in str(found.problems)
    kept = {path.name: path.stat().st_mtime_ns for path in (runs / RUN / "parts" / "shares").iterdir()}
    trials = [f"trial-000{trial}-time-25.{images}.npz" for trial in (0, 1) for images in ("0-6", "9-12")]
    assert sorted(kept) == [*(f"baseline.{images}.npz" for images in ("0-6", "6-9", "9-12")), *trials]
    with zipfile.ZipFile(runs / RUN / "parts" / "shares" / trials[0]) as share:
        assert "none/predicted.npy" in share.namelist()
    resumed = start_tasks(tiny, runs, [overrides] * 3, restart=1)
    assert resumed.codes == [0, 0, 0], resumed.said
    assert tables(runs) == in_one_process(tiny, overrides)


def test_one_process_resumes_what_tasks_began(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    start_tasks(tiny, runs, [["run.trials=3"]] * 2, {"1": 1}, patience_s=1.0)
    execute_run(read_configuration(tiny, ["run.trials=3"]), runs=runs, run=RUN)
    assert tables(runs) == in_one_process(tiny, ["run.trials=3"])
    assert not (runs / RUN / "tasks").exists()


def test_the_others_hear_of_a_first_task_that_is_killed(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    ended = start_tasks(tiny, runs, [[]] * 2, {"0": 1}, patience_s=1.0)
    assert ended.codes == [-9, 2]
    assert "task 0, which ends the run, gives no sign of life" in ended.said[1]
    assert (runs / RUN / "parts" / "trial-0001-time-3600").is_dir()
    assert start_tasks(tiny, runs, [[]] * 2, restart=1).codes == [0, 0]
    assert tables(runs) == in_one_process(tiny)


def test_a_task_whose_work_is_not_needed_may_die(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    overrides = [*ONE_TRIAL, "run.batch_size=100"]
    ended = start_tasks(tiny, runs, [overrides, overrides, [*overrides, "run.seed=4"]], patience_s=1.0)
    assert ended.codes == [0, 0, 2]
    assert "another configuration than task 0" in ended.said[2]
    assert "--tasks separate" in ended.said[2]
    assert tables(runs) == in_one_process(tiny, overrides)
    assert "task 2 never began" in str(load_run(runs / RUN).provenance)


def test_a_run_of_another_configuration_is_refused_by_all(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    execute_run(read_configuration(tiny, ["run.seed=9"]), runs=runs, run=RUN)
    before = tables(runs)
    ended = start_tasks(tiny, runs, [[]] * 2, patience_s=5.0)
    assert ended.codes == [2, 2]
    assert "task 0 could not begin the run" in ended.said[1]
    assert tables(runs) == before


def test_all_tasks_stop_when_they_are_asked_to(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    many = ["run.trials=3000"]
    ended = start_tasks(tiny, runs, [many] * 2, {"all": 4.0})
    assert set(ended.codes) == {128 + 15}
    assert record.read(runs / RUN).state in ("interrupted", "running")


def test_separate_tasks_make_a_run_each(tiny: Path) -> None:
    runs = tiny.parent / "runs"
    for task in (0, 1):
        step = {"SLURM_JOB_ID": RUN, "SLURM_STEP_ID": "0", "SLURM_PROCID": str(task), "SLURM_NTASKS": "2"}
        for run in (None, "mine"):
            execute_run(
                read_configuration(tiny, [*ONE_TRIAL, f"run.seed={task}"]),
                runs=runs,
                run=run,
                environment=step,
                tasks=TaskSettings(together=False),
            )
    assert sorted(path.name for path in runs.iterdir()) == ["77-task0", "77-task1", "mine-task0", "mine-task1"]
    assert [load_run(runs / f"77-task{task}").settings["run.seed"] for task in (0, 1)] == [0, 1]


@pytest.mark.slow
def test_tasks_killed_at_random_moments(tiny: Path) -> None:
    overrides = ["run.trials=5", "run.batch_size=2"]
    expected = in_one_process(tiny, overrides)
    undisturbed = start_tasks(tiny, tiny.parent / "undisturbed", [overrides] * 3)
    assert undisturbed.codes == [0, 0, 0]
    kills = 0
    for seed in range(2):
        runs = tiny.parent / f"killed-{seed}"
        for restart in range(20):
            kind = {"random": seed * 100 + restart} if restart < 3 else {}
            options = {"restart": restart, "duration_s": undisturbed.duration_s}
            ended = start_tasks(tiny, runs, [overrides] * 3, kind, patience_s=2.0, **options)
            kills += -9 in ended.codes
            assert set(ended.codes) <= {0, 2, -9}
            if ended.codes[0] == 0:
                break
        assert tables(runs) == expected
    assert kills
