"""Images from a NumPy archive."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnsreport.data.images import ImageSet, image_set
from nnsreport.errors import DataError

_REQUIRED = ("images", "labels")
_USED = (*_REQUIRED, "class_names")
_CHANNELS = (1, 3)


def read_npz(path: Path, layout: str) -> ImageSet:
    """Read ``images`` and ``labels`` of an .npz file.

    Parameters
    ----------
    path : Path
        A NumPy archive; pickled objects in it are refused.
    layout : str
        ``nchw``, ``nhwc``, or ``auto``: the channel axis is the one with 1 or 3 entries. Images of three axes are
        grey, (images, height, width).

    Returns
    -------
    ImageSet
        All its images.

    Raises
    ------
    DataError
        The file is damaged, lacks an array, or its axes cannot be told.
    """
    arrays = _arrays(path)
    missing = [name for name in _REQUIRED if name not in arrays]
    if missing:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise DataError(
            f"has no array {' and no array '.join(map(repr, missing))} (found: {found})",
            path=path,
            remedy="save it with numpy.savez(file, images=..., labels=...)",
        )
    names = _names(arrays.get("class_names"), path)
    images, labels = arrays["images"], arrays["labels"]
    assert images is not None
    assert labels is not None
    return image_set(_channels_first(images, layout, path), labels, path=path, class_names=names)


def _arrays(path: Path) -> dict[str, NDArray[np.generic] | None]:
    """Return the archive's arrays by name; those of no use here are named, not read."""
    try:
        # Opened here: NumPy leaves a file open when it finds no archive in it.
        with path.open("rb") as stream:
            archive = np.load(stream, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise DataError("is a single array, not an .npz archive", path=path)
            return {name: archive[name] if name in _USED else None for name in archive.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"cannot be read as an .npz archive of plain arrays ({error})", path=path) from error


def _names(names: NDArray[np.generic] | None, path: Path) -> tuple[str, ...]:
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind != "U":
        raise DataError("class_names is not a list of texts", path=path)
    return tuple(str(name) for name in names)


def _channels_first(images: NDArray[np.generic], layout: str, path: Path) -> NDArray[np.generic]:
    if images.ndim == 3:
        return images[:, np.newaxis]
    if images.ndim != 4:
        raise DataError(
            f"images have the shape {images.shape}, expected (images, height, width) or four axes with channels",
            path=path,
        )
    if layout == "auto":
        layout = _guess_layout(images.shape, path)
    return images if layout == "nchw" else images.transpose(0, 3, 1, 2)


def _guess_layout(shape: tuple[int, ...], path: Path) -> str:
    first, last = shape[1] in _CHANNELS, shape[3] in _CHANNELS
    if first == last:
        raise DataError(
            f"cannot tell which axis of {shape} holds the channels",
            path=path,
            remedy='set data.layout to "nchw" or "nhwc"',
        )
    return "nchw" if first else "nhwc"
