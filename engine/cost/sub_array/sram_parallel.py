"""Sub-arrays of SRAM whose rows are read together, with converters that groups of columns share."""

from __future__ import annotations

import math

from nnsreport.engine.cost.components.axes import beside, repeated
from nnsreport.engine.cost.components.multilevel_sense_amplifier import References
from nnsreport.engine.cost.components.reference_ladder import parallel_ladder
from nnsreport.engine.cost.components.row_switch_matrix import Line, RowSwitchMatrix, row_switch_matrix
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated
from nnsreport.engine.cost.conductance import sram_column_resistance
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sub_array.accumulation import (
    Accumulation,
    AccumulationSizes,
    accumulation,
    row_groups,
    whole_weights,
)
from nnsreport.engine.cost.sub_array.calibration import calibration
from nnsreport.engine.cost.sub_array.column_multiplexer import ColumnMultiplexer, column_multiplexer, converters_of
from nnsreport.engine.cost.sub_array.converters import Converters, converters
from nnsreport.engine.cost.sub_array.reads import same_for_all_states, sub_array_reads
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArrayAreas, SubArrayReads
from nnsreport.engine.cost.sub_array.sram_array import SramArray, sram_array
from nnsreport.engine.cost.sub_array.word_line_buffers import WordLineBuffers, word_line_buffers
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelSramCircuits:
    """What a sub-array of SRAM that is read in parallel consists of.

    Attributes
    ----------
    array : SramArray
        The cells.
    switches : RowSwitchMatrix
        They put the inputs on the word lines.
    buffers : WordLineBuffers
        In the word lines.
    multiplexer : ColumnMultiplexer
        Of columns that share a converter.
    converters : Converters
        Under the array.
    accumulation : Accumulation
        The adders behind them.
    """

    array: SramArray
    switches: RowSwitchMatrix
    buffers: WordLineBuffers
    multiplexer: ColumnMultiplexer
    converters: Converters
    accumulation: Accumulation


@dataclass(frozen=True, slots=True, kw_only=True)
class ParallelSram:
    """SRAM that is read in parallel; what all classes of sub-arrays have is told by ``SubArray``.

    Attributes
    ----------
    circuits : ParallelSramCircuits
        Of the sub-array.
    word_line_j : float or Array
        Energy to raise a word line once, with its buffers.
    row_s, buffers_s : float or Array
        Time to put an input on a word line, and to pass it through the buffers.
    """

    parameters: Parameters
    technology: Technology
    areas: SubArrayAreas
    leakage_w: Quantity
    leakage_in_use_w: Quantity
    circuits: ParallelSramCircuits
    word_line_j: Quantity
    row_s: Quantity
    buffers_s: Quantity

    @property
    def access_resistance_ohm(self) -> Quantity:
        """Resistance of an access transistor."""
        return self.circuits.array.cell.access_ohm

    def sensing_latency_s(self, inputs: ReadInputs) -> Quantity:
        """Return the time of a conversion with what precedes it, which is the same in all states."""
        circuits = self.circuits
        selecting_s = _larger(self.row_s + self.buffers_s, circuits.multiplexer.latency_s)
        step_s = selecting_s + circuits.array.precharge_s + circuits.converters.latency_s
        return same_for_all_states(step_s * calibration(self.parameters).sensing_latency, inputs.active_rows)

    def read(self, inputs: ReadInputs, clock_hz: Quantity) -> SubArrayReads:
        """Return what reads take: the columns of a converter one after the other, for each group of rows."""
        active = inputs.active_rows
        adc, exposed, other = (beside(latency, active) for latency in self._latencies(clock_hz))
        return sub_array_reads(
            Reading(adc, self._sensing_j(inputs)),
            Reading(exposed, beside(self._accumulation_j(), active)),
            Reading(other, self._other_j(active)),
        )

    def _latencies(self, clock_hz: Quantity) -> tuple[Quantity, Quantity, Quantity]:
        """Return the latency of converters, of additions that they do not hide, and of everything else."""
        p, adding = self.parameters, self.circuits.accumulation
        shared, groups = p.columns_per_converter, row_groups(p)
        if p.is_synchronous:
            return shared * groups, adding.exposed_cycles(groups, shared, clock_hz), 0.0
        array, factor = self.circuits.array, calibration(p).sensing_latency
        step_s = array.precharge_s + array.discharge_s + self.circuits.converters.latency_s
        adc = step_s * shared * factor * groups
        row_s = self.row_s
        if Correction.WORD_LINE_BUFFERS in p.corrections:
            row_s = row_s + self.buffers_s  # NeuroSim leaves them out here
        other = _larger(row_s * groups, self.circuits.multiplexer.latency_s) * shared * factor
        return adc, adding.exposed_s(groups, shared, adc + other), other

    def _sensing_j(self, inputs: ReadInputs) -> Quantity:
        p, active = self.parameters, inputs.active_rows
        column_ohm = sram_column_resistance(active, self.access_resistance_ohm, p)
        column_j = self.circuits.converters.column_energy_j(column_ohm, row_groups(p))
        used = p.columns if inputs.used_columns is None else inputs.used_columns
        rows_j = repeated(self.word_line_j * p.columns_per_converter, active)
        return rows_j + column_j * beside(used, column_j)

    def _accumulation_j(self) -> Quantity:
        p, groups = self.parameters, row_groups(self.parameters)
        sums = p.columns_per_converter * (groups - 1)
        held_bits = _converter_bits(p) + binary_stages(groups) / 2
        outputs = converters_of(p)
        return self.circuits.accumulation.energy_j(sums, outputs, outputs * held_bits)

    def _other_j(self, active: Quantity) -> Quantity:
        p = self.parameters
        share = active / beside(p.rows, active)
        rows_j = self.circuits.switches.energy_j(share, p.read_voltage_v, p.columns_per_converter)
        return rows_j + beside(self.circuits.multiplexer.energy_j, active)


def parallel_sram(parameters: Parameters, technology: Technology) -> ParallelSram:
    """Return a sub-array of SRAM that is read in parallel.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    ParallelSram
        Quantities are scalars or of shape (points,).

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    p, vdd_v = parameters, technology.vdd_v
    array, buffers = sram_array(p, technology), word_line_buffers(p, technology)
    wires = array.wires
    # One of the two word lines of a cell is raised.
    word_line_f = wires.row_wire_f + array.cell.word_line_f / 2 * p.columns
    circuits = ParallelSramCircuits(
        array=array,
        switches=row_switch_matrix(
            p.rows,
            wires.row_ohm / (buffers.count + 1),
            p.switch_matrix_sizing,
            wires.outline.height_m,
            technology,
            special_layout=p.has_special_layout,
        ),
        buffers=buffers,
        multiplexer=column_multiplexer(p, technology, wires.outline.width_m, _column_ohm(array, p)),
        converters=converters(
            p, technology, wires.outline.width_m, p.converter_levels, _references(array, word_line_f, p, technology)
        ),
        accumulation=accumulation(p, technology, wires.outline.width_m, _sizes(p)),
    )
    read_cells = p.rows_in_parallel * converters_of(p)
    cell_f, cell_ohm = word_line_f / p.columns, wires.row_ohm / p.columns
    return ParallelSram(
        parameters=p,
        technology=technology,
        areas=_areas(circuits, p),
        leakage_w=_leakage_w(circuits, p, technology),
        leakage_in_use_w=array.cell.leakage_w * (p.rows * p.columns - read_cells),
        circuits=circuits,
        word_line_j=word_line_f * vdd_v * vdd_v + buffers.energy_j(vdd_v),
        row_s=circuits.switches.latency_s(_line(word_line_f, circuits, p)),
        buffers_s=buffers.latency_s(cell_f, cell_ohm, p.columns),
    )


def _column_ohm(array: SramArray, parameters: Parameters) -> Quantity:
    """Return the resistance of a column with half of its rows active; infinite for one row, as C++ divides integers."""
    active = truncated(parameters.rows_in_parallel / 2)
    xp = namespace_among(active)
    return select(active > 0, array.cell.access_ohm / xp.maximum(active, 1.0), math.inf)


def _larger(first: Quantity, second: Quantity) -> Quantity:
    larger: Quantity = namespace_among(first, second).maximum(first, second)
    return larger


def _converter_bits(parameters: Parameters) -> Quantity:
    bits: Quantity = namespace_among(parameters.converter_levels).log2(parameters.converter_levels)
    return bits


def _line(word_line_f: Quantity, circuits: ParallelSramCircuits, parameters: Parameters) -> Line:
    """Return the word line as its switch sees it: without buffers NeuroSim forgets the gates of the cells."""
    wires, buffers, columns = circuits.array.wires, circuits.buffers, parameters.columns
    forgotten_f = word_line_f if Correction.WORD_LINE_LOAD in parameters.corrections else wires.row_wire_f
    return Line(
        cell_f=select(buffers.count > 0, word_line_f, forgotten_f) / columns,
        cell_ohm=wires.row_ohm / columns,
        cells=columns,
        buffers=buffers.count,
        buffer_f=buffers.input_f,
        charges_through_wire=buffers.is_corrected,
    )


def _references(array: SramArray, word_line_f: Quantity, parameters: Parameters, technology: Technology) -> References:
    p, vdd_v = parameters, technology.vdd_v
    return References(
        ladder=parallel_ladder(array.cell.access_ohm, p.rows_in_parallel, p.converter_levels),
        sharing=p.columns_per_dummy,
        column_f=array.bit_line_f,
        column_area_m2=array.wires.dummy_column_m2,
        activation_j=word_line_f / p.columns * vdd_v * vdd_v * p.rows,
    )


def _sizes(parameters: Parameters) -> AccumulationSizes:
    groups, outputs = row_groups(parameters), converters_of(parameters)
    sum_bits = truncated(_converter_bits(parameters) + binary_stages(groups))
    return AccumulationSizes(
        sums=outputs,
        sum_bits=sum_bits,
        sums_reads=groups > 1,
        shifted=outputs,
        weight_bits=sum_bits,
        weight_shifts=parameters.columns_per_weight,
        input_bits=sum_bits + parameters.columns_per_weight,
        weights=whole_weights(parameters),
    )


def _leakage_w(circuits: ParallelSramCircuits, parameters: Parameters, technology: Technology) -> Quantity:
    """Return the leakage of all circuits; NeuroSim leaves out the buffers of word lines."""
    buffers = circuits.buffers
    buffers_w = buffers.leakage_w(parameters.rows, technology) if buffers.is_corrected else 0.0
    return buffers_w + (
        circuits.array.leakage_w
        + circuits.switches.leakage_w
        + circuits.multiplexer.leakage_w
        + circuits.converters.leakage_w
        + circuits.accumulation.leakage_w
    )


def _areas(circuits: ParallelSramCircuits, parameters: Parameters) -> SubArrayAreas:
    array, switches, selecting = circuits.array, circuits.switches.outline, circuits.multiplexer
    cells, converting, adding = array.wires.outline, circuits.converters, circuits.accumulation
    buffers_m2 = circuits.buffers.area_m2(parameters.rows)
    adc_m2 = converting.area_m2 + array.precharger.outline.area_m2
    other_m2 = switches.area_m2 + array.write_driver.outline.area_m2 + selecting.area_m2 + buffers_m2
    return SubArrayAreas(
        outline=Outline.of_sides(
            array.height_m + converting.height_m + adding.height_m + selecting.height_m,
            _larger(switches.width_m, selecting.decoder_width_m) + cells.width_m + buffers_m2 / cells.height_m,
        ),
        array_m2=cells.area_m2,
        adc_m2=adc_m2,
        accumulation_m2=adding.area_m2,
        other_m2=other_m2,
        used_m2=cells.area_m2 + adc_m2 + adding.area_m2 + other_m2,
    )
