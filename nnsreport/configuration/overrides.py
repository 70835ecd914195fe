"""Settings on the command line: ``--set adc.bits=6``."""

from __future__ import annotations

import datetime
import tomllib

from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError

OPTION = "--set"


@dataclass(frozen=True, slots=True)
class Override:
    """One setting from the command line.

    Attributes
    ----------
    dotted : str
        Its name, such as ``adc.bits``.
    value : object
        As TOML reads it; what TOML cannot read is a text.
    option : str
        How the user gave it.
    """

    dotted: str
    value: object
    option: str = OPTION


def parse_override(text: str) -> Override:
    """Read ``name=value``.

    Parameters
    ----------
    text : str
        The value is written as in TOML; quotes around a word may be left out.

    Returns
    -------
    Override
        Name and value; neither is checked against the settings there are.

    Raises
    ------
    ConfigurationError
        There is no ``=``, or no name before it.
    """
    name, equals, value = text.partition("=")
    dotted = name.strip()
    if not equals or not all(dotted.split(".")):
        raise ConfigurationError(f"cannot read {text!r}", path=OPTION, remedy="write it as adc.bits=6")
    return Override(dotted, _parse_value(value.strip()))


def _parse_value(text: str) -> object:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text
    value = parsed["value"]
    if len(parsed) > 1 or isinstance(value, datetime.date | datetime.time):
        return text
    return value


def apply_override(table: dict[str, object], override: Override) -> dict[str, object]:
    """Return the table with one setting replaced.

    Parameters
    ----------
    table : dict of str to object
        As TOML gives it; it is left as it is.
    override : Override
        A section that was a preset's name becomes a table with that preset and the override.

    Returns
    -------
    dict of str to object
        A new table.
    """
    return _replaced(table, override.dotted.split("."), override.value)


def _replaced(table: dict[str, object], keys: list[str], value: object) -> dict[str, object]:
    key, *rest = keys
    if not rest:
        return {**table, key: value}
    inner = table.get(key, {})
    if isinstance(inner, str):
        inner = {"preset": inner}
    return {**table, key: _replaced(inner if isinstance(inner, dict) else {}, rest, value)}
