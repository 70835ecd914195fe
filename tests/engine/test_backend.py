"""Backends: which namespace an array has, and what is said when there is no GPU."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from nnsreport.engine.backend import constant_on, joined, namespace_of, select_backend, to_numpy
from nnsreport.errors import DeviceError


def test_namespace_of_numpy_arrays_and_scalars() -> None:
    assert namespace_of(np.zeros(3)) is np
    assert namespace_of(np.float32(1)) is np


def test_namespace_of_other_arrays_is_their_own(strict_device: ModuleType) -> None:
    assert namespace_of(strict_device.asarray(np.zeros(3))) is strict_device


def test_to_numpy_copies_from_a_device_only(strict_device: ModuleType) -> None:
    host = np.arange(3)
    assert to_numpy(host) is host
    np.testing.assert_array_equal(to_numpy(strict_device.asarray(host)), host)


def test_strict_device_refuses_numpy(strict_device: ModuleType) -> None:
    device, host = strict_device.asarray(np.ones(3)), np.ones(3)
    mistakes = (
        lambda: np.exp(device),
        lambda: np.concatenate([device, device]),
        lambda: np.asarray(device),
        lambda: device + host,
        lambda: host + device,
        lambda: strict_device.add(device, host),
        lambda: device[np.array([0, 1])],
    )
    for mistake in mistakes:
        with pytest.raises(TypeError):
            mistake()
    assert float((device + np.float32(1)).sum()) == 6


def test_cpu_backend() -> None:
    backend = select_backend("cpu")
    assert (backend.xp, backend.name) == (np, "cpu")
    assert "NumPy" in backend.device


def test_unknown_device_is_refused() -> None:
    with pytest.raises(DeviceError, match="unknown device 'tpu'"):
        select_backend("tpu")  # type: ignore[arg-type]


def test_cuda_without_cupy_names_the_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(DeviceError, match=r"nnsreport\[cuda12x\] or nnsreport\[cuda13x\].*--device cpu"):
        select_backend("cuda")
    assert select_backend("auto").name == "cpu"


class _RuntimeError(Exception):
    pass


def _cupy_with(device_count: int | None) -> SimpleNamespace:
    def count() -> int:
        if device_count is None:
            raise _RuntimeError("cudaErrorInsufficientDriver")
        return device_count

    runtime = SimpleNamespace(
        CUDARuntimeError=_RuntimeError,
        getDeviceCount=count,
        getDeviceProperties=lambda device: {"name": f"NVIDIA Test {device}".encode()},
    )
    current = [0]

    def device(index: int | None = None) -> SimpleNamespace:
        chosen = current[0] if index is None else index
        return SimpleNamespace(id=chosen, use=lambda: current.__setitem__(0, chosen))

    return SimpleNamespace(__version__="14.0", cuda=SimpleNamespace(runtime=runtime, Device=device))


@pytest.mark.parametrize("device_count", [0, None])
def test_cuda_without_device_says_so(monkeypatch: pytest.MonkeyPatch, device_count: int | None) -> None:
    monkeypatch.setitem(sys.modules, "cupy", _cupy_with(device_count))
    with pytest.raises(DeviceError, match=r"CuPy is installed but .*--device cpu"):
        select_backend("cuda")
    assert select_backend("auto").name == "cpu"


def test_cuda_with_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", _cupy_with(1))
    backend = select_backend("auto")
    assert (backend.name, backend.device) == ("cuda", "NVIDIA Test 0, CuPy 14.0")


def test_processes_of_a_machine_take_its_devices_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = []
    for local_task in range(4):
        monkeypatch.setitem(sys.modules, "cupy", _cupy_with(3))
        devices.append(select_backend("cuda", local_task).device.partition(",")[0])
    assert devices == ["NVIDIA Test 0", "NVIDIA Test 1", "NVIDIA Test 2", "NVIDIA Test 0"]


@pytest.mark.gpu
def test_real_cuda_device() -> None:
    if importlib.util.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    try:
        backend = select_backend("cuda")
    except DeviceError as error:
        pytest.skip(str(error))
    assert namespace_of(backend.xp.zeros(3)) is backend.xp


def test_small_constants_are_sent_once(strict_device: ModuleType) -> None:
    constant = np.arange(6.0).reshape(2, 3)
    there = constant_on(strict_device, constant)
    np.testing.assert_array_equal(there.get(), constant)
    assert constant_on(strict_device, constant.copy()) is there
    assert constant_on(strict_device, there) is there
    for other in (constant + 1, constant.astype(np.float32), constant.reshape(3, 2)):
        found = constant_on(strict_device, other)
        np.testing.assert_array_equal(found.get(), other)
        assert found.dtype == other.dtype
    large = np.zeros(1 << 14)
    assert constant_on(strict_device, large) is not constant_on(strict_device, large)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_arrays_are_joined(axis: int, strict_device: ModuleType) -> None:
    arrays = [np.full((2, 3, 4), float(index)) for index in range(10)]
    arrays[3] = np.repeat(arrays[3], 2, axis=axis)
    expected = np.concatenate(arrays, axis=axis)
    np.testing.assert_array_equal(joined(arrays, axis), expected)
    found = joined(list(map(strict_device.asarray, arrays)), axis)
    np.testing.assert_array_equal(found.get(), expected)


def test_a_processor_keeps_no_constants() -> None:
    constant = np.arange(3)
    assert constant_on(np, constant) is constant
