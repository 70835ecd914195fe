"""Row decoders with two bits of predecoding: NAND gates, NOR gates for each line, and drivers."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.axes import repeated
from nnsreport.engine.cost.components.gate_cell import GateCell, enlarged_gate_cell, gate_cell
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import STEP_PER_S, Delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_DRIVER_WIDTH = 2


@dataclass(frozen=True, slots=True)
class RowDecoder:
    """A decoder of word lines, or of the select lines of a multiplexer.

    Attributes
    ----------
    address_bits : float or Array
        Bits of the address.
    inverter, nand, nor, driver : GateCell
        Of the address, of the predecoder, of each line, and at the end of each line; without capacitance where the
        decoder has none of them.
    nands, nors : float or Array
        NAND gates of the predecoder, and NOR gates: one for each line, but none of up to two address bits.
    selects_columns : bool
        Whether the lines are enabled and drive a multiplexer's pass gates, instead of a word line.
    outline : Outline
        Of the decoder.
    leakage_w : float or Array
        Of the decoder.
    control_activity : float or Array
        Share of reads in which the decoder switches.
    technology : Technology
        Of the transistors.
    """

    address_bits: Quantity
    inverter: GateCell
    nand: GateCell
    nor: GateCell
    driver: GateCell
    nands: Quantity
    nors: Quantity
    selects_columns: bool
    outline: Outline
    leakage_w: Quantity
    control_activity: Quantity
    technology: Technology

    def word_line_delay(self, line_f: Quantity, line_ohm: Quantity, columns: Quantity) -> Delay:
        """Return the delay from the address to a word line.

        The wire of the line adds R (C + C / columns) / 2.

        Parameters
        ----------
        line_f, line_ohm : float or Array
            Capacitance and resistance of the line.
        columns : float or Array
            Cells on the line.

        Returns
        -------
        Delay
            Of one access. The slope is that of the first of the two drivers, which NeuroSim hands on.
        """
        chain = self._decoding_delay(line_f)
        driver = self.driver
        first = driver.delay(Channel.NMOS, driver.input_f, chain.ramp_per_s)
        wire_s = line_ohm * (line_f + line_f / columns) / 2
        second = driver.delay(Channel.PMOS, line_f, first.ramp_per_s, wire_s=wire_s)
        return Delay(chain.latency_s + first.latency_s + second.latency_s, first.ramp_per_s)

    def select_delay(self, nmos_gates_f: Quantity, pmos_gates_f: Quantity) -> Delay:
        """Return the delay from the address to the pass gates of a multiplexer.

        Parameters
        ----------
        nmos_gates_f, pmos_gates_f : float or Array
            Gate capacitance of all pass gates that a line opens.

        Returns
        -------
        Delay
            Of one access. The slope is that of the first of the two drivers, which NeuroSim hands on.
        """
        chain = self._decoding_delay(nmos_gates_f)
        driver = self.driver
        enable = self.nand.delay(Channel.NMOS, self.inverter.input_f, chain.ramp_per_s)
        first = driver.delay(Channel.PMOS, driver.input_f + nmos_gates_f, enable.ramp_per_s)
        second = driver.delay(Channel.NMOS, pmos_gates_f, first.ramp_per_s)
        latency = chain.latency_s + enable.latency_s + first.latency_s + second.latency_s
        return Delay(latency, first.ramp_per_s)

    def read_energy_j(self, reads: Quantity = 1.0) -> Quantity:
        """Return the energy of reads, with the share in which the decoder switches.

        Parameters
        ----------
        reads : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        return repeated(self._access_energy_j() * self.control_activity, reads)

    def write_energy_j(self, writes: Quantity = 1.0) -> Quantity:
        """Return the energy of writes, in which the decoder always switches.

        Parameters
        ----------
        writes : float or Array
            A scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        return repeated(self._access_energy_j(), writes)

    def _decoding_delay(self, line_f: Quantity) -> Delay:
        """Return the delay of inverter, NAND and NOR, as far as the decoder has them."""
        inverter, nand, nor = self.inverter, self.nand, self.nor
        has_nand, has_nor = self.nands > 0, self.nors > 0
        nand_load_f = select(has_nor, nor.input_f * self.nors / 4, line_f)
        nor_load_f = nand.input_f if self.selects_columns else inverter.input_f
        # Stages that a short address does not have are evaluated with some load, and not counted.
        unused_f = inverter.input_f
        first = inverter.delay(Channel.NMOS, select(has_nand, nand.input_f * 2, line_f), STEP_PER_S)
        nand_load_f = select(has_nand, nand_load_f, unused_f)
        second = nand.delay(Channel.NMOS, nand_load_f, first.ramp_per_s, in_series=2)
        nor_load_f = select(has_nor, nor_load_f, unused_f)
        third = nor.delay(Channel.PMOS, nor_load_f, second.ramp_per_s, in_series=2)
        latency = first.latency_s + select(has_nand, second.latency_s, 0.0) + select(has_nor, third.latency_s, 0.0)
        # Without NOR gates NeuroSim drives the output stage with a step.
        return Delay(latency, select(has_nor, third.ramp_per_s, STEP_PER_S))

    def _access_energy_j(self) -> Quantity:
        """Return the energy of one access, with all address bits rising, one NAND of four and one NOR."""
        inverter, nand, nor, driver = self.inverter, self.nand, self.nor, self.driver
        paired_bits = namespace_among(self.address_bits).floor(self.address_bits / 2) * 2
        switched_f: Quantity = (
            (inverter.input_f + nand.input_f * 2) * paired_bits
            + (inverter.input_f + nor.input_f * self.nors / 2) * (self.address_bits - paired_bits)
            + (nand.output_f + nor.input_f * self.nors / 4) * self.nands / 4
        )
        if self.selects_columns:
            switched_f = (
                switched_f
                + (nor.output_f + nand.input_f)
                + (nand.output_f + driver.input_f)
                + (driver.output_f + driver.input_f)
                + driver.output_f
            )
        else:
            switched_f = switched_f + (nor.output_f + inverter.input_f) + (driver.input_f + driver.output_f) * 2
        return switched_f * self.technology.vdd_v * self.technology.vdd_v


def row_decoder(
    address_bits: Quantity,
    driver_sizing: Quantity,
    technology: Technology,
    *,
    selects_columns: bool,
    height_m: Quantity | None = None,
    control_activity: Quantity = 1.0,
) -> RowDecoder:
    """Return a row decoder.

    Parameters
    ----------
    address_bits : float or Array
        Bits of the address, ceil(log2(lines)).
    driver_sizing : float or Array
        Widths of the drivers over the usual ones (``sizingfactor_MUX`` or ``sizingfactor_WLdecoder``).
    technology : Technology
        Of the transistors.
    selects_columns : bool
        Whether it drives a multiplexer instead of word lines.
    height_m : float or Array, optional
        Height that the decoder gets; without it, all lines are stacked in one column of gates.
    control_activity : float or Array
        Share of reads in which it switches (``epsilon`` where validated).

    Returns
    -------
    RowDecoder
        With its outline.

    References
    ----------
    NeuroSim V1.4, RowDecoder.cpp, mode REGULAR_ROW.
    """
    lines = _lines(address_bits, technology)
    smallest = minimum_widths(technology)
    driver_widths = Widths(
        _DRIVER_WIDTH * smallest.nmos_m * driver_sizing, _DRIVER_WIDTH * smallest.pmos_m * driver_sizing
    )
    driver = gate_cell(Gate.INVERTER, 1, driver_widths, technology)
    inverter, nand, nor = lines.inverter, lines.nand, lines.nor
    leakage = inverter.leakage_w * address_bits + nand.leakage_w * lines.nands + nor.leakage_w * lines.nors
    if selects_columns:
        # NeuroSim counts the leakage of address inverters here, not of the drivers.
        leakage = leakage + (nand.leakage_w + 2 * inverter.leakage_w) * lines.nors
    else:
        leakage = leakage + 2 * driver.leakage_w * lines.nors
    end_m = driver.outline.width_m * 2 + (nand.outline.width_m if selects_columns else 0.0)
    return RowDecoder(
        address_bits=address_bits,
        inverter=inverter,
        nand=_present(nand, lines.nands),
        nor=_present(nor, lines.nors),
        driver=driver,
        nands=lines.nands,
        nors=lines.nors,
        selects_columns=selects_columns,
        outline=_outline(lines, end_m, height_m),
        leakage_w=leakage,
        control_activity=control_activity,
        technology=technology,
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """Gates up to the lines, their numbers, and the width of the tracks between NAND and NOR gates."""

    inverter: GateCell
    nand: GateCell
    nor: GateCell
    nands: Quantity
    nors: Quantity
    tracks_m: Quantity


def _lines(address_bits: Quantity, technology: Technology) -> _Lines:
    xp = namespace_among(address_bits)
    smallest = minimum_widths(technology)
    # A decoder without address has no NOR gate; one input keeps the formulas valid.
    nor_inputs = xp.maximum(xp.ceil(address_bits / 2), 1)
    nor_widths = enlarged_widths(
        smallest.nmos_m, nor_inputs * smallest.pmos_m, technology.standard_cell_height_m, technology
    )
    nands = 4 * xp.floor(address_bits / 2)
    tracks = select(address_bits > 2, nands + address_bits % 2 * 2, 0.0)
    return _Lines(
        inverter=enlarged_gate_cell(Gate.INVERTER, 1, 1, technology),
        nand=enlarged_gate_cell(Gate.NAND, 2, 2, technology),
        nor=gate_cell(Gate.NOR, nor_inputs, Widths(*nor_widths), technology),
        nands=nands,
        nors=select(address_bits > 2, 2.0**address_bits, 0.0),
        tracks_m=technology.layout.metal3_pitch_f * tracks * technology.feature_size_m,
    )


def _present(cell: GateCell, count: Quantity) -> GateCell:
    """Return a gate without capacitance where there is none."""
    return replace(cell, input_f=select(count > 0, cell.input_f, 0.0), output_f=select(count > 0, cell.output_f, 0.0))


def _outline(lines: _Lines, end_m: Quantity, height_m: Quantity | None) -> Outline:
    nand, nor = lines.nand.outline, lines.nor.outline
    if height_m is None:
        height: Quantity = namespace_among(lines.nors).maximum(nor.height_m * lines.nors, nand.height_m * lines.nands)
        width = lines.inverter.outline.width_m + nand.width_m + lines.tracks_m + nor.width_m + end_m
        return Outline.of_sides(height, width)
    # NeuroSim leaves the address inverters out of a decoder of given height.
    width = (
        nand.width_m * _columns_of(nand, lines.nands, height_m)
        + lines.tracks_m
        + (nor.width_m + end_m) * _columns_of(nor, lines.nors, height_m)
    )
    return Outline.of_sides(height_m, width)


def _columns_of(gate: Outline, count: Quantity, height_m: Quantity) -> Quantity:
    """Return the columns that gates are stacked in; 0 where there is none, or the height is less than one gate."""
    xp = namespace_among(height_m, count)
    in_a_column = xp.minimum(xp.floor(height_m / gate.height_m), count)
    return select(in_a_column > 0, xp.ceil(count / xp.maximum(in_a_column, 1)), 0.0)
