"""Where arrays live: NumPy on the processor, CuPy on a CUDA device.

There is no global choice. A function that computes takes its namespace from the arrays it is given
(:func:`namespace_of`); only whoever creates the first arrays selects a backend.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from nnsreport.engine import native
from nnsreport.errors import DeviceError

Array: TypeAlias = npt.NDArray[Any]
"""An array of NumPy or CuPy; CuPy's arrays have the same interface, so NumPy's type stands for both."""

_MOST_BYTES_KEPT = 1 << 14

DeviceChoice = Literal["auto", "cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Backend:
    """A place to compute.

    Attributes
    ----------
    xp : module
        The array namespace: ``numpy`` or ``cupy``.
    name : str
        ``cpu`` or ``cuda``.
    device : str
        The device in words, for the run's record.
    """

    xp: ModuleType
    name: Literal["cpu", "cuda"]
    device: str


def namespace_of(array: Array) -> ModuleType:
    """Return the array namespace that an array belongs to.

    Parameters
    ----------
    array : Array
        Of NumPy, of CuPy, or of any library whose arrays have ``__array_namespace__``.

    Returns
    -------
    module
        ``numpy``, ``cupy`` or the other library's namespace. CuPy is never imported here: an array of it
        can only exist once its module is loaded.
    """
    if type(array) is np.ndarray:
        return np
    library = type(array).__module__.partition(".")[0]
    if library in ("numpy", "cupy"):
        return sys.modules[library]
    namespace: ModuleType = array.__array_namespace__()
    return namespace


def to_numpy(array: Array) -> Array:
    """Return an array in the processor's memory.

    Parameters
    ----------
    array : Array
        Of any shape and backend.

    Returns
    -------
    numpy.ndarray
        The same object if it is NumPy's already, else a copy.
    """
    values: Array = array.get() if hasattr(array, "get") else np.asarray(array)
    return values


def joined(arrays: Sequence[Array], axis: int) -> Array:
    """Return arrays one after the other along an axis.

    Parameters
    ----------
    arrays : sequence of Array
        Of one backend and type, and of one shape but for that axis.
    axis : int
        From the front.

    Returns
    -------
    Array
        A new one. CuPy's own function sends the places of more than 8 arrays to the device, which a graph cannot.
    """
    xp, first = namespace_of(arrays[0]), arrays[0]
    if xp is np:
        return np.concatenate(arrays, axis=axis)
    lengths = [array.shape[axis] for array in arrays]
    result: Array = xp.empty((*first.shape[:axis], sum(lengths), *first.shape[axis + 1 :]), dtype=first.dtype)
    begin = 0
    for array, length in zip(arrays, lengths, strict=True):
        result[(slice(None),) * axis + (slice(begin, begin + length),)] = array
        begin += length
    return result


def constant_on(xp: ModuleType, value: Array) -> Array:
    """Return a constant in the memory of a backend; a small one is sent there once, and kept.

    So a network that is evaluated batch after batch sends nothing but its images, as a CUDA graph demands.

    Parameters
    ----------
    xp : module
        Array namespace of the backend.
    value : Array
        Of NumPy, or of the backend.

    Returns
    -------
    Array
        Not to be changed.
    """
    if type(value) is not np.ndarray or xp is np or value.nbytes > _MOST_BYTES_KEPT:
        moved: Array = xp.asarray(value)
        return moved
    device = xp.cuda.runtime.getDevice() if xp.__name__ == "cupy" else 0
    return _kept(xp, device, value.dtype.str, value.shape, value.tobytes())


@functools.cache  # without a limit: what a captured graph reads must stay, and a network has few constants
def _kept(xp: ModuleType, _: int, kind: str, shape: tuple[int, ...], data: bytes) -> Array:
    array: Array = xp.asarray(np.frombuffer(data, kind).reshape(shape))
    return array


def select_backend(choice: DeviceChoice = "auto", local_task: int = 0) -> Backend:
    """Choose where to compute.

    Parameters
    ----------
    choice : {"auto", "cpu", "cuda"}
        ``auto`` takes a CUDA device where CuPy and a device are present, else the processor.
    local_task : int
        Index of this process among several on this machine: each computes on another of the CUDA devices that it sees,
        in turn. The device becomes the current one of this thread.

    Returns
    -------
    Backend
        Namespace and description.

    Raises
    ------
    DeviceError
        ``cuda`` was asked for, but CuPy is not installed, cannot be loaded, or sees no device.
    """
    if choice == "cpu":
        return _cpu()
    if choice not in ("auto", "cuda"):
        raise DeviceError(f"unknown device {choice!r}", remedy="use auto, cpu or cuda")
    try:
        return _cuda(local_task)
    except DeviceError:
        if choice == "cuda":
            raise
        return _cpu()


def _cpu() -> Backend:
    loops = "with" if native.convert is not None else "without"
    return Backend(np, "cpu", f"CPU ({_processor_name()}), NumPy {np.__version__}, {loops} loops in C")


def _processor_name() -> str:
    import platform

    return platform.processor() or platform.machine()


def _cuda(local_task: int) -> Backend:
    try:
        import cupy
    except ImportError as error:
        raise DeviceError(
            f"a CUDA device was asked for, but CuPy cannot be imported ({error})",
            remedy="install nnsreport[cuda12x] or nnsreport[cuda13x] to match the CUDA driver, or use --device cpu",
        ) from error
    try:
        count = cupy.cuda.runtime.getDeviceCount()
        if count == 0:
            raise DeviceError("CuPy is installed but sees no CUDA device", remedy=_NO_DEVICE_REMEDY)
        if local_task % count:
            cupy.cuda.Device(local_task % count).use()
        name = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)["name"]
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise DeviceError(
            f"CuPy is installed but no CUDA device answers ({error})", remedy=_NO_DEVICE_REMEDY
        ) from error
    return Backend(cupy, "cuda", f"{name.decode()}, CuPy {cupy.__version__}")


_NO_DEVICE_REMEDY = (
    "run on a node with a GPU (nvidia-smi must list it), install the extra that fits its driver "
    "(cuda12x or cuda13x), or use --device cpu"
)
