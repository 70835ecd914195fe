"""Where a value came from, for messages: the file, a preset, or the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Place:
    """One place that settings are written in.

    Attributes
    ----------
    name : str
        As it is shown: a file's path, or ``--set``.
    folder : Path
        Relative paths start here.
    """

    name: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Origin:
    """The places of all settings.

    Attributes
    ----------
    file : Place
        Of everything that is not in ``others``.
    others : Mapping of str to Place
        By dotted name of a setting or section; the longest that fits counts.
    """

    file: Place
    others: Mapping[str, Place] = field(default_factory=dict)

    def place(self, dotted: str) -> Place:
        """Return the place a setting was written in."""
        name = dotted
        while name:
            if name in self.others:
                return self.others[name]
            name = name.rpartition(".")[0]
        within = {place.name for other, place in self.others.items() if other.startswith(f"{dotted}.")}
        return Place(" and ".join([self.file.name, *sorted(within)]), self.file.folder)

    def error(self, dotted: str, message: str, remedy: str | None = None) -> ConfigurationError:
        """Return an error about a setting that names its place."""
        return ConfigurationError(message, path=self.place(dotted).name, field=dotted or None, remedy=remedy)
