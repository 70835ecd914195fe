"""Entries with nothing out of the ordinary, read quickly: what repeats from entry to entry is checked once.

There is one source of meaning, :mod:`nnsreport.parsers.results_file.entries`, whose functions are called here, and
whose answers to the same texts are kept. An entry that is not surely good is not read here at all.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from nnsreport.parsers.results_file.entries import (
    FIELDS,
    CheckedEntry,
    RefusedError,
    about_of,
    check,
    condition_told,
    value_of,
)
from nnsreport.parsers.results_file.json_values import Scalar

_MOST_KEPT = 1 << 14
_NAMES = frozenset(FIELDS)

_about_of = functools.lru_cache(_MOST_KEPT)(about_of)
_condition_told = functools.lru_cache(_MOST_KEPT)(condition_told)


def read_plain(fields: Mapping[str, Scalar]) -> CheckedEntry | None:
    """Read an entry.

    Parameters
    ----------
    fields : Mapping of str to Scalar
        Values by name, each once in the text.

    Returns
    -------
    CheckedEntry or None
        None where it is not good: :func:`nnsreport.parsers.results_file.entries.check` says what is wrong.
    """
    if not fields.keys() <= _NAMES:
        return None
    told = fields.get
    try:
        if "epoch" in fields or "step" in fields:
            return check(fields)
        about = _about_of(told("metric"), told("unit"), told("layer"), told("component"))
        condition, written = _condition_told(told("trial"), told("time_s"), told("compensation"))
        return CheckedEntry(about, condition, value_of(told("value"), about), None, None, written)
    except RefusedError:
        return None
