"""Printed numbers with their units, read into SI units without losing a digit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NOT_FINITE = "(-?(?:inf|nan))"
STREAMED = rf"(?:(-?\d+(?:\.\d+)?)(?:e([-+]\d{{2,3}}))?|{_NOT_FINITE})"
"""What C++'s ``cout`` prints for a double: ``16.2``, ``9.10707e+07``, ``inf``, ``-nan``."""


def scientific(decimals: int) -> str:
    """Return the pattern of what ``%.4e`` prints, for any number of decimals: ``5.0841e-09``."""
    return rf"(?:(-?\d\.\d{{{decimals}}})e([-+]\d{{2,3}})|{_NOT_FINITE})"


def fixed(decimals: int) -> str:
    """Return the pattern of what ``%.2f`` prints, for any number of decimals: ``27.50``; of ``%d`` for none."""
    point = rf"\.\d{{{decimals}}}" if decimals else ""
    return rf"(?:(-?\d+{point})((?!))?|{_NOT_FINITE})"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of printed number: the text behind it, and the power of ten that leads to the stored unit.

    Attributes
    ----------
    suffix : str
        Printed behind the number, such as ``ns``; empty for none.
    exponent : int
        The stored value is the printed one times ten to this power.
    number : str
        Pattern of the printed number, with groups for mantissa, exponent, and inf or nan.
    """

    suffix: str
    exponent: int
    number: str = STREAMED
    _shift: str = field(init=False, repr=False, compare=False)
    _pattern: re.Pattern[str] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare what every number needs."""
        object.__setattr__(self, "_shift", f"e{self.exponent}")

    def _compile(self) -> re.Pattern[str]:
        """Return the pattern, which is compiled when the first number is read: most logs have few kinds."""
        pattern = re.compile(rf"\s*{self.number}{re.escape(self.suffix)}\s*")
        object.__setattr__(self, "_pattern", pattern)
        return pattern

    @property
    def is_self_delimiting(self) -> bool:
        """Whether the printed text shows that no digit is missing at its end."""
        return bool(self.suffix)

    def read(self, text: str) -> float | None:
        """Read a number that fills the whole text.

        Parameters
        ----------
        text : str
            What is printed behind the label.

        Returns
        -------
        float or None
            In the stored unit: ``80898.5ns`` is exactly ``float("80898.5e-9")``. None when the text is anything else.
        """
        match = (self._pattern or self._compile()).fullmatch(text)
        if match is None:
            return None
        mantissa, printed_exponent, not_finite = match.groups()
        if not_finite:
            return float(not_finite)
        if printed_exponent is None:
            return float(mantissa + self._shift)
        return float(f"{mantissa}e{int(printed_exponent) + self.exponent}")


NANOSECONDS = Quantity("ns", -9)
PICOJOULES = Quantity("pJ", -12)
MICROWATTS = Quantity("uW", -6)
SQUARE_MICROMETRES = Quantity("um^2", -12)
PERCENT = Quantity(" %", -2)
WHOLE_SECONDS = Quantity(" seconds", 0)
PURE = Quantity("", 0)
TERA = Quantity("", 12)
TERA_PER_SQUARE_MILLIMETRE = Quantity("", 18)
PER_SQUARE_MILLIMETRE = Quantity("", 6)
