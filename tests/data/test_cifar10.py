"""CIFAR-10 as published: both versions, in folders and archives, damaged and hostile."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
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


def cifar_batch(count: int, first_label: int = 0) -> tuple[np.ndarray, list[int]]:
    return GENERATOR.integers(0, 256, (count, 3072)).astype(np.uint8), [(first_label + i) % 10 for i in range(count)]


NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


@pytest.fixture
def python_cifar(tmp_path: Path) -> tuple[Path, np.ndarray]:
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    test, labels = cifar_batch(12)
    for name, (rows, numbers) in {
        "test_batch": (test, labels),
        "data_batch_1": cifar_batch(5),
        "data_batch_2": cifar_batch(5, 5),
    }.items():
        (folder / name).write_bytes(pickle.dumps({b"data": rows, b"labels": numbers, b"batch_label": b"x"}, protocol=2))
    (folder / "batches.meta").write_bytes(pickle.dumps({b"label_names": [name.encode() for name in NAMES]}, protocol=2))
    return folder, test


@pytest.fixture
def binary_cifar(tmp_path: Path) -> tuple[Path, np.ndarray]:
    folder = tmp_path / "cifar-10-batches-bin"
    folder.mkdir()
    test, labels = cifar_batch(12)
    for name, (rows, numbers) in {"test_batch.bin": (test, labels), "data_batch_1.bin": cifar_batch(5)}.items():
        (folder / name).write_bytes(np.column_stack([np.array(numbers, np.uint8), rows]).tobytes())
    (folder / "batches.meta.txt").write_text("\n".join(NAMES) + "\n\n")
    return folder, test


@pytest.mark.parametrize("version", ["python_cifar", "binary_cifar"])
@pytest.mark.parametrize("form", ["folder", "above", "file", "archive"])
def test_cifar(version: str, form: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    folder, test = request.getfixturevalue(version)
    path = {
        "folder": folder,
        "above": tmp_path,
        "file": folder / ("test_batch" if version == "python_cifar" else "test_batch.bin"),
        "archive": tmp_path / "cifar-10.tar.gz",
    }[form]
    if form == "archive":
        with tarfile.open(path, "w:gz") as archive:
            archive.add(folder, folder.name)
    found = load(path)
    assert found.class_names == tuple(NAMES)
    assert found.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert np.array_equal(found.images, test.reshape(12, 3, 32, 32))


def test_cifar_calibrates_on_its_training_images(python_cifar: tuple[Path, np.ndarray]) -> None:
    folder, _ = python_cifar
    found = load(folder, "calibration", calibration_images=7)
    assert found.labels.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert found.notes == (f"calibrated on the first 7 training images of {folder}",)
    from_file = load(folder / "test_batch", "calibration", calibration_images=3)
    assert np.array_equal(from_file.images, found.images[:3])


def test_cifar_training_batch_as_test_is_read_alone_and_leaks_only_with_a_note(
    python_cifar: tuple[Path, np.ndarray],
) -> None:
    folder, _ = python_cifar
    assert load(folder / "data_batch_2").labels.tolist() == [5, 6, 7, 8, 9]
    assert "test images" in load(folder / "data_batch_2", "calibration").notes[0]


def test_cifar_with_too_few_batches(python_cifar: tuple[Path, np.ndarray]) -> None:
    with pytest.raises(DataError, match=r"has no batch data_batch_3 or data_batch_3\.bin"):
        load(python_cifar[0], "calibration", calibration_images=11)


class Malicious:
    """A pickle of it would call a function when it is read."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.marker),)


def test_cifar_pickle_with_a_program_in_it_is_refused(python_cifar: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    folder, _ = python_cifar
    payload = pickle.dumps({b"data": Malicious(tmp_path / "owned"), b"labels": [0]}, protocol=2)
    (folder / "test_batch").write_bytes(payload)
    with pytest.raises(DataError, match=r"test_batch: is not a batch of CIFAR-10 \(asks for posix\.mkdir"):
        load(folder)
    assert not (tmp_path / "owned").exists()
    pickle.loads(payload)  # the payload is a working one
    assert (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    "payload",
    [
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"cnumpy.lib.npyio\nload\n(S'x'\ntR.",
        b"c_codecs\nencode\n(S'x'\nS'zlib_codec'\ntR.",
        b"garbage",
        b"",
    ],
)
def test_cifar_pickles_that_are_no_batches(python_cifar: tuple[Path, np.ndarray], payload: bytes) -> None:
    (python_cifar[0] / "test_batch").write_bytes(payload)
    with pytest.raises(DataError, match=r"test_batch: is not a batch of CIFAR-10"):
        load(python_cifar[0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "no dictionary"),
        ({b"labels": [0]}, "data are not rows of 3072 bytes"),
        ({b"data": np.zeros((2, 5), np.uint8), b"labels": [0, 1]}, "data are not rows of 3072 bytes"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": "ab"}, "labels are not a list"),
        ({b"data": np.zeros((2, 3072), np.uint8), b"labels": [0]}, "has 2 images but 1 labels"),
        ({b"data": np.zeros((1, 3072), np.uint8), b"labels": [10]}, "label of image 0 is 10, expected 0 to 9"),
    ],
)
def test_wrong_cifar_batches(python_cifar: tuple[Path, np.ndarray], content: object, message: str) -> None:
    (python_cifar[0] / "test_batch").write_bytes(pickle.dumps(content, protocol=2))
    with pytest.raises(DataError, match=message):
        load(python_cifar[0])


def test_truncated_binary_cifar(binary_cifar: tuple[Path, np.ndarray]) -> None:
    file = binary_cifar[0] / "test_batch.bin"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"test_batch\.bin: has 36875 bytes, expected a multiple of 3073"):
        load(binary_cifar[0])


def test_damaged_archive(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("test_batch"))
    (tmp_path / "cifar.tar.gz").write_bytes(buffer.getvalue()[:20])
    with pytest.raises(DataError, match=r"cannot be read as CIFAR-10's \.tar\.gz"):
        load(tmp_path / "cifar.tar.gz")
