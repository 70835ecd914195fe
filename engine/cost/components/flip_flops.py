"""D flip-flops: registers of accumulators, buffers and shift registers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.placement import lines_of_units
from nnsreport.engine.cost.components.small_gates import minimum_widths, sheet_tuning
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning, gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.primitives.transistor import gate_capacitance
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_CELLS = 12
_LEAKING_INVERTERS = 8


@dataclass(frozen=True, slots=True)
class FlipFlops:
    """Flip-flops of inverters and transmission gates, each as wide as twelve inverters.

    Attributes
    ----------
    count : float or Array
        Flip-flops.
    unit : Outline
        Of one.
    input_f, output_f : float or Array
        Capacitance of an inverter.
    pass_gate_f : float or Array
        Gates of both transistors of a transmission gate.
    leakage_w : float or Array
        Of all flip-flops.
    technology : Technology
        Of the transistors.
    """

    count: Quantity
    unit: Outline
    input_f: Quantity
    output_f: Quantity
    pass_gate_f: Quantity
    leakage_w: Quantity
    technology: Technology

    @property
    def load_f(self) -> Quantity:
        """What a flip-flop is for the gate in front of it: the drains of a transmission gate, as of an inverter."""
        return self.output_f

    def outline_in_row(self) -> Outline:
        """Return the outline of all flip-flops in one row."""
        return Outline.of_sides(self.unit.height_m, self.unit.width_m * self.count)

    def outline_in_height(self, height_m: Quantity) -> Outline:
        """Return the outline of flip-flops in columns of a given height.

        Parameters
        ----------
        height_m : float or Array
            Height to fill, in metres.

        Returns
        -------
        Outline
            Of whole columns; nan where not one flip-flop fits, as NeuroSim divides by 0 there.
        """
        columns = lines_of_units(height_m, self.unit.height_m, self.count)
        return Outline.of_sides(height_m, self.unit.width_m * columns)

    def outline_in_width(self, width_m: Quantity) -> Outline:
        """Return the outline of flip-flops in rows of a given width.

        Parameters
        ----------
        width_m : float or Array
            Width to fill, in metres.

        Returns
        -------
        Outline
            Of whole rows; nan where not one flip-flop fits, as NeuroSim divides by 0 there.
        """
        rows = lines_of_units(width_m, self.unit.width_m, self.count)
        return Outline.of_sides(self.unit.height_m * rows, width_m)

    def latency_s(self, clock_hz: Quantity, accesses: Quantity = 1.0) -> Quantity:
        """Return half a clock period for each access. A synchronous chip counts one cycle instead.

        Parameters
        ----------
        clock_hz : float or Array
            Frequency of the clock.
        accesses : float or Array
            One after the other, shape (points, ...).

        Returns
        -------
        float or Array
            Seconds.
        """
        return beside(1 / clock_hz / 2, accesses) * accesses

    def energy_j(self, active: Quantity, accesses: Quantity = 1.0, activity: Quantity = 1.0) -> Quantity:
        """Return the energy of clock cycles in which some flip-flops take a 1. Writing and reading are one.

        Parameters
        ----------
        active : float or Array
            Flip-flops that switch, of shape (points,); the clock drives all.
        accesses : float or Array
            Clock cycles, shape (points, ...).
        activity : float or Array
            Share that switches; 0.5 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.technology.vdd_v
        inverter_f = self.input_f + self.output_f
        clock_f = (4 * inverter_f + 2 * self.pass_gate_f) * self.count
        data_f = (4 * self.load_f + 2 * inverter_f) * namespace_among(active, self.count).minimum(active, self.count)
        return beside((clock_f + data_f) * vdd_v * vdd_v * activity, accesses) * accesses


def flip_flops(count: Quantity, technology: Technology, *, special_layout: bool) -> FlipFlops:
    """Return flip-flops.

    Parameters
    ----------
    count : float or Array
        Flip-flops; the fraction is cut off.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).

    Returns
    -------
    FlipFlops
        Of the smallest transistors.

    References
    ----------
    NeuroSim V1.4, DFF.cpp.
    """
    one = _flip_flop(technology, special_layout)
    count = truncated(count)
    return replace(one, count=count, leakage_w=one.leakage_w * count)


@cache
def _flip_flop(technology: Technology, special_layout: bool) -> FlipFlops:
    widths = minimum_widths(technology)
    inverter = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, technology.standard_cell_height_m, technology)
    tuning = sheet_tuning(Gate.INVERTER, technology, special_layout=special_layout)
    factor = 1.0 if tuning is None else tuning.gate_factor
    gate_widths = (widths.nmos_m, widths.pmos_m) if tuning is None else (widths.nmos_m, widths.nmos_m)
    input_f, output_f = gate_capacitance_pair(
        Gate.INVERTER, 1, *gate_widths, inverter.height_m, technology, tuning or SheetTuning()
    )
    leakage_a = gate_leakage_a(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, technology)
    return FlipFlops(
        count=1,
        unit=Outline.of_sides(inverter.height_m, inverter.width_m * _CELLS),
        input_f=input_f,
        output_f=output_f,
        pass_gate_f=(gate_capacitance(widths.nmos_m, technology) + gate_capacitance(widths.pmos_m, technology))
        * factor,
        leakage_w=leakage_a * technology.vdd_v * _LEAKING_INVERTERS * factor,
        technology=technology,
    )
