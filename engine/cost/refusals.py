"""Combinations of parameters for which there is no result: NeuroSim refuses them, crashes, or prints inf and nan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.access_transistor import access_transistor_width_f
from nnsreport.engine.cost.given import Access, MemoryCell, OperationMode, RoadmapChoice
from nnsreport.engine.cost.technology import technology
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.engine.cost.parameters import Parameters

Holds: TypeAlias = "bool | Array"

_LAST_PLANAR_NODE_NM = 22
_COLDEST_K, _HOTTEST_K = 300, 400
_CONVENTIONAL = (OperationMode.CONVENTIONAL_SEQUENTIAL, OperationMode.CONVENTIONAL_PARALLEL)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no result.

    Attributes
    ----------
    parameter : str
        Of Param.cpp, to be changed.
    message : str
        What is wrong.
    remedy : str
        What to change it to.
    points : bool or Array of bool, (points,)
        The design points concerned.
    """

    parameter: str
    message: str
    remedy: str
    points: Holds


@dataclass(frozen=True, slots=True)
class _Rule:
    parameter: str
    is_broken: Callable[[Parameters], Holds]
    message: str
    remedy: str


def _is_below_planar(p: Parameters) -> bool:
    return p.node_nm < _LAST_PLANAR_NODE_NM


def _is_parallel_sram(p: Parameters) -> bool:
    return p.cell is MemoryCell.SRAM and p.mode.is_parallel


def _is_sequential_resistive(p: Parameters) -> bool:
    return p.cell is not MemoryCell.SRAM and not p.mode.is_parallel


def _senses_current_by_amplifiers(p: Parameters) -> bool:
    return p.senses_current and not p.has_sar_adc and not p.converter_file


def _lacks_what_synchronous_transfer_needs(p: Parameters) -> bool:
    has_all = (
        p.has_global_h_tree
        and p.activates_outside_tiles
        and p.maps_by_kernel_position
        and p.is_pipelined
        and p.is_synchronous
        and not p.has_sram_global_buffer
    )
    return p.has_synchronous_transfer and not has_all


def _has_too_wide_access_transistors(p: Parameters) -> Holds:
    if p.cell is MemoryCell.SRAM or p.access is not Access.TRANSISTOR:
        return False
    try:
        used = technology(p.node_nm, p.roadmap, p.temperature_k)
    except ConfigurationError:
        # Another rule tells what there are no transistors for.
        return False
    is_too_wide: Holds = access_transistor_width_f(p.on_resistance_ohm, used) > p.cell_width_f
    return is_too_wide


_RULES = (
    _Rule(
        "operationmode",
        lambda p: p.mode not in _CONVENTIONAL,
        "BNN and XNOR modes are not modelled: NeuroSim leaves their areas at 0, or crashes",
        "set operationmode to 1 or 2",
    ),
    _Rule(
        "transistortype",
        lambda p: p.transistor_kind != 1,
        "only conventional transistors are modelled",
        "set transistortype to 1",
    ),
    _Rule(
        "memcelltype",
        lambda p: p.cell is MemoryCell.RRAM and _is_below_planar(p),
        "NeuroSim refuses RRAM at 14 nm and below",
        "set technode to 22 or more, or memcelltype to 1 (SRAM) or 3 (FeFET)",
    ),
    _Rule(
        "deviceroadmap",
        lambda p: p.roadmap_choice is RoadmapChoice.HP and _is_below_planar(p),
        "NeuroSim refuses HP transistors at 14 nm and below",
        "set deviceroadmap to 2 (LSTP), or technode to 22 or more",
    ),
    _Rule(
        "temp",
        lambda p: p.temperature_k != _COLDEST_K and _is_below_planar(p),
        "NeuroSim refuses other temperatures than 300 K at 14 nm and below",
        "set temp to 300, or technode to 22 or more",
    ),
    _Rule(
        "temp",
        lambda p: not _COLDEST_K <= p.temperature_k <= _HOTTEST_K,
        "the currents of transistors are known from 300 K to 400 K",
        "set temp to 300, or up to 400",
    ),
    _Rule(
        "sync_data_transfer",
        _lacks_what_synchronous_transfer_needs,
        "NeuroSim refuses sync_data_transfer with these buses, buffers and mapping",
        "set sync_data_transfer to 0, or globalBusType, chipActivation, novelMapping, pipeline and synchronous to true "
        "and globalBufferType to false",
    ),
    _Rule(
        "synchronous",
        # NeuroSim makes the buffers of tiles as peBufferType says; it never looks at tileBufferType.
        lambda p: not p.is_synchronous and not (p.has_sram_global_buffer and p.has_sram_pe_buffers),
        "an asynchronous chip with register-file buffers has infinite latency and leakage nan in NeuroSim",
        "set synchronous to true, or globalBufferType and peBufferType to true (SRAM)",
    ),
    _Rule(
        "synchronous",
        lambda p: not p.is_synchronous and p.cell is not MemoryCell.SRAM,
        "an asynchronous chip of RRAM or FeFET has latency nan in NeuroSim, which never sets the cells of its buffers",
        "set synchronous to true",
    ),
    _Rule(
        "reLu",
        lambda p: not p.has_relu and p.cell is not MemoryCell.SRAM,
        "tables of the sigmoid function have infinite latency in NeuroSim where cells are RRAM or FeFET",
        "set reLu to true",
    ),
    _Rule(
        "Activationtype",
        lambda p: not p.has_relu and not p.has_sram_activation,
        "tables of the sigmoid function in RRAM have a load in NeuroSim that it never sets",
        "set Activationtype to true (SRAM), or reLu to true",
    ),
    _Rule(
        "operationmode",
        # Amplifiers that sense current are as fast as their second reference, which cells of one bit do not have.
        lambda p: (p.cell_bits == 1) if _is_sequential_resistive(p) and _senses_current_by_amplifiers(p) else False,
        "RRAM and FeFET of one bit, read row by row with sense amplifiers, have an infinite clock period in NeuroSim",
        "set operationmode to 2, cellBit to 2 or more, SARADC to true, or currentMode to false",
    ),
    _Rule(
        "numColMuxed",
        lambda p: (
            (p.columns_per_converter == 1) if _is_parallel_sram(p) and _senses_current_by_amplifiers(p) else False
        ),
        "SRAM with one column a sense amplifier has latency 0 or inf, and nan, in NeuroSim",
        "set numColMuxed to 2 or more, SARADC to true, currentMode to false, or operationmode to 1",
    ),
    _Rule(
        "numColMuxed",
        lambda p: p.columns_per_converter > p.columns,
        "more columns share an ADC than the sub-array has",
        "set numColMuxed to numColSubArray or less",
    ),
    _Rule(
        "converter",
        lambda p: bool(p.converter_file) and p.cell is MemoryCell.SRAM and not p.mode.is_parallel,
        "SRAM that is read row by row has sense amplifiers of two levels instead of converters",
        "set operationmode to 2, or leave out converter",
    ),
    _Rule(
        "numRowParallel",
        lambda p: (p.rows_in_parallel > p.rows) if p.mode.is_parallel else False,
        "more rows are read at once than the sub-array has",
        "set numRowParallel to numRowSubArray or less",
    ),
    _Rule(
        "numRowParallel",
        lambda p: (p.rows_in_parallel == 1) if _is_parallel_sram(p) and _is_below_planar(p) else False,
        "one row read at a time in parallel mode makes NeuroSim divide by 0 at 14 nm and below",
        "set numRowParallel to 2 or more, or operationmode to 1",
    ),
    _Rule(
        "levelOutput",
        lambda p: (p.converter_levels < 3) if p.mode.is_parallel and _senses_current_by_amplifiers(p) else False,
        "sense amplifiers of two levels are as fast as their second reference in NeuroSim, which they do not have",
        "set levelOutput to 3 or more, SARADC to true, or currentMode to false",
    ),
    _Rule(
        "resistanceOn",
        _has_too_wide_access_transistors,
        "the access transistor, with a quarter of the on resistance, is wider than the cell: NeuroSim refuses it",
        "raise resistanceOn or widthInFeatureSize1T1R",
    ),
    _Rule(
        "algoWeightMax",
        lambda p: p.largest_weight <= p.smallest_weight,
        "the largest weight is not above the smallest",
        "set algoWeightMax above algoWeightMin",
    ),
)


def refusals(parameters: Parameters) -> tuple[Refusal, ...]:
    """Return every reason against some design points.

    Parameters
    ----------
    parameters : Parameters
        Of a group, made with ``refuse=False``.

    Returns
    -------
    tuple of Refusal
        Empty where all points have a result. A sweep leaves out the points named here.

    References
    ----------
    NeuroSim V1.4, main.cpp, and runs of it.
    """
    broken = ((rule, rule.is_broken(parameters)) for rule in _RULES)
    return tuple(Refusal(rule.parameter, rule.message, rule.remedy, points) for rule, points in broken if _any(points))


def refuse_impossible(parameters: Parameters) -> None:
    """Refuse a group in which some design point has no result.

    Parameters
    ----------
    parameters : Parameters
        Of a group.

    Raises
    ------
    ConfigurationError
        With the first reason, and the parameter to change.
    """
    for refusal in refusals(parameters):
        raise ConfigurationError(refusal.message, field=refusal.parameter, remedy=refusal.remedy)


def _any(holds: Holds) -> bool:
    return holds if isinstance(holds, bool) else bool(holds.any())
