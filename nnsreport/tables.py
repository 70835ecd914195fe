"""Schemas of the tables every run has; the columns of files, frames and records are the same.

Polars is imported on use: the command line starts without it, and the engine never needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "array_row_tiles": "Int64",
    "array_column_tiles": "Int64",
    "arrays": "Int64",
    "array_utilization": "Float64",
}
"""One row a crossbar layer: its matrix, how it is mapped, the planner's path, and the physical arrays it takes: below
each other and side by side for each group, in all, and the share of their cells that is used."""

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

JOBS_COLUMNS: dict[str, str] = {
    "job": "String",
    "attempt": "Int64",
    "job_id": "Int64",
    "array_job": "Int64",
    "array_task": "Int64",
    "tasks": "Int64",
    "name": "String",
    "user": "String",
    "account": "String",
    "partition": "String",
    "state": "String",
    "state_detail": "String",
    "reason": "String",
    "exit_code": "Int64",
    "signal": "Int64",
    "submitted": "Datetime",
    "started": "Datetime",
    "ended": "Datetime",
    "time_zone": "String",
    "elapsed_s": "Float64",
    "limit_s": "Float64",
    "cores": "Int64",
    "nodes": "Int64",
    "node_list": "String",
    "gpus": "Int64",
    "gpu_type": "String",
    "requested_memory_byte": "Int64",
    "max_memory_byte": "Int64",
    "step_memory_byte": "Int64",
    "cpu_time_s": "Float64",
    "core_hours": "Float64",
    "gpu_hours": "Float64",
    "work_folder": "String",
    "output_file": "String",
    "command": "String",
    "line": "Int64",
}
"""One row an attempt of a SLURM job or array task; not part of a run folder. ``job`` is ``38905658``, ``38905658_7``,
or ``38905658_[8-20%4]`` for the ``tasks`` of an array that wait together, ``job_id`` SLURM's own number. ``time_zone``
is ``UTC``, or null for the cluster's own. ``cores``, ``nodes`` and ``gpus`` are those asked for while a job waits.
``max_memory_byte`` is the most that one task used, ``step_memory_byte`` that all tasks of a step used together;
``cpu_time_s`` is the time in which cores were busy, ``core_hours`` the time in which they were reserved."""

USAGE_COLUMNS: dict[str, str] = {
    "account": "String",
    "type": "String",
    "period_start": "Date",
    "period_end": "Date",
    "state": "String",
    "monthly_quota_core_hours": "Float64",
    "remaining_previous_month_core_hours": "Float64",
    "consumed_current_month_core_hours": "Float64",
    "consumed_last_4_weeks_core_hours": "Float64",
    "consumable_fraction": "Float64",
    "consumable_core_hours": "Float64",
    "total_quota_core_hours": "Float64",
    "total_consumed_core_hours": "Float64",
    "default_partition": "String",
    "allowed_partitions": "String",
    "longest_job_s": "Float64",
    "largest_job_cores": "Int64",
    "line": "Int64",
}
"""One row a computing project, as the accounting of its cluster reports it; not part of a run folder."""

NEWER_COLUMNS: dict[str, tuple[str, ...]] = {
    "metrics": ("epoch", "step"),
    "layers": ("array_row_tiles", "array_column_tiles", "arrays", "array_utilization"),
}
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
    return schema_of(TABLES[table])


def schema_of(columns: Mapping[str, str]) -> pl.Schema:
    """Return the Polars schema of columns that are no table of a run folder, such as :data:`JOBS_COLUMNS`.

    Parameters
    ----------
    columns : Mapping of str to str
        Names of Polars types by column.

    Returns
    -------
    polars.Schema
        In the order of the columns.
    """
    import polars as pl

    return pl.Schema({name: getattr(pl, kind)() for name, kind in columns.items()})


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
