"""Precharging of SRAM bit lines before a read or a write."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.placement import lines_of_units
from nnsreport.engine.cost.components.stage import STEP_PER_S, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import drain_capacitance
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_PULL_UP_WIDTH_F = 6


@dataclass(frozen=True, slots=True)
class Precharger:
    """Two pull-ups and an equaliser for each pair of bit lines.

    Attributes
    ----------
    columns : float or Array
        Pairs of bit lines.
    pull_up_width_m : float or Array
        Width of a pull-up transistor.
    output_capacitance_f : float or Array
        What a precharger adds to a bit line.
    outline : Outline
        As wide as the array.
    leakage_w : float or Array
        Of all columns.
    technology : Technology
        Of the transistors.
    """

    columns: Quantity
    pull_up_width_m: Quantity
    output_capacitance_f: Quantity
    outline: Outline
    leakage_w: Quantity
    technology: Technology

    def latency_s(self, bit_line_f: Quantity, bit_line_ohm: Quantity, accesses: Quantity = 1.0) -> Quantity:
        """Return the time to charge the bit lines: tau = R_on (C_BL + C_out) + R_BL C_BL / 2.

        Parameters
        ----------
        bit_line_f, bit_line_ohm : float or Array
            Capacitance and resistance of a bit line.
        accesses : float or Array
            Reads or writes, one after the other.

        Returns
        -------
        float or Array
            Seconds.
        """
        stage = stage_delay(
            self.pull_up_width_m,
            Channel.PMOS,
            bit_line_f + self.output_capacitance_f,
            STEP_PER_S,
            self.technology,
            wire_s=bit_line_ohm * bit_line_f / 2,
        )
        return repeated(stage.latency_s, accesses)

    def energy_j(self, bit_line_f: Quantity, accesses: Quantity = 1.0) -> Quantity:
        """Return the energy to charge one bit line of each pair: C_BL V_dd^2 for each column.

        Parameters
        ----------
        bit_line_f : float or Array
            Capacitance of a bit line.
        accesses : float or Array
            Reads or writes of all columns, shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        vdd_v = self.technology.vdd_v
        return repeated(bit_line_f * vdd_v * vdd_v * self.columns, accesses)


def precharger(columns: Quantity, width_m: Quantity, technology: Technology) -> Precharger:
    """Return the prechargers of an array, in as many rows as they need under it.

    Parameters
    ----------
    columns : float or Array
        Pairs of bit lines.
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Precharger
        Of all columns.

    References
    ----------
    NeuroSim V1.4, Precharger.cpp.
    """
    cell_m = technology.standard_cell_height_m
    pull_up_m = _enlarged_pmos(_PULL_UP_WIDTH_F * technology.feature_size_m, technology)
    equaliser_m = _enlarged_pmos(technology.minimum_nmos_width_m, technology)
    pull_up = gate_area(Gate.INVERTER, 1, 0.0, pull_up_m, cell_m, technology)
    equaliser = gate_area(Gate.INVERTER, 1, 0.0, equaliser_m, cell_m, technology)
    unit_width = namespace_among(pull_up.width_m).maximum(pull_up.width_m, equaliser.width_m)
    rows = lines_of_units(width_m, unit_width, columns)
    return Precharger(
        columns=columns,
        pull_up_width_m=pull_up_m,
        output_capacitance_f=drain_capacitance(pull_up_m, Channel.PMOS, pull_up.height_m, technology)
        + drain_capacitance(equaliser_m, Channel.PMOS, pull_up.height_m, technology),
        outline=Outline.of_sides(rows * (pull_up.height_m * 2 + equaliser.height_m), width_m),
        leakage_w=2 * gate_leakage_a(Gate.INVERTER, 1, 0.0, pull_up_m, technology) * technology.vdd_v * columns,
        technology=technology,
    )


def _enlarged_pmos(width_m: float, technology: Technology) -> Quantity:
    return enlarged_widths(0.0, width_m, technology.standard_cell_height_m, technology)[1]
