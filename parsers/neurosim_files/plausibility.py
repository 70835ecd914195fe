"""Values that are in a file, but not to be trusted."""

from __future__ import annotations

import math

from nnsreport.parsers.builder import RunBuilder

_HARDWARE_UNITS = frozenset({"s", "J", "W", "m2", "W/m2", "op/J", "op/s", "op/s/m2", "image/s"})


def flag_implausible(records: RunBuilder) -> None:
    """File the problems that values are inf, nan, or below zero where nothing can be.

    Parameters
    ----------
    records : RunBuilder
        All numbers of a run; receives the problems.
    """
    not_finite = [number for number in records.metrics if not math.isfinite(number.value)]
    if not_finite:
        records.problem(
            f"{len(not_finite)} values are inf or nan",
            min(number.line for number in not_finite),
            "look for warnings of NeuroSim in the job's log; the other numbers can be used",
        )
    negative = [number for number in records.metrics if number.value < 0 and number.unit in _HARDWARE_UNITS]
    if negative:
        first = min(negative, key=lambda number: number.line)
        about = " ".join(part for part in (first.layer, first.component, first.metric) if part)
        records.problem(
            f"{len(negative)} values are below zero, the first {about} {first.value:g} {first.unit}",
            first.line,
            "do not trust this run: NeuroSim V2 gives such areas when built with -O1 or higher; build it with -O0",
        )
