"""What ``nnsreport parse`` has found so far: runs, numbers of whole chips, and files that gave nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.cli.parse_files import FoundFiles
from nnsreport.errors import UnknownFormatError

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.errors import NnsreportError
    from nnsreport.parsers import ParsedLog
    from nnsreport.parsers.many import ParsedBatch

MOST_RUNS_IN_FULL = 20
"""Of more runs than this, only one line each is printed."""


@dataclass(slots=True)
class Outcome:
    """What became of the files.

    Attributes
    ----------
    found : FoundFiles
        The files.
    keeps_numbers : bool
        Whether numbers are to be printed: those of the whole chip or network are kept, of a few runs.
    logs : list of ParsedLog
        The runs, without their numbers.
    numbers : Counter
        How many numbers each run has.
    skipped : list of NnsreportError
        Files of folders that no format knows.
    broken : list of NnsreportError
        Files that should have been read.
    chip : polars.DataFrame or None
        The last number of each kind that is not about a single layer.
    """

    found: FoundFiles
    keeps_numbers: bool
    logs: list[ParsedLog] = field(default_factory=list)
    numbers: Counter[str] = field(default_factory=Counter)
    skipped: list[NnsreportError] = field(default_factory=list)
    broken: list[NnsreportError] = field(default_factory=list)
    chip: pl.DataFrame | None = None

    @property
    def is_short(self) -> bool:
        """Whether the runs are few enough to tell all of each."""
        return len(self.logs) <= MOST_RUNS_IN_FULL

    def add(self, batch: ParsedBatch) -> None:
        """Take in what was read.

        Parameters
        ----------
        batch : ParsedBatch
            Its numbers are counted, and only the few that are printed are kept.
        """
        for run, count in batch.numbers.runs:
            self.numbers[run] += count
        for file in batch.files:
            self.logs += file.logs
            if isinstance(file.error, UnknownFormatError) and file.path not in self.found.given:
                self.skipped.append(file.error)
            elif file.error is not None:
                self.broken.append(file.error)
        if self.keeps_numbers and self.is_short and len(batch.numbers):
            self.chip = _last_of_each(self.chip, batch.numbers.frame())


def _last_of_each(before: pl.DataFrame | None, numbers: pl.DataFrame) -> pl.DataFrame:
    """Return one number of each run, metric and component: of training, that of the last epoch."""
    import polars as pl

    about = ["run", "metric", "component"]
    chosen = numbers.filter(pl.col("layer").is_null())
    together = chosen if before is None else pl.concat([before, chosen])
    epoch = pl.col("epoch").fill_null(-1)
    return together.filter(epoch == epoch.max().over(about)).unique(about, keep="last", maintain_order=True)
