"""Sub-arrays of SRAM whose active rows are read one after the other, with a sense amplifier for each column."""

from __future__ import annotations

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.row_decoder import RowDecoder, row_decoder
from nnsreport.engine.cost.components.sram_sense_amplifier import SramSenseAmplifier, sram_sense_amplifier
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated, whole_cycles
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.accumulation import Accumulation, AccumulationSizes, accumulation
from nnsreport.engine.cost.sub_array.calibration import calibration
from nnsreport.engine.cost.sub_array.reads import same_for_all_states, sub_array_reads
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArrayAreas, SubArrayReads
from nnsreport.engine.cost.sub_array.sram_array import SramArray, sram_array
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SequentialSram:
    """SRAM that is read row by row; what all classes of sub-arrays have is told by ``SubArray``.

    Attributes
    ----------
    array : SramArray
        The cells.
    word_line_j : float or Array
        Energy to raise a word line.
    decoder : RowDecoder
        Of the word lines.
    amplifiers : SramSenseAmplifier
        Of all columns.
    accumulation : Accumulation
        The adders behind them.
    decoding_s, sensing_s : float or Array
        Time to raise a word line, and to precharge, discharge and sense the bit lines, with the calibration.
    """

    parameters: Parameters
    technology: Technology
    areas: SubArrayAreas
    leakage_w: Quantity
    leakage_in_use_w: Quantity
    array: SramArray
    word_line_j: Quantity
    decoder: RowDecoder
    amplifiers: SramSenseAmplifier
    accumulation: Accumulation
    decoding_s: Quantity
    sensing_s: Quantity

    @property
    def access_resistance_ohm(self) -> Quantity:
        """Resistance of an access transistor."""
        return self.array.cell.access_ohm

    def sensing_latency_s(self, inputs: ReadInputs) -> Quantity:
        """Return the time to read a row, which is the same in all states."""
        return same_for_all_states(self.decoding_s + self.sensing_s, inputs.active_rows)

    def read(self, inputs: ReadInputs, clock_hz: Quantity) -> SubArrayReads:
        """Return what reads take: a cycle, or a sensing time, for each active row."""
        active = inputs.active_rows
        adc, exposed, other = self._latencies(active, clock_hz)
        return sub_array_reads(
            Reading(adc, self._sensing_j(active)),
            Reading(exposed, self._accumulation_j(active)),
            Reading(other, self.decoder.read_energy_j(active)),
        )

    def _latencies(self, active: Quantity, clock_hz: Quantity) -> tuple[Quantity, Quantity, Quantity]:
        """Return the latency of sensing, of additions that it does not hide, and of the decoder."""
        if self.parameters.is_synchronous:
            return active, self._exposed_cycles(active, clock_hz), 0.0
        adc, other = repeated(self.sensing_s, active), repeated(self.decoding_s, active)
        return adc, self.accumulation.exposed_s(active, 1, adc + other), other

    def _exposed_cycles(self, active: Quantity, clock_hz: Quantity) -> Quantity:
        """Return the cycles of sums, and of the shift-adds at the end, which work beside the next vector's reads."""
        adding = self.accumulation
        # Without an active row NeuroSim counts less than no cycles.
        summing = (active - 1) * beside(whole_cycles(adding.sum_s, clock_hz) - 1, active)
        shifting_s = adding.weight_shift_s * (adding.columns_per_weight - 1) + adding.input_shift_s
        exposed = beside(whole_cycles(shifting_s, clock_hz), active) - (active + summing)
        cycles: Quantity = summing + namespace_among(exposed).maximum(exposed, 0)
        return cycles

    def _sensing_j(self, active: Quantity) -> Quantity:
        charging_j = self.array.precharger.energy_j(self.array.bit_line_f)
        return repeated(charging_j + self.word_line_j + self.amplifiers.energy_j(), active)

    def _accumulation_j(self, active: Quantity) -> Quantity:
        weights = _weights(self.parameters)
        held_bits = binary_stages(self.parameters.rows) / 2 + 1
        return self.accumulation.energy_j(active, weights, weights * held_bits)


def sequential_sram(parameters: Parameters, technology: Technology) -> SequentialSram:
    """Return a sub-array of SRAM that is read row by row.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SequentialSram
        Quantities are scalars or of shape (points,).

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    p, factors = parameters, calibration(parameters)
    array = sram_array(p, technology)
    cells = array.wires.outline
    decoder = row_decoder(
        binary_stages(p.rows),
        p.word_line_decoder_sizing,
        technology,
        selects_columns=False,
        height_m=cells.height_m,
        control_activity=factors.control_activity,
    )
    amplifiers = sram_sense_amplifier(p.columns, cells.width_m / p.columns, cells.width_m, technology)
    adding = accumulation(p, technology, cells.width_m, _sizes(p))
    word_line_f = array.wires.row_wire_f + array.cell.word_line_f * p.columns
    decoding_s = decoder.word_line_delay(word_line_f, array.wires.row_ohm, p.columns).latency_s
    reading_s = array.precharge_s + array.discharge_s + amplifiers.latency_s(p.least_sensed_voltage_v)
    return SequentialSram(
        parameters=p,
        technology=technology,
        areas=_areas(array, decoder, amplifiers, adding),
        leakage_w=array.leakage_w + decoder.leakage_w + amplifiers.leakage_w + adding.leakage_w,
        leakage_in_use_w=array.cell.leakage_w * (p.rows - 1) * p.columns,
        array=array,
        word_line_j=word_line_f * technology.vdd_v * technology.vdd_v,
        decoder=decoder,
        amplifiers=amplifiers,
        accumulation=adding,
        decoding_s=decoding_s * factors.sensing_latency,
        sensing_s=reading_s * factors.sensing_latency,
    )


def _weights(parameters: Parameters) -> Quantity:
    """Return the weights of a row: C++ divides two integers."""
    return truncated(parameters.columns / parameters.columns_per_weight)


def _sizes(parameters: Parameters) -> AccumulationSizes:
    sum_bits = binary_stages(parameters.rows) + 1
    return AccumulationSizes(
        sums=parameters.columns,
        sum_bits=sum_bits,
        sums_reads=True,
        shifted=_weights(parameters),
        weight_bits=sum_bits,
        weight_shifts=parameters.columns_per_weight,
        input_bits=sum_bits + parameters.columns_per_weight,
        weights=1,
        # Registers of the sums, and of the pipeline behind them; only one of them leaks.
        register_sets=2,
    )


def _areas(
    array: SramArray, decoder: RowDecoder, amplifiers: SramSenseAmplifier, adding: Accumulation
) -> SubArrayAreas:
    cells, precharger = array.wires.outline, array.precharger
    adc_m2 = amplifiers.outline.area_m2 + precharger.outline.area_m2
    other_m2 = decoder.outline.area_m2 + array.write_driver.outline.area_m2
    return SubArrayAreas(
        outline=Outline.of_sides(
            array.height_m + amplifiers.outline.height_m + adding.height_m, decoder.outline.width_m + cells.width_m
        ),
        array_m2=cells.area_m2,
        adc_m2=adc_m2,
        accumulation_m2=adding.area_m2,
        other_m2=other_m2,
        used_m2=cells.area_m2 + adc_m2 + adding.area_m2 + other_m2,
    )
