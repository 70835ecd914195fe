"""Trees of adders that sum the outputs of sub-arrays, processing elements or tiles."""

from __future__ import annotations

from nnsreport.engine.cost.components.adder import Adders, adders
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated, whole_cycles
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_LATER_STAGE_BITS = 2


@dataclass(frozen=True, slots=True)
class AdderTree:
    """Equal trees of adders side by side; operands grow by a bit in each stage.

    Attributes
    ----------
    operands : float or Array
        Numbers that a tree can add.
    bits : float or Array
        Of each operand.
    trees : float or Array
        Trees.
    adders : Adders
        A single adder of the first stage.
    outline : Outline
        Of all trees, in rows of the width that they were made for.
    keeps_odd_operands : bool
        See :func:`adders_of_a_tree`.
    """

    operands: Quantity
    bits: Quantity
    trees: Quantity
    adders: Adders
    outline: Outline
    keeps_odd_operands: bool = False

    @property
    def stages(self) -> Quantity:
        """Stages of a tree, and bits that the sum has more than an operand."""
        return binary_stages(self.operands)

    def latency_s(self, operands: Quantity, load_f: Quantity = 0.0) -> Quantity:
        """Return the time of a sum: all bits in the first stage, two in each later one, as carries overlap.

        Parameters
        ----------
        operands : float or Array
            Numbers to add, which may be fewer than the tree can; the fraction is cut off.
        load_f : float or Array
            Capacitance at the output of each stage.

        Returns
        -------
        float or Array
            Seconds. NeuroSim counts an adder even where one operand needs none.
        """
        first_s, later_s = self.stage_latencies_s(load_f)
        return first_s + later_s * later_stages(operands)

    def stage_latencies_s(self, load_f: Quantity = 0.0) -> tuple[Quantity, Quantity]:
        """Return the time of the first stage and of each later one.

        Parameters
        ----------
        load_f : float or Array
            Capacitance at the output of each stage.

        Returns
        -------
        tuple of two float or Array
            Seconds.
        """
        return self.adders.latency_s(load_f), self.adders.of_bits(_LATER_STAGE_BITS).latency_s(load_f)

    def cycles(self, operands: Quantity, clock_hz: Quantity, load_f: Quantity = 0.0) -> Quantity:
        """Return the clock cycles of a sum.

        Parameters
        ----------
        operands : float or Array
            Numbers to add.
        clock_hz : float or Array
            Frequency of the clock.
        load_f : float or Array
            Capacitance at the output of each stage.

        Returns
        -------
        float or Array
            Whole cycles.
        """
        return whole_cycles(self.latency_s(operands, load_f), clock_hz)

    def energy_j(self, operands: Quantity, additions: Quantity, activity: Quantity) -> Quantity:
        """Return the energy of sums in all trees.

        Parameters
        ----------
        operands : float or Array
            Numbers to add; the fraction is cut off.
        additions : float or Array
            Sums of each tree.
        activity : float or Array
            Share of an adder's gates that switch; 0.15 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules.
        """
        total, full_adders = adders_of_a_tree(truncated(operands), self.bits, keeps_odd=self.keeps_odd_operands)
        # The energy is linear in the bits, so that all stages cost what their adders of average length do.
        mean_bits = full_adders / namespace_among(total).maximum(total, 1)
        one = self.adders.of_bits(mean_bits).energy_j(1.0, additions, activity)
        return one * total * self.trees

    def leakage_w(self, operands: Quantity) -> Quantity:
        """Return the leakage of the stages that add a number of operands.

        Parameters
        ----------
        operands : float or Array
            Numbers to add; the fraction is cut off. NeuroSim leaves the other stages of the tree out.

        Returns
        -------
        float or Array
            Watts, of all trees.
        """
        _, full_adders = adders_of_a_tree(truncated(operands), self.bits, keeps_odd=self.keeps_odd_operands)
        return self.adders.of_bits(full_adders).leakage_w * self.trees


def adder_tree(
    operands: Quantity,
    bits: Quantity,
    trees: Quantity,
    width_m: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
    keeps_odd_operands: bool = False,
) -> AdderTree:
    """Return trees of adders.

    Parameters
    ----------
    operands : float or Array
        Numbers that a tree can add, at least 1; the fraction is cut off, as of bits and trees.
    bits : float or Array
        Of each operand.
    trees : float or Array
        Trees.
    width_m : float or Array
        Width to fill, in metres.
    technology : Technology
        Of the gates.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).
    keeps_odd_operands : bool
        See :func:`adders_of_a_tree`.

    Returns
    -------
    AdderTree
        In rows of the given width.

    References
    ----------
    NeuroSim V1.4, AdderTree.cpp.
    """
    operands, bits, trees = truncated(operands), truncated(bits), truncated(trees)
    _, full_adders = adders_of_a_tree(operands, bits, keeps_odd=keeps_odd_operands)
    layout = adders(full_adders, trees, technology, special_layout=special_layout)
    rows = layout.outline_in_width(width_m)
    return AdderTree(
        operands=operands,
        bits=bits,
        trees=trees,
        adders=adders(bits, 1.0, technology, special_layout=special_layout),
        outline=Outline.of_sides(rows.area_m2 / width_m, width_m),
        keeps_odd_operands=keeps_odd_operands,
    )


def later_stages(operands: Quantity) -> Quantity:
    """Return the stages of a tree after the first.

    Parameters
    ----------
    operands : float or Array
        Numbers to add, at least 1; the fraction is cut off.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    stages: Quantity = namespace_among(operands).maximum(binary_stages(truncated(operands)) - 1, 0)
    return stages


def adders_of_a_tree(operands: Quantity, bits: Quantity, *, keeps_odd: bool = False) -> tuple[Quantity, Quantity]:
    """Return the adders of a tree and the sum of their bits.

    NeuroSim halves the operands of each stage in integers, so that the odd one of a stage gets lost.

    Parameters
    ----------
    operands : float or Array
        Numbers to add, whole and at least 1.
    bits : float or Array
        Of each operand.
    keeps_odd : bool
        Pass the odd operand of a stage on to the next one.

    Returns
    -------
    adders, full_adders : float or Array
        Whole numbers.
    """
    xp = namespace_among(operands, bits)
    stages = binary_stages(operands)
    total: Quantity = 0.0
    full_adders: Quantity = 0.0
    left = operands
    for stage in range(int(xp.max(stages))):
        pairs = xp.floor(left / 2)
        left = left - pairs if keeps_odd else pairs
        present = select(stages > stage, pairs, 0.0)
        total = total + present
        full_adders = full_adders + (bits + stage) * present
    return total, full_adders
