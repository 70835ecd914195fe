"""Runs made by hand, with exactly the numbers a test is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nnsreport import tables
from nnsreport.reports.comparison.row import Row, frame_rows
from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import METRICS, Scope


@pytest.fixture(scope="session")
def make_run() -> Callable[..., RunData]:
    """Return a function that makes a run of metric records; missing keys of a record are null."""

    def make(
        run: str = "run",
        metrics: Sequence[Mapping[str, Any]] = (),
        *,
        settings: Mapping[str, Any] | None = None,
        predictions: Sequence[tuple[Any, ...]] = (),
        layers: Sequence[Mapping[str, Any]] = (),
        kind: str = "nnsreport",
        state: str = "complete",
        problems: tuple[str, ...] = (),
    ) -> RunData:
        records = [_record(run, record) for record in metrics]
        return RunData(
            run=run,
            source=Path(run),
            kind=kind,
            state=state,
            settings=settings or {},
            metrics=pl.DataFrame(records, schema=tables.schema("metrics")),
            layers=pl.DataFrame(
                [dict.fromkeys(tables.LAYERS_COLUMNS) | {"run": run} | dict(layer) for layer in layers],
                schema=tables.schema("layers"),
            ),
            trials=tables.empty("trials"),
            predictions=pl.DataFrame(
                [(run, *prediction) for prediction in predictions], schema=tables.schema("predictions"), orient="row"
            ),
            problems=problems,
        )

    return make


def _record(run: str, given: Mapping[str, Any]) -> dict[str, Any]:
    metric = METRICS[given["metric"]]
    scope = Scope.NETWORK if Scope.NETWORK in metric.scopes else Scope.LAYER if "layer" in given else Scope.CHIP
    return dict.fromkeys(tables.METRICS_COLUMNS) | {"run": run, "scope": scope.value, "unit": metric.unit} | dict(given)


@pytest.fixture(scope="session")
def only_row() -> Callable[[pl.DataFrame], Row]:
    """Return a function that returns the one row of a frame."""

    def only(frame: pl.DataFrame) -> Row:
        (row,) = frame_rows(frame)
        return row

    return only
