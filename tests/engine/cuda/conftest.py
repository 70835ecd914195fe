"""The kernel's source, compiled for a processor: one thread block after the other, its lanes and warps as loops."""

from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine import cuda, native
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape

Launch = Callable[[KernelShape, tuple[int, int, int], np.ndarray, object], None]

SHAPES = tuple(
    KernelShape(is_bytes, parts, squares, has_cycles)
    for is_bytes, parts, squares, has_cycles in itertools.product((False, True), (1, 2), (0, 1, 2), (False, True))
    if not (is_bytes and (parts == 2 or squares))
)

BLOCKS = """
#include "convert.cuh"
#include <memory>

/* Shared memory and codes begin as NaN, so that whatever is read before it is written, or never written, is found. */
template <class S> static void run(const Job &job, const int64_t *grid)
{
    auto shared = std::make_unique<Shared<S>>();
    for (int64_t group = 0; group < grid[2]; group++)
        for (int64_t lines = 0; lines < grid[1]; lines++)
            for (int64_t vectors = 0; vectors < grid[0]; vectors++) {
                memset((void *)shared.get(), 0xFF, sizeof *shared);
                convert<S>(job, {vectors * S::VECTORS_OF_BLOCK, lines * S::LINE_TILES, group}, *shared);
            }
}
"""


def entry(shape: KernelShape) -> str:
    return f"run_{shape.is_bytes:d}{shape.parts}{shape.squares}{shape.has_cycles:d}"


def folders() -> list[Path]:
    return [Path(module.__file__).parent for module in (cuda, native)]


@pytest.fixture(scope="session")
def kernel_shapes() -> tuple[KernelShape, ...]:
    """All variants."""
    return SHAPES


@pytest.fixture(scope="session")
def host_launch(tmp_path_factory: pytest.TempPathFactory) -> Launch:
    """What launches the kernel on a processor."""
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        if "NNSREPORT_REQUIRE_LOOPS" in os.environ:
            pytest.fail("there is no C++ compiler, but NNSREPORT_REQUIRE_LOOPS is set")
        pytest.skip("there is no C++ compiler")
    folder = tmp_path_factory.mktemp("kernel")
    lines = [BLOCKS]
    for shape in SHAPES:
        lines.append(f"static_assert(sizeof(Shared<{shape.type_name}>) == {shape.shared_bytes});")
        arguments, body = "const Job *job, const int64_t *grid", f"run<{shape.type_name}>(*job, grid);"
        lines.append(f'extern "C" void {entry(shape)}({arguments}) {{ {body} }}')
    lines.append(f"static_assert(sizeof(Job) == {launching.JOB.itemsize});")
    (folder / "kernel.cpp").write_text("\n".join(lines))
    options = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Werror", "-ffp-contract=off", "-fPIC", "-shared"]
    includes = [f"-I{path}" for path in folders()]
    subprocess.run([compiler, *options, *includes, "-o", folder / "kernel.so", folder / "kernel.cpp"], check=True)
    library = ctypes.CDLL(str(folder / "kernel.so"))

    def launch(shape: KernelShape, grid: tuple[int, int, int], job: np.ndarray, _: object) -> None:
        sizes = np.array(grid, np.int64)
        getattr(library, entry(shape))(ctypes.c_void_p(job.ctypes.data), ctypes.c_void_p(sizes.ctypes.data))

    return launch


@pytest.fixture
def host_device(host_launch: Launch, monkeypatch: pytest.MonkeyPatch) -> list[KernelShape]:
    """A device in a processor's memory, and the variants that were launched on it."""
    launched: list[KernelShape] = []

    def launch(shape: KernelShape, grid: tuple[int, int, int], job: np.ndarray, xp: object) -> None:
        launched.append(shape)
        host_launch(shape, grid, job, xp)

    monkeypatch.setattr(launching, "are_wanted", lambda: True)
    monkeypatch.setattr(launching, "_device", lambda array: (90, 0))
    monkeypatch.setattr(launching, "compiled", lambda shape, device: object())
    monkeypatch.setattr(launching, "launch", launch)
    return launched
