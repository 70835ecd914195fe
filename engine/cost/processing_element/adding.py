"""What an adder tree takes for parts of a layer, which have different numbers of operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.adder_tree import AdderTree
from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading


def over_parts(quantity: Quantity) -> Quantity:
    """Return a number of the design points with an axis for parts: (points,) becomes (points, 1)."""
    if isinstance(quantity, (int, float)) or not quantity.ndim:
        return quantity
    axis: Quantity = quantity[..., None]
    return axis


def over_members(values: Sequence[Quantity], index: Array) -> Array:
    """Return a few numbers of the design points for many parts or layers.

    Parameters
    ----------
    values : sequence of float or Array, each (...,)
        The numbers.
    index : Array of int, (members,)
        Which of them each member has, in the processor's memory.

    Returns
    -------
    Array, (..., members)
        On the backend of the numbers.
    """
    xp = namespace_among(*values)
    stacked = xp.stack(xp.broadcast_arrays(*(xp.asarray(value, dtype="float64") for value in values)), axis=-1)
    taken: Array = stacked[..., xp.asarray(index)]
    return taken


def for_each_distinct(function: Callable[[int], Quantity], numbers: Array) -> Array:
    """Return a function of whole numbers, evaluated once for each that occurs.

    Parameters
    ----------
    function : callable
        Takes a number, returns a scalar or an array of shape (points,).
    numbers : Array of int, (parts,)
        In the processor's memory.

    Returns
    -------
    Array, (..., parts)
        Its values.
    """
    distinct, place = np.unique(numbers, return_inverse=True)
    return over_members([function(int(number)) for number in distinct], place)


def adding(
    tree: AdderTree, operands: Array, additions: Quantity, parameters: Parameters, clock_hz: Quantity
) -> Reading:
    """Return what an adder tree takes for each part of a layer.

    Parameters
    ----------
    tree : AdderTree
        Of a group.
    operands : Array of int, (parts,)
        Numbers to add.
    additions : float or Array, (...,)
        One after the other.
    parameters : Parameters
        Of the group.
    clock_hz : float or Array, (...,)
        Of a synchronous chip.

    Returns
    -------
    Reading
        (..., parts); in cycles or seconds.
    """

    def latency(count: int) -> Quantity:
        once = tree.cycles(count, clock_hz) if parameters.is_synchronous else tree.latency_s(count)
        return repeated(once, additions)

    def energy(count: int) -> Quantity:
        return tree.energy_j(count, additions, parameters.adder_activity)

    return Reading(for_each_distinct(latency, operands), for_each_distinct(energy, operands))
