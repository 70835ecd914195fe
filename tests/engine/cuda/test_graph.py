"""Batches as graphs: the same as launched one by one, whatever their shapes; and not at all where it cannot be."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cuda.graph import Replayed
from nnsreport.errors import DataError

Launches = Callable[[], int]
SHAPE = (4, 3)


class Sums:
    """Something to evaluate: sums of rows, weighted with their numbers, and their total."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, images: Array, first_image: Array) -> tuple[list[Array], str]:
        self.calls += 1
        xp = namespace_of(images)
        numbers = xp.arange(len(images), dtype=xp.int64) + first_image
        weighted = images.sum(axis=1) * numbers
        weighted += 1
        total = weighted.sum()
        return [weighted, total], f"{len(images)} rows"


def batches(xp: ModuleType, *lengths: int) -> list[tuple[Array, int]]:
    rng = np.random.default_rng(0)
    firsts = np.cumsum([0, *lengths]).tolist()
    return [(xp.asarray(rng.normal(size=(n, 3))), first) for n, first in zip(lengths, firsts, strict=False)]


def expected(images: Array, first: int) -> tuple[np.ndarray, float]:
    weighted = images.get().sum(axis=1) * (np.arange(len(images)) + first) + 1
    return weighted, weighted.sum()


def check(evaluate: Callable[..., tuple[tuple[Array, ...], str]], given: list[tuple[Array, int]]) -> None:
    found = [evaluate(images, first) for images, first in given]  # kept: a replay must not overwrite what it gave
    for (images, first), ((weighted, total), host) in zip(given, found, strict=True):
        np.testing.assert_array_equal(weighted.get(), expected(images, first)[0])
        assert total.get() == expected(images, first)[1]
        assert host == f"{len(images)} rows"


def test_a_shape_is_captured_when_it_comes_again(strict_device: ModuleType, graph_launches: Launches) -> None:
    sums = Sums()
    check(Replayed(sums), batches(strict_device, 4, 4, 4, 4, 4))
    assert sums.calls == 2
    assert graph_launches() == 4


def test_shapes_and_the_short_last_batch(strict_device: ModuleType, graph_launches: Launches) -> None:
    sums = Sums()
    replayed = Replayed(sums)
    check(replayed, batches(strict_device, 4, 4, 4, 1))
    assert (sums.calls, graph_launches()) == (3, 2)
    check(replayed, batches(strict_device, 4, 1, 4, 1, 4, 1))
    assert (sums.calls, graph_launches()) == (4, 6)


def test_element_types_are_other_shapes(strict_device: ModuleType) -> None:
    sums = Sums()
    replayed = Replayed(sums)
    (images, _), *_ = batches(strict_device, 4)
    for kind in ("float64", "float32", "float64", "float32"):
        (weighted, _), _ = replayed(images.astype(kind), 3)
        np.testing.assert_allclose(weighted.get(), expected(images, 3)[0], rtol=1e-6)
    assert sums.calls == 4


def test_graphs_are_few(strict_device: ModuleType, graph_launches: Launches) -> None:
    replayed = Replayed(Sums())
    lengths = [1, 2, 3, 4, 5, 6]
    check(replayed, batches(strict_device, *lengths, *lengths))
    assert graph_launches() == 4


@pytest.mark.parametrize(
    "wait",
    [
        lambda images: float(images.sum()),
        lambda images: int(images.sum()),
        lambda images: bool((images > 0).all()),
        lambda images: images.get(),
        lambda images: images.sum().item(),
        lambda images: images[images > 0],
        lambda images: namespace_of(images).nonzero(images),
        lambda images: images.argsort(axis=1),
        lambda images: namespace_of(images).asarray(np.ones(3)),
        lambda images: namespace_of(images).matmul(images, images.swapaxes(0, 1)),
        lambda images: images @ images.swapaxes(0, 1),
        lambda images: namespace_of(images).cuda.Stream().synchronize(),
    ],
    ids=["float", "int", "bool", "get", "item", "mask", "nonzero", "argsort", "upload", "matmul", "operator", "wait"],
)
def test_what_waits_is_launched_step_by_step(
    wait: Callable[[Array], object],
    strict_device: ModuleType,
    graph_launches: Launches,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sums = Sums()

    def waiting(images: Array, first_image: Array) -> tuple[list[Array], str]:
        wait(images)
        return sums(images, first_image)

    with caplog.at_level(logging.WARNING):
        check(Replayed(waiting), batches(strict_device, 4, 4, 4, 4, 2, 2))
    assert graph_launches() == 0
    assert sums.calls == 6
    (record,) = caplog.records
    assert "CUDA graph" in record.message
    assert "captur" in record.message


def test_errors_are_those_of_the_plain_way(strict_device: ModuleType, caplog: pytest.LogCaptureFixture) -> None:
    sums = Sums()

    def failing(images: Array, first_image: Array) -> tuple[list[Array], str]:
        if sums.calls:
            raise DataError("these images are bad")
        return sums(images, first_image)

    replayed = Replayed(failing)
    (images, first), *_ = batches(strict_device, 4)
    replayed(images, first)
    with caplog.at_level(logging.WARNING), pytest.raises(DataError, match="these images are bad"):
        replayed(images, first)


def test_an_interrupt_ends_the_capture(strict_device: ModuleType, graph_launches: Launches) -> None:
    sums = Sums()

    def interrupted(images: Array, first_image: Array) -> tuple[list[Array], str]:
        if sums.calls == 1:
            sums.calls += 1
            raise KeyboardInterrupt
        return sums(images, first_image)

    replayed = Replayed(interrupted)
    given = batches(strict_device, 4, 4, 4)
    replayed(*given[0])
    with pytest.raises(KeyboardInterrupt):
        replayed(*given[1])
    assert float(given[0][0].sum()) is not None  # nothing captures any more
    check(replayed, given)
    assert graph_launches() == 3


def test_nothing_is_captured_on_a_processor() -> None:
    sums = Sums()
    replayed = Replayed(sums)
    for _ in range(3):
        (weighted, _), _ = replayed(np.ones(SHAPE), 2)
        np.testing.assert_array_equal(weighted, 3 * np.arange(2, 6) + 1)
    assert sums.calls == 3
