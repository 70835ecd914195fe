"""The traces of a network's layers: from what a user gives to one pair of files a layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.engine.cost.trace_files import trace_pairs
from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError

if TYPE_CHECKING:
    from nnsreport.parsers.records import ParsedLog

LISTS = ("trace_args.txt", "trace_command.sh")
"""What is looked for in a folder, in this order."""

_ARGUMENT = "neurosim."
_REMEDY = "give a list of weight and input files, a trace_command.sh, or a folder with a trace_args.txt"
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class TracePaths:
    """The files of one layer."""

    weights: Path
    inputs: Path


@dataclass(frozen=True, slots=True)
class TraceList:
    """The traces of a network.

    Attributes
    ----------
    source : Path
        The list.
    layers : tuple of TracePaths
        In order; all files exist.
    arguments : Mapping of str to int
        Further arguments of NeuroSim's main, if the list is a call of it, by names of Param.cpp.
    """

    source: Path
    layers: tuple[TracePaths, ...]
    arguments: Mapping[str, int] = field(default_factory=dict)


def find_traces(path: Path) -> TraceList:
    """Return the traces that a list, a script or a folder names.

    Parameters
    ----------
    path : Path
        A list of files, weights before inputs for each layer; a ``trace_command.sh``; or a folder with one of these.

    Returns
    -------
    TraceList
        Names in a list start at its folder; those in a script may also start at the folder above, where NeuroSim's
        wrapper runs it.

    Raises
    ------
    DataError
        There is no list, it cannot be read, or one of its files does not exist.
    """
    source = _list_of(path)
    text = _read(source)
    if source.suffix.lower() == ".sh":
        return _of_script(text, source)
    pairs = [(pair.weights, pair.inputs) for pair in trace_pairs(text, source)]
    return TraceList(source, _existing(pairs, source))


def check_layers(traces: TraceList, layers: int, network: Path) -> None:
    """Refuse traces of another network.

    Parameters
    ----------
    traces : TraceList
        Of the network.
    layers : int
        How many it has.
    network : Path
        Where it was read.

    Raises
    ------
    DataError
        There are more or fewer.
    """
    if len(traces.layers) != layers:
        raise DataError(
            f"lists the traces of {len(traces.layers)} layers, but {network} has {layers}",
            path=traces.source,
            remedy="give the list of the same network",
        )


def _list_of(path: Path) -> Path:
    if not path.is_dir():
        return path
    found = [path / name for name in LISTS if (path / name).is_file()]
    if not found:
        raise DataError(f"has neither {' nor '.join(LISTS)}", path=path, remedy=_REMEDY)
    return found[0]


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path, remedy=_REMEDY) from error
    except UnicodeDecodeError as error:
        raise DataError("is no list of files", path=path, remedy=_REMEDY) from error


def _of_script(text: str, source: Path) -> TraceList:
    call = _only_call(text, source)
    traces = call.tables["traces"]
    pairs = list(zip(traces["weight_file"], traces["input_file"], strict=True))
    arguments = {
        setting.name.removeprefix(_ARGUMENT): int(float(setting.value))
        for setting in call.settings
        if setting.value.replace(".", "", 1).isdigit()
    }
    return TraceList(source, _existing(pairs, source, source.parent.parent), arguments)


def _only_call(text: str, source: Path) -> ParsedLog:
    from nnsreport.parsers.inputs.trace_command import TraceCommand
    from nnsreport.parsers.reading import lines_of

    calls = TraceCommand().parse(lines_of(text.encode(), source=source), source.stem)
    if len(calls) > 1:
        raise DataError(f"calls NeuroSim {len(calls)} times", path=source, remedy="give a script with one of the calls")
    (call,) = calls
    for problem in call.problems:
        raise DataError(problem.message, path=source, line=problem.line, remedy=problem.remedy or _REMEDY)
    return call


def _existing(pairs: Sequence[tuple[str, str]], source: Path, *further: Path) -> tuple[TracePaths, ...]:
    missing: list[str] = []
    found = tuple(TracePaths(*(_located(name, (source.parent, *further), missing) for name in pair)) for pair in pairs)
    if missing:
        names = ", ".join(missing[:_SHOWN]) + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
        raise DataError(
            f"names {names}, which {'does' if len(missing) == 1 else 'do'} not exist",
            path=source,
            remedy="put the list into the folder of its files",
        )
    return found


def _located(name: str, folders: Sequence[Path], missing: list[str]) -> Path:
    """Return where a file lies: at its path from one of the folders, or else beside the list."""
    for path in _candidates(name, folders):
        if path.is_file():
            return path
    missing.append(name)
    return folders[0] / name


def _candidates(name: str, folders: Sequence[Path]) -> Iterator[Path]:
    yield from (folder / name for folder in folders)
    yield folders[0] / Path(name).name
