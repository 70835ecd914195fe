"""Settings with a title and a citation: TOML files in ``nnsreport/presets/SECTION/NAME.toml``, or the user's own."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from nnsreport.configuration.origin import Place
from nnsreport.configuration.toml_file import read_toml
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

KEY = "preset"
_SUFFIX = ".toml"
_KEYS = ("title", "citation", "settings", "published")


@dataclass(frozen=True, slots=True)
class Preset:
    """Named settings of one section.

    Attributes
    ----------
    section, name : str
        Such as ``device`` and ``pcm-joshi2020``; of a file, its name without the suffix.
    place : Place
        Where its settings are written, and the folder in which files lie that they name.
    title : str
        What it models.
    citation : str
        Where its numbers come from.
    settings : Mapping of str to object
        As in the section of a configuration.
    published : Mapping of str to str
        Which published results it is to be held against: ``paper`` of the reference library, ``network``, and how their
        ``conditions`` begin; empty if there are none.
    """

    section: str
    name: str
    place: Place
    title: str
    citation: str
    settings: Mapping[str, object]
    published: Mapping[str, str] = field(default_factory=dict)


def preset_names(section: str) -> list[str]:
    """Return the names of a section's presets, sorted."""
    folder = _folder() / section
    if not folder.is_dir():
        return []
    return sorted(entry.name.removesuffix(_SUFFIX) for entry in folder.iterdir() if entry.name.endswith(_SUFFIX))


def sections_with_presets() -> list[str]:
    """Return the sections that have presets, sorted."""
    folder = _folder()
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and preset_names(entry.name))


def may_be(section: str, text: str) -> bool:
    """Return whether a section that is a text can be a preset: by name where there are presets, or a file."""
    return text.endswith(_SUFFIX) or section in sections_with_presets()


def load_preset(section: str, name: str, asked: Place) -> Preset:
    """Read a preset.

    Parameters
    ----------
    section, name : str
        Such as ``device`` and ``pcm-joshi2020``, or the path of a TOML file with title, citation and ``[settings]``.
    asked : Place
        Where it was asked for; relative paths start there.

    Returns
    -------
    Preset
        Its settings are not checked yet.

    Raises
    ------
    ConfigurationError
        There is no such preset, and the nearest is named; or a file that cannot be read, or is no preset.
    """
    if name.endswith(_SUFFIX):
        file = asked.folder / name
        if not file.exists():
            remedy = f"relative paths start at {asked.folder}"
            raise ConfigurationError(f"there is no preset file {name!r}", path=asked.name, field=section, remedy=remedy)
        return _read(section, file, Place(str(file), file.parent))
    known = preset_names(section)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, 1, cutoff=0.4)
        choices = f"known are {', '.join(known)}" if known else f"[{section}] has no presets: write a table"
        choices += ", or name a preset file of your own with its .toml"
        remedy = f"did you mean {nearest[0]!r}? ({choices})" if nearest else choices
        raise ConfigurationError(f"there is no preset {name!r}", path=asked.name, field=section, remedy=remedy)
    return packaged_preset(section, name)


def packaged_preset(section: str, name: str) -> Preset:
    """Read a preset that is known to be one of :func:`preset_names`."""
    folder = preset_folder(section)
    return _read(section, folder / f"{name}{_SUFFIX}", Place(f"preset {name}", folder))


def _read(section: str, file: Path, place: Place) -> Preset:
    content = read_toml(file)
    if surplus := [key for key in content if key not in _KEYS]:
        remedy = f"a preset has {', '.join(_KEYS)}; write settings below [settings]"
        raise ConfigurationError("is not part of a preset", path=file, field=surplus[0], remedy=remedy)
    if "settings" not in content:
        raise ConfigurationError(
            "is no preset: it has no [settings]", path=file, remedy="write settings below [settings]"
        )
    title, citation = str(content.get("title", file.stem)), str(content.get("citation", "no citation given"))
    published = {key: str(value) for key, value in _table(content, "published", file).items()}
    return Preset(section, file.stem, place, title, citation, _table(content, "settings", file), published)


def _table(content: Mapping[str, object], key: str, file: Path) -> Mapping[str, object]:
    table = content.get(key, {})
    if not isinstance(table, Mapping):
        raise ConfigurationError("is no table", path=file, field=key, remedy=f"write [{key}]")
    return table


def preset_folder(section: str) -> Path:
    """Return the folder of a section's presets, where files lie that they name."""
    return Path(str(_folder() / section))


def merged(base: Mapping[str, object], changes: Mapping[str, object]) -> dict[str, object]:
    """Return a table with another laid over it, table by table.

    Parameters
    ----------
    base, changes : Mapping of str to object
        Where both have a table, it is merged; elsewhere ``changes`` wins.

    Returns
    -------
    dict of str to object
        A new table.
    """
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return result


def _folder() -> Traversable:
    return files("nnsreport") / "presets"
