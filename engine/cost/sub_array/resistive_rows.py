"""The circuits beside a resistive array that drive its rows: all at once, or one after the other."""

from __future__ import annotations

from nnsreport.engine.cost.components.crossbar_driver import CrossbarDriver, crossbar_driver
from nnsreport.engine.cost.components.row_decoder import row_decoder
from nnsreport.engine.cost.components.row_switch_matrix import Line, row_switch_matrix
from nnsreport.engine.cost.components.transistor_switch_matrix import transistor_switch_matrix
from nnsreport.engine.cost.components.whole_numbers import binary_stages
from nnsreport.engine.cost.components.word_line_driver import WordLineDriver, word_line_driver
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.given import Access
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.array import MemoryArray
from nnsreport.engine.cost.sub_array.calibration import calibration
from nnsreport.engine.cost.sub_array.resistive_cells import ResistiveCells
from nnsreport.engine.cost.sub_array.word_line_buffers import word_line_buffers
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistiveRows:
    """What drives the rows of an array.

    Attributes
    ----------
    width_m : float or Array
        Beside the array, without buffers along the rows.
    area_m2 : float or Array
        Of all circuits but the buffers.
    buffers_m2 : float or Array
        Of the buffers along the rows.
    leakage_w : float or Array
        Of all circuits.
    driving_s : float or Array
        Time to drive a row, or its first section.
    buffers_s : float or Array
        Time through the buffers of a row.
    idle_j : float or Array
        Energy of the circuits in a read without active rows.
    row_j : float or Array
        What each active row adds to it.
    line_j : float or Array
        Energy of the array's wires for each active row, as far as that of converters does not contain it.
    """

    width_m: Quantity
    area_m2: Quantity
    buffers_m2: Quantity
    leakage_w: Quantity
    driving_s: Quantity
    buffers_s: Quantity
    idle_j: Quantity
    row_j: Quantity
    line_j: Quantity


def resistive_rows(
    parameters: Parameters, technology: Technology, array: MemoryArray, cells: ResistiveCells, height_m: Quantity
) -> ResistiveRows:
    """Return what drives the rows of an array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.
    array : MemoryArray
        The array.
    cells : ResistiveCells
        Its cells.
    height_m : float or Array
        Height that the circuits get, in metres.

    Returns
    -------
    ResistiveRows
        Scalars or arrays of shape (points,).

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    if not parameters.mode.is_parallel:
        return _decoded_rows(parameters, technology, array, cells, height_m)
    if parameters.access is Access.TRANSISTOR:
        return _word_lines(parameters, technology, array, cells, height_m)
    return _crossbar_rows(parameters, technology, array, cells, height_m)


def read_cells(parameters: Parameters) -> Quantity:
    """Return how many cells of a row are read at once, as energies have it: rounded up.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.

    Returns
    -------
    float or Array
        Whole numbers.
    """
    quotient = parameters.columns / parameters.columns_per_converter
    cells: Quantity = namespace_among(quotient).ceil(quotient)
    return cells


def _word_lines(
    p: Parameters, technology: Technology, array: MemoryArray, cells: ResistiveCells, height_m: Quantity
) -> ResistiveRows:
    """Return the switch matrix of an array with access transistors."""
    matrix = transistor_switch_matrix(
        p.rows, p.new_switch_matrix_sizing, height_m, technology, special_layout=p.has_special_layout
    )
    buffers = word_line_buffers(p, technology)
    sections = buffers.count + 1
    line_f, line_ohm, access_v = cells.word_line_f, array.row_ohm, p.access_voltage_v
    idle_j, active_j = (
        matrix.energy_j(share, p.read_voltage_v, access_v, p.columns_per_converter) for share in (0.0, 1.0)
    )
    line_j = line_f * access_v * access_v + buffers.energy_j(access_v)
    return ResistiveRows(
        width_m=matrix.outline.width_m,
        area_m2=matrix.outline.area_m2,
        buffers_m2=buffers.area_m2(p.rows),
        leakage_w=matrix.leakage_w + buffers.leakage_w(p.rows, technology),
        driving_s=matrix.latency_s(line_f / sections + buffers.input_f, line_ohm / sections),
        buffers_s=buffers.latency_s(line_f / p.columns, line_ohm / p.columns, p.columns),
        idle_j=idle_j,
        row_j=(active_j - idle_j) / p.rows,
        line_j=line_j * p.columns_per_converter,
    )


def _crossbar_rows(
    p: Parameters, technology: Technology, array: MemoryArray, cells: ResistiveCells, height_m: Quantity
) -> ResistiveRows:
    """Return the switch matrix of a crossbar. NeuroSim never sets the wire that its delay is computed with: it is 0."""
    row_ohm = cells.average_ohm / p.rows_in_parallel * p.rows / p.columns
    matrix = row_switch_matrix(
        p.rows, row_ohm, p.switch_matrix_sizing, height_m, technology, special_layout=p.has_special_layout
    )
    cell_f: Quantity = 0.0
    cell_ohm: Quantity = 0.0
    if Correction.WORD_LINE_LOAD in p.corrections:
        cell_f, cell_ohm = array.row_wire_f / p.columns, array.row_ohm / p.columns
    line = Line(cell_f=cell_f, cell_ohm=cell_ohm, cells=p.columns, buffers=0.0, buffer_f=0.0)
    idle_j, active_j = (matrix.energy_j(share, p.read_voltage_v, p.columns_per_converter) for share in (0.0, 1.0))
    return ResistiveRows(
        width_m=matrix.outline.width_m,
        area_m2=matrix.outline.area_m2,
        buffers_m2=0.0,
        leakage_w=matrix.leakage_w,
        driving_s=matrix.latency_s(line),
        buffers_s=0.0,
        idle_j=idle_j,
        row_j=(active_j - idle_j) / p.rows,
        line_j=array.row_wire_f * p.access_voltage_v**2 * p.columns_per_converter,
    )


def _decoded_rows(
    p: Parameters, technology: Technology, array: MemoryArray, cells: ResistiveCells, height_m: Quantity
) -> ResistiveRows:
    """Return the decoder and the drivers of rows that are read one after the other."""
    line_f, line_ohm, shared = cells.word_line_f, array.row_ohm, p.columns_per_converter
    decoder = row_decoder(
        binary_stages(p.rows),
        p.word_line_decoder_sizing,
        technology,
        selects_columns=False,
        height_m=height_m,
        control_activity=calibration(p).control_activity,
    )
    decoding = decoder.word_line_delay(line_f, line_ohm, p.columns)
    driver: WordLineDriver | CrossbarDriver
    if p.access is Access.TRANSISTOR:
        driver = word_line_driver(p.rows, height_m, technology)
        driving_j = driver.energy_j(p.read_voltage_v, shared)
    else:
        driver = crossbar_driver(p.rows, cells.on_ohm / p.columns, height_m, technology)
        driving_j = driver.energy_j(read_cells(p), p.read_voltage_v, shared)
    bit_lines_j = array.column_wire_f * p.read_voltage_v**2 * read_cells(p)
    return ResistiveRows(
        width_m=decoder.outline.width_m + driver.outline.width_m,
        area_m2=decoder.outline.area_m2 + driver.outline.area_m2,
        buffers_m2=0.0,
        leakage_w=decoder.leakage_w + driver.leakage_w,
        driving_s=decoding.latency_s + driver.delay(decoding.ramp_per_s, line_f, line_ohm).latency_s,
        buffers_s=0.0,
        idle_j=0.0,
        row_j=decoder.read_energy_j(shared) + driving_j,
        line_j=(bit_lines_j + line_f * p.access_voltage_v**2) * shared,
    )
