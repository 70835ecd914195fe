"""Values and operators as C++ has them: integers of 32 and 64 bits, doubles, switches, texts."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_INT = 2**31
_LONG = 2**63
_INTEGER = re.compile(r"(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|(0[0-7]*)|([1-9]\d*))([uUlL]{0,3})")
_REAL = re.compile(r"((?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([fFlL]?)")
_BASES = (16, 2, 8, 10)


@dataclass(frozen=True, slots=True)
class Unknown:
    """What cannot be evaluated.

    Attributes
    ----------
    reason : str
        One clause in lower case.
    """

    reason: str


Value = bool | int | float | str
"""What C++ has as bool, int or long, double, and text."""

Result = Value | Unknown

KINDS = frozenset({"bool", "int", "double", "float", "text"})
"""The types that are evaluated."""


def read_number(text: str) -> Result:
    """Read a numeric literal.

    Parameters
    ----------
    text : str
        Such as ``1e9``, ``0x10``, ``2.5f`` or ``1'000``.

    Returns
    -------
    int or float, or Unknown
        Octal where it begins with 0, as in C++.
    """
    digits = text.replace("'", "")
    integer = _INTEGER.fullmatch(digits)
    if integer is not None:
        if "u" in integer.group(5).lower():
            return Unknown("unsigned numbers are not evaluated")
        base, written = next((b, g) for b, g in zip(_BASES, integer.groups(), strict=False) if g is not None)
        if len(written) > 64:
            return Unknown("the number is too large")
        return within_range(int(written, base), is_long=True)
    real = _REAL.fullmatch(digits)
    if real is None:
        return Unknown(f"{text} is no number")
    value = float(real.group(1))
    return single(value) if real.group(2) in ("f", "F") else value


class Single(float):
    """A number of single precision, C++'s float."""


def single(value: float) -> Single:
    """Return a number as C++'s float keeps it."""
    try:
        return Single(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return Single(math.copysign(math.inf, value))


def within_range(value: int, *, is_long: bool) -> Result:
    """Return an integer, or why C++ cannot hold it.

    Parameters
    ----------
    value : int
        Of any size.
    is_long : bool
        64 bits are allowed.
    """
    limit = _LONG if is_long else _INT
    return value if -limit <= value < limit else Unknown("the integer overflows")


def convert(value: Value, kind: str) -> Result:
    """Convert a value as C++ does in an assignment or a cast.

    Parameters
    ----------
    value : bool, int, float or str
        Any value.
    kind : str
        One of :data:`KINDS`; others are not evaluated.

    Returns
    -------
    bool, int, float or str, or Unknown
        A double loses its fraction when it becomes an int.
    """
    if kind not in KINDS:
        return Unknown(f"conversions to {kind} are not evaluated")
    if isinstance(value, str) or kind == "text":
        is_text = isinstance(value, str) and kind == "text"
        return value if is_text else Unknown("a text and a number cannot be converted into each other")
    return _CONVERSIONS[kind](value)


def _to_int(value: bool | float) -> Result:
    if isinstance(value, float) and not math.isfinite(value):
        return Unknown(f"{value} is no integer")
    return within_range(int(value), is_long=False)


_CONVERSIONS: Mapping[str, Callable[[bool | float], Result]] = {
    "bool": bool,
    "int": _to_int,
    "double": float,
    "float": lambda value: single(float(value)),
}


def unary(operator: str, operand: Value) -> Result:
    """Apply ``-``, ``+``, ``!`` or ``~``."""
    if isinstance(operand, str):
        return Unknown(f"{operator} is applied to a text")
    if operator == "!":
        return not operand
    number = int(operand) if isinstance(operand, bool) else operand
    if isinstance(number, Single) and operator == "-":
        return single(-number)
    if operator == "-":
        return -number if isinstance(number, float) else within_range(-number, is_long=_is_long(number))
    if operator == "+":
        return number
    return ~number if isinstance(number, int) else Unknown("~ is applied to a double")


def binary(operator: str, left: Value, right: Value) -> Result:
    """Apply an operator to two values.

    Parameters
    ----------
    operator : str
        Arithmetic, comparison or bits; ``&&`` and ``||`` are the evaluation's, because they may leave out a side.
    left, right : bool, int, float or str
        Its sides.

    Returns
    -------
    bool, int or float, or Unknown
        Integers divide towards zero; doubles divide to inf and nan.
    """
    if isinstance(left, str) or isinstance(right, str):
        return Unknown(f"{operator} is applied to a text")
    if operator in _COMPARISONS:
        return _COMPARISONS[operator](left, right)
    if isinstance(left, float) or isinstance(right, float):
        if operator not in _REAL_OPERATORS:
            return Unknown(f"{operator} is applied to a double")
        is_single = all(isinstance(side, Single) or not isinstance(side, float) for side in (left, right))
        if is_single:  # rounding the double result is exact for these four operators
            return single(_REAL_OPERATORS[operator](single(left), single(right)))
        return _REAL_OPERATORS[operator](float(left), float(right))
    return _integers(operator, int(left), int(right))


def _integers(operator: str, left: int, right: int) -> Result:
    if operator in ("/", "%") and right == 0:
        return Unknown("an integer is divided by zero")
    if operator in ("<<", ">>") and not (0 <= right < 31 and left >= 0):
        return Unknown("the shift is out of range")
    return within_range(_INTEGER_OPERATORS[operator](left, right), is_long=_is_long(left) or _is_long(right))


def _is_long(value: int) -> bool:
    return not -_INT <= value < _INT


def _quotient(left: int, right: int) -> int:
    size = abs(left) // abs(right)
    return size if (left < 0) == (right < 0) else -size


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left) or math.isnan(right):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
_REAL_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
}
_INTEGER_OPERATORS: Mapping[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _quotient,
    "%": lambda left, right: left - right * _quotient(left, right),
    "<<": lambda left, right: left << right,
    ">>": lambda left, right: left >> right,
    "&": lambda left, right: left & right,
    "|": lambda left, right: left | right,
    "^": lambda left, right: left ^ right,
}
