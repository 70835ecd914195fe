"""Many printed numbers at once, with the same results as :class:`nnsreport.parsers.quantities.Quantity`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_ALLOWED = b"0123456789.e+-infa \n"
_ODD_POINTS = (".\n", ".e", ". ", "\n.", " .", "-.", "..")
_ODD_EXPONENT = re.compile(r"e(?![-+]\d\d\d?\n)")
_LONGEST = 14
"""Characters of a space and a number with at most 12 digits before its exponent; `cout` prints 6."""
_EXACT_POWER = 22
"""The largest power of ten that a float holds exactly."""
_POWERS = tuple(float(f"1e{power}") for power in range(_EXACT_POWER + 1))
_DIGITS = 6


def read_numbers(lines: str, count: int) -> npt.NDArray[np.float64] | None:
    """Read numbers as C++'s ``cout`` prints them.

    Parameters
    ----------
    lines : str
        One number a line, with spaces around it; each line has an end.
    count : int
        How many there are.

    Returns
    -------
    numpy.ndarray of float64, shape (count,), or None
        None when any line is anything else.
    """
    import numpy as np

    if lines.encode().translate(None, _ALLOWED) or any(odd in lines for odd in _ODD_POINTS):
        return None
    signs = lines.count("e+") + lines.count("e-")
    if signs and _ODD_EXPONENT.search(lines):
        return None
    starts = lines.count(" -") + lines.count("\n-") + lines.startswith("-")
    if lines.count("e") != signs or lines.count("+") + lines.count("-") != signs + starts:
        return None
    texts = lines.split("\n")
    if texts.pop() or len(texts) != count or max(map(len, texts), default=0) > _LONGEST:
        return None
    try:
        return np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        return None


def shift(values: npt.NDArray[np.float64], exponents: npt.NDArray[np.int64], texts: Sequence[str]) -> None:
    """Multiply each number with a power of ten, in place, as if its printed exponent had been larger.

    A product of floats would be rounded twice. A number of six digits is an integer times a power of ten; where both
    are exact as floats, one operation gives the nearest float to the shifted decimal (W. D. Clinger, 'How to Read
    Floating Point Numbers Accurately', PLDI 1990). The others are read again from their text.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (numbers,)
        As printed.
    exponents : numpy.ndarray of int64, shape (numbers,)
        Powers of ten.
    texts : sequence of str
        What was printed, without its unit.
    """
    import numpy as np

    plain = np.isfinite(values) & (values != 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        leading = np.floor(np.log10(np.abs(np.where(plain, values, 1.0)))).astype(np.int64)
    place = leading - (_DIGITS - 1)
    integers = np.rint(_times_power(values, -place))
    is_exact = plain & (np.abs(place) <= _EXACT_POWER) & (_times_power(integers, place) == values)
    is_exact &= np.abs(place + exponents) <= _EXACT_POWER
    shifted = _times_power(integers, place + exponents)
    for position in np.flatnonzero(plain & ~is_exact).tolist():
        mantissa, _, printed = texts[position].strip().partition("e")
        shifted[position] = float(f"{mantissa}e{int(printed or 0) + int(exponents[position])}")
    np.copyto(values, shifted, where=plain)


def _times_power(values: npt.NDArray[np.float64], exponents: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return values times powers of ten, rounded once where the power is exact."""
    import numpy as np

    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        powers = np.array(_POWERS)
        size = np.minimum(np.abs(exponents), _EXACT_POWER)
        product: npt.NDArray[np.float64] = np.where(exponents >= 0, values * powers[size], values / powers[size])
        return product
