"""A short text of each dialect, composed of its own labels as NeuroSim composes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nnsreport.parsers.neurosim.dialect import RUN_TIME_LABEL, Dialect, Measure
from nnsreport.parsers.neurosim.rows import TABLE_ORDERS, name_of
from nnsreport.parsers.neurosim.wrapper import FLAGS_BANNER, FLAGS_END
from nnsreport.vocabulary import METRICS

_RATES = frozenset({"op/J", "op/s", "image/s", "epoch/s", "op/s/m2", "W/m2", "K"})
"""Units of what is printed at the end, below the breakdown."""


def sample_of(dialect: Dialect) -> str:
    """Return the lines of one chip with one layer, each label of the summary once.

    Parameters
    ----------
    dialect : Dialect
        Any version.

    Returns
    -------
    str
        Ends in the run time, so that the log is complete.
    """
    lines = [FLAGS_BANNER, *(f"{flag}: 1" for flag in sorted(dialect.flags)), FLAGS_END]
    lines += ["------------------------------ FloorPlan --------------------------------"]
    lines += [f"{label}: {'x'.join(['128'] * len(metrics))}" for label, (_, metrics) in dialect.size_labels.items()]
    for title, metrics in _tables(dialect):
        lines += [f"----------------- {title} -----------------", f"layer1: {', '.join(['1'] * len(metrics))}"]
    lines += ["Memory Utilization of Whole Chip: 2.5 % "]
    lines += ["---------------------------- FloorPlan Done ------------------------------"]
    lines += ["clkPeriod: 2.5e-09"] if dialect.has_early_clock else []
    lines += ["-------------------- Estimation of Layer 1 ----------------------"]
    lines += [f"layer1's {label}: {printed}" for label, printed in _numbers(dialect.layer_labels)]
    lines += [f"{label} : {printed}" for label, printed in _numbers(dialect.breakdown_labels)]
    lines += ["------------------------------ Summary --------------------------------"]
    chip = list(_numbers(dialect.chip_labels))
    rates = [label for label, measure in dialect.chip_labels.items() if METRICS[measure.metric].unit in _RATES]
    lines += [f"{label}: {printed}" for label, printed in chip if label not in rates]
    lines += [f"{label} : {printed}" for label, printed in _numbers(dialect.breakdown_labels)]
    lines += [f"{label}: {printed}" for label, printed in chip if label in rates]
    return "\n".join([*lines, f"{RUN_TIME_LABEL}: 3 seconds", ""])


def _tables(dialect: Dialect) -> list[tuple[str, tuple[str, ...]]]:
    """Return the tables of a floor plan in their order: those of a memory cube, if it may be one."""
    known = {name_of(metrics): (title, metrics) for title, metrics in dialect.table_titles.items()}
    *_, order = (order for order in TABLE_ORDERS if known.keys() >= set(order))
    return [known[name] for name in order]


def _numbers(labels: Mapping[str, Measure]) -> Iterator[tuple[str, str]]:
    """Return each label with a number, but only one of those that announce the same number of different chips."""
    seen = set()
    for label, measure in labels.items():
        about = (measure.component, measure.metric)
        if measure.metric == "memory_utilization" or about in seen:
            continue
        seen.add(about)
        yield label, f"2.5{measure.quantity.suffix}"
