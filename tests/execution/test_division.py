"""Who computes what: every part once, no image twice, the same batches whatever the number of tasks."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.configuration.schema import Configuration
from nnsreport.engine.precision import ComputeSnr
from nnsreport.execution.division import Team, shares, work_of
from nnsreport.execution.measurement import Measurement, decode, encode, joined, ratios_as_numbers
from nnsreport.execution.plan import BASELINE, CHIP, evaluations, part_names


def configured(trials: int, times: int, width: float = 0.0, *, chip: bool = False) -> Configuration:
    default = Configuration()
    times_s = tuple(10.0 * (1 + time) for time in range(times))
    run = dataclasses.replace(default.run, trials=trials, times_s=times_s, interval_width=width)
    return dataclasses.replace(default, run=run, cost=dataclasses.replace(default.cost, with_runs=chip))


@given(
    trials=st.integers(1, 9),
    times=st.integers(1, 3),
    tasks=st.integers(1, 7),
    images=st.integers(1, 40),
    batch=st.integers(1, 12),
    width=st.sampled_from([0.0, 0.1]),
    lost=st.integers(0, 2**12 - 1),
)
def test_every_image_of_a_missing_part_belongs_to_one_task(
    trials: int, times: int, tasks: int, images: int, batch: int, width: float, lost: int
) -> None:
    configuration = configured(trials, times, width, chip=True)
    missing = [name for position, name in enumerate(part_names(configuration)) if lost >> position % 12 & 1]
    done: dict[str, list[int]] = {}
    for task in range(tasks):
        for work in work_of(Team(task, tasks), missing, configuration, images, batch):
            done.setdefault(work.part, []).extend(work.images)
            assert work.images.start % batch == 0
            if len(work.images) < images:
                assert work.images in shares(images, batch, tasks)
    assert {part: sorted(found) for part, found in done.items()} == {part: list(range(images)) for part in missing}
    assert [image for share in shares(images, batch, tasks) for image in share] == list(range(images))


def test_one_task_computes_whole_parts_in_the_order_of_the_tables() -> None:
    configuration = configured(2, 2, chip=True)
    works = work_of(Team(), part_names(configuration), configuration, 100, 8)
    assert [work.part for work in works] == list(part_names(configuration))
    assert {work.images for work in works} == {range(100)}


def test_whole_trials_go_round_and_the_rest_is_shared() -> None:
    configuration = configured(5, 1, chip=True)
    names = [evaluation.part for evaluation in evaluations(configuration)]
    works = work_of(Team(1, 2), part_names(configuration), configuration, 100, 10)
    assert [(work.part, work.images) for work in works] == [
        (BASELINE, range(50, 100)),
        (names[1], range(100)),
        (names[3], range(100)),
        (names[4], range(50, 100)),
    ]
    assert CHIP in {work.part for work in work_of(Team(0, 2), part_names(configuration), configuration, 100, 10)}


def test_trials_that_may_not_be_needed_are_never_shared() -> None:
    configuration = configured(5, 1, width=0.1)
    names = [evaluation.part for evaluation in evaluations(configuration)]
    works = work_of(Team(1, 3), names, configuration, 100, 10)
    assert [(work.part, work.images) for work in works] == [(names[1], range(100)), (names[4], range(100))]


def test_work_is_balanced_to_a_batch() -> None:
    for tasks in (2, 3, 7, 16):
        sizes = [len(share) for share in shares(1000, 10, tasks)]
        assert max(sizes) - min(sizes) <= 10


@pytest.fixture
def measured() -> dict[str, Measurement]:
    generator = np.random.default_rng(1)
    ratios = [ComputeSnr(*generator.normal(20, 5, 4), total_db=float("inf")) for _ in range(2)]
    return {
        method: Measurement(
            generator.integers(0, 10, 12),
            generator.integers(0, 2**50, 2),
            generator.integers(0, 2**50, 2),
            generator.normal(0, 1, 2),
            generator.normal(1, 1e-9, 2),
            ratios_as_numbers(ratios),
        )
        for method in ("none", "global")
    }


def columns(found: Measurement) -> list[list[float]]:
    return [getattr(found, column.name).tolist() for column in dataclasses.fields(Measurement)]


def test_numbers_are_kept_to_the_last_bit(measured: dict[str, Measurement]) -> None:
    found = decode(encode(measured))
    assert found is not None
    assert {name: columns(one) for name, one in found.items()} == {name: columns(one) for name, one in measured.items()}
    assert found["none"].ratios == measured["none"].ratios
    assert all(isinstance(ratio.total_db, float) for ratio in found["none"].ratios)


def test_shares_add_up(measured: dict[str, Measurement]) -> None:
    whole = measured["none"]
    first = dataclasses.replace(whole, predicted=whole.predicted[:5], conversions=whole.conversions - 7)
    last = dataclasses.replace(whole, predicted=whole.predicted[5:], conversions=np.array([7, 7]))
    last = dataclasses.replace(last, saturated=np.zeros(2, np.int64), ratios_db=np.empty(0))
    assert columns(joined([{"none": first}, {"none": last}])["none"]) == columns(whole)


def test_damaged_shares_are_told_from_whole_ones(measured: dict[str, Measurement]) -> None:
    data = encode(measured)
    assert decode(b"") is None
    assert decode(data[: len(data) // 2]) is None
    assert decode(data[:200] + bytes(100) + data[300:]) is None
