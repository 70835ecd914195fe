"""NumPy archives and folders of images, what may be wrong with them, and which split is read."""

from __future__ import annotations

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
