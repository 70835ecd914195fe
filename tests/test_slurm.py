"""The variables of genuine jobs of Slurm 22.05 (tests/data/slurm, printed with `env | sort`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.slurm import describe, read_context, run_id, task_run_id


def environment(path: Path) -> dict[str, str]:
    """Read what `env` printed; of two sections, such as batch shell and step, the second counts."""
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def samples(test_data: Path) -> Path:
    return test_data / "slurm"


def test_outside_slurm_there_is_no_context() -> None:
    assert read_context({"PATH": "/bin", "SLURM_CONF": "/etc/slurm/slurm.conf"}) is None


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("array-slurm-7_0.out", "7_0"),
        ("array-slurm-7_3.out", "7_3"),  # the task whose SLURM_JOB_ID is the array's own
        ("batch-env-10.txt", "10"),  # SLURM_PROCID=0 and SLURM_NTASKS=2, but no step
        ("task-env-10-1.txt", "10"),
        ("gpu-slurm-8.out", "8"),  # a step of a single task
    ],
)
def test_run_id(samples: Path, sample: str, expected: str) -> None:
    context = read_context(environment(samples / sample))
    assert context is not None
    assert run_id(context) == expected


def test_tasks_of_an_array_in_steps_do_not_collide(samples: Path) -> None:
    variables = environment(samples / "task-env-10-1.txt")
    ids = set()
    for array_task in ("0", "1"):
        for task in ("0", "1"):
            array = {"SLURM_ARRAY_JOB_ID": "10", "SLURM_ARRAY_TASK_ID": array_task, "SLURM_PROCID": task}
            context = read_context({**variables, **array})
            assert context is not None
            ids.add(run_id(context, separate=True))
    assert ids == {"10_0-task0", "10_0-task1", "10_1-task0", "10_1-task1"}


def test_context_of_an_array_task(samples: Path) -> None:
    context = read_context(environment(samples / "array-slurm-7_0.out"))
    assert context is not None
    assert (context.job_id, context.array_job_id, context.array_task_id) == ("15", "7", "0")
    assert (context.partition, context.account, context.cluster) == ("c18m", "default", "citest")
    assert context.submit_directory == "/home/hpcuser/work"
    assert context.cpus_on_node == 1
    assert context.restart_count == 0


def test_context_of_a_batch_shell_has_no_task(samples: Path) -> None:
    context = read_context(environment(samples / "batch-env-10.txt"))
    assert context is not None
    assert (context.step_id, context.task_id, context.local_task_id, context.tasks) == (None, None, None, None)


def test_context_of_a_step(samples: Path) -> None:
    context = read_context(environment(samples / "task-env-10-1.txt"))
    assert context is not None
    assert (context.step_id, context.task_id, context.local_task_id, context.tasks) == ("0", 1, 1, 2)


def test_a_single_task_is_not_told_apart(samples: Path) -> None:
    context = read_context(environment(samples / "gpu-slurm-8.out"))
    assert context is not None
    assert run_id(context, separate=True) == "8"
    assert task_run_id("mine", context) == "mine"


def test_step_is_that_of_one_start(samples: Path) -> None:
    variables = environment(samples / "task-env-10-1.txt")
    others = [{"SLURM_STEP_ID": "1"}, {"SLURM_RESTART_COUNT": "1"}, {"SLURM_PROCID": "0"}]
    steps = [context.step for other in others if (context := read_context({**variables, **other}))]
    assert steps == ["10.1", "10.0-1", "10.0"]


@pytest.mark.parametrize(("text", "most"), [("2", 2), ("2(x3),1", 2), ("1,12(x2)", 12), ("", None), ("many", None)])
def test_tasks_on_a_node(samples: Path, text: str, most: int | None) -> None:
    variables = environment(samples / "task-env-10-1.txt")
    context = read_context({**variables, "SLURM_STEP_TASKS_PER_NODE": text})
    assert context is not None
    assert context.tasks_on_node == most


def test_gpus_of_the_step_come_first(samples: Path) -> None:
    variables = environment(samples / "gpu-slurm-8.out")
    context = read_context({**variables, "SLURM_JOB_GPUS": "0,1", "SLURM_STEP_GPUS": "1"})
    assert context is not None
    assert context.gpus == "1"


def test_requeued_job_keeps_its_id(samples: Path) -> None:
    context = read_context({**environment(samples / "batch-env-10.txt"), "SLURM_RESTART_COUNT": "2"})
    assert context is not None
    assert context.restart_count == 2
    assert run_id(context) == "10"


def test_unreadable_numbers_are_unknown() -> None:
    context = read_context({"SLURM_JOB_ID": "5", "SLURM_CPUS_ON_NODE": "many", "SLURM_RESTART_COUNT": ""})
    assert context is not None
    assert context.cpus_on_node is None
    assert context.restart_count == 0


def test_description_leaves_out_what_is_unknown(samples: Path) -> None:
    context = read_context(environment(samples / "array-slurm-7_3.out"))
    assert context is not None
    described = describe(context)
    assert described["job"] == "7_3"
    assert described["submit directory"] == "/home/hpcuser/work"
    assert "gpus" not in described
