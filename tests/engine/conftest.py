"""A device that is not there: arrays that behave as CuPy's do where code confuses host and device.

CuPy refuses to be mixed with NumPy's arrays and to be converted to them silently. The strict array does the same on a
machine without a GPU, so that a stray ``np.`` call on a device array is found by the ordinary tests.

Its streams capture: what is asked for meanwhile is noted and, unlike on a GPU, carried out as well. A replay carries
it out again, on the same memory. Within a capture whatever CuPy 14 refuses raises: reading from the device, sending to
it, cuBLAS, what waits for the device inside (sorting, looking for non-zeros, masks), and memory from the common pool.
"""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.backend import select_backend
from nnsreport.errors import DeviceError

_HOST_VALUES = (bool, int, float, str, slice, type(None), type(Ellipsis), np.generic, np.dtype, type)


_TAPES: list[list[Callable[[], object]]] = []
"""What the capture in progress has noted; empty where there is none."""
_REFUSED = {"matmul", "dot", "tensordot", "einsum", "inner", "vdot"}
"""Functions of cuBLAS, for floating-point numbers."""
_MOST_JOINED = 8
_WAITING = ("argsort", "sort", "lexsort", "nonzero", "flatnonzero", "unique", "argwhere", "repeat", "take_along_axis")


def _wait(what: str) -> None:
    """Do what waits for the device, or is a transfer between it and the host."""
    if _TAPES:
        raise RuntimeError(f"the current stream is capturing, so {what} is disallowed")


def _carry_out(function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call a function of NumPy; within a capture, note how to do it again into the same memory."""
    name = getattr(function, "__name__", "").strip("_")
    if _TAPES:
        arrays = [value for value in (*arguments, getattr(function, "__self__", None)) if isinstance(value, np.ndarray)]
        if name in _REFUSED and any(array.dtype.kind == "f" for array in arrays):
            raise NotImplementedError("calling cuBLAS API during stream capture is currently unsupported")
        if name in ("concatenate", "stack") and len(arguments[0]) > _MOST_JOINED:
            _wait("a copy from the host, of the places of many arrays,")
        # np.repeat with one number of times is a kernel; with several it is not.
        if name in _WAITING and not (name == "repeat" and isinstance(arguments[-1], int)):
            _wait(name)
    result = function(*arguments, **named)
    if isinstance(result, np.generic):
        result = np.asarray(result)  # which can be written to again
    if not _TAPES or name.startswith("empty"):
        return result

    def again() -> None:
        _write(result, function(*arguments, **named))

    _TAPES[-1].append(again)
    return result


def _write(there: Any, values: Any) -> None:
    if isinstance(there, np.ndarray):
        if there.flags.writeable:  # others are views, such as of broadcast arrays
            np.copyto(there, values)
    elif isinstance(there, tuple | list):
        for one, value in zip(there, values, strict=True):
            _write(one, value)


class StrictArray:
    """A device array: works with its own kind and with numbers, raises TypeError on NumPy's arrays."""

    __array_ufunc__ = None

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def __array_namespace__(self) -> ModuleType:
        return STRICT

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise TypeError("a device array is not converted to NumPy implicitly; use get()")

    def __array_function__(self, function: Callable[..., Any], *_: object) -> None:
        raise TypeError(f"numpy.{function.__name__} was called on a device array")

    def get(self) -> np.ndarray:
        _wait("a copy to the host")
        return self._values.copy()

    def fill(self, value: float) -> None:
        _carry_out(self._values.fill, (_unwrapped(value),), {})

    def item(self) -> Any:
        _wait("a copy to the host")
        return self._values.item()

    def tolist(self) -> Any:
        _wait("a copy to the host")
        return self._values.tolist()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # The array interface and the buffer protocol would let NumPy read the values after all.
            raise AttributeError(name)
        return _wrapped(getattr(self._values, name))

    def __getitem__(self, key: object) -> Any:
        place = _unwrapped(key)
        parts = place if isinstance(place, tuple) else (place,)
        if any(isinstance(part, np.ndarray) and part.dtype.kind == "b" for part in parts):
            _wait("indexing by a mask")
        return _wrapped(_carry_out(self._values.__getitem__, (place,), {}))

    def __setitem__(self, key: object, value: object) -> None:
        _carry_out(self._values.__setitem__, (_unwrapped(key), _unwrapped(value)), {})

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> bool:
        _wait("reading a number")
        return bool(self._values)

    def __int__(self) -> int:
        _wait("reading a number")
        return int(self._values)

    def __index__(self) -> int:
        _wait("reading a number")
        return operator.index(self._values)

    def __float__(self) -> float:
        _wait("reading a number")
        return float(self._values)

    def __repr__(self) -> str:
        return f"StrictArray({self._values!r})"

    __hash__ = None  # type: ignore[assignment]


def _unwrapped(value: Any) -> Any:
    if isinstance(value, StrictArray):
        return value._values
    if isinstance(value, tuple | list):
        return type(value)(_unwrapped(item) for item in value)
    if isinstance(value, np.ndarray):
        raise TypeError(f"a NumPy array of shape {value.shape} was given to the device")
    if not isinstance(value, _HOST_VALUES):
        raise TypeError(f"the device cannot take a {type(value).__name__}")
    return value


def _wrapped(value: Any) -> Any:
    # CuPy returns arrays without axes where NumPy returns scalars.
    if isinstance(value, np.ndarray | np.generic):
        return StrictArray(np.asarray(value))
    if isinstance(value, tuple | list):
        return type(value)(_wrapped(item) for item in value)
    if isinstance(value, type | np.dtype) or not callable(value):
        return value

    def call(*arguments: object, **named: object) -> Any:
        given = {key: _unwrapped(one) for key, one in named.items()}
        return _wrapped(_carry_out(value, tuple(map(_unwrapped, arguments)), given))

    return call


def _operator_method(name: str) -> Callable[..., Any]:
    def apply(self: StrictArray, *others: object) -> Any:
        result = _carry_out(getattr(self._values, name), tuple(map(_unwrapped, others)), {})
        if result is self._values:
            return self
        return result if result is NotImplemented else _wrapped(result)

    return apply


_NAMES = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift", "rshift")
_METHODS = [f"__{prefix}{name}__" for name in _NAMES for prefix in ("", "r", "i")]
for _name in [
    *_METHODS,
    "__lt__",
    "__le__",
    "__eq__",
    "__ne__",
    "__gt__",
    "__ge__",
    "__neg__",
    "__abs__",
    "__invert__",
]:
    setattr(StrictArray, _name, _operator_method(_name))


class _StrictNamespace(ModuleType):
    """NumPy's functions for strict arrays; ``asarray`` and ``array`` are the explicit way onto the device."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__(f"strict_{module.__name__}")
        self._module = module

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return _StrictNamespace(value) if isinstance(value, ModuleType) else _wrapped(value)

    @staticmethod
    def asarray(value: Any, dtype: Any = None) -> StrictArray:
        if isinstance(value, StrictArray):
            return value if dtype in (None, value.dtype) else value.astype(dtype)
        _wait("a copy from the host")
        return StrictArray(np.array(value, dtype=dtype))

    array = asarray


class StrictStream:
    """Captures, and tells what it captured whether it may be done again."""

    def __init__(self, *, non_blocking: bool = False) -> None:
        self.non_blocking = non_blocking

    def __enter__(self) -> StrictStream:
        return self

    def __exit__(self, *_: object) -> None:
        assert not _TAPES, "a stream is left while it captures"

    def synchronize(self) -> None:
        _wait("waiting")

    def begin_capture(self) -> None:
        assert not _TAPES, "captures are not nested"
        _TAPES.append([])

    def end_capture(self) -> StrictGraph:
        return StrictGraph(_TAPES.pop())


class StrictGraph:
    """Does again what was captured."""

    launches = 0

    def __init__(self, tape: list[Callable[[], object]]) -> None:
        self._tape = tape

    def launch(self) -> None:
        StrictGraph.launches += 1
        for again in self._tape:
            again()


class StrictPool:
    """Memory of its own."""

    def malloc(self, size: int) -> int:
        return size


@contextlib.contextmanager
def _using_allocator(_: Callable[[int], int]) -> Iterator[None]:
    yield


STRICT = _StrictNamespace(np)
# CuPy counts in an array without axes; NumPy before 2.3 in a number of Python's, which no replay can write to.
STRICT.count_nonzero = _wrapped(lambda values: np.asarray(np.count_nonzero(values)))
STRICT.cuda = SimpleNamespace(Stream=StrictStream, MemoryPool=StrictPool, using_allocator=_using_allocator)


@pytest.fixture(scope="session")
def strict_device() -> ModuleType:
    """Namespace of a device that refuses NumPy's arrays: ``strict_device.asarray(x)`` moves there, ``get()`` back."""
    return STRICT


@pytest.fixture(scope="session")
def devices() -> dict[str, ModuleType]:
    """Namespaces that code for NumPy and CuPy is tried with: the strict device, and a real one where there is one."""
    try:
        return {"strict": STRICT, "cuda": select_backend("cuda").xp}
    except DeviceError:
        return {"strict": STRICT}


@pytest.fixture
def graph_launches() -> Callable[[], int]:
    """How many graphs the strict device has launched since the last call."""
    seen = StrictGraph.launches

    def since() -> int:
        nonlocal seen
        seen, found = StrictGraph.launches, StrictGraph.launches - seen
        return found

    return since


@pytest.fixture
def blas_in_graphs() -> Iterator[None]:
    """Let the strict device capture products too, as a kernel of one's own in their place could be."""
    refused = set(_REFUSED)
    _REFUSED.clear()
    yield
    _REFUSED.update(refused)


@pytest.fixture
def carry_out() -> Callable[..., Any]:
    """What the strict device does its work with: function, arguments, named arguments."""
    return _carry_out
