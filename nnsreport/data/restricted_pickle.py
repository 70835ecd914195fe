"""Reading pickles that may hold NumPy arrays, and nothing else.

CIFAR-10's Python version is a set of pickles. A pickle can call any function it names, so a file from the network is a
program; here only the functions that rebuild an array are within its reach.
"""

from __future__ import annotations

import codecs
import pickle
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

_REBUILD = np.empty(0).__reduce__()[0]


def _latin1(text: str, encoding: str) -> bytes:
    if encoding.replace("-", "").lower() != "latin1":
        raise pickle.UnpicklingError(f"refuses the encoding {encoding!r}")
    return codecs.encode(text, "latin1")


_ALLOWED: dict[tuple[str, str], object] = {
    ("numpy.core.multiarray", "_reconstruct"): _REBUILD,
    ("numpy._core.multiarray", "_reconstruct"): _REBUILD,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _latin1,  # how protocol 2 writes bytes from Python 3
}


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Callable[..., object]:
        try:
            return self._callable(_ALLOWED[module, name])
        except KeyError:
            raise pickle.UnpicklingError(f"asks for {module}.{name}, which no array needs: refused") from None

    @staticmethod
    def _callable(found: object) -> Callable[..., object]:
        assert callable(found)
        return found


def load_arrays(stream: BinaryIO) -> object:
    """Read one pickle of dictionaries, lists, numbers, texts and NumPy arrays.

    Parameters
    ----------
    stream : BinaryIO
        Positioned at the pickle; texts of Python 2 are read as bytes.

    Returns
    -------
    object
        What it holds.

    Raises
    ------
    pickle.UnpicklingError
        It names anything else, or is damaged.
    """
    try:
        return _ArrayUnpickler(stream, encoding="bytes").load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:  # a damaged pickle raises nearly anything
        raise pickle.UnpicklingError(f"{type(error).__name__}: {error}") from error
