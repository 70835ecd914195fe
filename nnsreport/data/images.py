"""Labelled images in one form, whatever file they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nnsreport.errors import DataError

Split = Literal["test", "calibration"]
Pixels = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ImageSet:
    """Images with their labels.

    Attributes
    ----------
    images : numpy.ndarray
        (N, C, H, W), as stored: uint8, or float32.
    labels : numpy.ndarray
        (N,) int64 class numbers from 0.
    name : str
        Name of the data set.
    class_names : tuple of str
        By class number; empty where the files have none.
    notes : tuple of str
        What a reader of the results should know, one sentence each.
    """

    images: Pixels
    labels: NDArray[np.int64]
    name: str
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def head(self, count: int) -> ImageSet:
        """Return the first ``count`` images (all for 0)."""
        if count == 0:
            return self
        return replace(self, images=self.images[:count], labels=self.labels[:count])

    def with_notes(self, *notes: str) -> ImageSet:
        """Return the same images with more notes."""
        return replace(self, notes=(*self.notes, *notes))


def image_set(
    images: NDArray[np.generic],
    labels: NDArray[np.generic],
    *,
    path: Path,
    class_names: tuple[str, ...] = (),
) -> ImageSet:
    """Check arrays read from a file and make an image set of them.

    Parameters
    ----------
    images : numpy.ndarray
        (N, C, H, W), any kind of number; other kinds than uint8 become float32.
    labels : numpy.ndarray
        (N,) whole numbers from 0.
    path : Path
        Where they came from, for messages and as the set's name.
    class_names : tuple of str
        By class number, if known.

    Returns
    -------
    ImageSet
        With contiguous arrays.

    Raises
    ------
    DataError
        There are no images, counts differ, labels are no class numbers, or a pixel is not finite.
    """
    if images.ndim != 4:
        raise DataError(f"images have the shape {images.shape}, expected (images, channels, height, width)", path=path)
    if len(images) == 0:
        raise DataError("has no images", path=path)
    if labels.ndim != 1 or len(labels) != len(images):
        raise DataError(
            f"has {len(images)} images but labels of shape {labels.shape}",
            path=path,
            remedy="give one label for each image",
        )
    return ImageSet(_pixels(images, path), _class_numbers(labels, len(class_names), path), path.stem, class_names)


def _pixels(images: NDArray[np.generic], path: Path) -> Pixels:
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images, dtype=np.uint8)
    if images.dtype.kind not in "iufb":
        raise DataError(f"images are of type {images.dtype}, expected numbers", path=path)
    pixels = np.ascontiguousarray(images, dtype=np.float32)
    finite = np.isfinite(pixels).all(axis=(1, 2, 3))
    if not finite.all():
        raise DataError(f"image {int(np.argmin(finite))} has a pixel that is not finite", path=path)
    return pixels


def _class_numbers(labels: NDArray[np.generic], classes: int, path: Path) -> NDArray[np.int64]:
    if labels.dtype.kind not in "iu":
        raise DataError(f"labels are of type {labels.dtype}, expected whole numbers", path=path)
    numbers = np.ascontiguousarray(labels, dtype=np.int64)
    wrong = (numbers < 0) | (numbers >= classes) if classes else numbers < 0
    if wrong.any():
        image = int(np.argmax(wrong))
        limit = f"0 to {classes - 1}" if classes else "0 upwards"
        raise DataError(f"the label of image {image} is {numbers[image]}, expected {limit}", path=path)
    return numbers
