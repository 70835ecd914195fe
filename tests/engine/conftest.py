"""A device that is not there: arrays that behave as CuPy's do where code confuses host and device.

CuPy refuses to be mixed with NumPy's arrays and to be converted to them silently. The strict array does the same on a
machine without a GPU, so that a stray ``np.`` call on a device array is found by the ordinary tests.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from nnsreport.engine.backend import select_backend
from nnsreport.errors import DeviceError

_HOST_VALUES = (bool, int, float, str, slice, type(None), type(Ellipsis), np.generic, np.dtype, type)


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
        return self._values.copy()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            # The array interface and the buffer protocol would let NumPy read the values after all.
            raise AttributeError(name)
        return _wrapped(getattr(self._values, name))

    def __getitem__(self, key: object) -> Any:
        return _wrapped(self._values[_unwrapped(key)])

    def __setitem__(self, key: object, value: object) -> None:
        self._values[_unwrapped(key)] = _unwrapped(value)

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> bool:
        return bool(self._values)

    def __int__(self) -> int:
        return int(self._values)

    def __index__(self) -> int:
        return operator.index(self._values)

    def __float__(self) -> float:
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
        return _wrapped(value(*map(_unwrapped, arguments), **{k: _unwrapped(v) for k, v in named.items()}))

    return call


def _operator_method(name: str) -> Callable[..., Any]:
    def apply(self: StrictArray, *others: object) -> Any:
        result = getattr(self._values, name)(*map(_unwrapped, others))
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
        if isinstance(value, StrictArray) and dtype in (None, value.dtype):
            return value
        return StrictArray(np.array(value._values if isinstance(value, StrictArray) else value, dtype=dtype))

    array = asarray


STRICT = _StrictNamespace(np)


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
