"""A configuration as TOML that reads back to itself, and as flat names and values."""

from __future__ import annotations

import dataclasses
import json
import textwrap
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nnsreport.configuration.convert import expected
from nnsreport.configuration.reader import ResolvedConfiguration
from nnsreport.configuration.schema import Configuration
from nnsreport.reports.run_data import SettingValue
from nnsreport.settings import describe

_WIDTH = 110


def flatten(configuration: Configuration) -> dict[str, SettingValue]:
    """Return the settings by dotted name.

    Parameters
    ----------
    configuration : Configuration
        Paths become texts; settings that are not set are left out.

    Returns
    -------
    dict of str to SettingValue
        In the order of declaration.
    """
    return dict(_flat(configuration, ""))


def _flat(settings: Any, dotted: str) -> Iterator[tuple[str, SettingValue]]:
    for field in dataclasses.fields(settings):
        name = f"{dotted}.{field.name}" if dotted else field.name
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            yield from _flat(value, name)
        elif value is not None:
            yield name, str(value) if isinstance(value, Path) else value


def to_toml(resolved: ResolvedConfiguration) -> str:
    """Write a configuration as commented TOML.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        Presets are written out, and named in comments.

    Returns
    -------
    str
        Every setting with its meaning and unit; :func:`nnsreport.configuration.reader.read_configuration` makes an
        equal configuration of it.
    """
    lines = _comment(f"Resolved from {resolved.source}")
    for override in resolved.overrides:
        lines += _comment(f"with {override.dotted} = {override.value}")
    for field in dataclasses.fields(Configuration):
        lines += [
            "",
            *_table_lines(getattr(resolved.configuration, field.name), field.name, _preset_notes(resolved, field.name)),
        ]
    return "\n".join(lines) + "\n"


def _preset_notes(resolved: ResolvedConfiguration, section: str) -> list[str]:
    used = [preset for preset in resolved.presets if preset.section == section]
    return [f"preset {preset.name}: {preset.title}. {preset.citation}" for preset in used]


def _table_lines(settings: Any, dotted: str, notes: list[str]) -> list[str]:
    hints = typing.get_type_hints(type(settings))
    descriptions = describe(type(settings))
    lines = [f"[{dotted}]"]
    for note in notes:
        lines += _comment(note)
    tables: list[str] = []
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            tables += ["", *_table_lines(value, f"{dotted}.{field.name}", [])]
            continue
        description = descriptions[field.name]
        lines += _comment(f"{description.doc} ({expected(hints[field.name], description)})")
        lines.append(f"# {field.name} is not set" if value is None else f"{field.name} = {toml_value(value)}")
    return lines + tables


def _comment(text: str) -> list[str]:
    printable = "".join(character if character.isprintable() else " " for character in text)
    return textwrap.wrap(
        printable, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False, break_long_words=False
    )


def toml_value(value: object) -> str:
    """Write a value as TOML.

    Parameters
    ----------
    value : object
        A switch, number, text or path, or a tuple of them.

    Returns
    -------
    str
        Reads back to an equal value.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)  # inf and nan are TOML's words too
        case str() | Path():
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple() | list():
            return f"[{', '.join(toml_value(entry) for entry in value)}]"
        case _:
            raise TypeError(f"no TOML for {type(value).__name__}")
