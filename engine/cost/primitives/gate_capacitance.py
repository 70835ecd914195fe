"""Capacitance at the input and output of logic gates."""

from __future__ import annotations

from nnsreport.engine.cost.primitives.effective_width import devices_by_reciprocal
from nnsreport.engine.cost.primitives.folding import Folding, Pair, fold
from nnsreport.engine.cost.primitives.kinds import Channel, Gate
from nnsreport.engine.cost.primitives.transistor import gate_capacitance
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_PARALLEL = {Gate.NAND: Channel.PMOS, Gate.NOR: Channel.NMOS}


@dataclass(frozen=True, slots=True)
class SheetTuning:
    """Sheets of a width of their own in GAA cells, where a transistor cannot have a fraction of a stack.

    Attributes
    ----------
    gate_factor : float
        On the gate's capacitance.
    nmos_factor, pmos_factor : float
        On the sheets' widths.
    """

    gate_factor: float = 1.0
    nmos_factor: float = 1.0
    pmos_factor: float = 1.0


_UNTUNED = SheetTuning()


@dataclass(frozen=True, slots=True)
class _Drain:
    """Diffusions of all transistors of one channel that touch the output: total width, height, sidewall, folds."""

    width: Quantity
    height: Quantity
    sidewall: Quantity
    folds: Quantity


def gate_capacitance_pair(
    gate: Gate,
    inputs: Quantity,
    width_nmos: Quantity,
    width_pmos: Quantity,
    height: Quantity,
    technology: Technology,
    tuning: SheetTuning = _UNTUNED,
) -> tuple[Quantity, Quantity]:
    """Return the capacitance of one input and of the output of a gate.

    The input has the gates of an NMOS and a PMOS transistor. The output has the drains: bottom, isolation edges and
    gate edges of planar transistors, the bottom of others.

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
    tuning : SheetTuning, optional
        Of GAA cells; none by default.

    Returns
    -------
    input_f, output_f : float or Array
        Capacitances in farads.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateGateCapacitance and CalculateGateCapacitance_GAA.
    """
    input_f = tuning.gate_factor * (gate_capacitance(width_nmos, technology) + gate_capacitance(width_pmos, technology))
    devices = (
        Pair(width_nmos, width_pmos)
        if technology.is_planar
        else Pair(devices_by_reciprocal(width_nmos, technology), devices_by_reciprocal(width_pmos, technology))
    )
    folding = fold(devices, height, technology, is_rounded_up=False)
    nmos = _drain(gate, inputs, folding, Channel.NMOS, technology, tuning.nmos_factor)
    pmos = _drain(gate, inputs, folding, Channel.PMOS, technology, tuning.pmos_factor)
    return input_f, _junction_capacitance(nmos, pmos, technology)


def drain_capacitance(width: Quantity, kind: Channel, height: Quantity, technology: Technology) -> Quantity:
    """Return the capacitance of a transistor's drain: that of an inverter which has it alone.

    Parameters
    ----------
    width : float or Array
        Transistor width in metres.
    kind : Channel
        NMOS or PMOS.
    height : float or Array
        Height of the transistor region in metres, as for a planar node.
    technology : Technology
        Of the transistor.

    Returns
    -------
    float or Array
        Capacitance in farads.

    References
    ----------
    NeuroSim V1.4, formula.cpp, CalculateDrainCap.
    """
    width_nmos, width_pmos = (width, 0.0) if kind is Channel.NMOS else (0.0, width)
    return gate_capacitance_pair(Gate.INVERTER, 1, width_nmos, width_pmos, height, technology)[1]


def _drain(
    gate: Gate, inputs: Quantity, folding: Folding, kind: Channel, technology: Technology, width_factor: float
) -> _Drain:
    is_present, folds = folding.is_present.of(kind), folding.folds.of(kind)
    xp = namespace_among(folds)
    layout = technology.layout
    gap_f = layout.gate_pitch_f - layout.poly_width_f
    # Folded transistors alternate drains and sources, beginning and ending with a drain where they can.
    drain = select(is_present, xp.ceil((folds + 1) / 2) * technology.feature_size_m * gap_f, 0.0)
    source = select(is_present, xp.floor((folds + 1) / 2) * technology.feature_size_m * gap_f, 0.0)
    height = folding.extent.of(kind)
    if not technology.is_planar:
        height = height * (technology.fin_width_m * width_factor)
    if gate is Gate.INVERTER:
        # NeuroSim takes the PMOS folds for the NMOS sidewalls of an inverter too.
        edges = 1 + _is_odd(folding.folds.pmos + 1)
        return _Drain(drain, height, drain * 2 + height * edges, folds)
    flat_width, flat_sidewall = _flat(gate, inputs, kind, drain, height)
    edges = 1 + _is_odd(folds + 1)
    width = drain * inputs
    sidewall_of_sources: Quantity = 0.0
    if kind is not _PARALLEL[gate]:
        width = width + (inputs - 1) * source
        sidewall_of_sources = height * (1 - _is_odd(folds + 1)) * (inputs - 1)
    sidewall = width * 2 + height * edges * inputs + sidewall_of_sources
    return _Drain(
        width=select(folding.is_flat, flat_width, width),
        height=height,
        sidewall=select(folding.is_flat, flat_sidewall, sidewall),
        folds=folds,
    )


def _flat(gate: Gate, inputs: Quantity, kind: Channel, drain: Quantity, height: Quantity) -> tuple[Quantity, Quantity]:
    """Return width and sidewall of the drains of unfolded transistors, which share regions with their neighbours."""
    if kind is _PARALLEL[gate]:
        width = drain * ((inputs + 1) // 2)
        return width, width * 2 + height * (1 - (inputs + 1) % 2)
    width = drain * inputs
    return width, width * 2 + height


def _junction_capacitance(nmos: _Drain, pmos: _Drain, technology: Technology) -> Quantity:
    bottom = (
        nmos.width * nmos.height * technology.junction_capacitance_f_per_m2
        + pmos.width * pmos.height * technology.junction_capacitance_f_per_m2
    )
    if not technology.is_planar:
        return bottom
    return (
        bottom
        + nmos.sidewall * technology.sidewall_capacitance_f_per_m
        + pmos.sidewall * technology.sidewall_capacitance_f_per_m
        + nmos.folds * nmos.height * technology.drain_to_channel_capacitance_f_per_m
        + pmos.folds * pmos.height * technology.drain_to_channel_capacitance_f_per_m
    )


def _is_odd(count: Quantity) -> Quantity:
    """Return the remainder of a division by 2, with the sign of the count as in C++."""
    remainder: Quantity = namespace_among(count).fmod(count, 2)
    return remainder
