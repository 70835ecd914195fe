"""The values of an entry's fields: numbers, counts and times, or what is wrong with them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Context, Decimal

from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.json_values import JsonList, JsonObject, JsonValue, Number

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
NOT_FINITE = re.compile(r"[-+]?(?:nan|inf|infinity)", re.IGNORECASE)
_LARGEST_COUNT = 2**53
_EXACT = Context(prec=1000)
"""Rounds nothing that a person or a program writes."""

Remedy = str | Callable[[], str]
"""What to change; a function where it takes a search that a long file cannot afford for each entry."""


class RefusedError(Exception):
    """What is wrong with an entry, and what to change."""

    def __init__(self, message: str, remedy: Remedy) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


def kind_of(value: JsonValue) -> str:
    """Return what a value is, for a message."""
    if isinstance(value, Number):
        return f"the number {shorten(value.text, 40)}"
    if isinstance(value, str):
        return f"the text {shorten(value, 40)!r}"
    if isinstance(value, JsonList | JsonObject):
        return "a list" if isinstance(value, JsonList) else "an object"
    return "null" if value is None else str(value).lower()


def read_number(text: str, scale: Decimal) -> float:
    """Read a number and bring it to its stored unit.

    Parameters
    ----------
    text : str
        As written; ``nan`` and ``inf`` in any case, too.
    scale : Decimal
        What one of its unit is in the stored unit.

    Returns
    -------
    float
        The decimal times the scale, rounded once.

    Raises
    ------
    RefusedError
        It is no number, or none that a double holds.
    """
    if NOT_FINITE.fullmatch(text):
        return float(text)
    if _NUMBER.fullmatch(text) is None:
        raise RefusedError(f"{shorten(text, 40)!r} is not a number", "write a number such as 0.912 or 8.1e-05")
    number = float(text)
    is_zero = re.search("[1-9]", re.split("[eE]", text)[0]) is None
    if scale != 1 and math.isfinite(number) and number != 0:
        number = float(_EXACT.multiply(Decimal(text), scale))
    if math.isinf(number) or (number == 0 and not is_zero):
        raise RefusedError(f"{shorten(text, 40)} is beyond the range of numbers", "check its exponent")
    return number


def read_count(value: JsonValue, name: str) -> int | None:
    """Return the whole number of the field with a name, which an error tells; None where there is none."""
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not number.is_integer() or not 0 <= number <= _LARGEST_COUNT:
        raise RefusedError(f"its {name} is {kind_of(value)}", f"write the {name} as a whole number, 0 or above")
    return int(number)


def read_time(value: JsonValue) -> float | None:
    """Return a time in s; None where there is none."""
    if value is None:
        return None
    number = read_number(value.text, Decimal(1)) if isinstance(value, Number) else -1.0
    if not 0 <= number < math.inf:
        raise RefusedError(f"its time_s is {kind_of(value)}", "write the seconds since programming, 0 or above")
    return number


def read_name(value: JsonValue, field_name: str) -> str | None:
    """Return the text of the field with a name, which an error tells; None where there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise RefusedError(f"its {field_name} is {kind_of(value)}", f"write the {field_name}'s name in quotes")
    return value.strip()
