"""Every format of images, from files the tests write, and everything that may be wrong with them."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnsreport.data.images import ImageSet
from nnsreport.data.load import load_images
from nnsreport.data.settings import DataSettings
from nnsreport.errors import DataError

GENERATOR = np.random.default_rng(0)


def load(path: Path, split: str = "test", **settings: object) -> ImageSet:
    return load_images(DataSettings(test=path, **settings), split)  # type: ignore[arg-type]


# NumPy archives


def save(path: Path, shape: tuple[int, ...], dtype: str = "uint8", labels: object = None) -> np.ndarray:
    images = GENERATOR.integers(0, 256, shape).astype(dtype)
    np.savez(path, images=images, labels=np.arange(shape[0]) % 3 if labels is None else labels)
    return images


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [
        ((5, 8, 8, 3), "auto", (5, 3, 8, 8)),
        ((5, 3, 8, 8), "auto", (5, 3, 8, 8)),
        ((5, 8, 8, 1), "auto", (5, 1, 8, 8)),
        ((5, 8, 9), "auto", (5, 1, 8, 9)),
        ((5, 3, 8, 3), "nhwc", (5, 3, 3, 8)),
        ((5, 2, 8, 8), "nchw", (5, 2, 8, 8)),
    ],
)
def test_npz_axes(tmp_path: Path, shape: tuple[int, ...], layout: str, expected: tuple[int, ...]) -> None:
    images = save(tmp_path / "a.npz", shape)
    found = load(tmp_path / "a.npz", layout=layout)
    assert found.images.shape == expected
    assert found.images.dtype == np.uint8
    assert found.labels.dtype == np.int64
    assert found.images.flags["C_CONTIGUOUS"]
    as_stored = found.images if len(shape) == 3 or expected == shape else found.images.transpose(0, 2, 3, 1)
    assert np.array_equal(as_stored.reshape(shape), images)


def test_npz_of_floats_becomes_float32(tmp_path: Path) -> None:
    images = save(tmp_path / "a.npz", (4, 1, 5, 5), "float64")
    found = load(tmp_path / "a.npz")
    assert found.images.dtype == np.float32
    assert np.array_equal(found.images, images.astype(np.float32))


def test_npz_with_class_names_and_a_name(tmp_path: Path) -> None:
    np.savez(
        tmp_path / "a.npz", images=np.zeros((2, 4, 4), np.uint8), labels=[0, 1], class_names=["cat", "dog"], more=[1]
    )
    assert load(tmp_path / "a.npz").class_names == ("cat", "dog")
    assert load(tmp_path / "a.npz").name == "a"
    assert load(tmp_path / "a.npz", name="Pets").name == "Pets"


def test_first_images_only(tmp_path: Path) -> None:
    save(tmp_path / "a.npz", (5, 8, 8))
    assert len(load(tmp_path / "a.npz", images=2)) == 2
    assert len(load(tmp_path / "a.npz", images=99)) == 5


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((2, 4, 4))}, "has no array 'labels' \\(found: images\\)"),
        ({"x": np.zeros(2)}, "has no array 'images' and no array 'labels' \\(found: x\\)"),
        ({"images": np.zeros((2, 4, 4)), "labels": np.zeros(3, int)}, "has 2 images but labels of shape \\(3,\\)"),
        ({"images": np.zeros((0, 4, 4)), "labels": np.zeros(0, int)}, "has no images"),
        ({"images": np.zeros((2, 16)), "labels": np.zeros(2, int)}, "have the shape \\(2, 16\\)"),
        ({"images": np.zeros((2, 3, 3, 3)), "labels": np.zeros(2, int)}, "cannot tell which axis.*data.layout"),
        ({"images": np.zeros((2, 5, 5, 5)), "labels": np.zeros(2, int)}, "cannot tell which axis"),
        ({"images": np.zeros((2, 4, 4)), "labels": np.array([0, -1])}, "label of image 1 is -1"),
        ({"images": np.zeros((2, 4, 4)), "labels": np.array([0.5, 1])}, "labels are of type float64"),
        (
            {"images": np.array([["a", "b"], ["c", "d"]]).reshape(2, 1, 2), "labels": np.zeros(2, int)},
            "expected numbers",
        ),
        (
            {"images": np.array([1.0, np.nan]).reshape(2, 1, 1), "labels": np.zeros(2, int)},
            "image 1 has a pixel that is not",
        ),
        (
            {"images": np.zeros((2, 4, 4)), "labels": np.array([0, 2]), "class_names": np.array(["a", "b"])},
            "label of image 1 is 2, expected 0 to 1",
        ),
        (
            {"images": np.zeros((1, 4, 4)), "labels": np.zeros(1, int), "class_names": np.zeros(1)},
            "not a list of texts",
        ),
    ],
)
def test_wrong_npz(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load(tmp_path / "a.npz")


def test_npz_with_pickled_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.array([object()], dtype=object), labels=[0])
    with pytest.raises(DataError, match="archive of plain arrays"):
        load(tmp_path / "a.npz")


def test_single_array_is_no_archive(tmp_path: Path) -> None:
    with (tmp_path / "a.npz").open("wb") as stream:
        np.save(stream, np.zeros(3))
    with pytest.raises(DataError, match="is a single array"):
        load(tmp_path / "a.npz")


@pytest.mark.parametrize("keep", [0, 10, 200])
def test_truncated_npz(tmp_path: Path, keep: int) -> None:
    save(tmp_path / "a.npz", (5, 8, 8))
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:keep])
    with pytest.raises(DataError, match=r"a\.npz: cannot be read as an \.npz archive"):
        load(tmp_path / "a.npz")


# Folders by class


def draw(path: Path, size: tuple[int, int] = (6, 4), mode: str = "RGB", value: int = 0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, value if mode == "L" else (value, 0, 0)).save(path)


def test_folder_takes_classes_in_turns(tmp_path: Path) -> None:
    for name, value in (("dog/a.png", 10), ("dog/b.png", 11), ("cat/a.png", 20), ("cat/b.jpg", 21), ("cat/c.png", 22)):
        draw(tmp_path / name, value=value)
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    found = load(tmp_path)
    assert found.class_names == ("cat", "dog")
    assert found.images.shape == (5, 3, 4, 6)
    assert found.labels.tolist() == [0, 1, 0, 1, 0]
    assert found.images[[0, 1, 3, 4], 0, 0, 0].tolist() == [20, 10, 11, 22]
    assert load(tmp_path, images=2).labels.tolist() == [0, 1]


def test_folder_of_grey_images_has_one_channel(tmp_path: Path) -> None:
    draw(tmp_path / "a" / "1.png", mode="L", value=7)
    draw(tmp_path / "b" / "1.png", mode="L", value=8)
    found = load(tmp_path)
    assert found.images.shape == (2, 1, 4, 6)
    assert found.images[:, 0, 0, 0].tolist() == [7, 8]


def test_folder_with_one_grey_image_among_colour_is_colour(tmp_path: Path) -> None:
    draw(tmp_path / "a" / "1.png", mode="L", value=7)
    draw(tmp_path / "b" / "1.png")
    assert load(tmp_path).images.shape == (2, 3, 4, 6)


def test_folder_with_mixed_sizes_names_the_file(tmp_path: Path) -> None:
    draw(tmp_path / "a" / "1.png")
    draw(tmp_path / "b" / "2.png", size=(6, 5))
    with pytest.raises(DataError, match=r"2\.png: is 6 x 5 pixels, but .*1\.png is 6 x 4"):
        load(tmp_path)


@pytest.mark.parametrize("keep", [0, 20, 60, 1000])
def test_folder_with_a_damaged_image_names_it(tmp_path: Path, keep: int) -> None:
    draw(tmp_path / "a" / "1.png", size=(32, 32))
    (tmp_path / "b").mkdir()
    Image.fromarray(GENERATOR.integers(0, 256, (32, 32, 3)).astype(np.uint8)).save(tmp_path / "b" / "2.png")
    (tmp_path / "b" / "2.png").write_bytes((tmp_path / "b" / "2.png").read_bytes()[:keep])
    with pytest.raises(DataError, match=r"2\.png: is "):
        load(tmp_path)


def test_folder_with_sixteen_bit_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    Image.fromarray(np.zeros((4, 6), np.uint16)).save(tmp_path / "a" / "1.png")
    with pytest.raises(DataError, match=r"1\.png: has pixels of the kind I;16"):
        load(tmp_path)


def test_folder_without_classes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no folder inside"):
        load(tmp_path, format="folder")
    (tmp_path / "a").mkdir()
    with pytest.raises(DataError, match="has no images in its folders"):
        load(tmp_path, format="folder")


# CIFAR-10


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


# MNIST


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


# Formats and splits


def test_unknown_format(tmp_path: Path) -> None:
    (tmp_path / "images.h5").write_bytes(b"HDF")
    for path in (tmp_path, tmp_path / "images.h5"):
        with pytest.raises(DataError, match="is none of the known formats"):
            load(path)


def test_format_that_does_not_fit(tmp_path: Path) -> None:
    save(tmp_path / "a.npz", (5, 8, 8))
    with pytest.raises(DataError, match=r"is a folder, but data\.format is 'npz'"):
        load(tmp_path, format="npz")
    with pytest.raises(DataError, match=r"is a file, but data\.format is 'folder'"):
        load(tmp_path / "a.npz", format="folder")


def test_no_test_images() -> None:
    with pytest.raises(DataError, match=r"data\.test: names no test images"):
        load_images(DataSettings(), "test")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz: does not exist"):
        load(tmp_path / "none.npz")


def test_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw(tmp_path / "a" / "1.png")

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(DataError, match=r"cannot be read \(Permission denied\)"):
        load(tmp_path, format="folder")


def test_calibration_file(tmp_path: Path) -> None:
    save(tmp_path / "test.npz", (5, 8, 8))
    images = save(tmp_path / "calibration.npz", (6, 8, 8))
    settings = DataSettings(test=tmp_path / "test.npz", calibration=tmp_path / "calibration.npz", calibration_images=4)
    found = load_images(settings, "calibration")
    assert np.array_equal(found.images[:, 0], images[:4])
    assert found.notes == ()


def test_calibration_on_test_images_is_said(tmp_path: Path) -> None:
    save(tmp_path / "test.npz", (5, 8, 8))
    found = load(tmp_path / "test.npz", "calibration", calibration_images=2)
    assert found.notes[0].startswith("calibrated on the first 2 test images")


@pytest.mark.shared
def test_real_cifar_images(shared_dir: Path) -> None:
    found = load(shared_dir / "data" / "cifar10_jpeg_test.npz", images=1000)
    assert found.images.shape == (1000, 3, 32, 32)
    assert set(found.labels.tolist()) == set(range(10))
