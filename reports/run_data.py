"""What a report sees of a run or a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

SettingValue = str | int | float | bool | tuple["SettingValue", ...]
"""A value of a flattened configuration."""


@dataclass(frozen=True, slots=True)
class RunData:
    """One run: a folder of the run store, or a simulator's log.

    Attributes
    ----------
    run : str
        Identifier, such as a SLURM job id.
    source : Path
        The folder or log it was read from.
    kind : str
        ``nnsreport`` for own runs, else the parser's name, such as ``neurosim-1.4``.
    state : str
        ``complete``, ``incomplete`` (cut off or interrupted) or ``failed``.
    settings : Mapping
        Configuration by dotted name, such as ``adc.bits``.
    setting_lines : Mapping of str to int
        Line in the log of each setting that came from one.
    provenance : Mapping of str to str
        Software, hardware, commit, SLURM context, seed, start and end, by readable name.
    problems : tuple of str
        What is wrong with the run, one sentence each.
    metrics, layers, trials, predictions : polars.DataFrame
        With the schemas of :mod:`nnsreport.tables`; empty where the run has none.
    """

    run: str
    source: Path
    kind: str
    state: str
    settings: Mapping[str, SettingValue]
    metrics: pl.DataFrame
    layers: pl.DataFrame
    trials: pl.DataFrame
    predictions: pl.DataFrame
    setting_lines: Mapping[str, int] = field(default_factory=dict)
    provenance: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
