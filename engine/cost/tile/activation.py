"""Activation within tiles: rectified linear units, or look-up tables of the sigmoid function."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.cost.buffers import buffer_cell
from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.bit_shifter import BitShifter, bit_shifter
from nnsreport.engine.cost.components.sigmoid import Sigmoid, sigmoid
from nnsreport.engine.cost.components.sram_cell import SramCell
from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology


@dataclass(frozen=True, slots=True)
class Activation:
    """Units that activate sums.

    Attributes
    ----------
    unit : BitShifter or Sigmoid
        All of them.
    area_m2 : float or Array
        Of all.
    shares : float or Array
        What NeuroSim divides the sums by: the units of the first kind, the entries of a table of the second.
    parameters : Parameters
        Of the design points.
    """

    unit: BitShifter | Sigmoid
    area_m2: Quantity
    shares: Quantity
    parameters: Parameters

    def reading(self, sums: Quantity, clock_hz: Quantity) -> Reading:
        """Return what the activation of sums takes.

        Parameters
        ----------
        sums : float or Array, (...,)
            One after the other, before they are shared.
        clock_hz : float or Array, (...,)
            Of a synchronous chip.

        Returns
        -------
        Reading
            (...,); in cycles or seconds.
        """
        reads = sums / self.shares
        is_synchronous = self.parameters.is_synchronous
        if isinstance(self.unit, BitShifter):
            latency = reads if is_synchronous else self.unit.latency_s(clock_hz, reads)
            return Reading(latency, self.unit.energy_j(reads))
        sensed_v = _sensed_voltage_v(self.parameters)
        # A chip without SRAM cells has no voltage to sense: NeuroSim divides by 0.
        with np.errstate(divide="ignore", invalid="ignore"):
            once = self.unit.cycles(sensed_v, clock_hz) if is_synchronous else self.unit.latency_s(sensed_v)
        return Reading(repeated(once, reads), self.unit.energy_j(reads))


def activation(
    units: tuple[Quantity, Quantity], sum_bits: Quantity, parameters: Parameters, technology: Technology
) -> Activation:
    """Return the activation of a tile or of the chip.

    Parameters
    ----------
    units : tuple of float or Array
        Rectified linear units, and tables of the sigmoid function: only one of the kinds is there.
    sum_bits : float or Array
        Bits of a sum.
    parameters : Parameters
        Of the design points; say which kind.
    technology : Technology
        Of the transistors.

    Returns
    -------
    Activation
        With its area.

    References
    ----------
    NeuroSim V1.4, Tile.cpp.
    """
    p = parameters
    if p.has_relu:
        relu = bit_shifter(units[0], p.input_bits, technology, special_layout=p.has_special_layout)
        return Activation(relu, relu.registers.outline_in_row().area_m2, relu.units, p)
    table = sigmoid(
        p.input_bits,
        sum_bits,
        units[1],
        _table_cell(p, technology),
        p.metal0_resistance_per_m,
        p.word_line_decoder_sizing,
        technology,
        control_activity=p.control_activity,
    )
    return Activation(table, table.area_m2, table.entries, p)


def _table_cell(p: Parameters, technology: Technology) -> SramCell:
    """Return the cell of tables: NeuroSim gives it the size of the chip's memory cell, whatever that is."""
    feature_m = technology.feature_size_m
    return dataclasses.replace(
        buffer_cell(p, technology), height_m=p.cell_height_f * feature_m, width_m=p.cell_width_f * feature_m
    )


def _sensed_voltage_v(p: Parameters) -> Quantity:
    return p.least_sensed_voltage_v if p.cell is MemoryCell.SRAM else np.float64(0.0)
