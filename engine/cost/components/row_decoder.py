"""Row decoders with two bits of predecoding: NAND gates, NOR gates for each line, and drivers."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths
from nnsreport.engine.cost.components.stage import STEP_PER_S, Delay, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.enlargement import enlarged_widths
from nnsreport.engine.cost.primitives.folding import scaled_height
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology

_DRIVER_WIDTH = 2


@dataclass(frozen=True, slots=True)
class DecoderGate:
    """One kind of gate of a decoder.

    Attributes
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        Of each.
    widths : Widths
        Of the transistors.
    count : float or Array
        How many the decoder has.
    input_f, output_f : float or Array
        Capacitance of one input and of the output; 0 where the decoder has none of them.
    outline : Outline
        Of one.
    """

    gate: Gate
    inputs: Quantity
    widths: Widths
    count: Quantity
    input_f: Quantity
    output_f: Quantity
    outline: Outline

    def leakage_a(self, technology: Technology) -> Quantity:
        """Return the leakage current of one gate."""
        return gate_leakage_a(self.gate, self.inputs, self.widths.nmos_m, self.widths.pmos_m, technology)


@dataclass(frozen=True, slots=True)
class RowDecoder:
    """A decoder of word lines, or of the select lines of a multiplexer.

    Attributes
    ----------
    address_bits : float or Array
        Bits of the address.
    inverter, nand, nor, driver : DecoderGate
        Of the address, of the predecoder, of each line, and at the end of each line.
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
    inverter: DecoderGate
    nand: DecoderGate
    nor: DecoderGate
    driver: DecoderGate
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
        driver, widths = self.driver, self.driver.widths
        first = stage_delay(
            widths.nmos_m, Channel.NMOS, driver.output_f + driver.input_f, chain.ramp_per_s, self.technology
        )
        second = stage_delay(
            widths.pmos_m,
            Channel.PMOS,
            driver.output_f + line_f,
            first.ramp_per_s,
            self.technology,
            wire_s=line_ohm * (line_f + line_f / columns) / 2,
        )
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
        driver, widths = self.driver, self.driver.widths
        enable = stage_delay(
            self.nand.widths.nmos_m,
            Channel.NMOS,
            self.nand.output_f + self.inverter.input_f,
            chain.ramp_per_s,
            self.technology,
        )
        first = stage_delay(
            widths.pmos_m,
            Channel.PMOS,
            driver.output_f + driver.input_f + nmos_gates_f,
            enable.ramp_per_s,
            self.technology,
        )
        second = stage_delay(
            widths.nmos_m, Channel.NMOS, driver.output_f + pmos_gates_f, first.ramp_per_s, self.technology
        )
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
        return beside(self._access_energy_j() * self.control_activity, reads) * reads

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
        return beside(self._access_energy_j(), writes) * writes

    def _decoding_delay(self, line_f: Quantity) -> Delay:
        """Return the delay of inverter, NAND and NOR, as far as the decoder has them."""
        technology, inverter, nand, nor = self.technology, self.inverter, self.nand, self.nor
        has_nand, has_nor = nand.count > 0, nor.count > 0
        nand_load_f = select(has_nor, nor.input_f * nor.count / 4, line_f)
        nor_load_f = nand.input_f if self.selects_columns else inverter.input_f
        # Stages that a short address does not have are evaluated with some load, and not counted.
        unused_f = inverter.input_f
        first = stage_delay(
            inverter.widths.nmos_m,
            Channel.NMOS,
            inverter.output_f + select(has_nand, nand.input_f * 2, line_f),
            STEP_PER_S,
            technology,
        )
        second = stage_delay(
            nand.widths.nmos_m,
            Channel.NMOS,
            select(has_nand, nand.output_f + nand_load_f, unused_f),
            first.ramp_per_s,
            technology,
            in_series=2,
        )
        third = stage_delay(
            nor.widths.pmos_m,
            Channel.PMOS,
            select(has_nor, nor.output_f + nor_load_f, unused_f),
            second.ramp_per_s,
            technology,
            in_series=2,
        )
        latency = first.latency_s + select(has_nand, second.latency_s, 0.0) + select(has_nor, third.latency_s, 0.0)
        # Without NOR gates NeuroSim drives the output stage with a step.
        return Delay(latency, select(has_nor, third.ramp_per_s, STEP_PER_S))

    def _access_energy_j(self) -> Quantity:
        """Return the energy of one access, with all address bits rising, one NAND of four and one NOR."""
        inverter, nand, nor, driver = self.inverter, self.nand, self.nor, self.driver
        paired_bits = namespace_among(self.address_bits).floor(self.address_bits / 2) * 2
        switched_f: Quantity = (
            (inverter.input_f + nand.input_f * 2) * paired_bits
            + (inverter.input_f + nor.input_f * nor.count / 2) * (self.address_bits - paired_bits)
            + (nand.output_f + nor.input_f * nor.count / 4) * nand.count / 4
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
    gates = _decoder_gates(address_bits, driver_sizing, technology)
    inverter, nand, nor, driver = gates
    leakage = inverter.leakage_a(technology) * inverter.count + nand.leakage_a(technology) * nand.count
    leakage = leakage + nor.leakage_a(technology) * nor.count
    if selects_columns:
        # NeuroSim counts the leakage of address inverters here, not of the drivers.
        leakage = leakage + (nand.leakage_a(technology) + 2 * inverter.leakage_a(technology)) * nor.count
    else:
        leakage = leakage + 2 * driver.leakage_a(technology) * nor.count
    return RowDecoder(
        address_bits=address_bits,
        inverter=inverter,
        nand=nand,
        nor=nor,
        driver=driver,
        selects_columns=selects_columns,
        outline=_outline(address_bits, gates, height_m, technology, selects_columns=selects_columns),
        leakage_w=leakage * technology.vdd_v,
        control_activity=control_activity,
        technology=technology,
    )


def _decoder_gates(
    address_bits: Quantity, driver_sizing: Quantity, technology: Technology
) -> tuple[DecoderGate, DecoderGate, DecoderGate, DecoderGate]:
    xp = namespace_among(address_bits)
    smallest, cell_m = minimum_widths(technology), technology.standard_cell_height_m
    pairs = xp.floor(address_bits / 2)
    # A decoder without address has no NOR gate; one input keeps the formulas valid.
    nor_inputs = xp.maximum(xp.ceil(address_bits / 2), 1)
    inverter = Widths(*enlarged_widths(smallest.nmos_m, smallest.pmos_m, cell_m, technology))
    nand = Widths(*enlarged_widths(2 * smallest.nmos_m, smallest.pmos_m, cell_m, technology))
    nor = Widths(*enlarged_widths(smallest.nmos_m, nor_inputs * smallest.pmos_m, cell_m, technology))
    driver = Widths(_DRIVER_WIDTH * smallest.nmos_m * driver_sizing, _DRIVER_WIDTH * smallest.pmos_m * driver_sizing)
    lines = select(address_bits > 2, 2.0**address_bits, 0.0)
    return (
        _decoder_gate(Gate.INVERTER, 1, inverter, address_bits, technology),
        _decoder_gate(Gate.NAND, 2, nand, 4 * pairs, technology),
        _decoder_gate(Gate.NOR, nor_inputs, nor, lines, technology),
        _decoder_gate(Gate.INVERTER, 1, driver, lines, technology, always=True),
    )


def _decoder_gate(
    gate: Gate, inputs: Quantity, widths: Widths, count: Quantity, technology: Technology, *, always: bool = False
) -> DecoderGate:
    cell_m = technology.standard_cell_height_m
    input_f, output_f = gate_capacitance_pair(
        gate, inputs, widths.nmos_m, widths.pmos_m, scaled_height(cell_m, technology), technology
    )
    exists = (count > 0) | (gate is Gate.INVERTER) | always
    return DecoderGate(
        gate=gate,
        inputs=inputs,
        widths=widths,
        count=count,
        input_f=select(exists, input_f, 0.0),
        output_f=select(exists, output_f, 0.0),
        outline=gate_area(gate, inputs, widths.nmos_m, widths.pmos_m, cell_m, technology),
    )


def _outline(
    address_bits: Quantity,
    gates: tuple[DecoderGate, DecoderGate, DecoderGate, DecoderGate],
    height_m: Quantity | None,
    technology: Technology,
    *,
    selects_columns: bool,
) -> Outline:
    inverter, nand, nor, driver = gates
    has_lines = address_bits > 2
    tracks = select(has_lines, nand.count + address_bits % 2 * 2, 0.0)
    tracks_m = technology.layout.metal3_pitch_f * tracks * technology.feature_size_m
    end_m = driver.outline.width_m * 2 + (nand.outline.width_m if selects_columns else 0.0)
    if height_m is None:
        height: Quantity = namespace_among(address_bits).maximum(
            nor.outline.height_m * nor.count, nand.outline.height_m * nand.count
        )
        width = inverter.outline.width_m + nand.outline.width_m + tracks_m + nor.outline.width_m + end_m
        return Outline.of_sides(height, width)
    # NeuroSim leaves the address inverters out of a decoder of given height.
    lines = _columns_of(nor, height_m)
    width = nand.outline.width_m * _columns_of(nand, height_m) + tracks_m + (nor.outline.width_m + end_m) * lines
    return Outline.of_sides(height_m, width)


def _columns_of(gate: DecoderGate, height_m: Quantity) -> Quantity:
    """Return the columns that gates are stacked in; 0 where there is none, or the height is less than one gate."""
    xp = namespace_among(height_m, gate.count)
    in_a_column = xp.minimum(xp.floor(height_m / gate.outline.height_m), gate.count)
    return select(in_a_column > 0, xp.ceil(gate.count / xp.maximum(in_a_column, 1)), 0.0)
