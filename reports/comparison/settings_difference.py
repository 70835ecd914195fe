"""Which settings differ between two runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal

from nnsreport.reports.run_data import RunData, SettingValue

Kind = Literal["changed", "only in A", "only in B"]

IGNORED = frozenset({"run.name", "run.batch_size", "wrapper.logdir", "wrapper.log_interval"})
"""Settings that say what a run is called, where its log goes or how it is cut up, not what is computed."""


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """A setting that is not the same in both runs.

    Attributes
    ----------
    name : str
        Dotted name, such as ``adc.bits``.
    kind : str
        ``changed``, ``only in A`` or ``only in B``.
    value_a, value_b : SettingValue or None
        None where the run does not have it.
    line_a, line_b : int or None
        Line in the log, for settings that came from one.
    """

    name: str
    kind: Kind
    value_a: SettingValue | None
    value_b: SettingValue | None
    line_a: int | None = None
    line_b: int | None = None


def compare_settings(a: RunData, b: RunData) -> tuple[SettingDifference, ...]:
    """Return the settings that differ, those changed first.

    Parameters
    ----------
    a, b : RunData
        Whose flattened settings are compared; those of :data:`IGNORED` and the folders of files are left out.

    Returns
    -------
    tuple of SettingDifference
        Changed settings by name, then those of A only, then those of B only.
    """
    values_a, values_b = _relevant(a.settings), _relevant(b.settings)
    changed = sorted(n for n in values_a.keys() & values_b.keys() if not same_value(values_a[n], values_b[n]))
    groups: tuple[tuple[Kind, list[str]], ...] = (
        ("changed", changed),
        ("only in A", sorted(values_a.keys() - values_b.keys())),
        ("only in B", sorted(values_b.keys() - values_a.keys())),
    )
    return tuple(
        SettingDifference(
            name, kind, values_a.get(name), values_b.get(name), a.setting_lines.get(name), b.setting_lines.get(name)
        )
        for kind, names in groups
        for name in names
    )


def same_value(a: SettingValue | None, b: SettingValue | None) -> bool:
    """Tell whether two values of one setting mean the same.

    Parameters
    ----------
    a, b : SettingValue or None
        Files count as the same when their names do, in whatever folder.

    Returns
    -------
    bool
        ``8`` equals ``8.0`` and ``"8"``, as a log prints it, and ``True`` equals ``"true"``, but not 1.
    """
    a, b = _read(a), _read(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, str) and isinstance(b, str):
        return a == b or ((_is_path(a) or _is_path(b)) and _file_name(a) == _file_name(b))
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same_value(x, y) for x, y in zip(a, b, strict=True))
    return a == b


def number_of(value: SettingValue | None) -> float | None:
    """Return a setting's value as a number, or None when it is none.

    Parameters
    ----------
    value : SettingValue or None
        Logs give numbers as text.

    Returns
    -------
    float or None
        Switches are no numbers.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    try:
        return float(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _read(value: SettingValue | None) -> SettingValue | None:
    switch = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if switch is not None:
        return switch
    number = number_of(value)
    # "nan" stays a text: as a number it would differ from itself.
    return value if number is None or number != number else number


def _relevant(settings: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
    return {name: value for name, value in settings.items() if name not in IGNORED}


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text


def _file_name(text: str) -> str:
    path = PureWindowsPath(text) if "\\" in text else PurePosixPath(text)
    return path.name
