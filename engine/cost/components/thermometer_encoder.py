"""Encoders from the thermometer code of a multilevel sense amplifier to binary."""

from __future__ import annotations

from dataclasses import replace

from nnsreport.engine.cost.components.gate_cell import GateCell, gate_cell
from nnsreport.engine.cost.components.small_gates import Widths, minimum_widths, sheet_tuning
from nnsreport.engine.cost.components.stage import STEP_PER_S
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning, gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_LATCH_INVERTERS = 5
_NARROW_SHEETS_RESISTANCE = 3.0 / 2.0
"""Of a NAND gate with narrow sheets, over that with whole stacks."""


@dataclass(frozen=True, slots=True)
class ThermometerEncoder:
    """An inverter and a NAND gate for each comparator, and a wide NAND gate for each bit.

    Its dynamic energy is left out, as it is small beside that of the comparators.

    Attributes
    ----------
    latency_s : float or Array
        Seconds from the comparators' decision to the binary word.
    outline : Outline
        Of all encoders, at least as wide as the array.
    leakage_w : float or Array
        Of all encoders, with the latches of the comparators.
    """

    latency_s: Quantity
    outline: Outline
    leakage_w: Quantity


@dataclass(frozen=True, slots=True)
class _Gates:
    """Gates of an encoder in the plain layout, and the tuning of inverter and NAND gate where sheets are narrow."""

    inverter: GateCell
    nand: GateCell
    wide: GateCell
    bits: Quantity
    tuning: tuple[SheetTuning, SheetTuning] | None


def thermometer_encoder(
    levels: Quantity, encoders: Quantity, width_m: Quantity, technology: Technology, *, special_layout: bool
) -> ThermometerEncoder:
    """Return the encoders of an array's converters.

    Parameters
    ----------
    levels : float or Array
        Output levels of a converter.
    encoders : float or Array
        Number of converters.
    width_m : float or Array
        Width of the array in metres.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width.

    Returns
    -------
    ThermometerEncoder
        Of all converters.

    References
    ----------
    NeuroSim V1.4, MultilevelSAEncoder.cpp.
    """
    gates = _gates(levels, technology, special_layout=special_layout)
    return ThermometerEncoder(
        latency_s=_latency_s(gates, technology),
        outline=_outline(gates, levels, encoders, width_m, technology),
        leakage_w=_leakage_w(gates, levels) * encoders,
    )


def _gates(levels: Quantity, technology: Technology, *, special_layout: bool) -> _Gates:
    xp = namespace_among(levels)
    smallest = minimum_widths(technology)
    widths = Widths(4 * technology.minimum_nmos_width_m, 2 * smallest.pmos_m)
    inverter_tuning, nand_tuning = (
        sheet_tuning(gate, technology, special_layout=special_layout) for gate in (Gate.INVERTER, Gate.NAND)
    )
    return _Gates(
        inverter=gate_cell(Gate.INVERTER, 1, smallest, technology),
        nand=gate_cell(Gate.NAND, 2, widths, technology),
        # NeuroSim divides the levels as integers before it rounds up.
        wide=gate_cell(Gate.NAND, xp.floor(levels / 2), widths, technology),
        bits=xp.ceil(xp.log2(levels)),
        tuning=None if inverter_tuning is None or nand_tuning is None else (inverter_tuning, nand_tuning),
    )


def _outline(gates: _Gates, levels: Quantity, encoders: Quantity, width_m: Quantity, technology: Technology) -> Outline:
    xp = namespace_among(levels, encoders, width_m)
    inverter, wide = gates.inverter.outline, gates.wide.outline
    narrow_m = technology.minimum_nmos_width_m
    nand = (
        gates.nand.outline
        if gates.tuning is None
        else gate_area(Gate.NAND, 2, narrow_m, narrow_m, technology.standard_cell_height_m, technology)
    )
    encoder_width = inverter.width_m + nand.width_m + wide.width_m
    gates_m2 = (inverter.area_m2 + nand.area_m2) * (levels - 1) + wide.area_m2 * gates.bits
    # Unlike other circuits', the number of encoders in a row is rounded up.
    in_a_row = xp.minimum(xp.ceil(width_m / encoder_width), encoders)
    return Outline.of_sides(
        height_m=gates_m2 / encoder_width * xp.ceil(encoders / in_a_row), width_m=xp.maximum(width_m, encoder_width)
    )


def _latency_s(gates: _Gates, technology: Technology) -> Quantity:
    inverter, nand, wide = gates.inverter, gates.nand, gates.wide
    in_series = 2.0
    if gates.tuning is not None:
        inverter = _with_narrow_sheets(inverter, gates.tuning[0], technology)
        nand = _with_narrow_sheets(nand, gates.tuning[1], technology)
        in_series *= _NARROW_SHEETS_RESISTANCE
    first = inverter.delay(Channel.NMOS, 2 * nand.input_f, STEP_PER_S)
    second = nand.delay(Channel.NMOS, wide.input_f * wide.inputs, first.ramp_per_s, in_series=in_series)
    return first.latency_s + second.latency_s


def _with_narrow_sheets(cell: GateCell, tuning: SheetTuning, technology: Technology) -> GateCell:
    """Return a gate with the capacitances of narrow sheets; its transistors keep their resistance."""
    width_m = technology.minimum_nmos_width_m
    input_f, output_f = gate_capacitance_pair(
        cell.gate, cell.inputs, width_m, width_m, cell.outline.height_m, technology, tuning
    )
    return replace(cell, input_f=input_f, output_f=output_f)


def _leakage_w(gates: _Gates, levels: Quantity) -> Quantity:
    latch_w = gates.inverter.leakage_w * (1.0 if gates.tuning is None else gates.tuning[0].gate_factor)
    comparator_w = gates.nand.leakage_w + _LATCH_INVERTERS * latch_w
    return comparator_w * (levels - 1) + gates.wide.leakage_w * gates.bits
