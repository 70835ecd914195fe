"""Area of logic gates in standard cells, and of pass gates."""

from __future__ import annotations

from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.primitives.effective_width import devices_by_division
from nnsreport.engine.cost.primitives.folding import Folding, Pair, fold, scaled_height
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Structure, Technology


def gate_area(
    gate: Gate,
    inputs: Quantity,
    width_nmos: Quantity,
    width_pmos: Quantity,
    height: Quantity,
    technology: Technology,
) -> Outline:
    """Return the outline of a gate in a cell of fixed height.

    The gate is as wide as the wider of its two rows of transistors. A transistor takes a gate pitch for each fold and
    one more; unfolded transistors of one gate share the region between them.

    Parameters
    ----------
    gate : Gate
        Inverter, NAND or NOR.
    inputs : float or Array
        Inputs of the gate, 1 for an inverter.
    width_nmos, width_pmos : float or Array
        Widths of each transistor in metres, 0 where there is none.
    height : float or Array
        Height of the transistor region in metres, as for a planar node.
    technology : Technology
        Of the gate.

    Returns
    -------
    Outline
        With the height that the node's cells have.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateArea.
    """
    widths = Pair(width_nmos, width_pmos)
    devices = (
        widths
        if technology.is_planar
        else Pair(devices_by_division(width_nmos, technology), devices_by_division(width_pmos, technology))
    )
    is_gaa = technology.structure is Structure.GAA
    folding = fold(devices, height, technology, is_rounded_up=is_gaa)
    rows = [_row_width(gate, inputs, folding, kind, technology) for kind in Channel]
    width = namespace_among(*rows).maximum(*rows)
    return Outline.of_sides(height_m=scaled_height(height, technology), width_m=width)


def pass_gate_area(
    width_nmos: Quantity,
    width_pmos: Quantity,
    technology: Technology,
    folds: Quantity,
) -> Outline:
    """Return the outline of a pass gate whose height follows from its folds.

    Parameters
    ----------
    width_nmos, width_pmos : float or Array
        Widths of its transistors in metres.
    technology : Technology
        Of the gate.
    folds : float or Array
        Transistors that each is folded into; 1 without folding.

    Returns
    -------
    Outline
        Of the pass gate.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculatePassGateArea. It counts the region outside the transistors twice for FinFETs.
    """
    layout, feature_size_m = technology.layout, technology.feature_size_m
    width = (folds + 1) * layout.gate_pitch_f * feature_size_m
    outer = layout.outer_region_f * feature_size_m
    if technology.structure is Structure.FINFET:
        outer = layout.outer_region_f * 2 * feature_size_m
    height = (
        _folded_height(width_pmos, folds, technology)
        + _folded_height(width_nmos, folds, technology)
        + layout.well_gap_f * feature_size_m
        + outer
    )
    return Outline.of_sides(height_m=height, width_m=width)


def _row_width(gate: Gate, inputs: Quantity, folding: Folding, kind: Channel, technology: Technology) -> Quantity:
    pitch_f, feature_size_m = technology.layout.gate_pitch_f, technology.feature_size_m
    unit = select(folding.is_present.of(kind), (folding.folds.of(kind) + 1) * pitch_f * feature_size_m, 0.0)
    if gate is Gate.INVERTER:
        return unit
    shared = (inputs - 1) * feature_size_m * pitch_f
    return select(folding.is_flat, unit * inputs - shared, unit * inputs)


def _folded_height(width: Quantity, folds: Quantity, technology: Technology) -> Quantity:
    if technology.is_planar:
        return width / folds
    ceil = namespace_among(width, folds).ceil
    devices: Quantity = ceil(ceil(devices_by_division(width, technology)) / folds)
    return (devices - 1) * technology.fin_pitch_m + technology.fin_width_m
