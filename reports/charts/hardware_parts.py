"""Partition of a latency, an energy or an area into the parts of a chip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.charts.labels import COMPONENT_TITLES, UNATTRIBUTED
from nnsreport.reports.run_data import RunData

if TYPE_CHECKING:
    import polars as pl

_SUM_TOLERANCE = 1e-4  # logs print six digits

_CONTAINED_IN_OTHER = ("buffer", "interconnect")


@dataclass(frozen=True, slots=True)
class Parts:
    """A total and the parts it is made of.

    Attributes
    ----------
    total : float
        In the metric's unit.
    by_component : Mapping of str to float
        In the order of :data:`~nnsreport.reports.charts.labels.COMPONENT_TITLES`; with the rest of the
        total as :data:`~nnsreport.reports.charts.labels.UNATTRIBUTED`, they sum to it.
    unit : str
        Unit of all numbers.
    """

    total: float
    by_component: Mapping[str, float]
    unit: str


def chip_parts(run: RunData, metric: str) -> Parts | None:
    """Return what a chip's number is made of.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` are read.
    metric : str
        ``area``, ``read_latency`` or ``read_dynamic_energy``.

    Returns
    -------
    Parts or None
        None where the total or its parts are unknown or not finite, or where the parts exceed the total: in a
        pipelined NeuroSim chip each part's latency is the slowest layer's, so that the parts belong to no one total.
    """
    import polars as pl

    return _parts(run.metrics.filter((pl.col("scope") == "chip") & (pl.col("metric") == metric)))


def layer_parts(run: RunData, metric: str) -> dict[str, Parts]:
    """Return what each layer's number is made of.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` are read.
    metric : str
        ``read_latency`` or ``read_dynamic_energy``.

    Returns
    -------
    dict of str to Parts
        By layer, in the order of the log; layers without a partition are left out.
    """
    import polars as pl

    rows = run.metrics.filter((pl.col("scope") == "layer") & (pl.col("metric") == metric))
    found: dict[str, Parts] = {}
    for group in rows.partition_by("layer", maintain_order=True):
        parts = _parts(group)
        if parts is not None:
            found[group["layer"][0]] = parts
    return found


def _parts(rows: pl.DataFrame) -> Parts | None:
    # A log may repeat a number; its last statement counts, as in the summary at its end.
    values = {
        component or "total": value
        for component, value in zip(rows["component"].to_list(), rows["value"].to_list(), strict=True)
        if value is not None and math.isfinite(value)
    }
    total = values.get("total")
    parts = {name: values[name] for name in COMPONENT_TITLES if name in values}
    if not total or not parts:
        return None
    for candidate in (parts, _without_contained(parts)):
        rest = total - math.fsum(candidate.values())
        if rest >= -_SUM_TOLERANCE * total:
            remainder = {UNATTRIBUTED: rest} if rest > _SUM_TOLERANCE * total else {}
            return Parts(total, candidate | remainder, rows["unit"][0])
    return None


def _without_contained(parts: Mapping[str, float]) -> dict[str, float]:
    """Take buffers and interconnect out of the rest: NeuroSim counts them there for latency and energy."""
    contained = sum(parts.get(name, 0.0) for name in _CONTAINED_IN_OTHER)
    rest = parts.get("other_peripheral", 0.0) - contained
    if rest < 0:
        return {name: value for name, value in parts.items() if name not in _CONTAINED_IN_OTHER}
    return {name: rest if name == "other_peripheral" else value for name, value in parts.items()}
