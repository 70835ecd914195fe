"""The Param.cpp that lies beside a log: what it adds to what the log says, and where the two contradict each other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nnsreport.errors import LogError
from nnsreport.parsers.param_cpp.evaluation import shown
from nnsreport.parsers.param_cpp.format import PREFIX
from nnsreport.parsers.param_cpp.parameters import ParameterFile, read_param_cpp
from nnsreport.parsers.param_cpp.values import Value
from nnsreport.parsers.param_cpp.versions import Version, named

FOLDERS = (".", "NeuroSIM", "Inference_pytorch/NeuroSIM", "Training_pytorch/NeuroSIM")
"""Where a Param.cpp is looked for, seen from the folder of the log."""

_FILE = "Param.cpp"
_SIMULATORS = re.compile(
    r"neurosim-(\d\.\d|dcim-1\.0|systolic-1\.0|3d-(?:heterogeneous|monolithic)-1\.0)|mlp-neurosim-3\.0"
)
_TAKES_ROWS = re.compile(r"neurosim-(?:1\.[45]|dcim-1\.0)")
_ARGUMENTS = {"numRowSubArray": "wrapper.subArray", "numRowParallel": "wrapper.parallelRead"}
"""Parameters that the wrapper's flags replace when it starts the C++ part."""


@dataclass(frozen=True, slots=True)
class Joined:
    """What a Param.cpp adds to a log.

    Attributes
    ----------
    settings : Mapping of str to (bool, int, float or str)
        By ``neurosim.`` and the parameter's name; none that the log has itself.
    provenance : Mapping of str to str
        Which file it was.
    problems : tuple of str
        Its own, and contradictions.
    """

    settings: Mapping[str, Value] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def parameters_beside(log: Path, format_name: str, settings: Mapping[str, str]) -> Joined:
    """Read the Param.cpp beside a log.

    Parameters
    ----------
    log : Path
        The log.
    format_name : str
        Its format; nothing is looked for beside what is no output of NeuroSim's.
    settings : Mapping of str to str
        What the log says.

    Returns
    -------
    Joined
        Empty where there is none; where there are several, a problem names them.
    """
    if _SIMULATORS.fullmatch(format_name) is None:
        return Joined()
    found = [path for path in (log.parent / folder / _FILE for folder in FOLDERS) if path.is_file()]
    if len(found) > 1:
        names = ", ".join(str(path) for path in found)
        return Joined(problems=(f"{len(found)} files Param.cpp lie beside the log, and none is used: {names}",))
    return _join(found[0], log, format_name, settings) if found else Joined()


def _join(path: Path, log: Path, format_name: str, settings: Mapping[str, str]) -> Joined:
    try:
        parameters = read_param_cpp(path)
    except LogError as error:
        return Joined(problems=(str(error),))
    if not _is_of_family(parameters, format_name):
        versions = " or ".join(parameters.versions)
        return Joined(problems=(f"{path} is not used: it is of NeuroSim {versions}, the log of {format_name}",))
    changed = _changed_later(path, log)
    problems = [f"{path}: {problem}" for problem in parameters.problems]
    problems += [f"{path}: {text}" for text in _contradictions(parameters.values, format_name, settings)]
    if changed:
        problems.append(f"{path} was {changed}: it may not be what the job was built from")
    replaced = _replaced(parameters.values, format_name, settings)
    joined = {
        f"{PREFIX}{name}": value
        for name, value in parameters.values.items()
        if f"{PREFIX}{name}" not in settings and name not in replaced
    }
    return Joined(joined, {_FILE: f"{path}, {changed}" if changed else str(path)}, tuple(problems))


def _is_of_family(parameters: ParameterFile, format_name: str) -> bool:
    name = "mlp-3.0" if format_name.startswith("mlp") else format_name.removeprefix("neurosim-")
    families = {version.family for version in map(named, parameters.versions) if version is not None}
    return not families or Version(name).family in families


def _changed_later(path: Path, log: Path) -> str:
    changed, written = path.stat().st_mtime, log.stat().st_mtime
    if changed <= written:
        return ""
    when = datetime.datetime.fromtimestamp(changed, tz=datetime.UTC)
    return f"changed after the log, {when:%Y-%m-%d %H:%M} UTC"


def _replaced(values: Mapping[str, Value], format_name: str, settings: Mapping[str, str]) -> frozenset[str]:
    if _TAKES_ROWS.fullmatch(format_name) is None:
        return frozenset()
    return frozenset(
        name for name, flag in _ARGUMENTS.items() if name in values and _differs(values[name], settings.get(flag))
    )


def _contradictions(values: Mapping[str, Value], format_name: str, settings: Mapping[str, str]) -> Iterator[str]:
    replaced = _replaced(values, format_name, settings)
    for name, value in values.items():
        if _differs(value, settings.get(f"{PREFIX}{name}")):
            yield f"{name} is {shown(value)}, but {settings[f'{PREFIX}{name}']} in the log, which holds"
        flag = _ARGUMENTS.get(name, "")
        if name in replaced:
            yield f"{name} is {shown(value)}, but the wrapper gave {settings[flag]} ({flag}), which holds"
        elif name not in replaced and _differs(value, settings.get(flag)):
            yield f"{name} is {shown(value)}, but the wrapper simulated {settings[flag]} ({flag}): two different chips"
    yield from _other_chip(values, settings)
    process = settings.get("neurosim.process")
    pipeline = values.get("pipeline")
    if process is not None and isinstance(pipeline, bool) and pipeline is not (process == "pipelined"):
        yield f"pipeline is {shown(pipeline)}, but the log is of a {process} process, which holds"


def _other_chip(values: Mapping[str, Value], settings: Mapping[str, str]) -> Iterator[str]:
    """Tell where the wrapper computed the accuracy of a chip other than the one whose cost was estimated."""
    consequence = "accuracy and cost are of two different chips"
    bits, levels = settings.get("wrapper.ADCprecision", ""), values.get("levelOutput")
    if bits.isdecimal() and int(bits) < 32 and _differs(levels, str(2 ** int(bits))):
        yield f"levelOutput is {shown(levels or 0)}, but the wrapper's ADC has {bits} bits: {consequence}"
    if _differs(values.get("cellBit"), settings.get("wrapper.cellBit")):
        cell = settings["wrapper.cellBit"]
        yield f"cellBit is {shown(values['cellBit'])}, but {cell} in the wrapper: {consequence}"


def _differs(value: Value | None, text: str | None) -> bool:
    """Tell whether two known values are not the same; a log gives them as text."""
    if value is None or text is None:
        return False
    if isinstance(value, bool | str):
        return shown(value) != text.lower()
    try:
        return float(text) != value
    except ValueError:
        return True
