"""The table of jobs joined to the runs whose logs were read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from nnsreport.tables import JOBS_COLUMNS, schema_of

if TYPE_CHECKING:
    import polars as pl

    from nnsreport.parsers.records import ParsedLog

RUN_COLUMNS = {"run": "String", "format": "String", "complete": "Boolean"}
"""What comes before the columns of jobs."""

_JOB_OF_RUN = re.compile(r"(?:.*/)?(\d{1,18}(?:_\d{1,18})?)(?:-task\d+)?(?:#\d+)?", re.ASCII)


def join_jobs(logs: Iterable[ParsedLog], jobs: pl.DataFrame) -> pl.DataFrame:
    """Say of each run how its job ended and what it used.

    A run is called after its job: ``38905658``, ``38905658_7``, ``38905658#2`` for a second run in one file,
    ``38905658-task1`` for a task of ``srun``, ``folder/38905658`` where two files had the same name. If no job has
    that name, the job whose own number (``job_id``) or whose output file it is counts. Of several attempts the last
    one does: it wrote what the file holds.

    Parameters
    ----------
    logs : iterable of ParsedLog
        Runs, in the order of the rows; those without runs, such as the tables of jobs themselves, are left out.
    jobs : polars.DataFrame
        With the schema :data:`nnsreport.tables.JOBS_COLUMNS`; several tables may be put together.

    Returns
    -------
    polars.DataFrame
        One row a run: ``run``, ``format``, ``complete``, then the columns of jobs, null where no job was found.
    """
    import polars as pl

    rows = list(jobs.sort("attempt", maintain_order=True).iter_rows(named=True))
    by_name = {str(row["job"]): index for index, row in enumerate(rows)}
    by_number = {str(row["job_id"]): index for index, row in enumerate(rows) if row["job_id"] is not None}
    by_output = _unique_outputs(rows)
    runs = [log for log in logs if not {"jobs", "usage"} & log.tables.keys()]
    found: list[dict[str, object]] = []
    for log in runs:
        index = _find(log, (by_name, by_number), by_output)
        row = rows[index] if index is not None else dict.fromkeys(JOBS_COLUMNS)
        found.append({"run": log.run, "format": log.format, "complete": log.complete, **row})
    return pl.DataFrame(found, schema=schema_of(RUN_COLUMNS | JOBS_COLUMNS), orient="row")


def job_of(run: str) -> str | None:
    """Return the job that a run is called after, ``38905658`` or ``38905658_7``, or None."""
    match = _JOB_OF_RUN.fullmatch(run)
    return match[1] if match is not None else None


def _unique_outputs(rows: Sequence[dict[str, object]]) -> dict[str, int]:
    """Return rows by output file, without the files that several jobs wrote to."""
    by_output: dict[str, int] = {}
    writers: dict[str, set[object]] = {}
    for index, row in enumerate(rows):
        if row["output_file"] is not None:
            output = str(row["output_file"])
            by_output[output] = index
            writers.setdefault(output, set()).add(row["job"])
    return {output: index for output, index in by_output.items() if len(writers[output]) == 1}


def _find(log: ParsedLog, by_id: Sequence[dict[str, int]], by_output: dict[str, int]) -> int | None:
    job = job_of(log.run)
    for known in by_id if job is not None else ():
        if job in known:
            return known[job]
    return by_output.get(str(log.source.absolute())) if log.source is not None else None
