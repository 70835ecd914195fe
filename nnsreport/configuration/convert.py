"""From the plain values of TOML to the types of a settings class, with messages a user can act on."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import math
import types
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from nnsreport.configuration.origin import Origin
from nnsreport.settings import Description, describe, problem_with

S = TypeVar("S")


def to_settings(settings_class: type[S], table: Mapping[str, object], origin: Origin, dotted: str = "") -> S:
    """Make a settings object of a table.

    Parameters
    ----------
    settings_class : type
        A dataclass; fields that are dataclasses are tables of their own.
    table : Mapping of str to object
        As TOML gives it; fields that are not in it keep their defaults.
    origin : Origin
        Where the table was written, for messages and relative paths.
    dotted : str
        Name of the table; empty for the whole configuration.

    Returns
    -------
    S
        Complete and checked.

    Raises
    ------
    ConfigurationError
        A key is unknown, or a value has the wrong type or is out of range.
    """
    return _to_settings(settings_class, table, origin, dotted, settings_class)


def _to_settings(
    settings_class: type[S], table: Mapping[str, object], origin: Origin, dotted: str, whole: type[Any]
) -> S:
    hints = typing.get_type_hints(settings_class)
    descriptions = describe(settings_class)
    values: dict[str, object] = {}
    for key, value in table.items():
        name = f"{dotted}.{key}" if dotted else key
        if key not in hints:
            raise origin.error(name, *_unknown(key, dotted, list(hints), whole))
        hint = hints[key]
        if dataclasses.is_dataclass(hint):
            if not isinstance(value, Mapping):
                raise origin.error(
                    name, f"is {_shown(value)}, expected a table", f"write [{name}] and its settings below"
                )
            values[key] = _to_settings(typing.cast(type[Any], hint), value, origin, name, whole)
        else:
            values[key] = _value(value, hint, descriptions[key], origin, name)
    try:
        return settings_class(**values)
    except ValueError as error:  # what a settings class checks across its fields
        raise origin.error(dotted, str(error)) from error


def _value(value: object, hint: Any, description: Description, origin: Origin, name: str) -> object:
    try:
        converted = _converted(value, hint, origin.place(name).folder)
    except TypeError:
        remedy = "write it without quotes" if _is_quoted_number(value, hint) else None
        raise origin.error(name, f"is {_shown(value)}, expected {expected(hint, description)}", remedy) from None
    problem = problem_with(converted, description) or _infinity(converted, description)
    if problem:
        nearest = difflib.get_close_matches(str(value), description.choices, 1)
        raise origin.error(name, problem, f"did you mean {nearest[0]!r}?" if nearest else None)
    return converted


def _converted(value: object, hint: Any, folder: Path) -> object:
    """Convert without judging; a value of another type is a TypeError."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return _converted(value, _without_none(hint), folder)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError
        inner = typing.get_args(hint)[0]
        return tuple(_converted(entry, inner, folder) for entry in value)
    if hint is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if hint is Path and isinstance(value, str) and value:
        return (folder / Path(value).expanduser()).resolve()
    if isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise TypeError


def _without_none(hint: Any) -> Any:
    kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
    assert len(kinds) == 1, "a setting has one type, or none"
    return kinds[0]


def _infinity(value: object, description: Description) -> str | None:
    """Infinity makes sense only where the setting names it as its maximum."""
    values = value if isinstance(value, tuple) else (value,)
    infinite = any(isinstance(number, float) and math.isinf(number) for number in values)
    return "is infinite, expected a finite number" if infinite and description.maximum != math.inf else None


def _is_quoted_number(value: object, hint: Any) -> bool:
    if not isinstance(value, str) or hint in (str, Path):
        return False
    try:
        float(value)
    except ValueError:
        return value in ("true", "false")
    return True


def expected(hint: Any, description: Description) -> str:
    """Say what a setting may be.

    Parameters
    ----------
    hint : type
        Its type.
    description : Description
        Its limits and unit.

    Returns
    -------
    str
        Such as ``a whole number from 1 to 16, in bit``.
    """
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return expected(_without_none(hint), description)
    if typing.get_origin(hint) is tuple:
        return f"a list, each {expected(typing.get_args(hint)[0], description)}"
    if description.choices:
        return "one of " + ", ".join(f'"{choice}"' for choice in description.choices)
    kind = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text in quotes",
        Path: "a path in quotes",
    }
    limits = _limits(description) if hint in (int, float) else ""
    unit = f", in {description.unit}" if description.unit != "1" else ""
    return f"{kind[hint]}{limits}{unit}"


def _limits(description: Description) -> str:
    low, high = description.minimum, description.maximum
    if low is not None and high is not None and not description.exclusive_minimum:
        return f" from {low:.10g} to {high:.10g}"
    above = "" if low is None else f" {'above' if description.exclusive_minimum else 'of at least'} {low:.10g}"
    return above + ("" if high is None else f" up to {high:.10g}")


def _shown(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value}"'
        case dict():
            return "a table"
        case list():
            return f"the list {value}"
        case datetime.date() | datetime.time():
            return f"the date or time {value}"
        case _:
            return f"{value}"


def _index(settings_class: type[Any], dotted: str = "") -> dict[str, list[str]]:
    """Return the tables that have a key of each name."""
    found: dict[str, list[str]] = {}
    for name, hint in typing.get_type_hints(settings_class).items():
        found.setdefault(name, []).append(dotted)
        if dataclasses.is_dataclass(hint):
            inner = f"{dotted}.{name}" if dotted else name
            for key, tables in _index(typing.cast(type[Any], hint), inner).items():
                found.setdefault(key, []).extend(tables)
    return found


def _unknown(key: str, dotted: str, known: list[str], whole: type[Any]) -> tuple[str, str]:
    where = f"[{dotted}]" if dotted else "the file"
    message = f"is not a setting of {where}"
    nearest = difflib.get_close_matches(key, known, 1, cutoff=0.75)
    if nearest:
        return message, f"did you mean {nearest[0]!r}?"
    elsewhere = [table for table in _index(whole).get(key, ()) if table]
    if elsewhere:
        return message, f"{key!r} belongs in [{'] or ['.join(elsewhere)}]"
    nearest = difflib.get_close_matches(key, known, 1, cutoff=0.4)
    if nearest:
        return message, f"did you mean {nearest[0]!r}?"
    return message, f"known are {', '.join(known)}"
