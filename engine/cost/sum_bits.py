"""Bits of the sums that sub-arrays give, and of those formed of them."""

from __future__ import annotations

from nnsreport.engine.cost.corrections import whole_quotient
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among


def sub_array_sum_bits(parameters: Parameters) -> Quantity:
    """Return the bits of the sum that a sub-array gives for a weight, after all input bits.

    Parameters
    ----------
    parameters : Parameters
        Of a group.

    Returns
    -------
    float or Array
        Those of a converter, or of counting all rows one by one, with what groups of rows, input bits and the columns
        of a weight add.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, Tile.cpp and ProcessingUnit.cpp, numBitSubarrayOutput.
    """
    p = parameters
    xp = namespace_among(p.converter_levels, p.rows, p.rows_in_parallel, p.input_bits, p.columns_per_weight)
    if p.mode.is_parallel:
        groups = xp.asarray(whole_quotient(p.rows, p.rows_in_parallel, p.corrections))
        of_read = xp.log2(p.converter_levels) + xp.ceil(xp.log2(groups))
    else:
        of_read = xp.ceil(xp.log2(p.rows)) + p.cell_bits
    bits: Quantity = xp.trunc(of_read + p.input_bits + (p.columns_per_weight - 1) * p.cell_bits + 1)
    return bits
