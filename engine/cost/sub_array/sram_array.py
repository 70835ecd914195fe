"""SRAM cells with the circuits that every read and write of them needs."""

from __future__ import annotations

from nnsreport.engine.cost.components.precharger import Precharger, precharger
from nnsreport.engine.cost.components.sram_cell import SramCell, sram_cell
from nnsreport.engine.cost.components.sram_write_driver import SramWriteDriver, sram_write_driver
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.array import MemoryArray, memory_array
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SramArray:
    """The cells of a sub-array, their bit lines, and what charges and writes these.

    Quantities are scalars or of shape (points,).

    Attributes
    ----------
    wires : MemoryArray
        Sides and wires of the array.
    cell : SramCell
        One of the cells.
    cells_w : float or Array
        Leakage of all cells, in watt.
    bit_line_f : float or Array
        Capacitance of a bit line: the wire, and the drains of the access transistors.
    discharge_s : float or Array
        Time in which a cell discharges its bit line as far as it is sensed.
    precharge_s : float or Array
        Time in which a bit line is charged.
    precharger : Precharger
        Of all columns.
    write_driver : SramWriteDriver
        Of all columns.
    """

    wires: MemoryArray
    cell: SramCell
    cells_w: Quantity
    bit_line_f: Quantity
    discharge_s: Quantity
    precharge_s: Quantity
    precharger: Precharger
    write_driver: SramWriteDriver

    @property
    def height_m(self) -> Quantity:
        """Height of the cells with prechargers and write drivers."""
        return self.precharger.outline.height_m + self.write_driver.outline.height_m + self.wires.outline.height_m

    @property
    def leakage_w(self) -> Quantity:
        """Leakage of the cells with prechargers and write drivers."""
        return self.cells_w + self.precharger.leakage_w + self.write_driver.leakage_w


def sram_array(parameters: Parameters, technology: Technology) -> SramArray:
    """Return the cells of an SRAM sub-array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramArray
        Of the whole sub-array.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    p = parameters
    wires = memory_array(p, technology)
    cell = sram_cell(
        p.sram_cell_height_f,
        p.sram_cell_width_f,
        p.sram_access_width_f,
        p.sram_nmos_width_f,
        p.sram_pmos_width_f,
        technology,
    )
    bit_line_f = wires.column_wire_f + cell.bit_line_f * p.rows
    charging = precharger(p.columns, wires.outline.width_m, technology)
    return SramArray(
        wires=wires,
        cell=cell,
        cells_w=cell.leakage_w * p.rows * p.columns,
        bit_line_f=bit_line_f,
        discharge_s=_discharge_s(bit_line_f, wires.column_ohm, cell, p, technology),
        precharge_s=charging.latency_s(bit_line_f, wires.column_ohm),
        precharger=charging,
        write_driver=sram_write_driver(p.columns, wires.outline.width_m, technology),
    )


def _discharge_s(
    bit_line_f: Quantity, bit_line_ohm: Quantity, cell: SramCell, parameters: Parameters, technology: Technology
) -> Quantity:
    """Return the time to half of the least sensed voltage: Elmore's delay by ln(V_dd / (V_dd - V / 2)).

    C (R_access + R_pull-down) + C R_BL (n + 1) / (2 n), where C counts the drains of the access transistors twice, as
    they are in the bit line's capacitance already.
    """
    rows, vdd_v = parameters.rows, technology.vdd_v
    cell_f, cell_ohm = bit_line_f / rows + cell.access_drain_f, bit_line_ohm / rows
    elmore_s = (cell.access_ohm + cell.pull_down_ohm) * cell_f * rows + cell_f * cell_ohm * rows * (rows + 1) / 2
    sensed_v = parameters.least_sensed_voltage_v
    time_constants: Quantity = namespace_among(sensed_v).log(vdd_v / (vdd_v - sensed_v / 2))
    return elmore_s * time_constants
