"""Settings that NeuroSim refuses, or with which it is known to crash or to print nan.

Sources: ``main.cpp`` and ``Param.cpp`` of each version for what is refused; runs of V1.4 for the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nnsreport.parsers.param_cpp.evaluation import Exit, shown
from nnsreport.parsers.param_cpp.parameters import Parameter
from nnsreport.parsers.param_cpp.values import Value
from nnsreport.parsers.records import Problem

_Values = Mapping[str, Value]

_V14 = ("1.4", "1.5", "dcim-1.0")
_WITH_OWN_WIRES = ("1.0", "1.1", "1.2", "1.3", "2.0", "2.1", "3d-heterogeneous-1.0", "3d-monolithic-1.0")
_MLP = ("mlp-1.0", "mlp-2.0", "mlp-3.0")
_SRAM, _RRAM, _FEFET = 1, 2, 3
_FEWEST_LEVELS = 2
_NODES = (130, 90, 65, 45, 32, 22, 14, 10, 7)
_SYNC_NEEDS = {
    "globalBusType": True,
    "chipActivation": True,
    "novelMapping": True,
    "pipeline": True,
    "synchronous": True,
    "globalBufferType": False,
}


@dataclass(frozen=True, slots=True)
class Check:
    """One known failure.

    Attributes
    ----------
    versions : tuple of str
        Where it is known; all versions that a file may be of must be among them.
    parameter : str
        The problem is shown on its line; the check is left out where it has no value.
    is_failing : callable
        Takes the values; a KeyError stands for a parameter without value: the check is left out.
    message, remedy : str
        ``{name}`` stands for a parameter's value.
    """

    versions: tuple[str, ...]
    parameter: str
    is_failing: Callable[[_Values], bool]
    message: str
    remedy: str


def _at_most_14(values: _Values) -> bool:
    node = values["technode"]
    return isinstance(node, int) and node <= 14


def _is_unknown_node(name: str) -> Callable[[_Values], bool]:
    return lambda values: values[name] not in _NODES


def _breaks_sync_data_transfer(values: _Values) -> bool:
    return bool(values["sync_data_transfer"]) and any(
        values[name] is not wanted for name, wanted in _SYNC_NEEDS.items()
    )


def _has_register_files(values: _Values) -> bool:
    # Tile.cpp makes the buffers of tiles as peBufferType says; tileBufferType is not used.
    return values["synchronous"] is False and not (values["globalBufferType"] and values["peBufferType"])


def _senses_current_by_amplifiers(values: _Values) -> bool:
    return values["SARADC"] is False and values["currentMode"] is True


def _has_low_write_voltage(values: _Values) -> bool:
    voltage = values["writeVoltage"]
    return values["memcelltype"] == _RRAM and isinstance(voltage, int | float) and voltage <= 1.5


def _node_check(versions: tuple[str, ...], name: str) -> Check:
    return Check(
        versions,
        name,
        _is_unknown_node(name),
        f"NeuroSim has no transistors of {{{name}}} nm: it ends without a word",
        f"set {name} to one of {', '.join(map(str, _NODES))}",
    )


CHECKS: tuple[Check, ...] = (
    Check(
        _V14,
        "memcelltype",
        lambda values: values["memcelltype"] == _RRAM and _at_most_14(values),
        "NeuroSim refuses RRAM at {technode} nm",
        "set technode to 22 or more, or memcelltype to 1 (SRAM) or 3 (FeFET)",
    ),
    Check(
        _V14,
        "deviceroadmap",
        lambda values: values["deviceroadmap"] == 1 and _at_most_14(values),
        "NeuroSim refuses HP transistors at {technode} nm",
        "set deviceroadmap to 2 (LSTP), or technode to 22 or more",
    ),
    Check(
        _V14,
        "temp",
        lambda values: values["temp"] != 300 and _at_most_14(values),
        "NeuroSim refuses {temp} K at {technode} nm",
        "set temp to 300, or technode to 22 or more",
    ),
    Check(
        _V14,
        "sync_data_transfer",
        _breaks_sync_data_transfer,
        "NeuroSim refuses sync_data_transfer with these buses, buffers and mapping",
        "set sync_data_transfer to 0, or "
        + ", ".join(f"{name} to {shown(wanted)}" for name, wanted in _SYNC_NEEDS.items()),
    ),
    Check(
        ("1.5",),
        "memcelltype",
        lambda values: values["memcelltype"] == 4 and values["technode"] != 22,
        "NeuroSim refuses nvCap at {technode} nm",
        "set technode to 22",
    ),
    _node_check(_WITH_OWN_WIRES, "technode"),
    _node_check(("3d-heterogeneous-1.0",), "technodeTop"),
    _node_check(("3d-heterogeneous-1.0",), "technodeBottom"),
    _node_check(_MLP, "processNode"),
    Check(
        _V14,
        "synchronous",
        _has_register_files,
        "an asynchronous chip with register-file buffers gives inf latency and nan leakage",
        "set synchronous to true, or globalBufferType and peBufferType to true (SRAM)",
    ),
    Check(
        _V14,
        "numColMuxed",
        lambda values: (
            (values["numColMuxed"], values["memcelltype"], values["operationmode"]) == (1, _SRAM, 2)
            and _senses_current_by_amplifiers(values)
        ),
        "SRAM with one column a sense amplifier gives a latency of 0 or inf, and nan",
        "set numColMuxed to 2 or more, SARADC to true, or currentMode to false",
    ),
    Check(
        _V14,
        "operationmode",
        lambda values: (
            (values["operationmode"], values["cellBit"]) == (1, 1)
            and values["memcelltype"] in (_RRAM, _FEFET)
            and _senses_current_by_amplifiers(values)
        ),
        "sequential read of RRAM or FeFET of one bit gives an infinite clock period, and nan",
        "set operationmode to 2, cellBit to 2 or more, SARADC to true, or currentMode to false",
    ),
    Check(
        _V14,
        "operationmode",
        lambda values: values["operationmode"] in (4, 6) and values["memcelltype"] == _SRAM,
        "parallel BNN and XNOR modes crash with SRAM",
        "set operationmode to 2, 3 or 5",
    ),
    Check(
        _V14,
        "operationmode",
        lambda values: values["operationmode"] in (3, 5),
        "BNN and XNOR modes leave the areas of ADC, accumulation and other peripherals at 0",
        "set operationmode to 2, or do not use these areas",
    ),
    Check(
        _V14,
        "writeVoltage",
        _has_low_write_voltage,
        "RRAM with a write voltage of {writeVoltage} V: NeuroSim prints LevelShifter errors, and goes on without them",
        "set writeVoltage above 1.5",
    ),
    Check(
        _V14,
        "levelOutput",
        lambda values: (
            values["levelOutput"] == _FEWEST_LEVELS
            and values["operationmode"] == 2
            and _senses_current_by_amplifiers(values)
        ),
        "sense amplifiers of two levels give an infinite clock period, and nan",
        "set levelOutput to 3 or more, SARADC to true, or currentMode to false",
    ),
)


def known_failures(
    parameters: Mapping[str, Parameter], exits: Iterable[Exit], versions: Sequence[str]
) -> Iterator[Problem]:
    """Tell what the simulator will not do with these settings.

    Parameters
    ----------
    parameters : Mapping of str to Parameter
        Of the file.
    exits : iterable of Exit
        Where its constructor ends the program.
    versions : sequence of str
        Versions that the file may be of.

    Yields
    ------
    Problem
        On the line of the parameter to change.
    """
    for found in exits:
        remedy = f"use one of {', '.join(found.choices)}" if found.choices else "change what the condition asks for"
        yield Problem(f"{found.because}: NeuroSim ends there before it prints anything", found.line, remedy)
    values = {name: parameter.value for name, parameter in parameters.items() if parameter.value is not None}
    for check in CHECKS:
        if versions and set(versions) <= set(check.versions) and _is_failing(check, values):
            yield Problem(check.message.format_map(values), parameters[check.parameter].line, check.remedy)


def _is_failing(check: Check, values: _Values) -> bool:
    try:
        return check.parameter in values and check.is_failing(values)
    except KeyError:
        return False
