"""The vocabulary of metrics: one name, unit, direction and meaning for each number the project stores.

Parsers, engine, reports and the reference library use these names and no others. Values are stored in the unit
given here; only display adds prefixes (:mod:`nnsreport.units`). One module a subject, each a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from nnsreport.units import UNITS
from nnsreport.vocabulary import hardware, inference, multilayer_perceptron, systolic, three_dimensional, training
from nnsreport.vocabulary.kinds import Better, Metric, Scope

__all__ = ["COMPONENTS", "METRICS", "Better", "Metric", "Scope"]

_TABLES = (inference, hardware, three_dimensional, training, multilayer_perceptron, systolic)

METRICS: Mapping[str, Metric] = MappingProxyType({entry.name: entry for table in _TABLES for entry in table.METRICS})
"""Every metric by its canonical name."""

COMPONENTS: Mapping[str, str] = MappingProxyType(
    hardware.COMPONENTS
    | three_dimensional.COMPONENTS
    | training.COMPONENTS
    | multilayer_perceptron.COMPONENTS
    | systolic.COMPONENTS
)
"""Parts of a chip or layer that a number may be about, with their meaning."""

assert all(metric.unit in UNITS for metric in METRICS.values())
assert len(METRICS) == sum(len(table.METRICS) for table in _TABLES), "a metric is defined twice"
