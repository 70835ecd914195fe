"""Where NeuroSim V1.4 is plainly wrong: corrections that can be switched on, one by one or all together.

Without them every number is NeuroSim's. Each is a flag of Parameters, asked for by the function that has the quirk;
docs/cost-corrections.md has what each changes.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum

from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.quantity import Quantity, namespace_among


class Correction(StrEnum):
    """A correction of NeuroSim V1.4, by its name."""

    OPERATIONS = "operations"
    """Operations are counted of the vectors that are multiplied, with their stride and without padding."""
    SLOW_CLOCK = "slow-clock"
    """A cycle of a clock that a user wants slower than possible lasts as long as that clock says."""
    FINAL_CLOCK = "final-clock"
    """Leakage of a pipeline is averaged over its clock, not over the longest latency among the layers so far."""
    WAITING_TILES = "waiting-tiles"
    """Tiles that wait for another layer leak what they leak themselves, not what a tile of that layer does."""
    TILE_LEAKAGE = "tile-leakage"
    """All stages of adder trees and all cores of buffers leak, whatever was computed before."""
    ODD_OPERANDS = "odd-operands"
    """An adder tree does not lose the odd operand of a stage: n numbers take n - 1 adders."""
    REPEATED_TREES = "repeated-trees"
    """The adder tree of an element adds once, not once for each sub-array that it adds, where weights are repeated."""
    EMPTY_ELEMENTS = "empty-elements"
    """Processing elements that hold nothing take no energy, instead of that of the one before."""
    REMAINDERS = "remainders"
    """Last groups of rows, columns and weights count: quotients are rounded up, not divided as integers before."""
    REFERENCE_SHARE = "reference-share"
    """A column's share in each of its comparators is 1 / (levels - 1), not that quotient of integers, 0."""
    WORD_LINE_LOAD = "word-line-load"
    """Switch matrices drive the word line that they are given: the gates of its cells, or any line in a crossbar."""
    WORD_LINE_BUFFERS = "word-line-buffers"
    """Buffers in word lines leak a power, not a current; see a resistance, not a capacitance; count without a clock."""
    LARGEST_WEIGHT = "largest-weight"
    """The largest weight has the highest level; it does not overflow to the lowest."""


class Fidelity(StrEnum):
    """Whose numbers an estimate has."""

    NEUROSIM = "neurosim-1.4"
    """NeuroSim's."""
    CORRECTED = "corrected"
    """NeuroSim's with all corrections."""

    @property
    def corrections(self) -> frozenset[Correction]:
        """Corrections that are made."""
        return frozenset(Correction) if self is Fidelity.CORRECTED else frozenset()


def whole_quotient(dividend: Quantity, divisor: Quantity, corrections: Set[Correction]) -> Quantity:
    """Return a quotient that C++ forms of two integers before it rounds it up.

    Parameters
    ----------
    dividend, divisor : float or Array
        Whole and positive.
    corrections : set of Correction
        With ``REMAINDERS`` the quotient is rounded up as it is written; else its fraction is lost.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    quotient = dividend / divisor
    if Correction.REMAINDERS not in corrections:
        return truncated(quotient)
    whole: Quantity = namespace_among(quotient).ceil(quotient)
    return whole
