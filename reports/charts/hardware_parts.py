"""Partition of a latency, an energy or an area into parts that add up to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.reports.charts.hardware_groups import Division, Source
from nnsreport.reports.charts.labels import UNATTRIBUTED
from nnsreport.reports.possible import is_possible
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import Family, simulator_of
from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    import polars as pl

_SUM_TOLERANCE = 1e-4  # logs print six digits


@dataclass(frozen=True, slots=True)
class Parts:
    """A total and the parts it is made of.

    Attributes
    ----------
    total : float
        In the metric's unit.
    by_part : Mapping of str to float
        In the order of the division; with the rest of the total as
        :data:`~nnsreport.reports.charts.labels.UNATTRIBUTED`, they sum to it.
    unit : str
        Unit of all numbers.
    """

    total: float
    by_part: Mapping[str, float]
    unit: str


def chip_parts(run: RunData, division: Division) -> Parts | None:
    """Return what a chip's number is made of.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` are read: those of one epoch at most.
    division : Division
        Of :data:`~nnsreport.reports.charts.hardware_groups.GROUPS`.

    Returns
    -------
    Parts or None
        None where the total or all but one of its parts are unknown or not finite, or where the parts exceed the total:
        in a pipelined NeuroSim chip each part's latency is the slowest layer's, so that the parts belong to no one
        total.
    """
    return _parts(_values(_rows(run, "chip", division)), division, _counts_contained(run))


def layer_parts(run: RunData, division: Division) -> dict[str, Parts]:
    """Return what each layer's number is made of.

    Parameters
    ----------
    run : RunData
        Whose ``metrics`` are read: those of one epoch at most.
    division : Division
        Of :data:`~nnsreport.reports.charts.hardware_groups.GROUPS`.

    Returns
    -------
    dict of str to Parts
        By layer, in the order of the log; layers without a partition are left out.
    """
    found: dict[str, Parts] = {}
    for group in _rows(run, "layer", division).partition_by("layer", maintain_order=True):
        parts = _parts(_values(group), division, _counts_contained(run))
        if parts is not None:
            found[group["layer"][0]] = parts
    return found


def _rows(run: RunData, scope: str, division: Division) -> pl.DataFrame:
    import polars as pl

    metrics = {metric for metric, _ in _sources(division)}
    return run.metrics.filter((pl.col("scope") == scope) & pl.col("metric").is_in(sorted(metrics)))


def _sources(division: Division) -> Iterable[Source]:
    yield from division.parts.values()
    yield from division.strange | division.needed
    if division.total is not None:
        yield division.total


def _values(rows: pl.DataFrame) -> dict[Source, float]:
    # A log may repeat a number; its last statement counts, as in the summary at its end.
    return {
        (metric, component or "total"): value
        for metric, component, value, unit in rows.select("metric", "component", "value", "unit").iter_rows()
        if value is not None and is_possible(value, unit)
    }


def _counts_contained(run: RunData) -> bool:
    """Tell whether what is called other periphery is known to include buffers and interconnect."""
    return simulator_of(run).family in {Family.INFERENCE, Family.DIGITAL, Family.STACKED}


def _parts(values: Mapping[Source, float], division: Division, counts_contained: bool) -> Parts | None:
    if division.strange & values.keys() or not division.needed <= values.keys():
        return None
    parts = {name: values[source] for name, source in division.parts.items() if source in values}
    total = math.fsum(parts.values()) if division.total is None else values.get(division.total)
    # One part alone is not what a total is made of: the log does not tell the others.
    if not total or len(parts) < 2:
        return None
    unit = METRICS[next(iter(division.parts.values()))[0]].unit
    disjoint = _without_contained(parts, division.contained)
    for candidate in (disjoint,) if counts_contained else (parts, disjoint):
        rest = total - math.fsum(candidate.values())
        if rest >= -_SUM_TOLERANCE * total:
            remainder = {UNATTRIBUTED: rest} if rest > _SUM_TOLERANCE * total else {}
            return Parts(total, candidate | remainder, unit)
    return None


def _without_contained(parts: Mapping[str, float], contained: tuple[str, ...]) -> dict[str, float]:
    """Take buffers and interconnect out of the rest: NeuroSim counts them there for latency and energy."""
    if not contained:
        return dict(parts)
    rest = parts.get("other_peripheral", 0.0) - sum(parts.get(name, 0.0) for name in contained)
    if rest < 0:
        return {name: value for name, value in parts.items() if name not in contained}
    return {name: rest if name == "other_peripheral" else value for name, value in parts.items()}
