"""Successive-approximation converters, one for each group of columns."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.column_law import ColumnLaw
from nnsreport.engine.cost.components.sense_amplifier_fits import (
    guarded_power_w,
    power_of_column,
    temperature_factor,
)
from nnsreport.engine.cost.components.small_gates import minimum_widths
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.cost.technology.tables import Row, number, read_table
from nnsreport.engine.records import dataclass

_CYCLE_S = 1e-9
_SIMULATED_READ_V = 0.5
_NMOS, _NMOS_PER_BIT = 269, 109
_PMOS, _PMOS_PER_BIT = 209, 73
"""Transistors of a converter of 1 bit, and of each further bit."""


@dataclass(frozen=True, slots=True)
class SarAdc:
    """The converters of an array.

    Attributes
    ----------
    bits : float or Array
        log2 of the output levels.
    read_v : float or Array
        Read voltage, which fits over resistance are scaled with.
    outline : Outline
        Of all converters, as wide as the array.
    leakage_w : float
        0: the fit of power contains it.
    technology : Technology
        Of the transistors.
    """

    bits: Quantity
    read_v: Quantity
    outline: Outline
    leakage_w: float
    technology: Technology

    def latency_s(self, conversions: Quantity = 1.0) -> Quantity:
        """Return the time of conversions one after the other: 1 ns for each bit and one more.

        Parameters
        ----------
        conversions : float or Array
            Of one converter.

        Returns
        -------
        float or Array
            Seconds.
        """
        return repeated((self.bits + 1) * _CYCLE_S, conversions)

    def column_energy_j(self, column_ohm: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy to convert each column: (a bits + b + c exp(-d log10 R)) t.

        Parameters
        ----------
        column_ohm : float or Array
            Resistance of the active cells of a column, shape (points, ...); infinite for an open column.
        reads : float or Array
            Conversions of the column: a scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...); the sum over an array's columns is the converters' energy.

        References
        ----------
        NeuroSim V1.4, SarADC.cpp, GetColumnPower (circuit simulation; projected below 7 nm).
        """
        simulated_ohm = column_ohm * beside(_SIMULATED_READ_V / self.read_v, column_ohm)
        power_w = guarded_power_w(simulated_ohm, self._fitted_power_w) * temperature_factor(self.technology)
        return power_w * beside(self.latency_s(), column_ohm) * beside(reads, column_ohm)

    def column_law(self) -> ColumnLaw:
        """Return the energy of one conversion as :meth:`column_energy_j` has it, in pieces.

        Returns
        -------
        ColumnLaw
            For resistances that are positive and finite.
        """
        row, unit_j = self._row(), self.latency_s() * temperature_factor(self.technology)
        return ColumnLaw(
            fixed_j=_fixed_power_w(row, self.bits) * unit_j,
            unit_j=unit_j,
            ohm_factor=_SIMULATED_READ_V / self.read_v,
            pieces=(power_of_column(row),),
        )

    def _fitted_power_w(self, simulated_ohm: Quantity) -> Quantity:
        xp, row = namespace_among(simulated_ohm, self.bits), self._row()
        column_w: Quantity = number(row, "scale_w") * xp.exp(-number(row, "per_decade") * xp.log10(simulated_ohm))
        return _fixed_power_w(row, beside(self.bits, simulated_ohm)) + column_w

    def _row(self) -> Row:
        (row,) = (
            row
            for row in read_table("sar_adc_power.csv")
            if int(row["node_nm"]) == self.technology.node_nm and row["roadmap"] == self.technology.roadmap
        )
        return row


def _fixed_power_w(row: Row, bits: Quantity) -> Quantity:
    return (number(row, "per_bit_uw") * bits + number(row, "constant_uw")) * 1e-6


def sar_adc(
    converters: Quantity, levels: Quantity, width_m: Quantity, read_v: Quantity, technology: Technology
) -> SarAdc:
    """Return the converters of an array.

    Parameters
    ----------
    converters : float or Array
        Number of converters.
    levels : float or Array
        Output levels of a converter.
    width_m : float or Array
        Width of the array in metres.
    read_v : float or Array
        Read voltage.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SarAdc
        Of all columns.

    References
    ----------
    NeuroSim V1.4, SarADC.cpp.
    """
    bits = namespace_among(levels).log2(levels)
    widths, cell_m = minimum_widths(technology), technology.standard_cell_height_m
    nmos = gate_area(Gate.INVERTER, 1, widths.nmos_m, 0.0, cell_m, technology)
    pmos = gate_area(Gate.INVERTER, 1, 0.0, widths.pmos_m, cell_m, technology)
    unit_area = nmos.area_m2 * (_NMOS + (bits - 1) * _NMOS_PER_BIT) + pmos.area_m2 * (
        _PMOS + (bits - 1) * _PMOS_PER_BIT
    )
    area = unit_area * converters
    return SarAdc(
        bits=bits,
        read_v=read_v,
        outline=Outline(area_m2=area, height_m=area / width_m, width_m=width_m),
        leakage_w=0.0,
        technology=technology,
    )
