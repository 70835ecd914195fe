"""Declaring settings: dataclass fields that carry their unit, meaning and limits.

The engine and the command line describe their parameters once, here; the configuration reader, the
documentation and ``--dry-run`` are all made from these descriptions.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")

_KEY = "nnsreport"


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of one setting besides its type and default."""

    doc: str
    unit: str = "1"
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    choices: tuple[str, ...] = ()


def setting(
    default: T,
    doc: str,
    *,
    unit: str = "1",
    minimum: float | None = None,
    maximum: float | None = None,
    exclusive_minimum: bool = False,
    choices: tuple[str, ...] = (),
) -> T:
    """Declare a dataclass field as a setting.

    Parameters
    ----------
    default : T
        Value when nothing is configured; a tuple stands for a list.
    doc : str
        One sentence for the documentation.
    unit : str
        SI unit, ``bit``, ``row`` and the like; ``1`` for pure numbers, texts and switches.
    minimum, maximum : float, optional
        Limits of a number, or of each number in a list, inclusive unless ``exclusive_minimum``.
    exclusive_minimum : bool
        The minimum itself is not allowed.
    choices : tuple of str
        The only texts allowed, for a text or for each text in a list.

    Returns
    -------
    T
        A dataclass field, typed as its default.
    """
    description = Description(doc, unit, minimum, maximum, exclusive_minimum, choices)
    field: Any = dataclasses.field(default=default, metadata={_KEY: description})
    return field  # type: ignore[no-any-return]


def describe(settings_class: type[Any]) -> Mapping[str, Description]:
    """Return the descriptions of a settings class by field name.

    Parameters
    ----------
    settings_class : type
        A dataclass whose fields were made with :func:`setting`; other fields are left out.

    Returns
    -------
    Mapping of str to Description
        In the order of declaration.
    """
    return {field.name: field.metadata[_KEY] for field in dataclasses.fields(settings_class) if _KEY in field.metadata}


def problem_with(value: object, description: Description) -> str | None:
    """Say what is wrong with a value of the right type, or None.

    Parameters
    ----------
    value : object
        A number, text or switch, or a tuple of them.
    description : Description
        The limits it must keep.

    Returns
    -------
    str or None
        A clause such as ``is 40, above the maximum 16``.
    """
    if isinstance(value, tuple):
        return next((p for p in (problem_with(v, description) for v in value) if p), None)
    if isinstance(value, str):
        if description.choices and value not in description.choices:
            return f"is {value!r}, not one of {', '.join(description.choices)}"
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _out_of_limits(value, description)


def _out_of_limits(value: float, description: Description) -> str | None:
    low, high = description.minimum, description.maximum
    if value != value:
        return "is nan, not a number"
    if low is not None and description.exclusive_minimum and value <= low:
        return f"is {value:g}, but must be above {low:g}"
    if low is not None and value < low:
        return f"is {value:g}, below the minimum {low:g}"
    if high is not None and value > high:
        return f"is {value:g}, above the maximum {high:g}"
    return None
