"""MNIST, and sets published in its form (Fashion-MNIST, KMNIST), in their original idx files.

Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits": big-endian header of two zero
bytes, a type byte (8: unsigned byte), the number of axes and their lengths, then the bytes.
"""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnsreport.data.images import ImageSet, Split, image_set
from nnsreport.errors import DataError

FILE_NAME = re.compile(r"^(?P<set>train|t10k)-(?P<what>images|labels)[-.]idx[13]-ubyte(\.gz)?$")
_UNSIGNED_BYTE = 8


def read_mnist(path: Path, split: Split, count: int) -> ImageSet:
    """Read test or training images of MNIST.

    Parameters
    ----------
    path : Path
        The folder with the idx files, plain or .gz, or one of these files (its folder is read).
    split : {"test", "calibration"}
        The files of ``t10k``, or of ``train``.
    count : int
        Images to use, from the first; 0 for all.

    Returns
    -------
    ImageSet
        uint8 (N, 1, H, W).

    Raises
    ------
    DataError
        A file is missing, damaged or not an idx file of bytes.
    """
    folder = path if path.is_dir() else path.parent
    part = "t10k" if split == "test" else "train"
    images = read_idx(_find(folder, part, "images"), axes=3)
    labels = read_idx(_find(folder, part, "labels"), axes=1)
    return image_set(images[:, np.newaxis], labels, path=folder).head(count)


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """Read an idx file of unsigned bytes.

    Parameters
    ----------
    path : Path
        Plain, or compressed if its name ends in .gz.
    axes : int
        Number of axes it must have.

    Returns
    -------
    numpy.ndarray
        uint8, of the shape in the file's header.

    Raises
    ------
    DataError
        The header is another one, or the bytes do not fit it.
    """
    data = _content(path)
    header = 4 + 4 * axes
    if len(data) < header or data[:2] != b"\0\0":
        raise DataError("is not an idx file", path=path)
    if data[2] != _UNSIGNED_BYTE or data[3] != axes:
        raise DataError(
            f"has type {data[2]:#04x} and {data[3]} axes, expected {_UNSIGNED_BYTE:#04x} (bytes) and {axes}", path=path
        )
    shape = struct.unpack(f">{axes}I", data[4:header])
    expected = int(np.prod(shape, dtype=object))
    if len(data) - header != expected:
        raise DataError(f"has {len(data) - header} bytes after its header, which announces {expected}", path=path)
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _content(path: Path) -> bytes:
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as stream:
                return stream.read()
        return path.read_bytes()
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot be read ({error})", path=path, remedy="fetch the file again") from error


def _find(folder: Path, part: str, what: str) -> Path:
    for file in sorted(folder.iterdir()):
        match = FILE_NAME.match(file.name)
        if match and match["set"] == part and match["what"] == what:
            return file
    raise DataError(f"has no {part}-{what}-idx{3 if what == 'images' else 1}-ubyte or its .gz", path=folder)
