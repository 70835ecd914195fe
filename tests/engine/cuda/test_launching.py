"""What surrounds the kernel: where it is used, how it is compiled and launched, and what happens where it cannot be."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from nnsreport.engine.converters.noise import NoiseSource
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.converters.wired_noise import GatedLosses
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns, input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda import launching
from nnsreport.engine.cuda.shapes import KernelShape
from nnsreport.engine.random import Purpose

CYCLES = input_coding(8, signed=False, dac_bits=1, signs=InputSigns.BIPOLAR.value)
SHAPE = KernelShape(is_bytes=True, parts=1, squares=0, has_cycles=True)
BLOCKS = (slice(0, 20),)
SLICES = Slices((1.0,), (3,))
CONVERTER = UniformConverter((10.0,), 0, 7)


class FakeKernel:
    """Takes what CuPy's would."""

    def __init__(self, code: str, name: str, options: tuple[str, ...]) -> None:
        self.code, self.name, self.options = code, name, options
        self.max_dynamic_shared_size_bytes = 0
        self.launches: list[tuple[object, ...]] = []

    def compile(self) -> None:
        if "Halves" in self.code.splitlines()[0]:
            raise RuntimeError("no such instruction\non this device")

    def __call__(self, grid: object, block: object, arguments: object, *, shared_mem: int) -> None:
        self.launches.append((grid, block, arguments, shared_mem))


@pytest.fixture(autouse=True)
def fake_cupy(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    runtime = SimpleNamespace(getDevice=lambda: 0)
    module = SimpleNamespace(RawKernel=FakeKernel, cuda=SimpleNamespace(runtime=runtime))
    monkeypatch.setitem(sys.modules, "cupy", module)
    launching.compiled.cache_clear()
    yield module
    launching.compiled.cache_clear()


def cells(levels: int = 3) -> np.ndarray:
    return np.full((1, 4, 20), levels, np.float32)


def packed_at(capability: int, monkeypatch: pytest.MonkeyPatch, cycles: InputCoding = CYCLES) -> object:
    monkeypatch.setattr(launching, "are_wanted", lambda: True)
    monkeypatch.setattr(launching, "_device", lambda array: (capability, 0))
    return launching.packed_on_device(cells(), None, BLOCKS, SLICES, cycles, CONVERTER)


def test_kernel_is_launched_as_it_was_compiled(fake_cupy: SimpleNamespace) -> None:
    job = np.zeros(1, launching.JOB)
    launching.launch(SHAPE, (3, 2, 1), job, fake_cupy)
    kernel = launching.compiled(SHAPE, 0)
    assert kernel.name == "convert_layer"
    assert SHAPE.type_name in kernel.code
    assert "#include" not in kernel.code.replace("#include <", "")
    assert kernel.max_dynamic_shared_size_bytes == SHAPE.shared_bytes
    assert kernel.launches == [((3, 2, 1), (128,), (job,), SHAPE.shared_bytes)]


def test_what_does_not_compile_is_said_once_and_left_to_cupy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert packed_at(70, monkeypatch) is None
        assert packed_at(70, monkeypatch) is None
    assert [record.getMessage() for record in caplog.records] == [
        "crossbars on device 0 are computed without the fused kernel, which is slower: no such instruction"
    ]


def test_devices_without_tensor_cores_are_left_to_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed_at(61, monkeypatch) is None
    assert packed_at(72, monkeypatch) is not None


def test_kernel_is_not_used_where_loops_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSREPORT_LOOPS", "off")
    monkeypatch.setattr(launching, "_device", lambda array: (90, 0))
    assert launching.packed_on_device(cells(), None, BLOCKS, SLICES, CYCLES, CONVERTER) is None


def test_noise_that_wires_reduce_is_left_to_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packed_at(90, monkeypatch) is not None
    losses = GatedLosses(np.zeros((1, 1, 4), np.float32))
    noise = ReadNoise(cells(), NoiseSource(1, 0, 0, Purpose.WHITE_READ_NOISE, 20.0), losses)
    assert launching.packed_on_device(cells(), noise, BLOCKS, SLICES, CYCLES, CONVERTER) is None


def test_arrays_of_a_processor_are_on_no_device() -> None:
    assert launching.packed_on_device(cells(), None, BLOCKS, SLICES, CYCLES, CONVERTER) is None


@pytest.mark.parametrize(("kind", "high"), [("int32", 7), ("uint8", 2**23)])
def test_what_the_kernel_does_not_round_is_left_to_numpy(monkeypatch: pytest.MonkeyPatch, kind: str, high: int) -> None:
    packed = packed_at(90, monkeypatch)
    monkeypatch.setattr(launching, "launch", lambda *_: pytest.fail("launched"))
    operand = BlockOperand(cells(), BLOCKS, SLICES, CYCLES, packed=packed)
    product, clipped = converted_product(np.ones((1, 20, 3), kind), operand, UniformConverter((10.0,), 0, high))
    np.testing.assert_array_equal(product, np.full((1, 4, 3), 60.0))
    assert clipped == 0
