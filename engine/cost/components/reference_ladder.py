"""The reference columns that a converter's comparators compare with."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class ReferenceLadder:
    """References with conductances at equal steps: G_i = G_0 + i dG.

    Attributes
    ----------
    first_s : float or Array
        Conductance of reference 0, in siemens.
    step_s : float or Array
        From one reference to the next; negative.
    count : float or Array
        Number of references, levels - 1.
    """

    first_s: Quantity
    step_s: Quantity
    count: Quantity

    def resistance_ohm(self, index: Quantity) -> Quantity:
        """Return the resistance of a reference.

        Parameters
        ----------
        index : float or Array
            From 0.

        Returns
        -------
        float or Array
            Ohms.
        """
        return 1 / (self.first_s + index * self.step_s)

    def inner_resistances_ohm(self) -> tuple[Array, Array]:
        """Return the resistances of all references but the first and the last.

        Returns
        -------
        resistance_ohm : Array
            Shape (points, longest ladder), or (longest ladder,) of scalars; shorter ladders repeat a reference.
        counts : Array of bool
            Whether the point has this reference.
        """
        xp = namespace_among(self.count, self.first_s)
        points = max(getattr(quantity, "ndim", 0) for quantity in (self.first_s, self.step_s, self.count))
        longest = max(int(xp.asarray(self.count).max()) - 2, 0)
        index = xp.arange(1, longest + 1, dtype=xp.float64).reshape((1,) * points + (longest,))
        last = beside(self.count, index) - 1
        limited = xp.minimum(index, xp.maximum(last, 0))
        return 1 / (beside(self.first_s, index) + limited * beside(self.step_s, index)), index < last


def parallel_ladder(cell_ohm: Quantity, rows_in_parallel: Quantity, levels: Quantity) -> ReferenceLadder:
    """Return the references of a parallel read: from all rows on, down to one step above none.

    Parameters
    ----------
    cell_ohm : float or Array
        Least resistance of a cell: of a memory device that is on, or of the access transistor of SRAM.
    rows_in_parallel : float or Array
        Rows that are read together.
    levels : float or Array
        Output levels of the converter.

    Returns
    -------
    ReferenceLadder
        With levels - 1 references.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp, Initialize.
    """
    first_s = 1 / (cell_ohm / rows_in_parallel)
    return ReferenceLadder(first_s, -first_s / levels, levels - 1)


def sequential_ladder(on_ohm: Quantity, off_ohm: Quantity, levels: Quantity) -> ReferenceLadder:
    """Return the references of a read row by row: half-way between the levels of one device.

    Parameters
    ----------
    on_ohm, off_ohm : float or Array
        Resistances of the device.
    levels : float or Array
        Levels of the device.

    Returns
    -------
    ReferenceLadder
        With levels - 1 references.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp, Initialize.
    """
    step_s = (1 / off_ohm - 1 / on_ohm) / (levels - 1)
    return ReferenceLadder(1 / on_ohm + step_s / 2, step_s, levels - 1)
