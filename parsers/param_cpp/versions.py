"""The versions of NeuroSim whose Param.cpp is known: names, types and defaults of its parameters.

``defaults.csv`` is made from those files by ``tools/write_param_defaults.py``; it holds values, not source text.
"""

from __future__ import annotations

import csv
import functools
import importlib.resources
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from nnsreport.parsers.param_cpp.values import Value

COLUMNS = ("version", "role", "parameter", "type", "default")
"""Columns of the file of defaults; ``role`` is ``parameter`` or ``constant`` (of constant.h)."""

_LEAST_ALIKE = 0.5
"""Parameters in common among all of the file's and a version's, for a whole file."""

_LEAST_HELD = 0.8
"""Parameters of a piece of a file that a version has."""


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """One version of NeuroSim.

    Attributes
    ----------
    name : str
        Such as ``1.4``, ``dcim-1.0`` or ``mlp-3.0``.
    types : Mapping of str to str
        ``bool``, ``int``, ``double`` or ``text``, by parameter.
    defaults : Mapping of str to (bool, int, float or str)
        Values in the file as it is distributed; those that it leaves unset are missing.
    constants : Mapping of str to (int or float)
        Macros of constant.h that it uses.
    """

    name: str
    types: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    constants: Mapping[str, Value] = field(default_factory=dict)

    @property
    def family(self) -> str:
        """Return the kind of simulator: ``inference``, ``training``, ``3d``, ``systolic`` or ``mlp``."""
        word = self.name.partition("-")[0]
        if word in ("3d", "systolic", "mlp"):
            return word
        return "training" if self.name.startswith("2") else "inference"


@functools.cache
def versions() -> tuple[Version, ...]:
    """Return the known versions, in the order of the file of defaults."""
    found: dict[str, Version] = {}
    text = importlib.resources.files("nnsreport.parsers.param_cpp").joinpath("defaults.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        version = found.setdefault(row["version"], Version(row["version"], {}, {}, {}))
        value = read_value(row["default"], row["type"])
        if row["role"] == "constant":
            _put(version.constants, row["parameter"], value)
        else:
            _put(version.types, row["parameter"], row["type"])
            _put(version.defaults, row["parameter"], value)
    return tuple(found.values())


def _put(mapping: Mapping[str, object], name: str, value: object) -> None:
    if value is not None:
        assert isinstance(mapping, dict)
        mapping[name] = value


def read_value(text: str, kind: str) -> Value | None:
    """Read a default back.

    Parameters
    ----------
    text : str
        As ``evaluation.shown`` writes it.
    kind : str
        Type of the parameter.

    Returns
    -------
    bool, int, float or str, or None
        None for an empty cell.
    """
    if not text:
        return None
    if kind == "text":
        return text
    if kind == "bool":
        return text == "true"
    return float(text) if kind == "double" else int(text)


def named(name: str) -> Version | None:
    """Return a version by its name, or None."""
    return next((version for version in versions() if version.name == name), None)


def recognise(names: Collection[str], *, is_cut: bool) -> tuple[Version, ...]:
    """Return the versions that a file may be of, by the names of its parameters.

    Parameters
    ----------
    names : collection of str
        Everything the file sets.
    is_cut : bool
        The file is not whole, so that names may be missing.

    Returns
    -------
    tuple of Version
        Several where it fits them equally well; none where it fits no one.
    """
    found = set(names)
    alike = {version: _share(found & version.types.keys(), found | version.types.keys()) for version in versions()}
    held = {version: _share(found & version.types.keys(), found) for version in versions()}
    for scores, least in ((alike, _LEAST_ALIKE), (held, _LEAST_HELD)):
        best = max(scores.values(), default=0.0)
        if best >= least and not (is_cut and scores is alike):
            return tuple(version for version in scores if scores[version] == best)
    return ()


def _share(part: Collection[str], whole: Collection[str]) -> float:
    return len(part) / max(len(whole), 1)
