"""Words that charts and tables show for runs, times, compensations, layers and components."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from nnsreport.reports.run_data import RunData

_TIME_UNITS = (
    (365 * 86400.0, "year", "years"),
    (30 * 86400.0, "month", "months"),
    (86400.0, "day", "days"),
    (3600.0, "h", "h"),
    (60.0, "min", "min"),
)

_COMPENSATIONS = {
    "none": "no compensation",
    "global": "global drift compensation",
    "gdc": "global drift compensation",
    "adabs": "AdaBS",
    "per-column": "drift compensation by column",
    "batch-norm": "batch-norm recalibration",
}

UNATTRIBUTED = "unattributed"
"""What a total holds beyond its parts: NeuroSim names no part for up to a quarter of a chip's area."""

COMPONENT_TITLES: dict[str, str] = {
    "cim_array": "memory array",
    "adc": "ADC",
    "accumulation": "accumulation",
    "buffer": "buffers",
    "interconnect": "interconnect",
    "other_peripheral": "other periphery",
    UNATTRIBUTED: "not attributed",
}
"""Parts of a chip in the order of legends; their colours follow it, so a part keeps its colour from chart to chart."""

_ACRONYMS = {"mac": "MAC units", "dram": "DRAM"}


def component_title(component: str) -> str:
    """Write the name of a part; what is told of no part is about the whole."""
    return COMPONENT_TITLES.get(component) or _ACRONYMS.get(component) or component.replace("_", " ") or "total"


def run_labels(runs: Sequence[RunData]) -> tuple[str, ...]:
    """Return a distinct name for each run.

    Parameters
    ----------
    runs : sequence of RunData
        Identifiers may occur twice: two logs of one name in two folders.

    Returns
    -------
    tuple of str
        The identifier; where it is not distinct, with the folder it lies in; where even that is not, with its rank.
    """
    labels = [run.run for run in runs]
    if len(set(labels)) < len(labels):
        repeated = {label for label, count in Counter(labels).items() if count > 1}
        labels = [f"{run.run} ({run.source.parent.name})" if run.run in repeated else run.run for run in runs]
    if len(set(labels)) < len(labels):
        labels = [f"{label} #{rank}" for rank, label in enumerate(labels, start=1)]
    return tuple(labels)


def describe_time(time_s: float) -> str:
    """Write a time after programming, such as ``25 s``, ``1 h`` or ``1 month`` (30 days).

    Parameters
    ----------
    time_s : float
        Time in seconds.

    Returns
    -------
    str
        In the largest unit of which the time is a whole multiple, else in seconds.
    """
    for unit_s, one, many in _TIME_UNITS:
        count = time_s / unit_s
        if count >= 1 and abs(count - round(count)) < 1e-6 * count:
            return f"{round(count)} {one if round(count) == 1 else many}"
    return f"{time_s:.4g} s"


def percent(fraction: float) -> str:
    """Write an accuracy with two decimals, so that columns of them line up; a dash for nan."""
    return "–" if math.isnan(fraction) else f"{100 * fraction:.2f} %"


def percent_interval(low: float, high: float) -> str:
    """Write an interval of accuracies; a dash where it is not known."""
    return "–" if math.isnan(low) else f"{100 * low:.2f} to {100 * high:.2f} %"


def describe_compensation(compensation: str | None) -> str:
    """Write a compensation's name in words; empty where there is none to speak of."""
    if compensation is None:
        return ""
    return _COMPENSATIONS.get(compensation, compensation.replace("_", " "))


def join_label(*parts: str) -> str:
    """Join the parts of a series' name that are not empty."""
    return " · ".join(part for part in parts if part)
