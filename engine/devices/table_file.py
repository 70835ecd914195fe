"""Reading a device's states from a CSV file.

A header names the columns; ``conductance_s`` is needed, the others are not:

    level, conductance_s, time_s, mean_s, std_s, nu_mean, nu_std, read_std_s

NeuroSim V1.5's ``mem_states.csv`` (``states,mean,std``) is such a file too. Lines that begin with ``#`` are comments.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.engine.devices.table import DeviceTable
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import DeviceSettings

COLUMNS = ("level", "conductance_s", "time_s", "mean_s", "std_s", "nu_mean", "nu_std", "read_std_s")
"""Names that a header may have."""

_NEUROSIM_NAMES = {"states": "level", "mean": "conductance_s", "std": "std_s"}
_ONCE = ("nu_mean", "nu_std", "read_std_s")
_MAY_BE_NEGATIVE = ("nu_mean",)
_FIELD = "device.table"

_Row = Mapping[str, float]
_Group = list[tuple[int, _Row]]


def load_table(device: DeviceSettings) -> DeviceTable | None:
    """Return the states of a device, checked against its settings.

    Parameters
    ----------
    device : DeviceSettings
        Of the device.

    Returns
    -------
    DeviceTable or None
        None where no setting reads a table.

    Raises
    ------
    ConfigurationError
        The file cannot be read, or does not fit the settings.
    """
    if device.table is None:
        return None
    table = read_device_table(device.table)
    table.check(device)
    return table


def read_device_table(path: Path) -> DeviceTable:
    """Read a CSV file of states.

    Parameters
    ----------
    path : Path
        UTF-8, with or without a byte-order mark.

    Returns
    -------
    DeviceTable
        States in rising order, measured at all times alike.

    Raises
    ------
    ConfigurationError
        It cannot be read, or a line is wrong; the line is named.
    """
    rows = _rows(path, _text(path))
    by_time: dict[float, _Group] = {}
    for line, row in rows:
        by_time.setdefault(row.get("time_s", 0.0), []).append((line, row))
    times_s = sorted(by_time)
    if times_s[0] != 0.0:
        raise _error(path, None, f"begins at time_s = {times_s[0]:g}", "call the first measurement time_s = 0")
    groups = [by_time[time_s] for time_s in times_s]
    return DeviceTable(
        conductances_s=_states(path, groups),
        times_s=tuple(times_s),
        means_s=tuple(tuple(row.get("mean_s", row["conductance_s"]) for _, row in group) for group in groups),
        stds_s=_deviations(path, groups),
        **_measured_once(path, groups),
        path=path,
    )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(f"cannot be read ({error.strerror})", path=path, field=_FIELD) from error
    except UnicodeDecodeError as error:
        raise _error(path, None, "is not UTF-8 text", "give a CSV file") from error


def _rows(path: Path, text: str) -> list[tuple[int, _Row]]:
    """Return the rows with their line numbers, and only the cells that are filled in."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    lines = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    if len(lines) < 3:
        raise _error(path, None, "has fewer than two states", f"give a header of {', '.join(COLUMNS)}, and states")
    (header_line, header), *body = lines
    names = _header(path, header_line, _cells(header))
    return [(number, _row(path, number, names, _cells(line))) for number, line in body]


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(",")]


def _header(path: Path, line: int, cells: list[str]) -> list[str]:
    names = [_NEUROSIM_NAMES.get(cell, cell) for cell in cells]
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise _error(path, line, f"has a column {unknown[0]!r}", f"known are {', '.join(COLUMNS)}")
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise _error(path, line, f"has two columns {twice[0]}", "leave one out")
    if "conductance_s" not in names:
        raise _error(path, line, "has no column conductance_s", "say what each state is meant to conduct, in S")
    return names


def _row(path: Path, line: int, names: list[str], cells: list[str]) -> _Row:
    if len(cells) != len(names):
        raise _error(path, line, f"has {len(cells)} cells, the header {len(names)}", "write a cell for each column")
    row = {name: _number(path, line, name, cell) for name, cell in zip(names, cells, strict=True) if cell}
    if "conductance_s" not in row:
        raise _error(path, line, "has no conductance_s", "say what the state is meant to conduct, in S")
    return row


def _number(path: Path, line: int, name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        raise _error(path, line, f"{name} is {cell!r}", "write a number") from None
    if not math.isfinite(value) or (value < 0 and name not in _MAY_BE_NEGATIVE):
        raise _error(path, line, f"{name} is {cell}", "write a finite number of at least 0")
    return value


def _states(path: Path, groups: list[_Group]) -> tuple[float, ...]:
    """Return the conductances of the states, after checking that all times have the same, in rising order."""
    states = tuple(row["conductance_s"] for _, row in groups[0])
    for group in groups:
        for (line, row), expected in zip(group, states, strict=False):
            if row["conductance_s"] != expected:
                raise _error(path, line, "is another state than at time 0", "list the same states at each time")
        if len(group) != len(states):
            raise _error(path, group[-1][0], f"ends {len(group)} states, time 0 has {len(states)}", "list them all")
    for (line, row), index in zip(groups[0], range(len(states)), strict=True):
        if index and states[index] <= states[index - 1]:
            raise _error(path, line, f"conductance_s is {states[index]:g}, not above the state before", "sort states")
        if row.get("level", index) != index:
            raise _error(path, line, f"level is {row['level']:g}, expected {index}", "number levels from 0")
    if len(states) < 2:
        raise _error(path, None, "has fewer than two states", "add states")
    return states


def _deviations(path: Path, groups: list[_Group]) -> tuple[tuple[float, ...], ...]:
    """Return the deviations of the states at each time; nothing where there are none."""
    deviations = tuple(_column(path, "std_s", group) for group in groups)
    if any(deviations) and not all(deviations):
        line = next(group[0][0] for group, found in zip(groups, deviations, strict=True) if not found)
        raise _error(path, line, "has no std_s, but other times have", "fill it in")
    return deviations if any(deviations) else ()


def _measured_once(path: Path, groups: list[_Group]) -> dict[str, tuple[float, ...]]:
    """Return the columns that do not depend on time."""
    for line, row in itertools.chain(*groups[1:]):
        later = [name for name in _ONCE if name in row]
        if later:
            raise _error(path, line, f"has {later[0]} at time_s > 0", "write it at time_s = 0 only")
    columns = {name: _column(path, name, groups[0]) for name in _ONCE}
    if bool(columns["nu_mean"]) != bool(columns["nu_std"]):
        raise _error(path, None, "has one of nu_mean and nu_std only", "add the other; 0 for exponents without spread")
    return columns


def _column(path: Path, name: str, group: _Group) -> tuple[float, ...]:
    filled = tuple(row[name] for _, row in group if name in row)
    if filled and len(filled) != len(group):
        line = next(line for line, row in group if name not in row)
        raise _error(path, line, f"has no {name}, but other states have", "fill it in")
    return filled


def _error(path: Path, line: int | None, message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(message, path=path, line=line, field=_FIELD, remedy=remedy)
