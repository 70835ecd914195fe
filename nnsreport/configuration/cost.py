"""The section ``[cost]``: the chip whose area, latency and energy are estimated."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from dataclasses import field
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.corrections import Fidelity
from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import Declaration, declarations
from nnsreport.engine.records import dataclass
from nnsreport.settings import setting

_UNITS = {"nm": "nm", "m": "m", "k": "K", "hz": "Hz", "ohm": "ohm", "v": "V", "s": "s", "f": "wire width"}
_SPELLINGS = {
    **{
        word: word.upper() for word in ("adc", "bnn", "hp", "lstp", "nmos", "pe", "pmos", "rram", "sar", "sram", "xnor")
    },
    "relu": "ReLU",
    "fefet": "FeFET",
    "h": "H",
}


def _parameter_fields() -> Iterator[tuple[str, Any, Any]]:
    """Yield name, type and field of each parameter of Param.cpp, as :class:`Given` declares them."""
    declared = declarations(Given)
    for given in dataclasses.fields(Given):
        declaration = declared[given.name]
        kind = _kind(declaration, given.default)
        yield declaration.name, kind | None, _parameter(given.name, given.default, declaration, kind)


def _kind(declaration: Declaration, default: object) -> type:
    if isinstance(default, str):
        return Path
    if declaration.is_whole or isinstance(default, IntEnum):
        return int
    return type(default) if declaration.is_one else float


def _parameter(name: str, default: object, declaration: Declaration, kind: type) -> Any:
    words = name.split("_")
    unit = _UNITS.get(words[-1], "1")
    spelled = _spelled(words if unit == "1" else words[:-1])
    limits: dict[str, Any] = {}
    if kind is not bool and math.isfinite(declaration.minimum):
        limits = {"minimum": declaration.minimum, "exclusive_minimum": declaration.is_above}
    if isinstance(default, IntEnum):
        limits = {"minimum": min(type(default)), "maximum": max(type(default))}
    return setting(None, f"{spelled[0].upper()}{spelled[1:]}: {_choices(default)}.", unit=unit, **limits)


def _choices(default: object) -> str:
    if isinstance(default, str):
        return "a Python file with another ADC than NeuroSim's; no parameter of NeuroSim"
    if not isinstance(default, IntEnum):
        return f"{f'{default:g}' if isinstance(default, float) else str(default).lower()} as distributed"
    names = ", ".join(f"{kind.value} ({_spelled(kind.name.lower().split('_'))})" for kind in type(default))
    return f"{names}; {default.value} as distributed"


def _spelled(words: Iterable[str]) -> str:
    return " ".join(_SPELLINGS.get(word, word) for word in words)


_DOC = "Parameters by their names in NeuroSim's Param.cpp; what is not set is as in ``parameter_file``."

if TYPE_CHECKING:

    @dataclass(frozen=True, slots=True)
    class ParameterSettings:
        """Parameters by their names in NeuroSim's Param.cpp; made of their declarations in the engine."""

        converter: Path | None = None

else:

    def _parameter_settings() -> type:
        declared = {name: (kind, field) for name, kind, field in _parameter_fields()}
        body = {name: field for name, (_, field) in declared.items()}
        annotations = {name: kind for name, (kind, _) in declared.items()}
        told = {"__module__": __name__, "__doc__": _DOC, "__annotations__": annotations}
        return dataclass(frozen=True, slots=True)(type("ParameterSettings", (), {**body, **told}))

    ParameterSettings = _parameter_settings()


@dataclass(frozen=True, slots=True)
class CostSettings:
    """Area, latency, energy and leakage of the chip, as NeuroSim V1.4 estimates them."""

    name: str = setting("", "Name of the chip, for reports.")
    with_runs: bool = setting(
        False,
        "`nnsreport run` adds the chip's numbers to the run: bits, arrays and ADCs are those of its crossbars, and "
        "activity is that of its first test image.",
    )
    fidelity: str = setting(
        Fidelity.NEUROSIM.value,
        "neurosim-1.4: the numbers of NeuroSim V1.4; corrected: those without its plain mistakes "
        "([what changes](cost-corrections.md)).",
        choices=tuple(fidelity.value for fidelity in Fidelity),
    )
    parameter_file: Path | None = setting(
        None,
        "NeuroSim's Param.cpp, or a JSON file with its values as `params` and the arguments of its main as `argv`; "
        "when not set, parameters are as V1.4 is distributed.",
    )
    network_file: Path | None = setting(
        None, "NeuroSim's NetWork_*.csv, or an ONNX file; when not set, the network of the run."
    )
    image_shape: tuple[int, ...] = setting(
        (), "Shape of an image, such as [3, 32, 32], where the ONNX file does not say.", minimum=1
    )
    traces: Path | None = setting(
        None,
        "Weights and inputs of the layers as NeuroSim's wrapper writes them: a list of their files such as "
        "trace_args.txt, a trace_command.sh, or a folder with one of these; when not set, `activity` says what is "
        "assumed.",
    )
    activity: ActivitySettings = field(default_factory=ActivitySettings)
    parameters: ParameterSettings = field(default_factory=ParameterSettings)


def given_parameters(settings: CostSettings) -> dict[str, bool | int | float | str]:
    """Return the parameters that a configuration sets.

    Parameters
    ----------
    settings : CostSettings
        Its section ``[cost]``.

    Returns
    -------
    dict of str to bool, int, float or str
        By names of Param.cpp; paths as text.
    """
    values = {entry.name: getattr(settings.parameters, entry.name) for entry in dataclasses.fields(ParameterSettings)}
    given = {name: value for name, value in values.items() if value is not None}
    return {name: str(value) if isinstance(value, Path) else value for name, value in given.items()}
