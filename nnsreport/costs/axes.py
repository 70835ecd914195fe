"""Axes of a sweep: what is varied, and the values that it takes."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import Declaration, Value, converted, declarations
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

Floats: TypeAlias = npt.NDArray[np.float64]

INPUT_DENSITY = "input_density"
"""The one axis that is no parameter of Param.cpp: the fraction of ones among the bits of the inputs."""

_OF_INPUTS = (INPUT_DENSITY, "numBitInput")
"""How many reads there are, and what they see, is one for all design points of a group."""

_DEFAULTS = {declaration.name: (field, declaration) for field, declaration in declarations(Given).items()}
_RANGE_KEYS = frozenset({"low", "high", "steps", "scale"})
_SCALES = ("linear", "log")
_REMEDY = (
    "write a list of values, a list of tables that set several parameters together, or a range such as "
    '{ low = 1e3, high = 1e6, steps = 7, scale = "log" }'
)


@dataclass(frozen=True, slots=True)
class ListAxis:
    """Some values, of one parameter or of several that change together.

    Attributes
    ----------
    parameters : tuple of str
        By names of Param.cpp.
    values : numpy.ndarray of float64, (values, parameters)
        Switches as 0 and 1, choices by their numbers.
    """

    parameters: tuple[str, ...]
    values: Floats

    @property
    def steps(self) -> int:
        """How many values a grid has along it."""
        return len(self.values)

    def at_steps(self, index: npt.NDArray[np.int64]) -> Floats:
        """Return the values of steps of a grid, (points, parameters)."""
        return self.values[index]

    def at(self, share: Floats) -> Floats:
        """Return the values at shares of the axis from 0 to 1, (points, parameters)."""
        return self.values[np.minimum((share * self.steps).astype(np.int64), self.steps - 1)]


@dataclass(frozen=True, slots=True)
class RangeAxis:
    """All values of one parameter between two.

    Attributes
    ----------
    parameters : tuple of str
        The one, by its name in Param.cpp.
    low, high : float
        Both belong to it.
    steps : int
        Values of a grid along it; 0 if there are none.
    is_logarithmic : bool
        Shares of it are shares of a logarithm.
    is_whole : bool
        Only whole numbers.
    """

    parameters: tuple[str]
    low: float
    high: float
    steps: int
    is_logarithmic: bool
    is_whole: bool

    def at_steps(self, index: npt.NDArray[np.int64]) -> Floats:
        """Return the values of steps of a grid, (points, 1)."""
        return self._between(index / (self.steps - 1))

    def at(self, share: Floats) -> Floats:
        """Return the values at shares of the axis from 0 to 1, (points, 1)."""
        if not self.is_whole:
            return self._between(share)
        # Each whole number has the share of what is rounded to it, the first and the last as well.
        half = 0.5 if not self.is_logarithmic else 0.0
        width = self.high - self.low
        return self._between((share * (width + 2 * half) - half) / width)

    def _between(self, share: Floats) -> Floats:
        if self.is_logarithmic:
            low, high = math.log(self.low), math.log(self.high)
            values = np.exp(low + share * (high - low))
        else:
            values = self.low + share * (self.high - self.low)
        values = np.round(values) if self.is_whole else values
        return np.clip(values, self.low, self.high)[:, np.newaxis]


Axis: TypeAlias = ListAxis | RangeAxis


def is_shared(parameter: str) -> bool:
    """Tell whether a parameter must be the same for all design points that are evaluated together."""
    return parameter in _OF_INPUTS or _DEFAULTS[parameter][1].is_one


def is_whole(parameter: str) -> bool:
    """Tell whether a parameter takes whole numbers, switches and choices among them."""
    if parameter == INPUT_DENSITY:
        return False
    field, declaration = _DEFAULTS[parameter]
    return declaration.is_whole or (declaration.is_one and isinstance(getattr(Given(), field), int))


def read_axes(table: Mapping[str, object], source: str) -> tuple[Axis, ...]:
    """Read the axes of a sweep.

    Parameters
    ----------
    table : Mapping of str to object
        As TOML gives it: values, a range, or tables of values, by the name of the parameter; by any name where there
        are tables.
    source : str
        The file, for errors.

    Returns
    -------
    tuple of ListAxis or RangeAxis
        In the order of the table.

    Raises
    ------
    ConfigurationError
        An axis is of no known form, a parameter is unknown or has two axes, or a value is out of range.
    """
    axes = tuple(_read_axis(name, value, source) for name, value in table.items())
    names = [parameter for axis in axes for parameter in axis.parameters]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _error(source, twice, "is on two axes", "vary it on one of them")
    return axes


def _read_axis(name: str, value: object, source: str) -> Axis:
    if isinstance(value, Mapping) and value.keys() <= _RANGE_KEYS:
        return _read_range(name, value, source)
    if not isinstance(value, list) or not value:
        raise _error(source, name, "is no axis", _REMEDY)
    if all(isinstance(entry, Mapping) for entry in value):
        return _read_tables(name, value, source)
    column = [_checked(name, entry, source) for entry in value]
    return ListAxis((name,), np.array(column)[:, np.newaxis])


def _read_tables(name: str, entries: Sequence[Mapping[str, object]], source: str) -> ListAxis:
    parameters = tuple(entries[0])
    for number, entry in enumerate(entries, start=1):
        if set(entry) != set(parameters) or not parameters:
            raise _error(
                source, name, f"sets {', '.join(entry) or 'nothing'} in its value {number}", "let all set the same"
            )
    rows = [[_checked(parameter, entry[parameter], source) for parameter in parameters] for entry in entries]
    return ListAxis(parameters, np.array(rows))


def _read_range(name: str, table: Mapping[str, object], source: str) -> RangeAxis:
    missing = [key for key in ("low", "high") if key not in table]
    if missing:
        raise _error(source, f"{name}.{missing[0]}", "is missing", _REMEDY)
    low, high = (_checked(name, table[key], source) for key in ("low", "high"))
    steps, scale = table.get("steps", 0), table.get("scale", "linear")
    if not high > low:
        raise _error(source, name, f"goes from {low:g} to {high:g}", "let high be above low")
    if scale not in _SCALES or (scale == "log" and low <= 0):
        remedy = 'write "linear" or "log", the latter only above 0'
        raise _error(source, f"{name}.scale", f"is {scale!r}", remedy)
    if isinstance(steps, bool) or not isinstance(steps, int) or (steps < 2 and "steps" in table):
        raise _error(source, f"{name}.steps", f"is {steps!r}", "write how many values a grid has along it, at least 2")
    whole = is_whole(name)
    if whole and steps > high - low + 1:
        raise _error(source, f"{name}.steps", f"is {steps}, more than there are whole numbers", "take fewer steps")
    return RangeAxis((name,), low, high, steps, scale == "log", whole)


def _checked(name: str, value: object, source: str) -> float:
    """Return a value as a number, if the parameter may have it."""
    if not isinstance(value, bool | int | float | str):
        raise _error(source, name, f"has the value {value!r:.40}", _REMEDY)
    if name == INPUT_DENSITY:
        return _checked_density(value, source)
    if name not in _DEFAULTS:
        nearest = difflib.get_close_matches(name, _DEFAULTS, 1)
        remedy = f"did you mean {nearest[0]}?" if nearest else "use a name of NeuroSim's Param.cpp"
        raise _error(source, name, "is no parameter that the cost depends on", remedy)
    try:
        return _converted(value, *_DEFAULTS[name])
    except ConfigurationError as error:
        raise ConfigurationError(error.message, path=source, field=f"axes.{error.field}", remedy=error.remedy) from None


def _converted(value: Value, field: str, declaration: Declaration) -> float:
    default = getattr(Given(), field)
    if isinstance(default, str):
        raise ConfigurationError(
            "is a file, no number", field=declaration.name, remedy="set it for all points with --set, a sweep for each"
        )
    number = converted(value, default, declaration)
    assert isinstance(number, bool | int | float), "scalars stay scalars"
    return float(number)


def _checked_density(value: bool | int | float | str, source: str) -> float:
    if isinstance(value, str) or not 0 <= value <= 1:
        raise _error(source, INPUT_DENSITY, f"has the value {value!r}", "give fractions from 0 to 1")
    return float(value)


def _error(source: str, name: str, message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(message, path=source, field=f"axes.{name}", remedy=remedy)
