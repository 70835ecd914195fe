"""A TOML file, its presets and the command line's overrides become a configuration."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nnsreport.configuration import presets
from nnsreport.configuration.convert import to_settings
from nnsreport.configuration.origin import Origin, Place
from nnsreport.configuration.overrides import Override, apply_override, parse_override
from nnsreport.configuration.presets import Preset
from nnsreport.configuration.schema import Configuration
from nnsreport.errors import ConfigurationError

_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, slots=True)
class ResolvedConfiguration:
    """A configuration with what it was made of.

    Attributes
    ----------
    configuration : Configuration
        Complete and checked.
    source : Path
        The file it was read from.
    presets : tuple of Preset
        Those it uses.
    overrides : tuple of Override
        Those of the command line.
    """

    configuration: Configuration
    source: Path
    presets: tuple[Preset, ...] = ()
    overrides: tuple[Override, ...] = ()


def read_configuration(path: Path, overrides: Sequence[str] = ()) -> ResolvedConfiguration:
    """Read, resolve and check a configuration.

    Parameters
    ----------
    path : Path
        A TOML file; relative paths in it start at its folder.
    overrides : sequence of str
        ``name=value`` from the command line, applied in order; relative paths start at the working folder.

    Returns
    -------
    ResolvedConfiguration
        With absolute paths.

    Raises
    ------
    ConfigurationError
        The file cannot be read or is no TOML, a key or preset is unknown, a value is wrong, or a file does not exist.
    """
    return resolve(read_toml(path), path, [parse_override(text) for text in overrides])


def resolve(table: dict[str, object], path: Path, overrides: Sequence[Override] = ()) -> ResolvedConfiguration:
    """Resolve presets and overrides of a table, and check it.

    Parameters
    ----------
    table : dict of str to object
        As TOML gives it.
    path : Path
        Where it was read, for messages and relative paths.
    overrides : sequence of Override
        Applied in order.

    Returns
    -------
    ResolvedConfiguration
        With absolute paths.

    Raises
    ------
    ConfigurationError
        As :func:`read_configuration`.
    """
    places: dict[str, Place] = {}
    for override in overrides:
        table = apply_override(table, override)
        places[override.dotted] = Place(override.option, Path.cwd())
    origin = Origin(Place(str(path), path.parent.absolute()), places)
    table, used = _with_presets(table, origin, places)
    configuration = to_settings(Configuration, table, origin)
    _check_files(configuration, origin)
    return ResolvedConfiguration(configuration, path, used, tuple(overrides))


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        UTF-8.

    Returns
    -------
    dict of str to object
        Its content, unchecked.

    Raises
    ------
    ConfigurationError
        It cannot be read, or is no TOML; the line is named.
    """
    text = ""
    try:
        text = path.read_bytes().decode("utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError("there is no such configuration file", path=path) from None
    except OSError as error:
        raise ConfigurationError(f"cannot be read ({error.strerror})", path=path) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("is not UTF-8 text", path=path, remedy="give a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from error


def _not_toml(path: Path, text: str, message: str) -> ConfigurationError:
    """Take the line out of the reader's message; it has no other place in Python 3.11 to 3.13."""
    place = _LINE.search(message)
    line = int(place[1] or len(text.splitlines())) if place else None
    reason = _LINE.sub("", message)
    return ConfigurationError(f"is not valid TOML: {reason[:1].lower()}{reason[1:]}", path=path, line=line)


def _with_presets(
    table: dict[str, object], origin: Origin, places: dict[str, Place]
) -> tuple[dict[str, object], tuple[Preset, ...]]:
    """Replace presets' names by their settings, and note the places of those that name a file."""
    result = dict(table)
    used = []
    sections = presets.sections_with_presets()
    for section, content in table.items():
        name: object = None
        changes: dict[str, object] = {}
        if isinstance(content, str) and section in sections:
            name = content
        elif isinstance(content, dict) and presets.KEY in content:
            changes = {key: value for key, value in content.items() if key != presets.KEY}
            name = content[presets.KEY]
        else:
            continue
        if not isinstance(name, str):
            raise origin.error(f"{section}.{presets.KEY}", f"is {name}, expected the name of a preset in quotes")
        preset = presets.load_preset(section, name, origin.place(f"{section}.{presets.KEY}").name)
        used.append(preset)
        result[section] = presets.merged(preset.settings, changes)
        places.update(_files_of(preset, changes))
    return result, tuple(used)


def _files_of(preset: Preset, changes: dict[str, object]) -> dict[str, Place]:
    """Return the places of settings that name a file beside the preset."""
    place = Place(f"preset {preset.name}", presets.preset_folder(preset.section))
    return {
        f"{preset.section}.{key}": place
        for key, value in preset.settings.items()
        if key not in changes and isinstance(value, str) and (place.folder / value).is_file()
    }


def _check_files(configuration: Configuration, origin: Origin) -> None:
    files = {
        "network.file": configuration.network.file,
        "data.test": configuration.data.test,
        "data.calibration": configuration.data.calibration,
        "device.table": configuration.device.table,
        "adc.range_file": configuration.adc.range_file,
        "adc.table_file": configuration.adc.table_file,
        "adc.transfer_file": configuration.adc.transfer_file,
        "adc.errors.inl_file": configuration.adc.errors.inl_file,
        "cost.parameter_file": configuration.cost.parameter_file,
        "cost.network_file": configuration.cost.network_file,
        "cost.traces": configuration.cost.traces,
    }
    for dotted, path in files.items():
        if path is not None and not path.exists():
            raise origin.error(dotted, f"there is no {path}", f"relative paths start at {origin.place(dotted).folder}")
