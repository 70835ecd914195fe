"""MNIST as published: plain and compressed, complete and damaged."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest

from nnsreport.data.images import ImageSet
from nnsreport.data.load import load_images
from nnsreport.data.settings import DataSettings
from nnsreport.errors import DataError

GENERATOR = np.random.default_rng(0)


def load(path: Path, split: str = "test", **settings: object) -> ImageSet:
    return load_images(DataSettings(test=path, **settings), split)  # type: ignore[arg-type]


def write_idx(path: Path, array: np.ndarray) -> None:
    data = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("separator", ["-", "."])
def test_mnist(tmp_path: Path, suffix: str, separator: str) -> None:
    images = GENERATOR.integers(0, 256, (4, 28, 28)).astype(np.uint8)
    for part, labels in (("t10k", [7, 2, 1, 0]), ("train", [5, 0, 4, 1])):
        write_idx(tmp_path / f"{part}-images{separator}idx3-ubyte{suffix}", images if part == "t10k" else images[::-1])
        write_idx(tmp_path / f"{part}-labels{separator}idx1-ubyte{suffix}", np.array(labels))
    for path in (tmp_path, tmp_path / f"t10k-images{separator}idx3-ubyte{suffix}"):
        found = load(path)
        assert np.array_equal(found.images[:, 0], images)
        assert found.labels.tolist() == [7, 2, 1, 0]
        calibration = load(path, "calibration", calibration_images=2)
        assert calibration.labels.tolist() == [5, 0]
        assert "training images" in calibration.notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not an idx file"),
        (b"PNG" * 10, "is not an idx file"),
        (struct.pack(">HBB3I", 0, 13, 3, 1, 2, 2) + b"....", "has type 0x0d and 3 axes"),
        (struct.pack(">HBB3I", 0, 8, 1, 1, 2, 2) + b"....", "has type 0x08 and 1 axes"),
        (struct.pack(">HBB3I", 0, 8, 3, 1, 2, 2) + b"...", "has 3 bytes after its header, which announces 4"),
        (struct.pack(">HBB3I", 0, 8, 3, 2**31, 2**31, 2**31) + b"...", "announces"),
    ],
)
def test_wrong_idx(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(content)
    with pytest.raises(DataError, match=message):
        load(tmp_path)


def test_mnist_damaged_gz(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(bytes(500))[:-9])
    with pytest.raises(DataError, match=r"idx3-ubyte\.gz: cannot be read"):
        load(tmp_path)


def test_mnist_without_labels(tmp_path: Path) -> None:
    write_idx(tmp_path / "t10k-images-idx3-ubyte", np.zeros((1, 2, 2)))
    with pytest.raises(DataError, match="has no t10k-labels-idx1-ubyte"):
        load(tmp_path)
