"""The functions of C++'s <cmath> that a Param.cpp may call."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from nnsreport.parsers.param_cpp.values import Result, Single, Unknown, Value, within_range


def call(name: str, arguments: Sequence[Value]) -> Result:
    """Call a function.

    Parameters
    ----------
    name : str
        Such as ``pow``, without ``std::``.
    arguments : sequence of bool, int, float or str
        Evaluated.

    Returns
    -------
    int or float, or Unknown
        inf and nan where C++ gives them.
    """
    if any(isinstance(argument, Single) for argument in arguments):
        return Unknown(f"{name} of a number of single precision is not evaluated")
    if name in _OF_NUMBERS and all(not isinstance(argument, str) for argument in arguments):
        numbers = [argument for argument in arguments if not isinstance(argument, str)]
        function, count = _OF_NUMBERS[name]
        if len(numbers) == count:
            return function(*numbers)
    if name in _OF_NUMBERS:
        return Unknown(f"{name} is called with unsuitable arguments")
    return Unknown(f"it calls {name}, which is known only to the running program")


def _real(function: Callable[..., float]) -> Callable[..., Result]:
    def evaluate(*arguments: float) -> Result:
        try:
            return float(function(*(float(argument) for argument in arguments)))
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return evaluate


def _power(base: float, exponent: float) -> float:
    try:
        return math.pow(base, exponent)
    except OverflowError:
        is_negative = base < 0 and exponent % 2 == 1
        return -math.inf if is_negative else math.inf
    except ValueError:
        if base != 0:
            return math.nan
        is_negative = math.copysign(1.0, base) < 0 and exponent % 2 == 1
        return -math.inf if is_negative else math.inf


def _logarithm(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda argument: -math.inf if argument == 0 else function(argument)


def _whole(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda argument: function(argument) if math.isfinite(argument) else argument


def _round(value: float) -> float:
    """Round half away from zero, as C does; adding 0.5 would round 0.49999999999999994 up."""
    whole = float(math.trunc(value))
    return whole + math.copysign(1.0, value) if abs(value - whole) >= 0.5 else whole


def _absolute(value: bool | float) -> Result:
    return abs(value) if isinstance(value, float) else within_range(abs(int(value)), is_long=False)


def _extreme(choose: Callable[[float, float], float]) -> Callable[..., Result]:
    def evaluate(left: bool | float, right: bool | float) -> Result:
        if type(left) is not type(right):
            return Unknown("min and max want two numbers of one type")
        return choose(left, right)

    return evaluate


_OF_NUMBERS: Mapping[str, tuple[Callable[..., Result], int]] = {
    "pow": (_real(_power), 2),
    "sqrt": (_real(math.sqrt), 1),
    "cbrt": (_real(math.cbrt), 1),
    "exp": (_real(math.exp), 1),
    "log": (_real(_logarithm(math.log)), 1),
    "log2": (_real(_logarithm(math.log2)), 1),
    "log10": (_real(_logarithm(math.log10)), 1),
    "ceil": (_real(_whole(math.ceil)), 1),
    "floor": (_real(_whole(math.floor)), 1),
    "round": (_real(_whole(_round)), 1),
    "fabs": (_real(math.fabs), 1),
    "abs": (_absolute, 1),
    "min": (_extreme(lambda left, right: right if right < left else left), 2),
    "max": (_extreme(lambda left, right: right if left < right else left), 2),
}
"""Function and number of its arguments."""


def is_known(name: str) -> bool:
    """Tell whether a function can be called here."""
    return name in _OF_NUMBERS
