"""Tables of a run are merged part by part: the rows of all parts in order, the same bytes, whatever their number."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nnsreport.errors import RunError
from nnsreport.store import tables
from nnsreport.store.load import load_run
from nnsreport.tables import TABLES, empty, schema


def predictions(trial: int, images: int) -> pl.DataFrame:
    generator = np.random.default_rng(trial)
    columns = {
        "run": ["a"] * images,
        "trial": [trial] * images,
        "time_s": [None] * images,
        "compensation": ["none"] * images,
        "image": range(images),
        "label": generator.integers(0, 10, images),
        "predicted": generator.integers(0, 10, images),
    }
    return pl.DataFrame(columns, schema=schema("predictions"))


def write_parts(folder: Path, frames: Sequence[pl.DataFrame]) -> list[Path]:
    folders = []
    for number, frame in enumerate(frames):
        part = folder / f"part{number}"
        part.mkdir()
        for name, data in tables.encode({"predictions": frame}).items():
            (part / name).write_bytes(data)
        folders.append(part)
    return folders


def merged(folders: Sequence[Path], name: str = "predictions") -> bytes:
    stream = io.BytesIO()
    tables.merge(folders, name, stream)
    return stream.getvalue()


def test_rows_of_all_parts_in_order(tmp_path: Path) -> None:
    # More rows than are written together, and parts of none.
    frames = [predictions(trial, images) for trial, images in enumerate((7, 0, 200_000, 1, 150_000))]
    folders = write_parts(tmp_path, frames)
    data = merged(folders)
    found = pl.read_parquet(io.BytesIO(data))
    assert found.schema == schema("predictions")
    assert found.equals(pl.concat(frames))
    assert merged(folders) == data


def test_tables_without_rows_keep_their_columns(tmp_path: Path) -> None:
    folders = write_parts(tmp_path, [empty("predictions")])
    for name in TABLES:
        assert pl.read_parquet(io.BytesIO(merged(folders, name))).equals(empty(name))


def test_parts_of_an_older_program_lack_columns(tmp_path: Path) -> None:
    folders = write_parts(tmp_path, [predictions(0, 3), predictions(1, 3)])
    for folder in folders:
        path = folder / "layers.parquet"
        pl.read_parquet(path).drop("array_utilization").write_parquet(path)
    assert pl.read_parquet(io.BytesIO(merged(folders, "layers"))).schema == schema("layers")


def test_a_damaged_part_is_told(tmp_path: Path) -> None:
    folders = write_parts(tmp_path, [predictions(0, 3), predictions(1, 3)])
    (folders[1] / "predictions.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(RunError, match=r"parts cannot be merged .*with the same --id again"):
        merged(folders)
    (folders[1] / "predictions.parquet").unlink()
    with pytest.raises(RunError, match="parts cannot be merged"):
        merged(folders)


def test_a_run_can_be_read_without_its_largest_table(make_run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    folder = make_run("baseline", "trial-0000", "trial-0001")
    found = load_run(folder, predictions=False)
    assert found.trials.equals(load_run(folder).trials)
    (folder / "predictions.parquet").unlink()
    assert load_run(folder, predictions=False).predictions.equals(empty("predictions"))
    with pytest.raises(RunError, match="is missing"):
        load_run(folder)
