"""``run.json``: what a run is, how far it got, and everything needed to trace or repeat it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from nnsreport.errors import RunError
from nnsreport.reports.run_data import SettingValue
from nnsreport.tables import SCHEMA_VERSION

FILE = "run.json"
State = Literal["running", "complete", "interrupted", "failed"]
_STATES = ("running", "complete", "interrupted", "failed")


@dataclass(frozen=True, slots=True)
class Reference:
    """A publication or model that the run's numbers rest on.

    Attributes
    ----------
    subject : str
        What it is used for, such as ``device pcm-joshi2020``.
    citation : str
        Where it comes from.
    """

    subject: str
    citation: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One process that worked on the run; a requeued or resumed run has several.

    Attributes
    ----------
    started, ended : str
        UTC, ISO 8601; ``ended`` is empty while it runs, and stays so when it was killed.
    command : tuple of str
        The command line.
    software, hardware : Mapping of str to str
        Versions and machine, by readable name.
    commit : str
        Git commit of the checkout the configuration lies in; empty if none.
    slurm : Mapping of str to str
        SLURM's context; empty outside.
    """

    started: str
    ended: str = ""
    command: tuple[str, ...] = ()
    software: Mapping[str, str] = field(default_factory=dict)
    hardware: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    slurm: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The content of ``run.json``.

    Attributes
    ----------
    run : str
        Identifier, and the folder's name.
    configuration_hash : str
        Equal for runs of the same configuration on the same files.
    settings : Mapping of str to SettingValue
        The resolved configuration by dotted name.
    files : Mapping of str to str
        SHA-256 of the files that settings name, by a name such as ``network.sha256``.
    parts : tuple of str
        Names of the parts the run consists of, in order.
    seed : int
        Of every random number.
    state : {"running", "complete", "interrupted", "failed"}
        ``running`` also after a kill.
    error : str
        Why the run failed or was interrupted.
    references : tuple of Reference
        What its numbers rest on.
    notes : tuple of str
        What a reader of the results should know.
    attempts : tuple of Attempt
        The processes that worked on it.
    schema_version : int
        Of the folder, :data:`nnsreport.tables.SCHEMA_VERSION`.
    """

    run: str
    configuration_hash: str
    settings: Mapping[str, SettingValue]
    files: Mapping[str, str]
    parts: tuple[str, ...]
    seed: int
    state: State = "running"
    error: str = ""
    references: tuple[Reference, ...] = ()
    notes: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    schema_version: int = SCHEMA_VERSION

    def with_notes(self, *notes: str) -> RunRecord:
        """Return the record with notes it does not have yet."""
        new = tuple(note for note in dict.fromkeys(notes) if note not in self.notes)
        return replace(self, notes=self.notes + new)

    def with_attempt(self, attempt: Attempt) -> RunRecord:
        """Return the record with another attempt begun."""
        return replace(self, state="running", error="", attempts=(*self.attempts, attempt))

    def on(self, hardware: Mapping[str, str]) -> RunRecord:
        """Return the record with the hardware of its last attempt."""
        *before, last = self.attempts
        return replace(self, attempts=(*before, replace(last, hardware=hardware)))

    def ended(self, state: State, time: str, error: str = "") -> RunRecord:
        """Return the record with its last attempt ended."""
        *before, last = self.attempts
        return replace(self, state=state, error=error, attempts=(*before, replace(last, ended=time)))


def encode(record: RunRecord) -> bytes:
    """Return the bytes of ``run.json``.

    Parameters
    ----------
    record : RunRecord
        Any.

    Returns
    -------
    bytes
        UTF-8 JSON; a setting that is infinite, which JSON cannot say, is written as ``{"float": "inf"}``.
    """
    content = asdict(record)
    settings = {name: _plain(value) for name, value in record.settings.items()}
    ordered = {"schema_version": content.pop("schema_version"), **content, "settings": settings}
    text = json.dumps(ordered, indent=1, ensure_ascii=False, allow_nan=False)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _plain(value: SettingValue) -> object:
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return {"float": str(value)} if isinstance(value, float) and not math.isfinite(value) else value


def read(folder: Path) -> RunRecord:
    """Read the record of a run.

    Parameters
    ----------
    folder : Path
        A run folder.

    Returns
    -------
    RunRecord
        Checked.

    Raises
    ------
    RunError
        There is none, it is damaged, or a newer program wrote it.
    """
    path = folder / FILE
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise RunError(f"there is no run: {FILE} is missing", path=folder) from None
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error)) from error
    if not isinstance(content, dict):
        raise _damaged(path, "it holds no object")
    version = content.get("schema_version")
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise RunError(
            f"was written by a newer nnsreport (schema {version}, this one reads up to {SCHEMA_VERSION})",
            path=path,
            remedy="update nnsreport",
        )
    try:
        return _decode(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _decode(content: Mapping[str, Any]) -> RunRecord:
    known = {name: content[name] for name in (f.name for f in fields(RunRecord)) if name in content}
    record = RunRecord(
        **{
            **known,
            "settings": {name: _setting(value) for name, value in _mapping(content["settings"]).items()},
            "files": _texts(content["files"]),
            "parts": tuple(map(_text, content["parts"])),
            "notes": tuple(map(_text, content.get("notes", ()))),
            "references": tuple(Reference(**entry) for entry in content.get("references", ())),
            "attempts": tuple(_attempt(entry) for entry in content.get("attempts", ())),
        }
    )
    if record.state not in _STATES:
        raise ValueError(f"unknown state {record.state!r}")
    for name in (record.run, record.configuration_hash, record.error):
        _text(name)
    return record


def _attempt(content: Mapping[str, Any]) -> Attempt:
    mappings = {name: _texts(content.get(name, {})) for name in ("software", "hardware", "slurm")}
    return Attempt(**{**content, **mappings, "command": tuple(map(_text, content.get("command", ())))})


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"expected an object, found {value!r:.40}")
    return value


def _texts(value: object) -> dict[str, str]:
    return {name: _text(text) for name, text in _mapping(value).items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, found {value!r:.40}")
    return value


def _setting(value: object) -> SettingValue:
    if isinstance(value, list):
        return tuple(_setting(entry) for entry in value)
    if isinstance(value, dict):
        return float(value["float"])
    if not isinstance(value, str | int | float | bool):
        raise TypeError(f"expected a setting, found {value!r:.40}")
    return value


def _damaged(path: Path, reason: str) -> RunError:
    return RunError(
        f"is damaged ({reason})", path=path, remedy="restore the file, or delete the run's folder and run it again"
    )
