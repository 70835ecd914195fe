"""What people call a compensation of drift, and what it is called here: runs are compared by these names."""

from __future__ import annotations

SYNONYMS: dict[str, tuple[str, ...]] = {
    "none": ("no", "off", "no compensation", "uncompensated", "without compensation"),
    "global": ("gdc", "global drift compensation", "aihwkit.GlobalDriftCompensation", "GlobalDriftCompensation"),
    "adabs": ("adaptive batch normalization", "adaptive batch norm", "adaptive bn statistics", "AdaBS"),
    "per-column": ("column", "column drift compensation"),
    "batch-norm": ("batch normalization recalibration", "bn recalibration", "batch norm recalibration"),
}
"""Other names of each compensation; capitals, blanks, dashes and underscores do not count."""


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character not in " -_")


_CANONICAL = {_key(name): canonical for canonical, names in SYNONYMS.items() for name in (canonical, *names)}


def canonical_compensation(name: str) -> str:
    """Return the name of a compensation that own runs have for it.

    Parameters
    ----------
    name : str
        As written, such as ``gdc``.

    Returns
    -------
    str
        ``global`` for ``gdc``; what is not known stays as it is.
    """
    return _CANONICAL.get(_key(name), name)
