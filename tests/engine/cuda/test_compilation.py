"""The kernel compiles for GPUs, with their own compiler, on a machine without one."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import re
from pathlib import Path

import pytest

from nnsreport.engine.cuda.launching import JOB
from nnsreport.engine.cuda.shapes import KernelShape

VARIABLE = "NNSREPORT_REQUIRE_NVRTC"
BYTES, OPAQUE_BYTES = KernelShape(True, 1, 0, True), KernelShape(True, 1, 0, True, False, False)
WHOLE, OPAQUE_WHOLE = KernelShape(False, 1, 0, True, clips=False), KernelShape(False, 1, 0, True, False)
SPLIT, OPAQUE_SPLIT = KernelShape(False, 2, 0, False, is_in_place=False), KernelShape(False, 2, 0, False, False)
NOISY, OPAQUE_NOISY = KernelShape(False, 2, 1, True), KernelShape(False, 2, 1, True, False)
WIDE, OPAQUE_WIDE = KernelShape(False, 2, 2, False, True, False), KernelShape(False, 2, 2, False, False, False)
"""Digits of several bits, with noise."""
INSTRUCTION = {
    (False, False): rb"wmma\.mma\.sync\.aligned\.row\.row\.m16n16k16\.f32\.f32",
    (True, False): rb"wmma\.mma\.\S*\.s32\.s8\.s8\.s32",
    (False, True): rb"mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.f16\.f16\.f32",
    (True, True): rb"mma\.sync\.aligned\.m16n8k32\.row\.col\.s32\.s8\.u8\.s32",
}


def library_path() -> Path | None:
    """NVRTC of the package nvidia-cuda-nvrtc-cu12, whose last versions still know sm_70."""
    try:
        package = importlib.util.find_spec("nvidia.cuda_nvrtc")
    except ModuleNotFoundError:
        return None
    locations = package.submodule_search_locations if package else None
    return next((path for place in locations or () for path in Path(place, "lib").glob("libnvrtc.so.12")), None)


class Compiler:
    """The part of NVRTC's interface that compiles one source."""

    def __init__(self, path: Path) -> None:
        self.library = ctypes.CDLL(str(path))

    def text(self, program: ctypes.c_void_p, name: str) -> bytes:
        size = ctypes.c_size_t()
        assert getattr(self.library, f"nvrtcGet{name}Size")(program, ctypes.byref(size)) == 0
        content = ctypes.create_string_buffer(size.value)
        assert getattr(self.library, f"nvrtcGet{name}")(program, content) == 0
        return content.raw

    def compile(self, source: str, architecture: str) -> tuple[bool, str, dict[str, bytes]]:
        program = ctypes.c_void_p()
        create = self.library.nvrtcCreateProgram
        assert create(ctypes.byref(program), source.encode(), b"convert.cu", 0, None, None) == 0
        options = (ctypes.c_char_p * 2)(b"-std=c++17", f"-arch={architecture}".encode())
        is_compiled = self.library.nvrtcCompileProgram(program, 2, options) == 0
        log = self.text(program, "ProgramLog").rstrip(b"\0").decode()
        texts = {name: self.text(program, name) for name in ("PTX", "CUBIN")} if is_compiled else {}
        self.library.nvrtcDestroyProgram(ctypes.byref(program))
        return is_compiled, log, texts


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    path = library_path()
    if path is None:
        if VARIABLE in os.environ:
            pytest.fail(f"NVRTC is not installed, but {VARIABLE} is set")
        pytest.skip("NVRTC is not installed: it comes with nnsreport[test] on Linux with x86-64")
    return Compiler(path)


@pytest.mark.parametrize(
    ("shape", "architecture"),
    [
        *((shape, "sm_70") for shape in (OPAQUE_WHOLE, OPAQUE_SPLIT, OPAQUE_NOISY, OPAQUE_WIDE)),
        (OPAQUE_BYTES, "sm_75"),
        *((shape, "sm_80") for shape in (BYTES, NOISY)),
        *((shape, "sm_90") for shape in (BYTES, WHOLE, SPLIT, NOISY, WIDE)),
    ],
    ids=lambda value: value.type_name if isinstance(value, KernelShape) else value,
)
def test_compiles_to_tensor_core_instructions(compiler: Compiler, shape: KernelShape, architecture: str) -> None:
    is_compiled, log, texts = compiler.compile(shape.source(JOB.itemsize), architecture)
    assert is_compiled, log
    assert texts["CUBIN"].startswith(b"\x7fELF")
    assert f".target {architecture}".encode() in texts["PTX"]
    assert b".entry convert_layer(" in texts["PTX"]
    # Two sets of vectors or cycles; where lanes are known an instruction multiplies half of a matrix.
    matrices = shape.line_tiles * 2 * (shape.parts + 2 * shape.squares) * (2 if shape.is_laned else 1)
    instructions = re.findall(INSTRUCTION[shape.is_bytes, shape.is_laned], texts["PTX"])
    assert instructions
    assert len(instructions) % matrices == 0
    # Nothing that a warp keeps lies in memory: no array is indexed by a number that is only known when it runs.
    assert b".local " not in texts["PTX"]


def test_another_size_of_shared_memory_or_job_does_not_compile(compiler: Compiler) -> None:
    for source in (
        WHOLE.source(JOB.itemsize + 8),
        WHOLE.source(JOB.itemsize).replace(str(WHOLE.shared_bytes), str(WHOLE.shared_bytes + 32), 1),
    ):
        is_compiled, log, _ = compiler.compile(source, "sm_90")
        assert not is_compiled
        assert "static assertion failed" in log


@pytest.mark.parametrize(("shape", "architecture"), [(OPAQUE_BYTES, "sm_70"), (BYTES, "sm_75"), (WHOLE, "sm_75")])
def test_tensor_cores_of_volta_and_turing_have_less(compiler: Compiler, shape: KernelShape, architecture: str) -> None:
    """No bytes in the first, and matrices of whose lanes nothing is known in both."""
    is_compiled, *_ = compiler.compile(shape.source(JOB.itemsize), architecture)
    assert not is_compiled
