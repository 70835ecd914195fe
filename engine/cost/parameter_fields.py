"""How a parameter of NeuroSim becomes a field: its name in Param.cpp, its default, and the values it may have."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, TypeAlias, TypeVar

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

T = TypeVar("T")
Value: TypeAlias = "bool | int | float | str | Quantity"
"""What a parameter may be given as: a number, a switch, the name of a choice, or an array over the design points."""

_KEY = "neurosim"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of a parameter besides its type and default.

    Attributes
    ----------
    name : str
        In Param.cpp.
    minimum : float
        The least value that makes sense.
    is_above : bool
        The minimum itself makes none.
    is_whole : bool
        Counts and bits.
    is_one : bool
        It is the same for all design points of a group.
    """

    name: str
    minimum: float = -math.inf
    is_above: bool = False
    is_whole: bool = False
    is_one: bool = False


def count(name: str, default: int, minimum: int = 1) -> Any:
    """Declare a whole number that may differ between design points."""
    return _field(Declaration(name, minimum, is_whole=True), default)


def positive(name: str, default: float) -> Any:
    """Declare a number above 0 that may differ between design points."""
    return _field(Declaration(name, 0.0, is_above=True), default)


def real(name: str, default: float, minimum: float = -math.inf) -> Any:
    """Declare a number that may differ between design points."""
    return _field(Declaration(name, minimum), default)


def choice(name: str, default: object) -> Any:
    """Declare a choice, switch or number that is one for all design points."""
    return _field(Declaration(name, is_one=True), default)


def _field(declaration: Declaration, default: object) -> Any:
    return dataclasses.field(default=default, metadata={_KEY: declaration})


def declarations(declaring: type[Any]) -> Mapping[str, Declaration]:
    """Return the declared parameters of a dataclass by field name; fields that follow from others are left out."""
    return {field.name: field.metadata[_KEY] for field in dataclasses.fields(declaring) if _KEY in field.metadata}


def converted(value: Value, default: object, declaration: Declaration) -> object:
    """Return a value as a field holds it.

    Parameters
    ----------
    value : bool, int, float, str or array
        As given.
    default : object
        Of the field; its type is the field's.
    declaration : Declaration
        What the value must keep.

    Returns
    -------
    object
        Of the default's type, or an array of float64 over the design points.

    Raises
    ------
    ConfigurationError
        It is of another kind, differs between design points where it must not, or is out of range.
    """
    if isinstance(default, IntEnum):
        return _member(value, type(default), declaration.name)
    if declaration.is_one:
        return _single(value, default, declaration.name)
    return _number(value, declaration)


def _member(value: Value, kinds: type[IntEnum], name: str) -> IntEnum:
    try:
        return kinds[value.upper()] if isinstance(value, str) else kinds(int(_scalar(value, name)))
    except (KeyError, ValueError) as error:
        choices = ", ".join(f"{kind.value} ({kind.name.lower().replace('_', ' ')})" for kind in kinds)
        raise ConfigurationError(f"is {value!r}", field=name, remedy=f"set {name} to one of {choices}") from error


def _single(value: Value, default: object, name: str) -> bool | int | float | str:
    if isinstance(default, str):
        return _file(value, name)
    number = _scalar(value, name)
    if isinstance(default, bool):
        if number not in (0, 1):
            raise ConfigurationError(f"is {value!r}", field=name, remedy=f"set {name} to true or false")
        return bool(number)
    if isinstance(default, int):
        return _whole(number, name)
    return number


def _file(value: Value, name: str) -> str:
    if not isinstance(value, str):
        raise ConfigurationError(f"is {value!r}, no path", field=name, remedy=f"set {name} to the path of a file")
    return value


def _scalar(value: Value, name: str) -> float:
    if isinstance(value, str):
        raise ConfigurationError(f"is {value!r}, no number", field=name, remedy=f"set {name} to a number")
    if getattr(value, "ndim", 0):
        raise ConfigurationError(
            "differs between the design points of a group", field=name, remedy=f"evaluate each {name} as its own group"
        )
    number = float(value)
    if not math.isfinite(number):
        raise ConfigurationError(f"is {number:g}", field=name, remedy=f"set {name} to a number")
    return number


def _whole(number: float, name: str) -> int:
    if number != math.floor(number):
        raise ConfigurationError(f"is {number:g}", field=name, remedy=f"set {name} to a whole number")
    return int(number)


def _number(value: Value, declaration: Declaration) -> Quantity:
    name = declaration.name
    if isinstance(value, str) or not getattr(value, "ndim", 0):
        number = _scalar(value, name)
        _check(np.asarray(number), declaration)
        return _whole(number, name) if declaration.is_whole else number
    xp = namespace_among(value)
    array: Array = xp.asarray(value, dtype="float64")
    _check(array, declaration)
    if declaration.is_whole and bool((array != xp.floor(array)).any()):
        raise ConfigurationError("is no whole number everywhere", field=name, remedy=f"set {name} to whole numbers")
    return array


def _check(values: Array, declaration: Declaration) -> None:
    name, minimum = declaration.name, declaration.minimum
    lowest, highest = float(values.min()), float(values.max())
    if not (math.isfinite(lowest) and math.isfinite(highest)):
        raise ConfigurationError("is not finite", field=name, remedy=f"set {name} to a number")
    if lowest < minimum or (declaration.is_above and lowest == minimum):
        limit = "above" if declaration.is_above else "to at least"
        raise ConfigurationError(f"is {lowest:g}", field=name, remedy=f"set {name} {limit} {minimum:g}")
