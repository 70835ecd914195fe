"""Units: SI inside, prefixes only on display."""

from __future__ import annotations

import math

_PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P"}
_PREFIXED = frozenset({"s", "J", "J/bit", "J/op", "W", "Hz", "S", "A", "V", "ohm"})
# Units the field writes in its own way: SI unit -> (SI value of one displayed unit, displayed unit).
_CUSTOMARY = {
    "op/J": (1e12, "TOPS/W"),
    "op/s": (1e12, "TOPS"),
    "op/s/m2": (1e18, "TOPS/mm²"),
    "image/s": (1.0, "images/s"),
    "W/m2": (1e6, "W/mm²"),
    "byte": (2.0**20, "MiB"),
}
_AREAS = ((1e-6, "mm²"), (1e-12, "µm²"))

UNITS = frozenset(
    {
        "1",
        "bit",
        "byte",
        "dB",
        "epoch/s",
        "image",
        "row",
        "column",
        "K",
        "m2",
        "W/m2",
        "J/bit",
        "J/op",
        "fraction",
        *_PREFIXED,
        *_CUSTOMARY,
    }
)
"""Every unit that a stored number may have; ``fraction`` is a pure number shown as per cent."""


def display_scale(value: float, unit: str) -> tuple[float, str]:
    """Return the factor and the unit text with which a value reads best.

    Parameters
    ----------
    value : float
        A number in ``unit``; may be inf or nan.
    unit : str
        One of :data:`UNITS`.

    Returns
    -------
    tuple of float and str
        ``value * factor`` is to be shown, followed by the text (empty for pure numbers).
    """
    if unit == "1":
        return 1.0, ""
    if unit == "fraction":
        return 100.0, "%"
    if unit in _CUSTOMARY:
        scale, text = _CUSTOMARY[unit]
        return 1.0 / scale, text
    if unit == "m2":
        scale, text = next((a for a in _AREAS if abs(value) >= a[0] * 0.01), _AREAS[-1])
        return 1.0 / scale, text
    if unit not in _PREFIXED or value == 0 or not math.isfinite(value):
        return 1.0, unit
    exponent = 3 * math.floor(math.log10(abs(value)) / 3)
    exponent = min(max(exponent, min(_PREFIXES)), max(_PREFIXES))
    return 10.0**-exponent, f"{_PREFIXES[exponent]}{unit}"


def format_quantity(value: float | None, unit: str, *, digits: int = 4) -> str:
    """Write a stored number for people.

    Parameters
    ----------
    value : float or None
        A number in ``unit``; None is shown as a dash.
    unit : str
        One of :data:`UNITS`.
    digits : int
        Significant digits.

    Returns
    -------
    str
        Such as ``80.9 µs``, ``91.07 mm²``, ``87.6 %`` or ``nan s``.
    """
    if value is None:
        return "–"
    factor, text = display_scale(value, unit)
    shown = f"{value * factor:.{digits}g}"
    if "e+" in shown and abs(value * factor) < 1e6:
        shown = f"{value * factor:.0f}"
    return f"{shown} {text}".rstrip()


def unit_scale(text: str, unit: str) -> float | None:
    """Return what one of a written unit is in a stored unit, or None when it is no such unit.

    Parameters
    ----------
    text : str
        As people write it: ``ns``, ``um2``, ``mm²``, ``TOPS/W``, ``GOPS``, ``FPS``; empty for pure numbers.
    unit : str
        One of :data:`UNITS`; a ``fraction`` may be written ``%``.

    Returns
    -------
    float or None
        ``1e-9`` for ``ns`` and ``s``.
    """
    written = text.replace("μ", "µ").replace("^2", "2").replace("²", "2")
    return _written_units(unit).get(written)


def unit_spellings(unit: str) -> tuple[str, ...]:
    """Return the ways to write a unit and its multiples, those that :func:`unit_scale` reads.

    Parameters
    ----------
    unit : str
        One of :data:`UNITS`.

    Returns
    -------
    tuple of str
        ``ns``, ``s`` and others for ``s``.
    """
    return tuple(text for text in _written_units(unit) if text)


_WRITTEN: dict[str, dict[str, float]] = {
    "1": {"": 1.0, "1": 1.0},
    "fraction": {"": 1.0, "fraction": 1.0, "%": 0.01},
    "m2": {
        f"{length}2": scale**2 for length, scale in (("m", 1), ("mm", 1e-3), ("um", 1e-6), ("µm", 1e-6), ("nm", 1e-9))
    },
    "image/s": dict.fromkeys(("image/s", "images/s", "FPS", "fps"), 1.0),
    "W/m2": {"W/m2": 1.0, "W/mm2": 1e6, "mW/mm2": 1e3},
    "byte": {"byte": 1.0, "B": 1.0, "KiB": 2.0**10, "MiB": 2.0**20, "GiB": 2.0**30},
}
_OPERATIONS = {"op/J": ("OPS/W", 1.0), "op/s": ("OPS", 1.0), "op/s/m2": ("OPS/mm2", 1e6)}


def _written_units(unit: str) -> dict[str, float]:
    if unit in _WRITTEN:
        return _WRITTEN[unit]
    prefixes = {prefix: 10.0**exponent for exponent, prefix in _PREFIXES.items()} | {"u": 1e-6}
    if unit in _OPERATIONS:
        text, factor = _OPERATIONS[unit]
        large = {prefix: scale for prefix, scale in prefixes.items() if scale >= 1}
        return {unit: 1.0} | {f"{prefix}{text}": scale * factor for prefix, scale in large.items()}
    if unit in _PREFIXED:
        return {f"{prefix}{unit}": scale for prefix, scale in prefixes.items()}
    return {unit: 1.0, "": 1.0} if unit in UNITS else {}
