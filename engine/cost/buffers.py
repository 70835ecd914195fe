"""Buffers of tiles and of the chip, in flip-flops or in SRAM."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnsreport.engine.cost.components.register_buffer import RegisterBuffer, register_buffer
from nnsreport.engine.cost.components.sram_buffer import SramBuffer, sram_buffer
from nnsreport.engine.cost.components.sram_cell import SramCell, sram_cell
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.primitives.kinds import Channel
from nnsreport.engine.cost.primitives.transistor import on_resistance
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_NO_WIDTHS = (np.zeros(()), np.zeros(()))


@dataclass(frozen=True, slots=True)
class Buffer:
    """One core of a buffer.

    Attributes
    ----------
    line_bits : float or Array
        Bits of a line, which are accessed at once.
    circuit : RegisterBuffer or SramBuffer
        What it is made of.
    parameters : Parameters
        Of the chip.
    """

    line_bits: Quantity
    circuit: RegisterBuffer | SramBuffer
    parameters: Parameters

    @property
    def area_m2(self) -> Quantity:
        """Area in square metres."""
        return self.circuit.area_m2

    @property
    def leakage_w(self) -> Quantity:
        """Leakage in watt."""
        return self.circuit.leakage_w

    def read_latency(self, bits: Quantity) -> Quantity:
        """Return the time to read bits, line after line.

        Parameters
        ----------
        bits : float or Array
            Any number; lines need not be full.

        Returns
        -------
        float or Array
            A cycle a line in a chip with a clock, else seconds.
        """
        lines = bits / self.line_bits
        if self.parameters.is_synchronous:
            return lines
        if isinstance(self.circuit, RegisterBuffer):
            return self.circuit.latency_s(lines)
        return self.circuit.read_latency_s(lines, self.parameters.least_sensed_voltage_v)

    def write_latency(self, bits: Quantity) -> Quantity:
        """Return the time to write bits, line after line; see :meth:`read_latency`."""
        lines = bits / self.line_bits
        if self.parameters.is_synchronous:
            return lines
        if isinstance(self.circuit, RegisterBuffer):
            return self.circuit.latency_s(lines)
        return self.circuit.write_latency_s(lines)

    def read_energy_j(self, bits: Quantity) -> Quantity:
        """Return the energy to read bits.

        Parameters
        ----------
        bits : float or Array
            Any number.

        Returns
        -------
        float or Array
            In joule.
        """
        if isinstance(self.circuit, RegisterBuffer):
            return self.circuit.read_energy_j(bits, 1.0, self._flip_flop_activity)
        return self.circuit.read_energy_j(bits, 1.0)

    def write_energy_j(self, bits: Quantity) -> Quantity:
        """Return the energy to write bits; see :meth:`read_energy_j`."""
        if isinstance(self.circuit, RegisterBuffer):
            return self.circuit.write_energy_j(bits, 1.0, self._flip_flop_activity)
        return self.circuit.write_energy_j(bits, 1.0)

    @property
    def _flip_flop_activity(self) -> Quantity:
        """Share of the flip-flops that switches.

        NeuroSim always takes that of the validated mode here, but sets it in that mode only; in others it is 0 in its
        runs, so that only the decoder costs energy.
        """
        return self.parameters.flip_flop_activity if self.parameters.is_validated else 0.0


def buffer(
    bits: Quantity, line_bits: Quantity, parameters: Parameters, technology: Technology, *, is_sram: bool
) -> Buffer:
    """Return a buffer.

    Parameters
    ----------
    bits : float or Array
        That it stores; the fraction is cut off, as of a line's.
    line_bits : float or Array
        Bits of a line.
    parameters : Parameters
        Of the chip.
    technology : Technology
        Of the transistors.
    is_sram : bool
        SRAM instead of flip-flops.

    Returns
    -------
    Buffer
        Of one core.

    References
    ----------
    NeuroSim V1.4, Buffer.cpp.
    """
    p = parameters
    circuit: RegisterBuffer | SramBuffer
    if is_sram:
        circuit = sram_buffer(
            bits,
            line_bits,
            buffer_cell(p, technology),
            (p.metal0_resistance_per_m, p.metal1_resistance_per_m, p.wire_resistance_per_m),
            p.word_line_decoder_sizing,
            technology,
            is_synchronous=p.is_synchronous,
            control_activity=p.control_activity,
        )
    else:
        circuit = register_buffer(
            bits,
            line_bits,
            p.word_line_decoder_sizing,
            technology,
            special_layout=p.has_special_layout,
            control_activity=p.control_activity,
        )
    return Buffer(truncated(line_bits), circuit, p)


def buffer_cell(parameters: Parameters, technology: Technology) -> SramCell:
    """Return the SRAM cell of buffers and look-up tables.

    NeuroSim keeps the widths of one memory cell only, that of the sub-arrays. Where these are not SRAM, the cells of
    its buffers have the access transistor of a resistive cell, or none, and no other transistor.

    Parameters
    ----------
    parameters : Parameters
        Of the chip.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SramCell
        As wide and high as an SRAM cell in any case.

    References
    ----------
    NeuroSim V1.4, Buffer.cpp, and SubArray.cpp, where it sets the cell's widths.
    """
    p = parameters
    if p.cell is MemoryCell.SRAM:
        widths = (p.sram_access_width_f, p.sram_nmos_width_f, p.sram_pmos_width_f)
        return sram_cell(p.sram_cell_height_f, p.sram_cell_width_f, *widths, technology)
    access_f = _access_width_f(p, technology) if p.access is Access.TRANSISTOR else 0.0
    with np.errstate(divide="ignore"):
        access = namespace_among(access_f).asarray(access_f)
        cell = sram_cell(p.sram_cell_height_f, p.sram_cell_width_f, access, *_NO_WIDTHS, technology)
    return replace(cell, storage_f=0.0)


def _access_width_f(parameters: Parameters, technology: Technology) -> Quantity:
    """Return the width of a resistive cell's transistor in feature sizes, or in fins or stacks below 22 nm."""
    unit_m = technology.feature_size_m * (1 if technology.is_planar else 2)
    wanted_ohm = parameters.on_resistance_ohm * technology.constants.ir_drop_tolerance
    return on_resistance(unit_m, Channel.NMOS, technology) * technology.constants.linear_region_ratio / wanted_ohm
