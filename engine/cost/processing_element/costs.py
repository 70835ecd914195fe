"""Costs of many parts in two arrays, so that an operation does for all circuits at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.processing_element.parts import Groups
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.records import dataclass

CIRCUITS = ("total", "buffer", "interconnect", "adc", "accumulation", "other")


@dataclass(frozen=True, slots=True)
class PartCosts:
    """What reading takes for each of many parts.

    Attributes
    ----------
    latency : Array, (circuits, ..., parts)
        In cycles or seconds; the circuits are those of :class:`nnsreport.engine.cost.results.ReadCost`, in its order.
    energy_j : Array, (circuits, ..., parts)
        In joule.
    """

    latency: Array
    energy_j: Array

    def together(self, groups: Groups) -> PartCosts:
        """Return the cost of parts that work side by side: longest latencies, and sums of energies."""
        return PartCosts(groups.largest(self.latency), groups.sum(self.energy_j))

    def read_cost(self) -> ReadCost:
        """Return the same by circuits, (..., parts)."""
        return ReadCost(
            **{
                name: Reading(latency, energy_j)
                for name, latency, energy_j in zip(CIRCUITS, self.latency, self.energy_j, strict=True)
            }
        )


def stacked(quantities: Sequence[Quantity]) -> Array:
    """Return quantities that broadcast against each other as one array with an axis before theirs."""
    xp = namespace_among(*quantities)
    shape = np.broadcast_shapes(*(getattr(each, "shape", ()) for each in quantities))
    together: Array = xp.empty((len(quantities), *shape))
    for place, each in enumerate(quantities):
        together[place] = each
    return together


def stacked_reads(reads: SubArrayReads) -> tuple[Array, Array]:
    """Return latencies and energies of reads, (circuits, ..., reads), the circuits in the order of SubArrayReads."""
    circuits = [getattr(reads, field.name) for field in dataclasses.fields(reads)]
    return stacked([each.latency_s for each in circuits]), stacked([each.energy_j for each in circuits])


def reads_of(latency: Array, energy_j: Array) -> SubArrayReads:
    """Return what :func:`stacked_reads` took apart."""
    return SubArrayReads(
        **{
            field.name: Reading(*numbers)
            for field, *numbers in zip(dataclasses.fields(SubArrayReads), latency, energy_j, strict=True)
        }
    )
