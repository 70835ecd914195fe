"""Small runs to keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

from nnsreport.store.folder import now, open_run
from nnsreport.store.record import Attempt, RunRecord
from nnsreport.tables import schema

PARTS = ("baseline", "trial-0000", "trial-0001")


def _part(name: str) -> dict[str, pl.DataFrame]:
    number = PARTS.index(name)
    row = {
        "run": "7_0",
        "trial": number,
        "time_s": 25.0,
        "compensation": "none",
        "correct_images": 90 + number,
        "test_images": 100,
        "accuracy": 0.9 + 0.01 * number,
    }
    return {"trials": pl.DataFrame([row], schema=schema("trials"))}


@pytest.fixture
def make_part() -> Callable[[str], Mapping[str, pl.DataFrame]]:
    return _part


@pytest.fixture
def run_record() -> RunRecord:
    return RunRecord(
        run="7_0",
        configuration_hash="abc",
        settings={"adc.bits": 8, "device.on_off_ratio": float("inf"), "run.times_s": (25.0, 3600.0)},
        files={"network.sha256": "123"},
        parts=PARTS,
        seed=5,
    )


@pytest.fixture
def make_run(tmp_path: Path, run_record: RunRecord) -> Callable[..., Path]:
    """Return a function that makes a run with some parts, and completes it if it has all."""

    def make(*parts: str) -> Path:
        with open_run(tmp_path, run_record, Attempt(now(), command=("nnsreport", "run"))) as run:
            for name in parts:
                if name not in run.finished:
                    run.add_part(name, _part(name))
            if run.finished == set(PARTS):
                run.complete()
        return tmp_path / run_record.run

    return make
