"""Units as siunitx writes them."""

from __future__ import annotations

import re

from nnsreport.reports.latex.escaping import latex_text

_SYMBOLS = {"s": r"\second", "J": r"\joule", "W": r"\watt", "Hz": r"\hertz", "S": r"\siemens", "A": r"\ampere"}
_SYMBOLS |= {"V": r"\volt", "ohm": r"\ohm", "K": r"\kelvin", "%": r"\percent", "dB": r"\decibel", "m": r"\metre"}
_SYMBOLS |= {"bit": r"\bit", "MiB": r"\mebi\byte", "byte": r"\byte"}
_PREFIXES = {"a": r"\atto", "f": r"\femto", "p": r"\pico", "n": r"\nano", "µ": r"\micro", "m": r"\milli"}
_PREFIXES |= {"k": r"\kilo", "M": r"\mega", "G": r"\giga", "T": r"\tera", "P": r"\peta"}
_ONE = re.compile(r"(?P<prefix>[afpnµmkMGTP]?)(?P<symbol>[A-Za-z%]+)(?P<power>²?)")


def latex_unit(text: str) -> str:
    r"""Return a unit for siunitx.

    Parameters
    ----------
    text : str
        As :func:`nnsreport.units.display_scale` shows it, such as ``µs``, ``mm²``, ``TOPS/W``.

    Returns
    -------
    str
        Such as ``\unit{\micro\second}``; units that are none of the SI, such as TOPS, by their letters.
    """
    numerator, _, denominator = text.partition("/")
    parts = [_one(numerator), *([r"\per" + _one(denominator)] if denominator else [])]
    return rf"\unit{{{''.join(parts)}}}"


def _one(text: str) -> str:
    if text in _SYMBOLS:
        return _SYMBOLS[text]
    match = _ONE.fullmatch(text)
    if match is None or match["symbol"] not in _SYMBOLS:
        return rf"\text{{{latex_text(text)}}}"
    squared = r"\squared" if match["power"] else ""
    return _PREFIXES.get(match["prefix"], "") + _SYMBOLS[match["symbol"]] + squared
