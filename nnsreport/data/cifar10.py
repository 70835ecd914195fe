"""CIFAR-10 in its original files.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and its page: the Python
version (pickled batches of 10,000 rows of 3,072 bytes) and the binary version (records of a label byte and 3,072
bytes), as folders or as the published .tar.gz.
"""

from __future__ import annotations

import io
import pickle
import tarfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from nnsreport.data.images import ImageSet, Split, image_set
from nnsreport.data.restricted_pickle import load_arrays
from nnsreport.errors import DataError

_SHAPE = (3, 32, 32)
_PIXELS = 3072
_TEST = ("test_batch",)
_TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))
BATCH_NAMES = frozenset(name + suffix for name in _TEST + _TRAIN for suffix in ("", ".bin"))
FOLDERS = ("cifar-10-batches-py", "cifar-10-batches-bin")
_META = {"batches.meta", "batches.meta.txt"}

Batch = tuple[NDArray[np.uint8], NDArray[np.int64]]


def read_cifar10(path: Path, split: Split, count: int) -> ImageSet:
    """Read test or training images of CIFAR-10.

    Parameters
    ----------
    path : Path
        The folder of batches or the one above it, the .tar.gz, or one batch file: for its own split it is read
        alone, for the other split the batches beside it are.
    split : {"test", "calibration"}
        The test batch, or the training batches.
    count : int
        Images to read, from the first; 0 for all.

    Returns
    -------
    ImageSet
        uint8 (N, 3, 32, 32), with class names where the files have them.

    Raises
    ------
    DataError
        A batch is missing or damaged, or a pickle asks for more than arrays.
    """
    members = _members(path)
    names: tuple[str, ...] = ()
    for meta in sorted(_META & members.keys()):
        names = _class_names(meta, members[meta](), path)
    wanted = _TEST if split == "test" else _TRAIN
    if path.name.removesuffix(".bin") in wanted:
        wanted = (path.name.removesuffix(".bin"),)
    batches = list(_batches(members, wanted, count, path))
    images = np.concatenate([images for images, _ in batches])
    labels = np.concatenate([labels for _, labels in batches])
    found = image_set(images, labels, path=path, class_names=names)
    return found.head(count)


def _batches(
    members: dict[str, Callable[[], bytes]], wanted: tuple[str, ...], count: int, path: Path
) -> Iterator[Batch]:
    read = 0
    for name in wanted:
        if count and read >= count:
            return
        present = [member for member in (name, name + ".bin") if member in members]
        if not present:
            raise DataError(
                f"has no batch {name} or {name}.bin", path=path, remedy="unpack the whole of CIFAR-10 there"
            )
        member = present[0]
        data = members[member]()
        batch = _binary_batch(data, path / member) if member.endswith(".bin") else _pickled_batch(data, path / member)
        read += len(batch[1])
        yield batch


def _members(path: Path) -> dict[str, Callable[[], bytes]]:
    """Return readers of the files of the data set by name."""
    if path.is_dir():
        folder = next((path / name for name in FOLDERS if (path / name).is_dir()), path)
        return {file.name: file.read_bytes for file in folder.iterdir() if file.is_file()}
    if path.name in BATCH_NAMES:
        return {file.name: file.read_bytes for file in path.parent.iterdir() if file.is_file()}
    return _archive_members(path)


def _archive_members(path: Path) -> dict[str, Callable[[], bytes]]:
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                if member.isfile() and name in BATCH_NAMES | _META:
                    stream = archive.extractfile(member)
                    assert stream is not None
                    contents[name] = stream.read()
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise DataError(f"cannot be read as CIFAR-10's .tar.gz ({error})", path=path) from error
    return {name: partial(bytes, data) for name, data in contents.items()}


def _pickled_batch(data: bytes, path: Path) -> Batch:
    content = _unpickled(data, path)
    rows, labels = (content.get(key, content.get(key.encode())) for key in ("data", "labels"))
    if not isinstance(rows, np.ndarray) or rows.ndim != 2 or rows.shape[1] != _PIXELS or rows.dtype != np.uint8:
        raise DataError(f"its data are not rows of {_PIXELS} bytes", path=path)
    if not isinstance(labels, list) or not all(isinstance(label, int) for label in labels):
        raise DataError("its labels are not a list of whole numbers", path=path)
    if len(labels) != len(rows):
        raise DataError(f"has {len(rows)} images but {len(labels)} labels", path=path)
    return rows.reshape(-1, *_SHAPE), np.array(labels, np.int64)


def _unpickled(data: bytes, path: Path) -> dict[object, object]:
    try:
        content = load_arrays(io.BytesIO(data))
    except pickle.UnpicklingError as error:
        raise DataError(
            f"is not a batch of CIFAR-10 ({error})", path=path, remedy="fetch the data set again from its page"
        ) from error
    if not isinstance(content, dict):
        raise DataError("is not a batch of CIFAR-10 (no dictionary)", path=path)
    return content


def _binary_batch(data: bytes, path: Path) -> Batch:
    if not data or len(data) % (_PIXELS + 1):
        raise DataError(f"has {len(data)} bytes, expected a multiple of {_PIXELS + 1}", path=path)
    records = np.frombuffer(data, np.uint8).reshape(-1, _PIXELS + 1)
    return records[:, 1:].reshape(-1, *_SHAPE), records[:, 0].astype(np.int64)


def _class_names(name: str, data: bytes, path: Path) -> tuple[str, ...]:
    if name.endswith(".txt"):
        return tuple(line.strip() for line in data.decode("ascii", "replace").splitlines() if line.strip())
    content = _unpickled(data, path / name)
    names = content.get("label_names", content.get(b"label_names"))
    if not isinstance(names, list):
        return ()
    return tuple(text.decode("ascii", "replace") if isinstance(text, bytes) else str(text) for text in names)
