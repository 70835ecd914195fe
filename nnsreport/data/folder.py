"""Images from a folder with one folder a class."""

from __future__ import annotations

from itertools import chain, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.data.images import ImageSet, image_set
from nnsreport.errors import DataError

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"})
_GREY = frozenset({"1", "L"})
_COLOUR = frozenset({"RGB", "RGBA", "P", "PA", "LA", "CMYK", "YCbCr", "RGBX"})


def read_folder(path: Path, count: int) -> ImageSet:
    """Read images whose folder names their class.

    Parameters
    ----------
    path : Path
        Holds one folder a class; classes are numbered in the order of their sorted names.
    count : int
        Images to read; 0 for all. Classes take turns, so that the first images are balanced.

    Returns
    -------
    ImageSet
        uint8, one channel when every image is grey, else three.

    Raises
    ------
    DataError
        There is no image, one cannot be read, or sizes differ.
    """
    classes = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not classes:
        raise DataError(
            "has no folder inside", path=path, remedy="put the images of each class into a folder of its own"
        )
    files = [[(file, number) for file in _image_files(folder)] for number, folder in enumerate(classes)]
    turns = [entry for entry in chain.from_iterable(zip_longest(*files)) if entry is not None]
    if not turns:
        raise DataError("has no images in its folders", path=path, remedy=f"known are {', '.join(sorted(SUFFIXES))}")
    chosen = turns[:count] if count else turns
    images = _decode([file for file, _ in chosen])
    labels = np.array([number for _, number in chosen], np.int64)
    return image_set(images, labels, path=path, class_names=tuple(folder.name for folder in classes))


def holds_images(path: Path) -> bool:
    """Whether a folder has a folder with an image in it."""
    return any(_image_files(entry) for entry in path.iterdir() if entry.is_dir())


def _image_files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())


def _decode(files: list[Path]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    size, modes = _common_size(files)
    colour = not modes <= _GREY
    width, height = size
    images = np.empty((len(files), 3 if colour else 1, height, width), np.uint8)
    for index, file in enumerate(files):
        with _open(file) as image:
            pixels = np.asarray(_converted(image, file, "RGB" if colour else "L"))
        images[index] = pixels.transpose(2, 0, 1) if colour else pixels
    return images


def _common_size(files: list[Path]) -> tuple[tuple[int, int], frozenset[str]]:
    size: tuple[int, int] | None = None
    modes = set()
    for file in files:
        with _open(file) as image:
            size = size or image.size
            modes.add(image.mode)
            if image.size != size:
                raise DataError(
                    f"is {image.width} x {image.height} pixels, but {files[0]} is {size[0]} x {size[1]}",
                    path=file,
                    remedy="resize all images to the network's input",
                )
            if image.mode not in _GREY | _COLOUR:
                raise DataError(f"has pixels of the kind {image.mode}, expected 8 bits a channel", path=file)
    assert size is not None
    return size, frozenset(modes)


def _open(file: Path) -> Image.Image:
    from PIL import Image

    try:
        return Image.open(file)
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(
            f"is not an image that can be read ({error})", path=file, remedy="replace or remove it"
        ) from error


def _converted(image: Image.Image, file: Path, mode: str) -> Image.Image:
    try:
        return image.convert(mode)
    except (OSError, ValueError, SyntaxError) as error:  # Pillow reads pixels only now
        raise DataError(f"is a damaged image ({error})", path=file, remedy="replace or remove it") from error
