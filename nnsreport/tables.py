"""Schemas of the tables every run has; the columns of files, frames and records are the same.

Polars is imported on use: the command line starts without it, and the engine never needs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

SCHEMA_VERSION = 1
"""Version of the run folder: raised when a column or a key of ``run.json`` changes its meaning."""

METRICS_COLUMNS: dict[str, str] = {
    "run": "String",
    "scope": "String",
    "layer": "String",
    "component": "String",
    "metric": "String",
    "value": "Float64",
    "unit": "String",
    "line": "Int64",
    "trial": "Int64",
    "time_s": "Float64",
    "compensation": "String",
    "epoch": "Int64",
    "step": "Int64",
}
"""Long table of numbers; ``line`` (of the log), ``trial``, ``time_s``, ``compensation``, and for training ``epoch`` and
``step`` (images of the epoch already seen), are null where meaningless."""

LAYERS_COLUMNS: dict[str, str] = {
    "run": "String",
    "layer": "String",
    "operator": "String",
    "inputs": "Int64",
    "outputs": "Int64",
    "groups": "Int64",
    "macs_per_image": "Int64",
    "row_blocks": "Int64",
    "weight_slices": "Int64",
    "input_cycles": "Int64",
    "devices": "Int64",
    "weight_scale": "Float64",
    "activation_scale": "Float64",
    "adc_step": "Float64",
    "path": "String",
}
"""One row a crossbar layer: its matrix, how it is mapped, and the planner's path."""

TRIALS_COLUMNS: dict[str, str] = {
    "run": "String",
    "trial": "Int64",
    "time_s": "Float64",
    "compensation": "String",
    "correct_images": "Int64",
    "test_images": "Int64",
    "accuracy": "Float64",
}
"""One row for each programming draw, evaluation time and compensation."""

PREDICTIONS_COLUMNS: dict[str, str] = {
    "run": "String",
    "trial": "Int64",
    "time_s": "Float64",
    "compensation": "String",
    "image": "Int64",
    "label": "Int64",
    "predicted": "Int64",
}
"""One row an image and condition, for paired tests. ``trial`` null: the quantised network without device effects."""

TABLES: dict[str, dict[str, str]] = {
    "metrics": METRICS_COLUMNS,
    "layers": LAYERS_COLUMNS,
    "trials": TRIALS_COLUMNS,
    "predictions": PREDICTIONS_COLUMNS,
}
"""Columns and Polars type names of each table of a run folder, by file stem."""

NEWER_COLUMNS: dict[str, tuple[str, ...]] = {"metrics": ("epoch", "step")}
"""Columns that runs made by earlier versions of nnsreport lack, in the order of the schema."""


def schema(table: str) -> pl.Schema:
    """Return the Polars schema of a table.

    Parameters
    ----------
    table : str
        One of :data:`TABLES`.

    Returns
    -------
    polars.Schema
        Pass it whenever a frame is built from records: without it Polars guesses from the first rows.
    """
    import polars as pl

    return pl.Schema({name: getattr(pl, kind)() for name, kind in TABLES[table].items()})


def empty(table: str) -> pl.DataFrame:
    """Return a table without rows.

    Parameters
    ----------
    table : str
        One of :data:`TABLES`.

    Returns
    -------
    polars.DataFrame
        With the table's schema.
    """
    import polars as pl

    return pl.DataFrame(schema=schema(table))
