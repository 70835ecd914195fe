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
WHOLE, BYTES = KernelShape(False, 1, 0, True), KernelShape(True, 1, 0, True)
SPLIT, NOISY = KernelShape(False, 2, 0, False), KernelShape(False, 2, 2, False)
INSTRUCTION = {
    False: rb"wmma\.mma\.sync\.aligned\.row\.row\.m16n16k16\.f32\.f32",
    True: rb"wmma\.mma\.\S*\.s32\.s8\.s8\.s32",
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
        (WHOLE, "sm_70"),
        (SPLIT, "sm_70"),
        (NOISY, "sm_70"),
        (WHOLE, "sm_80"),
        (BYTES, "sm_80"),
        (WHOLE, "sm_90"),
        (BYTES, "sm_90"),
        (SPLIT, "sm_90"),
        (NOISY, "sm_90"),
    ],
    ids=lambda value: value.type_name if isinstance(value, KernelShape) else value,
)
def test_compiles_to_tensor_core_instructions(compiler: Compiler, shape: KernelShape, architecture: str) -> None:
    is_compiled, log, texts = compiler.compile(shape.source(JOB.itemsize), architecture)
    assert is_compiled, log
    assert texts["CUBIN"].startswith(b"\x7fELF")
    assert f".target {architecture}".encode() in texts["PTX"]
    assert b".entry convert_layer(" in texts["PTX"]
    matrices = shape.line_tiles * 2 * (shape.parts + 2 * shape.squares)
    assert len(re.findall(INSTRUCTION[shape.is_bytes], texts["PTX"])) % matrices == 0
    assert re.search(INSTRUCTION[shape.is_bytes], texts["PTX"])
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


def test_tensor_cores_of_volta_have_no_bytes(compiler: Compiler) -> None:
    is_compiled, *_ = compiler.compile(BYTES.source(JOB.itemsize), "sm_70")
    assert not is_compiled
