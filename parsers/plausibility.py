"""Values that are in a file, but not to be trusted."""

from __future__ import annotations

import math
from collections.abc import Sized

from nnsreport.parsers.builder import RunBuilder

_HARDWARE_UNITS = frozenset({"s", "J", "W", "m2", "W/m2", "op/J", "op/s", "op/s/m2", "image/s", "J/op", "J/bit", "Hz"})


def flag_implausible(records: RunBuilder, *, not_finite_remedy: str, negative_remedy: str) -> None:
    """File the problems that values are inf, nan, or below zero where nothing can be.

    Parameters
    ----------
    records : RunBuilder
        All numbers of a run; receives the problems.
    not_finite_remedy, negative_remedy : str
        What the user can change.
    """
    metrics = records.metrics
    suspects = [metrics[position] for position, value in enumerate(metrics.value) if not 0 <= value < math.inf]
    not_finite = [number for number in suspects if not math.isfinite(number.value)]
    if not_finite:
        first_line = min(number.line for number in not_finite)
        records.problem(f"{_values(not_finite)} inf or nan", first_line, not_finite_remedy)
    negative = [number for number in suspects if number.value < 0 and number.unit in _HARDWARE_UNITS]
    if negative:
        first = min(negative, key=lambda number: number.line)
        about = " ".join(part for part in (first.layer, first.component, first.metric) if part)
        message = f"{_values(negative)} below zero, the first {about} {first.value:g} {first.unit}"
        records.problem(message, first.line, negative_remedy)


def _values(numbers: Sized) -> str:
    return "1 value is" if len(numbers) == 1 else f"{len(numbers)} values are"
