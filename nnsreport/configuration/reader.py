"""A TOML file, its presets and the command line's overrides become a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nnsreport.configuration import presets
from nnsreport.configuration.convert import to_settings
from nnsreport.configuration.origin import Origin, Place
from nnsreport.configuration.overrides import Override, apply_override, parse_override
from nnsreport.configuration.presets import Preset
from nnsreport.configuration.schema import Configuration
from nnsreport.configuration.toml_file import read_toml
from nnsreport.engine.records import dataclass


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


def _with_presets(
    table: dict[str, object], origin: Origin, places: dict[str, Place]
) -> tuple[dict[str, object], tuple[Preset, ...]]:
    """Replace presets' names by their settings, and note the places of these."""
    result = dict(table)
    used = []
    for section, content in table.items():
        name: object = None
        changes: dict[str, object] = {}
        if isinstance(content, str) and presets.may_be(section, content):
            name = content
        elif isinstance(content, dict) and presets.KEY in content:
            changes = {key: value for key, value in content.items() if key != presets.KEY}
            name = content[presets.KEY]
        else:
            continue
        if not isinstance(name, str):
            raise origin.error(f"{section}.{presets.KEY}", f"is {name}, expected the name of a preset in quotes")
        preset = presets.load_preset(section, name, origin.place(f"{section}.{presets.KEY}"))
        used.append(preset)
        result[section] = presets.merged(preset.settings, changes)
        places.update({f"{section}.{setting}": preset.place for setting in _kept(preset.settings, changes)})
    return result, tuple(used)


def _kept(settings: Mapping[str, object], changes: Mapping[str, object]) -> Iterator[str]:
    """Yield the dotted names of settings that are as in the preset."""
    for key, value in settings.items():
        change = changes.get(key, {})
        if isinstance(value, Mapping):
            below = _kept(value, change) if isinstance(change, Mapping) else ()
            yield from (f"{key}.{name}" for name in below)
        elif key not in changes:
            yield key


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
