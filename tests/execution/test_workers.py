"""Batches side by side: order, errors, and how many at a time."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from nnsreport.engine.backend import Backend
from nnsreport.execution.workers import ordered_map, worker_count

PROCESSOR = Backend(np, "cpu", "a processor")


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_order(workers: int) -> None:
    slow_first = threading.Event()

    def square(number: int) -> int:
        if number == 0 and workers > 1:
            slow_first.wait(5)  # the first item ends after the second
        slow_first.set()
        return number * number

    with ordered_map(workers) as side_by_side:
        assert list(side_by_side(square, range(20))) == [n * n for n in range(20)]


@pytest.mark.parametrize("workers", [1, 3])
def test_an_error_is_raised_and_the_rest_is_dropped(workers: int) -> None:
    begun: list[int] = []

    def fail_at_two(number: int) -> int:
        begun.append(number)
        if number == 2:
            raise ValueError("two")
        return number

    with pytest.raises(ValueError, match="two"), ordered_map(workers) as side_by_side:
        list(side_by_side(fail_at_two, range(100_000)))
    assert len(begun) < 100_000


def test_environment_limits_workers() -> None:
    assert worker_count(PROCESSOR, {"OMP_NUM_THREADS": "1"}) == 1
    assert worker_count(PROCESSOR, {"SLURM_CPUS_PER_TASK": "1"}) == 1
    assert worker_count(PROCESSOR, {"OMP_NUM_THREADS": "many"}) >= 1
    assert worker_count(PROCESSOR, {"OMP_NUM_THREADS": "0"}) == 1
    assert worker_count(Backend(np, "cuda", "a GPU"), {}) == 1


def test_tasks_of_a_node_share_its_cores() -> None:
    step = {"SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_CPUS_ON_NODE": "2", "SLURM_STEP_TASKS_PER_NODE": "2(x4)"}
    assert worker_count(PROCESSOR, step) == 1
    alone = worker_count(PROCESSOR, {})
    assert worker_count(PROCESSOR, {**step, "SLURM_CPUS_ON_NODE": "4096"}) == alone
    assert worker_count(PROCESSOR, {**step, "SLURM_CPUS_PER_TASK": "4096"}) == alone
