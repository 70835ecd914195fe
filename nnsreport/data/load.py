"""From settings to images: finds the format, and the calibration split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from nnsreport.data import cifar10, folder, mnist
from nnsreport.data.images import ImageSet, Split
from nnsreport.data.npz import read_npz
from nnsreport.data.settings import DataSettings
from nnsreport.errors import DataError

_WITH_TRAINING_SPLIT = ("cifar10", "mnist")


def load_images(settings: DataSettings, split: Split) -> ImageSet:
    """Read the images of a split.

    Parameters
    ----------
    settings : DataSettings
        Where they are, and how many to use.
    split : {"test", "calibration"}
        Without a calibration file, CIFAR-10 and MNIST give their training images; for other formats the first test
        images must do, which a note of the result says.

    Returns
    -------
    ImageSet
        As stored; :class:`nnsreport.data.normalization.Normalization` makes the network's input of it, batch by batch.

    Raises
    ------
    DataError
        There is no test file, or it cannot be read.
    """
    try:
        return _load_images(settings, split)
    except OSError as error:  # what a format's reader does not expect: no permission, a failing disk
        raise DataError(f"cannot be read ({error.strerror})", path=error.filename or settings.test) from error


def _load_images(settings: DataSettings, split: Split) -> ImageSet:
    if settings.test is None:
        raise DataError("names no test images", field="data.test", remedy="set data.test to a file or folder")
    if split == "test":
        found = _read(settings.test, settings, _named_split(settings.test) or "test", settings.images)
    elif settings.calibration is not None:
        path = settings.calibration
        found = _read(path, settings, _named_split(path) or "calibration", settings.calibration_images)
    else:
        found = _calibration_for(settings.test, settings)
    return replace(found, name=settings.name or found.name)


def _calibration_for(test: Path, settings: DataSettings) -> ImageSet:
    count = settings.calibration_images
    test_split = _named_split(test) or "test"
    if _format_of(test, settings.format) in _WITH_TRAINING_SPLIT and test_split == "test":
        found = _read(test, settings, "calibration", count)
        return found.with_notes(f"calibrated on the first {len(found)} training images of {test}")
    found = _read(test, settings, test_split, count)
    return found.with_notes(
        f"calibrated on the first {len(found)} test images, for want of others: set data.calibration to keep them apart"
    )


def _read(path: Path, settings: DataSettings, split: Split, count: int) -> ImageSet:
    match _format_of(path, settings.format):
        case "npz":
            return read_npz(path, settings.layout).head(count)
        case "folder":
            return folder.read_folder(path, count)
        case "cifar10":
            return cifar10.read_cifar10(path, split, count)
        case _:
            return mnist.read_mnist(path, split, count)


def _named_split(path: Path) -> Split | None:
    """Return the split that a file of a published data set is named after."""
    if path.name.startswith(("test_batch", "t10k-")):
        return "test"
    if path.name.startswith(("data_batch", "train-")):
        return "calibration"
    return None


def _format_of(path: Path, configured: str) -> str:
    if not path.exists():
        raise DataError("does not exist", path=path)
    kind = _guess(path) if configured == "auto" else configured
    if kind is None:
        raise DataError(
            "is none of the known formats",
            path=path,
            remedy="give an .npz file, a folder with one folder a class, or CIFAR-10 or MNIST as published",
        )
    if (kind == "npz" and path.is_dir()) or (kind == "folder" and not path.is_dir()):
        raise DataError(f"is a {'folder' if path.is_dir() else 'file'}, but data.format is {kind!r}", path=path)
    return kind


def _guess(path: Path) -> str | None:
    names = {entry.name for entry in path.iterdir()} if path.is_dir() else {path.name}
    if not path.is_dir() and path.suffix == ".npz":
        return "npz"
    if names & (cifar10.BATCH_NAMES | set(cifar10.FOLDERS)) or path.name.endswith((".tar.gz", ".tgz")):
        return "cifar10"
    if any(mnist.FILE_NAME.match(name) for name in names):
        return "mnist"
    if path.is_dir() and folder.holds_images(path):
        return "folder"
    return None
