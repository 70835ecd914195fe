"""A training and an inference that write into one file: what only the inference prints, and what both print alike.

A layer of an inference has the lines of a training's forward phase, of one image instead of an epoch, and nothing in
them tells which program printed them. Around them stand lines that a training never prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from nnsreport.parsers.neurosim.dialect import Dialect, Measure
from nnsreport.parsers.neurosim.inference_versions import V10, V12, V14

Kind = tuple[str, str | None, str]
"""Scope, component and metric."""

_INFERENCE = (V10, V12, V14)
"""The others print no label that none of these has, or are three-dimensional."""


@cache
def labels_of_inference(training: Dialect) -> frozenset[str]:
    """Return the labels of numbers that an inference prints, and no training.

    Parameters
    ----------
    training : Dialect
        Its version.

    Returns
    -------
    frozenset of str
        Those of a layer's lines without its name.
    """
    own = {label for labels in _labels_of(training) for label in labels}
    return frozenset(
        label for other in _INFERENCE for labels in _labels_of(other) for label in labels if label not in own
    )


def label_of(text: str) -> str:
    """Return what stands before the number of a line, without the name of a layer.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    str
        Empty where there is no colon.
    """
    label = text.rpartition(":")[0].rstrip()
    return label.partition("'s ")[2] if label.startswith("layer") else label


@cache
def kinds_of_both(training: Dialect) -> frozenset[Kind]:
    """Return what a training prints with the same words as an inference.

    Parameters
    ----------
    training : Dialect
        Its version.

    Returns
    -------
    frozenset of (str, str or None, str)
        Scope, component and metric of each number.
    """
    return frozenset(_kinds_of_both(training))


def _kinds_of_both(training: Dialect) -> Iterator[Kind]:
    yield "simulation", None, "simulation_time"
    for component, metrics in training.size_labels.values():
        yield from (("chip", component, metric) for metric in metrics)
    for metrics in training.table_titles.values():
        yield from (("layer", "total", metric) for metric in metrics)
    scopes = (("layer",), ("layer", "chip"), ("chip",))
    for number, own in enumerate(_labels_of(training)):
        for label, measure in own.items():
            if any(label in _labels_of(other)[number] for other in _INFERENCE):
                yield from ((scope, measure.component, measure.metric) for scope in scopes[number])


def _labels_of(dialect: Dialect) -> tuple[Mapping[str, Measure], ...]:
    return dialect.layer_labels, dialect.breakdown_labels, dialect.chip_labels
