"""The kernel's source, compiled for a processor: one thread block after the other, its lanes and warps as loops."""

from __future__ import annotations

import ctypes
import functools
import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine import cuda
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape

KINDS = [(True, 1, 0), *((False, parts, squares) for parts in (1, 2) for squares in (0, 1, 2))]
"""Whether bytes, parts of a cell, and of a squared pulse."""


def can_be(shape: KernelShape) -> bool:
    """Bytes stay where lanes are known, sums with noise may always be clipped, and squares are those of bits."""
    if shape.is_bytes:
        return shape.is_in_place == shape.is_laned
    return not shape.squares or (shape.clips and not (shape.is_in_place and shape.squares == 2))


SHAPES = tuple(
    shape
    for kind in KINDS
    for flags in itertools.product((False, True), repeat=4)
    if can_be(shape := KernelShape(*kind, *flags))
)

SOURCE = """
#include "convert.cuh"

CHECKS

/* Shared memory begins as NaN, so that whatever is read before it is written is found. */
extern "C" void run(const Job *job, const int64_t *grid, const double *shares_of_errors)
{
    memcpy(share_of_error, shares_of_errors, sizeof share_of_error);
    static Shared<SHAPE> shared;
    for (int64_t group = 0; group < grid[2]; group++)
        for (int64_t columns = 0; columns < grid[1]; columns++)
            for (int64_t vectors = 0; vectors < grid[0]; vectors++) {
                memset((void *)&shared, 0xFF, sizeof shared);
                convert<SHAPE>(*job, place_of<SHAPE>(*job, vectors, columns, group), shared);
            }
}
"""


class HostDevice(list[KernelShape]):
    """A device in a processor's memory: the variants that were launched on it.

    Attributes
    ----------
    capability : int
        That it says it has.
    shares_of_errors : tuple of float
        Of the greatest error of logarithm, root, sine and cosine, what every result has.
    """

    def __init__(self, capability: int) -> None:
        self.capability = capability
        self.shares_of_errors = (0.0, 0.0, 0.0, 0.0)


@pytest.fixture(scope="session")
def kernel_shapes() -> tuple[KernelShape, ...]:
    """All variants."""
    return SHAPES


@pytest.fixture(scope="session")
def host_kernel(tmp_path_factory: pytest.TempPathFactory) -> Callable[[KernelShape], Callable[..., None]]:
    """What compiles a variant of the kernel for a processor."""
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        if "NNSREPORT_REQUIRE_LOOPS" in os.environ:
            pytest.fail("there is no C++ compiler, but NNSREPORT_REQUIRE_LOOPS is set")
        pytest.skip("there is no C++ compiler")
    folder = tmp_path_factory.mktemp("kernel")
    options = ["-std=c++17", "-O1", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fPIC", "-shared"]

    @functools.cache
    def kernel(shape: KernelShape) -> Callable[..., None]:
        sizes = {f"Shared<{shape.type_name}>": shape.shared_bytes, "Job": launching.JOB.itemsize}
        checks = "\n".join(f"static_assert(sizeof({name}) == {size});" for name, size in sizes.items())
        stem = folder / re.sub(r"\W+", "_", shape.type_name)
        stem.with_suffix(".cpp").write_text(SOURCE.replace("SHAPE", shape.type_name).replace("CHECKS", checks))
        files = ["-o", stem.with_suffix(".so"), stem.with_suffix(".cpp")]
        subprocess.run([compiler, *options, f"-I{Path(cuda.__file__).parent}", *files], check=True)
        return ctypes.CDLL(str(stem.with_suffix(".so"))).run

    return kernel


@pytest.fixture(params=[90, 75], ids=["sm_90", "sm_75"])
def host_device(
    request: pytest.FixtureRequest,
    host_kernel: Callable[[KernelShape], Callable[..., None]],
    monkeypatch: pytest.MonkeyPatch,
) -> HostDevice:
    """A device in a processor's memory, and the variants that were launched on it."""
    device = HostDevice(request.param)

    def launch(shape: KernelShape, grid: tuple[int, int, int], job: np.ndarray, _: object) -> None:
        device.append(shape)
        arrays = job, np.array(grid, np.int64), np.array(device.shares_of_errors)
        host_kernel(shape)(*(ctypes.c_void_p(array.ctypes.data) for array in arrays))

    monkeypatch.setattr(launching, "are_wanted", lambda: True)
    monkeypatch.setattr(launching, "_device", lambda array: (device.capability, 0))
    monkeypatch.setattr(launching, "compiled", lambda shape, number: object())
    monkeypatch.setattr(launching, "launch", launch)
    return device
