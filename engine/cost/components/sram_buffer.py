"""Buffers that are SRAM arrays."""

from __future__ import annotations

from nnsreport.engine.cost.components.precharger import Precharger, precharger
from nnsreport.engine.cost.components.repeaters import WIRE_F_PER_M
from nnsreport.engine.cost.components.row_decoder import RowDecoder, row_decoder
from nnsreport.engine.cost.components.sram_cell import SramCell
from nnsreport.engine.cost.components.sram_sense_amplifier import SramSenseAmplifier, sram_sense_amplifier
from nnsreport.engine.cost.components.sram_write_driver import SramWriteDriver, sram_write_driver
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A word line or a bit line.

    Attributes
    ----------
    length_m : float or Array
        Across the array.
    wire_f : float or Array
        Capacitance of the wire alone.
    total_f : float or Array
        With the transistors on it.
    wire_ohm : float or Array
        Resistance of the wire.
    """

    length_m: Quantity
    wire_f: Quantity
    total_f: Quantity
    wire_ohm: Quantity


@dataclass(frozen=True, slots=True)
class SramBuffer:
    """An SRAM array with a decoder, prechargers, write drivers and sense amplifiers.

    A synchronous chip accesses a line in a cycle.

    Attributes
    ----------
    bits, lines : float or Array
        That it stores, and the lines they are in.
    cell : SramCell
        Of each bit.
    word_line, bit_line : Line
        Wires of the array.
    driven_ohm : float or Array
        Resistance of a bit line for precharger and write driver, which NeuroSim takes from another metal.
    decoder : RowDecoder
        Of the lines.
    prechargers : Precharger
        Of the bit lines.
    write_drivers : SramWriteDriver
        Of the bit lines.
    sense_amplifiers : SramSenseAmplifier
        Of the bit lines. They only leak: NeuroSim never sets their capacitance.
    area_m2 : float or Array
        Of all but the sense amplifiers, which NeuroSim leaves out.
    leakage_w : float or Array
        Of the circuits around the array; NeuroSim leaves the cells out.
    counted_bit_lines : float
        1 where their capacitance counts, 0 where NeuroSim computes without it.
    technology : Technology
        Of the transistors.
    """

    bits: Quantity
    lines: Quantity
    cell: SramCell
    word_line: Line
    bit_line: Line
    driven_ohm: Quantity
    decoder: RowDecoder
    prechargers: Precharger
    write_drivers: SramWriteDriver
    sense_amplifiers: SramSenseAmplifier
    area_m2: Quantity
    leakage_w: Quantity
    counted_bit_lines: float
    technology: Technology

    def read_latency_s(self, lines: Quantity, sensed_v: Quantity) -> Quantity:
        """Return the time to read lines in a chip without clock.

        Parameters
        ----------
        lines : float or Array
            One after the other.
        sensed_v : float or Array
            Difference of the bit lines that is sensed, in volts.

        Returns
        -------
        float or Array
            Seconds: decoder, precharging, discharge of the bit line (Elmore).
        """
        xp = namespace_among(sensed_v, self.lines)
        vdd_v, bit_line = self.technology.vdd_v, self.bit_line
        wire_s = bit_line.total_f * bit_line.wire_ohm * (self.lines + 1) / self.lines / 2
        elmore_s = (self.cell.access_ohm + self.cell.pull_down_ohm) * bit_line.total_f + wire_s
        discharging_s: Quantity = elmore_s * xp.log(vdd_v / (vdd_v - sensed_v / 2))
        precharging_s = self.prechargers.latency_s(bit_line.wire_f, self.driven_ohm)
        return lines * (self._decoding_s() + precharging_s + discharging_s)

    def write_latency_s(self, lines: Quantity) -> Quantity:
        """Return the time to write lines in a chip without clock.

        Parameters
        ----------
        lines : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Seconds: precharging, then the slower one of decoder and write driver.
        """
        wire_f = self.bit_line.wire_f
        driving_s = self.write_drivers.write_latency_s(wire_f, self.driven_ohm)
        decoding_s = self._decoding_s()
        slower_s: Quantity = namespace_among(driving_s, decoding_s).maximum(decoding_s, driving_s)
        return lines * (self.prechargers.latency_s(wire_f, self.driven_ohm) + slower_s)

    def read_energy_j(self, access_bits: Quantity, accesses: Quantity) -> Quantity:
        """Return the energy of reads.

        Parameters
        ----------
        access_bits : float or Array
            Bits of an access.
        accesses : float or Array
            Reads.

        Returns
        -------
        float or Array
            Joules: the share of the bits in the energy to read all lines.
        """
        lines_j = self.decoder.read_energy_j(self.lines) + self._bit_lines_j() + self._word_lines_j()
        return lines_j / self.bits * access_bits * accesses

    def write_energy_j(self, access_bits: Quantity, accesses: Quantity) -> Quantity:
        """Return the energy of writes, in which all bits flip.

        Parameters
        ----------
        access_bits : float or Array
            Bits of an access.
        accesses : float or Array
            Writes.

        Returns
        -------
        float or Array
            Joules: the share of the bits in the energy to write all lines.
        """
        vdd_v = self.technology.vdd_v
        lines_j = (
            self.decoder.write_energy_j(self.lines)
            + self._bit_lines_j()
            + self.write_drivers.write_energy_j(self.lines)
            + self.cell.storage_f * vdd_v * vdd_v * self.bits
            + self._word_lines_j()
        )
        return lines_j / self.bits * access_bits * accesses

    def _decoding_s(self) -> Quantity:
        word_line = self.word_line
        return self.decoder.word_line_delay(
            word_line.wire_f, word_line.wire_ohm, self.sense_amplifiers.columns
        ).latency_s

    def _bit_lines_j(self) -> Quantity:
        return self.prechargers.energy_j(self.bit_line.wire_f, self.lines) * self.counted_bit_lines

    def _word_lines_j(self) -> Quantity:
        vdd_v = self.technology.vdd_v
        return self.word_line.total_f * vdd_v * vdd_v * self.lines


def sram_buffer(
    bits: Quantity,
    line_bits: Quantity,
    cell: SramCell,
    wires_ohm_per_m: tuple[Quantity, Quantity, Quantity],
    driver_sizing: Quantity,
    technology: Technology,
    *,
    is_synchronous: bool,
    control_activity: Quantity = 1.0,
) -> SramBuffer:
    """Return a buffer of SRAM.

    Parameters
    ----------
    bits : float or Array
        That it stores; the fraction is cut off, as of a line's.
    line_bits : float or Array
        Bits of a line.
    cell : SramCell
        Of each bit.
    wires_ohm_per_m : tuple of float or Array
        Resistance by length of word lines (metal 0), of bit lines when they are read (metal 1), and of bit lines for
        precharger and write driver (``unitLengthWireResistance``).
    driver_sizing : float or Array
        Widths of the word line drivers over the usual ones (``sizingfactor_WLdecoder``).
    technology : Technology
        Of the transistors.
    is_synchronous : bool
        Whether the chip has a clock.
    control_activity : float or Array
        Share of reads in which the decoder switches (``epsilon`` where validated).

    Returns
    -------
    SramBuffer
        Of one array.

    Notes
    -----
    NeuroSim reads two capacitances that it has not set: that of the sense amplifiers always, and that of the bit lines
    in the energy of a synchronous chip. They are 0 in its runs (the energies of its log say so), and here.

    References
    ----------
    NeuroSim V1.4, Buffer.cpp.
    """
    bits, line_bits = truncated(bits), truncated(line_bits)
    lines = namespace_among(bits, line_bits).ceil(bits / line_bits)
    word_ohm_per_m, bit_ohm_per_m, driven_ohm_per_m = wires_ohm_per_m
    word_line = _line(cell.width_m * line_bits, cell.word_line_f * line_bits, word_ohm_per_m)
    bit_line = _line(cell.height_m * lines, cell.bit_line_f * lines, bit_ohm_per_m)
    decoder = row_decoder(
        binary_stages(lines),
        driver_sizing,
        technology,
        selects_columns=False,
        height_m=bit_line.length_m,
        control_activity=control_activity,
    )
    prechargers = precharger(line_bits, word_line.length_m, technology)
    write_drivers = sram_write_driver(line_bits, word_line.length_m, technology)
    sense_amplifiers = sram_sense_amplifier(line_bits, cell.width_m, word_line.length_m, technology)
    return SramBuffer(
        bits=bits,
        lines=lines,
        cell=cell,
        word_line=word_line,
        bit_line=bit_line,
        driven_ohm=bit_line.length_m * driven_ohm_per_m,
        decoder=decoder,
        prechargers=prechargers,
        write_drivers=write_drivers,
        sense_amplifiers=sense_amplifiers,
        area_m2=word_line.length_m * bit_line.length_m
        + decoder.outline.area_m2
        + prechargers.outline.area_m2
        + write_drivers.outline.area_m2,
        leakage_w=decoder.leakage_w + prechargers.leakage_w + write_drivers.leakage_w + sense_amplifiers.leakage_w,
        counted_bit_lines=0.0 if is_synchronous else 1.0,
        technology=technology,
    )


def _line(length_m: Quantity, transistors_f: Quantity, ohm_per_m: Quantity) -> Line:
    wire_f = length_m * WIRE_F_PER_M
    return Line(length_m, wire_f, wire_f + transistors_f, length_m * ohm_per_m)
