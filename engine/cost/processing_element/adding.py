"""What adder trees take for parts of a layer, which have different numbers of operands."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.adder_tree import AdderTree, adders_of_a_tree, later_stages
from nnsreport.engine.cost.components.whole_numbers import whole_cycles
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.records import dataclass


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


@dataclass(frozen=True, slots=True)
class Adding:
    """What a sum of an adder tree takes, by its operands; numbers are scalars or of shape (points, 1).

    Attributes
    ----------
    first_s, later_s : float or Array
        Time of the first stage and of each later one, in seconds.
    clock_hz : float or Array, or None
        Of a synchronous chip.
    bits : float or Array
        Of each operand.
    adder_j, bit_j : float or Array
        Energy of an adder of one bit in all trees, and what each bit more takes.
    keeps_odd_operands : bool
        See :func:`nnsreport.engine.cost.components.adder_tree.adders_of_a_tree`.
    """

    first_s: Quantity
    later_s: Quantity
    clock_hz: Quantity | None
    bits: Quantity
    adder_j: Quantity
    bit_j: Quantity
    keeps_odd_operands: bool

    def latency(self, operands: Array) -> Quantity:
        """Return the time of a sum, (..., parts), in cycles or seconds.

        Parameters
        ----------
        operands : Array of int, (parts,)
            At least 1, in the processor's memory.
        """
        latency_s = self.first_s + self.later_s * namespace_among(self.first_s).asarray(later_stages(operands))
        return latency_s if self.clock_hz is None else whole_cycles(latency_s, self.clock_hz)

    def energy_j(self, operands: Array) -> Quantity:
        """Return the energy of a sum in all trees, (..., parts); see :meth:`latency`."""
        numbers = namespace_among(self.adder_j, self.bits).asarray(operands)
        adders, full_adders = adders_of_a_tree(numbers, self.bits, keeps_odd=self.keeps_odd_operands)
        return self.adder_j * adders + self.bit_j * (full_adders - adders)


def adding(tree: AdderTree, parameters: Parameters, clock_hz: Quantity) -> Adding:
    """Return what the sums of an adder tree take.

    Parameters
    ----------
    tree : AdderTree
        Of a group.
    parameters : Parameters
        Of the group.
    clock_hz : float or Array, (...,)
        Of a synchronous chip.

    Returns
    -------
    Adding
        With an axis for parts.
    """
    first_s, later_s = tree.stage_latencies_s()
    # The energy is linear in the bits.
    one_j, two_j = (tree.adders.of_bits(bits).energy_j(1.0, 1.0, parameters.adder_activity) for bits in (1.0, 2.0))
    return Adding(
        first_s=over_parts(first_s),
        later_s=over_parts(later_s),
        clock_hz=over_parts(clock_hz) if parameters.is_synchronous else None,
        bits=over_parts(tree.bits),
        adder_j=over_parts(one_j * tree.trees),
        bit_j=over_parts((two_j - one_j) * tree.trees),
        keeps_odd_operands=tree.keeps_odd_operands,
    )
