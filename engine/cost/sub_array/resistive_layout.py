"""Sub-arrays of RRAM and FeFET: which circuits they have, and where these lie."""

from __future__ import annotations

from nnsreport.engine.cost.components.column_switch_matrix import column_switch_matrix
from nnsreport.engine.cost.components.level_shifter import level_shifter_area_m2
from nnsreport.engine.cost.components.multilevel_sense_amplifier import References
from nnsreport.engine.cost.components.reference_ladder import parallel_ladder, sequential_ladder
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.sub_array.accumulation import (
    Accumulation,
    AccumulationSizes,
    accumulation,
    row_groups,
    whole_weights,
)
from nnsreport.engine.cost.sub_array.array import MemoryArray, memory_array
from nnsreport.engine.cost.sub_array.column_multiplexer import column_multiplexer, converters_of
from nnsreport.engine.cost.sub_array.converters import Converters, converters
from nnsreport.engine.cost.sub_array.resistive import ResistiveSubArray
from nnsreport.engine.cost.sub_array.resistive_cells import ResistiveCells, resistive_cells
from nnsreport.engine.cost.sub_array.resistive_rows import resistive_rows
from nnsreport.engine.cost.sub_array.results import SubArrayAreas
from nnsreport.engine.cost.technology import Technology

_HIGHEST_LOGIC_VOLTAGE_V = 1.5
"""Write voltages above it need level shifters."""
_DROP_FOR_SENSING = 0.2
"""Time constants of a column in which its voltage drops enough to be sensed."""


def resistive_sub_array(parameters: Parameters, technology: Technology) -> ResistiveSubArray:
    """Return a sub-array of RRAM or FeFET.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    ResistiveSubArray
        With everything that neither inputs nor clock decide.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    p = parameters
    array = memory_array(p, technology)
    cells = resistive_cells(p, technology, array)
    width_m = array.outline.width_m
    column_ohm = cells.average_ohm / p.rows_in_parallel if p.mode.is_parallel else cells.on_ohm
    source_lines = column_switch_matrix(
        p.columns,
        column_ohm * p.rows if p.mode.is_parallel else column_ohm,
        p.switch_matrix_sizing,
        width_m,
        technology,
        special_layout=p.has_special_layout,
    )
    multiplexer = column_multiplexer(p, technology, width_m, column_ohm)
    sensing = converters(p, technology, width_m, _levels(p), _references(p, array, cells))
    adding = accumulation(p, technology, width_m, _accumulation_sizes(p))
    column_shifters_m2, row_shifters_m2 = (_shifters_m2(p, technology, lines) for lines in (p.columns, p.rows))
    above_m = column_shifters_m2 / width_m + source_lines.outline.height_m + array.outline.height_m
    height_m = _stacked_m(p, above_m + multiplexer.height_m, sensing, adding)
    beside_m = height_m - multiplexer.decoder_height_m
    rows = resistive_rows(p, technology, array, cells, beside_m)
    # Word lines and bit lines have level shifters of their own.
    rows_width_m = 2 * row_shifters_m2 / beside_m + rows.width_m
    left_m = namespace_among(rows_width_m).maximum(rows_width_m, multiplexer.decoder_width_m)
    total_width_m = left_m + width_m + rows.buffers_m2 / array.outline.height_m
    other_m2 = (
        column_shifters_m2
        + 2 * row_shifters_m2
        + rows.area_m2
        + rows.buffers_m2
        + source_lines.outline.area_m2
        + multiplexer.area_m2
    )
    return ResistiveSubArray(
        parameters=p,
        technology=technology,
        areas=SubArrayAreas(
            outline=Outline.of_sides(height_m, total_width_m),
            array_m2=array.outline.area_m2,
            adc_m2=sensing.area_m2,
            accumulation_m2=adding.area_m2,
            other_m2=other_m2,
            used_m2=array.outline.area_m2 + sensing.area_m2 + adding.area_m2 + other_m2,
        ),
        leakage_w=rows.leakage_w
        + source_lines.leakage_w
        + multiplexer.leakage_w
        + sensing.leakage_w
        + adding.leakage_w,
        rows=rows,
        multiplexer=multiplexer,
        converters=sensing,
        accumulation=adding,
        column_s=_column_s(p, cells),
    )


def _stacked_m(p: Parameters, upper_m: Quantity, sensing: Converters, adding: Accumulation) -> Quantity:
    """Return the height of all circuits, added in NeuroSim's order: drivers are fitted to it to the last bit."""
    heights = adding.heights
    if not p.has_sar_adc:
        upper_m = upper_m + sensing.sensing.outline.height_m + sensing.encoder_height_m
    if p.mode.is_parallel:
        shifts_m = upper_m + heights.weight_shifts_m + heights.input_shifts_m
        height_m = shifts_m + (heights.adders_m + heights.registers_m)
    else:
        sums_m = upper_m + heights.adders_m + heights.registers_m
        height_m = sums_m + heights.input_shifts_m + heights.weight_shifts_m
    return height_m + sensing.sensing.outline.height_m if p.has_sar_adc else height_m


def _levels(p: Parameters) -> Quantity:
    """Return the levels that a converter tells apart: of a sum, or of one cell."""
    return p.converter_levels if p.mode.is_parallel else 2**p.cell_bits


def _references(p: Parameters, array: MemoryArray, cells: ResistiveCells) -> References:
    levels, on_ohm = _levels(p), p.on_resistance_ohm
    return References(
        ladder=parallel_ladder(on_ohm, p.rows_in_parallel, levels)
        if p.mode.is_parallel
        else sequential_ladder(on_ohm, p.off_resistance_ohm, levels),
        sharing=p.columns_per_dummy,
        column_f=cells.column_f,
        column_area_m2=array.dummy_column_m2,
        activation_j=0.0,
    )


def _accumulation_sizes(p: Parameters) -> AccumulationSizes:
    """Return the sizes of adders. NeuroSim makes shift-adds of a parallel read for sums of a single group of rows."""
    count = converters_of(p)
    if p.mode.is_parallel:
        groups = row_groups(p)
        bits = namespace_among(p.converter_levels).log2(p.converter_levels)
        return AccumulationSizes(
            sums=count,
            sum_bits=truncated(bits + binary_stages(groups)),
            sums_reads=groups > 1,
            shifted=count,
            weight_bits=bits,
            weight_shifts=p.columns_per_weight,
            input_bits=bits + p.columns_per_weight,
            weights=whole_weights(p),
        )
    bits = binary_stages(p.rows) + p.cell_bits
    shifts = (p.columns_per_weight - 1) * p.cell_bits + 1
    return AccumulationSizes(
        sums=count,
        sum_bits=bits,
        sums_reads=True,
        shifted=count,
        weight_bits=bits,
        weight_shifts=shifts,
        input_bits=bits + shifts,
        weights=whole_weights(p),
    )


def _shifters_m2(p: Parameters, technology: Technology, lines: Quantity) -> Quantity:
    wiring_factor = p.wiring_area_factor if p.is_validated else None
    area = level_shifter_area_m2(lines, technology, wiring_factor=wiring_factor)
    return select(p.write_voltage_v > _HIGHEST_LOGIC_VOLTAGE_V, area, 0.0)


def _column_s(p: Parameters, cells: ResistiveCells) -> Quantity:
    """Return the time until a column can be sensed; NeuroSim divides integers, so one row in parallel takes forever."""
    time_constant = cells.column_f * cells.average_ohm * _DROP_FOR_SENSING
    if not p.mode.is_parallel:
        return time_constant
    pairs = truncated(p.rows_in_parallel / 2)
    return select(pairs > 0, time_constant / namespace_among(pairs).maximum(pairs, 1), float("inf"))
