"""Encoders from the thermometer code of a multilevel sense amplifier to binary."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.cost.components.small_gates import (
    Widths,
    minimum_widths,
    sheet_tuning,
)
from nnsreport.engine.cost.components.stage import STEP_PER_S, stage_delay
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.folding import scaled_height
from nnsreport.engine.cost.primitives.gate_area import gate_area
from nnsreport.engine.cost.primitives.gate_capacitance import SheetTuning, gate_capacitance_pair
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.leakage import gate_leakage_a
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.technology import Technology

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
    inverter: Widths
    nand: Widths
    wide_inputs: Quantity
    wide_gates: Quantity


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
    xp = namespace_among(levels)
    smallest = minimum_widths(technology)
    gates = _Gates(
        inverter=smallest,
        nand=Widths(4 * technology.minimum_nmos_width_m, 2 * smallest.pmos_m),
        # NeuroSim divides the levels as integers before it rounds up.
        wide_inputs=xp.floor(levels / 2),
        wide_gates=xp.ceil(xp.log2(levels)),
    )
    leakage_a = _leakage_a(gates, levels, technology, special_layout=special_layout)
    return ThermometerEncoder(
        latency_s=_latency_s(gates, technology, special_layout=special_layout),
        outline=_outline(gates, levels, encoders, width_m, technology, special_layout=special_layout),
        leakage_w=leakage_a * technology.vdd_v * encoders,
    )


def _outline(
    gates: _Gates,
    levels: Quantity,
    encoders: Quantity,
    width_m: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
) -> Outline:
    xp = namespace_among(levels, encoders, width_m)
    cell_m, narrow_m = technology.standard_cell_height_m, technology.minimum_nmos_width_m
    is_narrow = sheet_tuning(Gate.NAND, technology, special_layout=special_layout) is not None
    small = Widths(narrow_m, narrow_m) if is_narrow else gates.nand
    nand = gate_area(Gate.NAND, 2, small.nmos_m, small.pmos_m, cell_m, technology)
    inverter = gate_area(Gate.INVERTER, 1, gates.inverter.nmos_m, gates.inverter.pmos_m, cell_m, technology)
    wide = gate_area(Gate.NAND, gates.wide_inputs, gates.nand.nmos_m, gates.nand.pmos_m, cell_m, technology)
    encoder_width = inverter.width_m + nand.width_m + wide.width_m
    gates_m2 = (inverter.area_m2 + nand.area_m2) * (levels - 1) + wide.area_m2 * gates.wide_gates
    # Unlike other circuits', the number of encoders in a row is rounded up.
    in_a_row = xp.minimum(xp.ceil(width_m / encoder_width), encoders)
    return Outline.of_sides(
        height_m=gates_m2 / encoder_width * xp.ceil(encoders / in_a_row), width_m=xp.maximum(width_m, encoder_width)
    )


def _latency_s(gates: _Gates, technology: Technology, *, special_layout: bool) -> Quantity:
    is_narrow = sheet_tuning(Gate.NAND, technology, special_layout=special_layout) is not None
    narrow = Widths(technology.minimum_nmos_width_m, technology.minimum_nmos_width_m)
    _, inverter_out_f = _capacitances(
        Gate.INVERTER, 1, narrow if is_narrow else gates.inverter, technology, special_layout=special_layout
    )
    nand_in_f, nand_out_f = _capacitances(
        Gate.NAND, 2, narrow if is_narrow else gates.nand, technology, special_layout=special_layout
    )
    wide_in_f, _ = _capacitances(Gate.NAND, gates.wide_inputs, gates.nand, technology, special_layout=False)
    inverter = stage_delay(gates.inverter.nmos_m, Channel.NMOS, inverter_out_f + 2 * nand_in_f, STEP_PER_S, technology)
    nand = stage_delay(
        gates.nand.nmos_m,
        Channel.NMOS,
        nand_out_f + wide_in_f * gates.wide_inputs,
        inverter.ramp_per_s,
        technology,
        in_series=2 * (_NARROW_SHEETS_RESISTANCE if is_narrow else 1.0),
    )
    return inverter.latency_s + nand.latency_s


def _capacitances(
    gate: Gate, inputs: Quantity, widths: Widths, technology: Technology, *, special_layout: bool
) -> tuple[Quantity, Quantity]:
    # NeuroSim hands the scaled height of the cell on, where it is scaled again.
    height_m = scaled_height(technology.standard_cell_height_m, technology)
    tuning = sheet_tuning(gate, technology, special_layout=special_layout)
    return gate_capacitance_pair(
        gate, inputs, widths.nmos_m, widths.pmos_m, height_m, technology, tuning or SheetTuning()
    )


def _leakage_a(gates: _Gates, levels: Quantity, technology: Technology, *, special_layout: bool) -> Quantity:
    tuning = sheet_tuning(Gate.INVERTER, technology, special_layout=special_layout)
    latch_a = gate_leakage_a(Gate.INVERTER, 1, gates.inverter.nmos_m, gates.inverter.pmos_m, technology) * (
        1.0 if tuning is None else tuning.gate_factor
    )
    nand_a = gate_leakage_a(Gate.NAND, 2, gates.nand.nmos_m, gates.nand.pmos_m, technology)
    wide_a = gate_leakage_a(Gate.NAND, gates.wide_inputs, gates.nand.nmos_m, gates.nand.pmos_m, technology)
    return (nand_a + _LATCH_INVERTERS * latch_a) * (levels - 1) + wide_a * gates.wide_gates
