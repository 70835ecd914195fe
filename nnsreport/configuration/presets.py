"""Settings with a name and a citation: TOML files in ``nnsreport/presets/SECTION/NAME.toml``."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from nnsreport.errors import ConfigurationError

KEY = "preset"


@dataclass(frozen=True, slots=True)
class Preset:
    """Named settings of one section.

    Attributes
    ----------
    section, name : str
        Such as ``device`` and ``pcm-joshi2020``.
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
    title: str
    citation: str
    settings: Mapping[str, object]
    published: Mapping[str, str] = field(default_factory=dict)


def preset_names(section: str) -> list[str]:
    """Return the names of a section's presets, sorted."""
    folder = _folder() / section
    if not folder.is_dir():
        return []
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def sections_with_presets() -> list[str]:
    """Return the sections that have presets, sorted."""
    folder = _folder()
    return sorted(entry.name for entry in folder.iterdir() if entry.is_dir() and preset_names(entry.name))


def load_preset(section: str, name: str, place: str | None = None) -> Preset:
    """Read a preset.

    Parameters
    ----------
    section, name : str
        Such as ``device`` and ``pcm-joshi2020``.
    place : str, optional
        Where it was asked for, for messages.

    Returns
    -------
    Preset
        Its settings are not checked yet.

    Raises
    ------
    ConfigurationError
        There is no such preset; the nearest is named.
    """
    known = preset_names(section)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, 1, cutoff=0.4)
        choices = f"known are {', '.join(known)}" if known else f"[{section}] has no presets: write a table"
        remedy = f"did you mean {nearest[0]!r}? ({choices})" if nearest else choices
        raise ConfigurationError(f"there is no preset {name!r}", path=place, field=section, remedy=remedy)
    content = tomllib.loads((_folder() / section / f"{name}.toml").read_text(encoding="utf-8"))
    settings, published = content.get("settings", {}), content.get("published", {})
    return Preset(section, name, content["title"], content["citation"], settings, published)


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
