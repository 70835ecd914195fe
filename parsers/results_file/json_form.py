"""``results.json``: entries and settings of a run in an object, or numbers by the names of their metrics."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator

from nnsreport.errors import LogError
from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import shorten
from nnsreport.parsers.results_file.entries import FIELDS, Entry, close_matches
from nnsreport.parsers.results_file.entry_blocks import EntryBlocks, EntryRun
from nnsreport.parsers.results_file.entry_reader import EntryReader
from nnsreport.parsers.results_file.entry_values import kind_of
from nnsreport.parsers.results_file.json_values import (
    JsonList,
    JsonObject,
    JsonValue,
    Number,
    Understood,
    read_json,
)
from nnsreport.vocabulary import METRICS

FORMAT = "nnsreport-results"
VERSION = 1
IDENTITIES = ("simulator", "simulator_version", "run")
"""Texts that tell where a file comes from; they become settings ``results.<name>``."""

_VERSION_NUMBERS = (Number(str(VERSION)), Number(f"{VERSION}.0"))
_NAMES = ("format", "version", *IDENTITIES, "settings", "results")
_ENTRY_NAMES = frozenset({"metric", "value"})
_FEWEST_CHARACTERS_IN_BLOCKS = 1 << 15
"""A shorter text is read before the libraries for blocks are loaded."""
_EXAMPLE = '{"metric": "accuracy", "value": 0.912}'


def looks_like_results(text: str) -> float:
    """Return how sure it is that the beginning of a JSON text is a results file.

    Parameters
    ----------
    text : str
        The beginning, which may end anywhere.

    Returns
    -------
    float
        1 where it says so, 0.9 with a list of entries, 0.5 with the name of a metric and a number, else 0.
    """
    root, _ = read_json(text, range(1, text.count("\n") + 2))
    if isinstance(root, JsonList):
        return 0.9 if _holds_entries(root) else 0.0
    if not isinstance(root, JsonObject):
        return 0.0
    members = {name: value for name, value, _ in root.members}
    if _is_entry(root):
        return 0.9
    if members.get("format") == FORMAT:
        return 1.0
    results = members.get("results")
    if isinstance(results, JsonList) and _holds_entries(results):
        return 0.9
    is_short = _holds_metrics(root) or (isinstance(results, JsonObject) and _holds_metrics(results))
    return 0.5 if is_short else 0.0


def _holds_metrics(members: JsonObject) -> bool:
    return any(name in METRICS and isinstance(value, Number) for name, value, _ in members.members)


def _holds_entries(items: JsonList) -> bool:
    first = items.items[0][0] if items.items else None
    return isinstance(first, JsonObject) and _is_entry(first)


def _is_entry(members: JsonObject) -> bool:
    return {name for name, _, _ in members.members} >= _ENTRY_NAMES


def read_json_form(text: LogText, records: RunBuilder) -> bool:
    """Read a JSON text.

    Parameters
    ----------
    text : LogText
        Its lines.
    records : RunBuilder
        Receives numbers, settings and problems.

    Returns
    -------
    bool
        Whether the text is whole.

    Raises
    ------
    LogError
        It is of a version that is not known.
    """
    joined = "\n".join(text.lines)
    blocks = EntryBlocks(joined, text.numbers) if len(joined) >= _FEWEST_CHARACTERS_IN_BLOCKS else None
    root, problem = read_json(joined, text.numbers, blocks)
    if problem is not None:
        records.problem(problem.message, problem.line, problem.remedy)
    first_line = text.numbers[0]
    entries = EntryReader(records)
    if isinstance(root, JsonObject) and _is_entry(root):
        _read_entry(entries, root, first_line)
    elif isinstance(root, JsonObject):
        _check_version(root, text)
        _Document(records, entries).read(root)
    elif isinstance(root, JsonList):
        _read_entries(entries, root)
    elif problem is None:
        records.problem(
            f"is {kind_of(root)}, and no results", first_line, f"write a list of entries such as {_EXAMPLE}"
        )
    entries.finish()
    if not entries.entries and problem is None:
        records.problem("holds no results", first_line, f'add entries such as {_EXAMPLE} to "results"')
    return problem is None


def _check_version(root: JsonObject, text: LogText) -> None:
    for name, value, line in root.members:
        if name == "version" and value not in _VERSION_NUMBERS:
            raise LogError(
                f"the version of the results file is {kind_of(value)}, and only {VERSION} is known",
                path=text.source,
                line=line,
                remedy=f"write version {VERSION}, or update nnsreport",
            )


class _Document:
    """Reads the members of the outer object."""

    def __init__(self, records: RunBuilder, entries: EntryReader) -> None:
        self._records = records
        self._entries = entries

    def read(self, root: JsonObject) -> None:
        """Read every member; the first of several with one name counts."""
        for name, value, line in _distinct(root, self._records):
            if name == "results":
                self._read_results(value, line)
            elif name == "settings":
                self._read_settings("", value, line)
            elif name in IDENTITIES:
                self._read_setting(f"results.{name}", value, line)
            elif name == "format":
                if value != FORMAT:
                    self._records.problem(f"the format is {kind_of(value)}; read as {FORMAT}", line)
            elif name != "version":
                self._read_short_form(name, value, line)

    def _read_short_form(self, name: str, value: JsonValue, line: int) -> None:
        if name not in METRICS:
            self._entries.entries += 1
            otherwise = f"use a metric, or one of {', '.join(_NAMES)}"
            remedy = functools.partial(close_matches, name, (*_NAMES, *METRICS), otherwise)
            self._entries.refuse(f"there is no metric {shorten(name, 60)!r}", line, remedy)
        else:
            self._entries.read(Entry({"metric": name, "value": value}, line))

    def _read_results(self, value: JsonValue, line: int) -> None:
        if isinstance(value, JsonList):
            _read_entries(self._entries, value)
        elif isinstance(value, JsonObject):
            for name, number, place in _distinct(value, self._records):
                self._read_short_form(name, number, place)
        else:
            self._records.problem(f"results is {kind_of(value)}", line, f"write a list of entries such as {_EXAMPLE}")

    def _read_settings(self, prefix: str, value: JsonValue, line: int) -> None:
        if not isinstance(value, JsonObject):
            self._records.problem(f"settings is {kind_of(value)}", line, 'write an object such as {"adc.bits": 8}')
            return
        for name, inner, inner_line in _distinct(value, self._records):
            if isinstance(inner, JsonObject):
                self._read_settings(f"{prefix}{name}.", inner, inner_line)
            else:
                self._read_setting(f"{prefix}{name}", inner, inner_line)

    def _read_setting(self, name: str, value: JsonValue, line: int) -> None:
        written = _setting_text(value)
        if written is None or not name.isprintable():
            self._records.problem(
                f"the setting {shorten(name, 60)} is {kind_of(value)}",
                line,
                "write a text, a number, or a list of them",
            )
        else:
            self._records.setting(name, written, line)


def _setting_text(value: JsonValue | Understood) -> str | None:
    """Return a setting as text, or None where it cannot be one."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, str):
        return value if value.isprintable() else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, JsonList) and value.is_whole:
        parts = [_setting_text(item) for item, _ in value.items if not isinstance(item, JsonList)]
        if len(parts) == len(value.items) and None not in parts:
            return ", ".join(part for part in parts if part is not None)
    return None


def _distinct(members: JsonObject, records: RunBuilder) -> Iterator[tuple[str, JsonValue, int]]:
    """Return the members whose name is new; another with the same name is a problem."""
    seen = set()
    for name, value, line in members.members:
        if name in seen:
            records.problem(f"{shorten(name, 60)!r} is there twice; the first is kept", line, "give each name once")
        else:
            seen.add(name)
            yield name, value, line


def _read_entries(entries: EntryReader, items: JsonList) -> None:
    for value, line in items.items:
        if isinstance(value, Understood):
            assert isinstance(value.value, EntryRun)
            entries.keep_many(*value.value)
        elif not isinstance(value, JsonObject):
            entries.entries += 1
            entries.refuse(f"it is {kind_of(value)}", line, f"write an object such as {_EXAMPLE}")
        else:
            _read_entry(entries, value, line)


def _read_entry(entries: EntryReader, members: JsonObject, line: int) -> None:
    names = Counter(name for name, _, _ in members.members)
    repeated = next((name for name, count in names.items() if count > 1), None)
    if not members.is_whole or repeated is not None:
        entries.entries += 1
        reason = "the text breaks off within it" if repeated is None else f"{shorten(repeated, 60)!r} is in it twice"
        entries.refuse(reason, line, "complete it, or leave it out" if repeated is None else "give each name once")
        return
    for name, _, place in members.members:
        if name not in FIELDS:
            remedy = close_matches(name, FIELDS, f"use {', '.join(FIELDS)}")
            entries.records.problem(f"{shorten(name, 60)!r} of an entry is not read", place, remedy)
    fields = {name: value for name, value, _ in members.members if name in FIELDS}
    place = next((place for name, _, place in members.members if name == "value"), line)
    entries.read(Entry(fields, place))
