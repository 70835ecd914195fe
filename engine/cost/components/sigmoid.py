"""Sigmoid units: look-up tables in SRAM."""

from __future__ import annotations

from nnsreport.engine.cost.components.row_decoder import RowDecoder, row_decoder
from nnsreport.engine.cost.components.small_gates import minimum_widths
from nnsreport.engine.cost.components.sram_cell import SramCell
from nnsreport.engine.cost.components.sram_sense_amplifier import SramSenseAmplifier, sram_sense_amplifier
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated, whole_cycles
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.kinds import Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_INVERTERS_WIDE = 3


@dataclass(frozen=True, slots=True)
class Sigmoid:
    """Tables that are looked up side by side.

    Attributes
    ----------
    bits, entries : float or Array
        Of a table.
    tables : float or Array
        Values that are looked up at a time.
    word_line_ohm : float or Array
        Resistance of a table's word line.
    decoder : RowDecoder
        Of one table.
    sense_amplifiers : SramSenseAmplifier
        Of one table.
    area_m2 : float or Array
        Of all tables.
    leakage_w : float or Array
        Of one table, as NeuroSim counts it for all.
    """

    bits: Quantity
    entries: Quantity
    tables: Quantity
    word_line_ohm: Quantity
    decoder: RowDecoder
    sense_amplifiers: SramSenseAmplifier
    area_m2: Quantity
    leakage_w: Quantity

    def outline_in_width(self, width_m: Quantity) -> Outline:
        """Return the area of all tables, spread over a width.

        Parameters
        ----------
        width_m : float or Array
            Width to fill, in metres.

        Returns
        -------
        Outline
            Of all tables.
        """
        return Outline(area_m2=self.area_m2, height_m=self.area_m2 / width_m, width_m=width_m)

    def latency_s(self, sensed_v: Quantity) -> Quantity:
        """Return the time of one look-up: decoder and sensing. NeuroSim leaves the bit lines and the word line out.

        Parameters
        ----------
        sensed_v : float or Array
            Difference of the bit lines that is sensed, in volts.

        Returns
        -------
        float or Array
            Seconds.
        """
        decoding_s = self.decoder.word_line_delay(0.0, self.word_line_ohm, self.bits).latency_s
        return decoding_s + self.sense_amplifiers.latency_s(sensed_v)

    def cycles(self, sensed_v: Quantity, clock_hz: Quantity) -> Quantity:
        """Return the clock cycles of one look-up.

        Parameters
        ----------
        sensed_v : float or Array
            Difference of the bit lines that is sensed, in volts.
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        float or Array
            Whole cycles.
        """
        return whole_cycles(self.latency_s(sensed_v), clock_hz)

    def energy_j(self, reads: Quantity) -> Quantity:
        """Return the energy of look-ups in all tables. NeuroSim counts one sense amplifier of a table.

        Parameters
        ----------
        reads : float or Array
            Of each table.

        Returns
        -------
        float or Array
            Joules.
        """
        sensing_j = self.sense_amplifiers.energy_j() / self.sense_amplifiers.columns
        return (self.decoder.read_energy_j() + sensing_j) * reads * self.tables


def sigmoid(
    bits: Quantity,
    entries: Quantity,
    tables: Quantity,
    cell: SramCell,
    word_line_ohm_per_m: Quantity,
    driver_sizing: Quantity,
    technology: Technology,
    *,
    control_activity: Quantity = 1.0,
) -> Sigmoid:
    """Return sigmoid units.

    Parameters
    ----------
    bits : float or Array
        Of a value; the fraction is cut off, as of entries and tables.
    entries : float or Array
        Values of a table, at least 2. NeuroSim passes the bits of the sum here, not the number of its values.
    tables : float or Array
        Values that are looked up at a time.
    cell : SramCell
        Of the tables; an inverter is added to its height.
    word_line_ohm_per_m : float or Array
        Resistance by length of word lines (metal 0).
    driver_sizing : float or Array
        Widths of the word line drivers over the usual ones (``sizingfactor_WLdecoder``).
    technology : Technology
        Of the transistors.
    control_activity : float or Array
        Share of reads in which the decoder switches (``epsilon`` where validated).

    Returns
    -------
    Sigmoid
        Of SRAM. NeuroSim's tables in RRAM (``Activationtype`` false) load the decoder with a capacitance that it never
        sets, so that they have no defined cost.

    References
    ----------
    NeuroSim V1.4, Sigmoid.cpp.
    """
    bits, entries, tables = truncated(bits), truncated(entries), truncated(tables)
    widths = minimum_widths(technology)
    inverter = gate_area(Gate.INVERTER, 1, widths.nmos_m, widths.pmos_m, technology.standard_cell_height_m, technology)
    pitch_m = namespace_among(inverter.width_m, cell.width_m).maximum(inverter.width_m * _INVERTERS_WIDE, cell.width_m)
    row_m = pitch_m * bits
    decoder = row_decoder(
        binary_stages(entries), driver_sizing, technology, selects_columns=False, control_activity=control_activity
    )
    sense_amplifiers = sram_sense_amplifier(bits, pitch_m, row_m, technology)
    array_m2 = (inverter.height_m + cell.height_m) * row_m * entries
    return Sigmoid(
        bits=bits,
        entries=entries,
        tables=tables,
        word_line_ohm=row_m * word_line_ohm_per_m,
        decoder=decoder,
        sense_amplifiers=sense_amplifiers,
        area_m2=(array_m2 + decoder.outline.area_m2 + sense_amplifiers.outline.area_m2) * tables,
        leakage_w=cell.leakage_w * bits * entries + decoder.leakage_w + sense_amplifiers.leakage_w,
    )
