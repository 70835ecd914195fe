"""What single reads take, put together from what the circuits take."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads


def sub_array_reads(adc: Reading, accumulation: Reading, other: Reading) -> SubArrayReads:
    """Return reads whose latencies and energies add up.

    Parameters
    ----------
    adc, accumulation, other : Reading
        Quantities that broadcast against each other to (..., states).

    Returns
    -------
    SubArrayReads
        All numbers of the same shape; those that do not depend on the state take no memory for each.
    """
    readings = (adc, accumulation, other)
    latency_s = adc.latency_s + accumulation.latency_s + other.latency_s
    energy_j = adc.energy_j + accumulation.energy_j + other.energy_j
    shape = _shape(latency_s, energy_j)
    xp = namespace_among(latency_s, energy_j)

    def spread(quantity: Quantity) -> Array:
        spread_out: Array = xp.broadcast_to(xp.asarray(quantity), shape)
        return spread_out

    total, *parts = (
        Reading(spread(reading.latency_s), spread(reading.energy_j))
        for reading in (Reading(latency_s, energy_j), *readings)
    )
    return SubArrayReads(total=total, adc=parts[0], accumulation=parts[1], other=parts[2])


def same_for_all_states(quantity: Quantity, states: Quantity) -> Array:
    """Return a quantity of the design points for each state, without memory for each.

    Parameters
    ----------
    quantity : float or Array, (...,)
        Of the design points.
    states : float or Array, (..., states)
        Any quantity of the states.

    Returns
    -------
    Array, (..., states)
        A view.
    """
    beside_states = beside(quantity, states)
    xp = namespace_among(beside_states, states)
    spread: Array = xp.broadcast_to(xp.asarray(beside_states), _shape(beside_states, states))
    return spread


def _shape(*quantities: Quantity) -> tuple[int, ...]:
    return np.broadcast_shapes(*(getattr(quantity, "shape", ()) for quantity in quantities))
