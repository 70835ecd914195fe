"""Many printed numbers at once, with the same results as :class:`nnsreport.parsers.quantities.Quantity`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nnsreport.parsers.quantities import STREAMED

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Integers = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.float64]
    Truths = npt.NDArray[np.bool_]

_STREAMED = re.compile(STREAMED)
_ZERO, _POINT, _MINUS, _PLUS, _E = b"0.-+e"
_MOST_DIGITS = 15
"""Of an integer that a float holds exactly, whatever its digits."""
_EXACT_POWER = 22
"""The largest power of ten that a float holds exactly."""
_POWERS = tuple(float(f"1e{power}") for power in range(_EXACT_POWER + 1))
_EXPONENT_DIGITS = range(2, 4)


def read_decimals(characters: Bytes, widths: Integers, exponents: Integers) -> tuple[Numbers, Truths]:
    """Read numbers as C++'s ``cout`` prints them, each times a power of ten.

    A number of up to 15 digits is an integer times a power of ten. Where both are exact as floats, one operation gives
    the float that is nearest to the decimal (W. D. Clinger, 'How to Read Floating Point Numbers Accurately', PLDI
    1990). All others, and inf and nan, are read one by one.

    Parameters
    ----------
    characters : numpy.ndarray of uint8, shape (longest, numbers)
        The characters of each number, from the top.
    widths : numpy.ndarray of int64, shape (numbers,)
        How many of them it has, at least one; what is below them does not matter.
    exponents : numpy.ndarray of int64, shape (numbers,)
        Powers of ten.

    Returns
    -------
    values : numpy.ndarray of float64, shape (numbers,)
        Whatever, where there is no number.
    is_number : numpy.ndarray of bool, shape (numbers,)
        It is printed as ``cout`` does.
    """
    import numpy as np

    rows = np.arange(len(characters))[:, None]
    digits = characters - np.uint8(_ZERO)
    is_e = (characters == _E) & (rows < widths)
    ends = np.where(is_e.any(axis=0), is_e.argmax(axis=0), widths)
    in_mantissa = rows < ends
    is_digit = (digits < 10) & in_mantissa
    is_point = (characters == _POINT) & in_mantissa
    has_point = is_point.any(axis=0)
    points = np.where(has_point, is_point.argmax(axis=0), ends)
    negative = characters[0] == _MINUS
    counts = is_digit.sum(axis=0)
    is_plain = (counts == ends - negative - has_point) & (counts <= _MOST_DIGITS)
    is_plain &= (points > negative) & (points != ends - 1)
    powers = exponents - np.maximum(ends - points - 1, 0)
    scientific = np.flatnonzero(ends < widths)
    if scientific.size:
        _add_exponents(characters, widths, ends, scientific, powers, is_plain)
    is_plain &= np.abs(powers) <= _EXACT_POWER
    values = _scaled(_integers(digits, is_digit), np.where(is_plain, powers, 0))
    np.negative(values, out=values, where=negative)
    for position in np.flatnonzero(~is_plain).tolist():
        value = read_one(characters[: widths[position], position].tobytes().decode("latin-1"), exponents[position])
        is_plain[position] = value is not None
        values[position] = 0.0 if value is None else value
    return values, is_plain


def _integers(digits: Bytes, is_digit: Truths) -> Integers:
    """Return the integer that the digits of each mantissa make."""
    import numpy as np

    factors = np.where(is_digit, np.uint8(10), np.uint8(1))
    addends = np.where(is_digit, digits, np.uint8(0))
    total = np.zeros(digits.shape[1], dtype=np.int64)
    for factor, addend in zip(factors, addends, strict=True):
        total *= factor
        total += addend
    return total


def _add_exponents(
    characters: Bytes, widths: Integers, ends: Integers, scientific: Integers, powers: Integers, is_plain: Truths
) -> None:
    """Add the printed exponents to the powers; where one is none, the number is not plain."""
    import numpy as np

    longest = len(characters) - 1
    begin = ends[scientific] + 1
    size = widths[scientific] - begin - 1
    sign = characters[np.minimum(begin, longest), scientific]
    is_right = (size >= _EXPONENT_DIGITS.start) & (size < _EXPONENT_DIGITS.stop) & ((sign == _MINUS) | (sign == _PLUS))
    printed = np.zeros(len(scientific), dtype=np.int64)
    for place in range(1, _EXPONENT_DIGITS.stop):
        digit = characters[np.minimum(begin + place, longest), scientific] - np.uint8(_ZERO)
        is_there = place <= size
        is_right &= (digit < 10) | ~is_there
        printed = np.where(is_there, printed * 10 + digit, printed)
    powers[scientific] += np.where(is_right, np.where(sign == _MINUS, -printed, printed), 0)
    is_plain[scientific] &= is_right


def _scaled(integers: Integers, powers: Integers) -> Numbers:
    """Return integers times exact powers of ten, rounded once."""
    import numpy as np

    factors = np.array(_POWERS)[np.abs(powers)]
    scaled: Numbers = np.where(powers >= 0, integers * factors, integers / factors)
    return scaled


def read_one(text: str, exponent: int) -> float | None:
    """Read a number as C++'s ``cout`` prints it.

    Parameters
    ----------
    text : str
        All of it.
    exponent : int
        It counts times ten to this power.

    Returns
    -------
    float or None
        None if it is no such number.
    """
    match = _STREAMED.fullmatch(text)
    if match is None or not text.isascii():
        return None
    mantissa, printed, not_finite = match.groups()
    return float(not_finite) if not_finite else float(f"{mantissa}e{int(printed or 0) + int(exponent)}")
