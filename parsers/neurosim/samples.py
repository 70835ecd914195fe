"""A short text of each dialect, composed of its own labels as NeuroSim composes it."""

from __future__ import annotations

from nnsreport.parsers.neurosim.dialect import RUN_TIME_LABEL, Dialect
from nnsreport.parsers.quantities import PERCENT


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
    lines = ["------------------------------ FloorPlan --------------------------------"]
    lines += [f"{label}: {'x'.join(['128'] * len(metrics))}" for label, (_, metrics) in dialect.size_labels.items()]
    for title, metrics in dialect.table_titles.items():
        lines += [f"----------------- {title} -----------------", f"layer1: {', '.join(['1'] * len(metrics))}"]
    lines += ["---------------------------- FloorPlan Done ------------------------------"]
    lines += ["-------------------- Estimation of Layer 1 ----------------------"]
    lines += [f"layer1's {label}: 2.5{measure.quantity.suffix}" for label, measure in dialect.layer_labels.items()]
    lines += [f"{label} : 2.5{measure.quantity.suffix}" for label, measure in dialect.breakdown_labels.items()]
    lines += ["------------------------------ Summary --------------------------------"]
    lines += [
        f"{label}: 2.5{measure.quantity.suffix}"
        for label, measure in dialect.chip_labels.items()
        if measure.quantity is not PERCENT
    ]
    return "\n".join([*lines, f"{RUN_TIME_LABEL}: 3 seconds", ""])
