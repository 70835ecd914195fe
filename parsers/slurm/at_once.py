"""Tables of jobs with nothing out of the ordinary, column by column: each distinct text of a column is read once.

What texts mean is said in :mod:`nnsreport.parsers.slurm.cells`, and what follows for a job in
:mod:`nnsreport.parsers.slurm.row`, whose functions are called here. A table that is not surely plain is left to
:mod:`nnsreport.parsers.slurm.folding`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from nnsreport.parsers.slurm.cells import IDENTITY, STATE, Fill
from nnsreport.parsers.slurm.delimited import Header
from nnsreport.parsers.slurm.folding import SECONDS_PER_HOUR, own_number
from nnsreport.parsers.slurm.identity import JobIdentity, read_identity
from nnsreport.parsers.slurm.quantities import CellError, read_exit
from nnsreport.parsers.slurm.row import JobRow
from nnsreport.parsers.slurm.states import UNFINISHED_STATES, WAITING_STATES, read_state
from nnsreport.tables import JOBS_COLUMNS, schema_of

if TYPE_CHECKING:
    import polars as pl

_EXIT = frozenset({"exitcode", "exit_code"})
_RAW = "jobidraw"
_RESOURCES = (
    *("cores", "requested_cores", "nodes", "requested_nodes", "requested_memory"),
    *("allocated", "requested", "gpus", "gpus_per_node"),
)
"""What tells of a job what it has, or asked for: few jobs differ in all of it."""
_DATES = ("submitted", "started", "ended")
_TYPES = {
    **dict.fromkeys(
        ("name", "user", "account", "partition", "reason", "node_list", "work_folder", "command"), "String"
    ),
    **dict.fromkeys(("elapsed_s", "limit_s", "total_cpu_s", "average_cpu_s", "allocated_cpu_s"), "Float64"),
    **dict.fromkeys(("attempt", "task_memory_byte", "tasks_in_step"), "Int64"),
}
"""Polars' types of what is a column of its own."""


Meaning = TypeVar("Meaning")


class _NotPlainError(Exception):
    """The table is to be read row by row."""


@dataclass(frozen=True, slots=True, eq=False)
class _Column(Generic[Meaning]):
    """The meanings of a column's texts, each once, and the index of each row's."""

    meanings: list[Meaning | None]
    index: pl.Series

    def told(self, kind: str, of: Callable[[Meaning], object] = lambda meaning: meaning) -> pl.Series:
        """Return what the meaning of each row tells, null where it is None."""
        import polars as pl

        values = [None if meaning is None else of(meaning) for meaning in self.meanings]
        return pl.Series(values, dtype=getattr(pl, kind)).gather(self.index)


class _Table(NamedTuple):
    """The columns of a table: those that fill an attribute, by its name, and the others."""

    rows: pl.DataFrame
    identity: _Column[JobIdentity]
    raw: _Column[JobIdentity] | None
    filled: dict[str, list[_Column[Any]]]


def read_plain_table(header: Header, body: Sequence[tuple[str, int]], cut_line: int | None) -> pl.DataFrame | None:
    """Read a table of sacct.

    Parameters
    ----------
    header : Header
        Names of the columns.
    body : sequence of tuple of str and int
        The lines below, with their numbers.
    cut_line : int or None
        The file's last line, if it has no line end.

    Returns
    -------
    polars.DataFrame or None
        With the schema :data:`nnsreport.tables.JOBS_COLUMNS`; None where a row or a column is out of the ordinary.
    """
    if not body or body[-1][1] == cut_line:
        return None
    try:
        return _jobs(_columns(header, body))
    except (_NotPlainError, CellError):
        return None


def _columns(header: Header, body: Sequence[tuple[str, int]]) -> _Table:
    import polars as pl

    lines = pl.Series([text for text, _ in body])
    delimiters = len(header.names) - 1 + header.ends_with_delimiter
    is_plain = (lines.str.count_matches(header.delimiter, literal=True) == delimiters).all()
    if not is_plain or lines.is_duplicated().any():
        raise _NotPlainError
    cells = lines.str.split_exact(header.delimiter, delimiters).struct.unnest()
    if header.ends_with_delimiter and (cells.to_series(-1) != "").any():
        raise _NotPlainError
    rows = pl.DataFrame({"line": [line for _, line in body]})
    identity: list[_Column[JobIdentity]] = []
    raw = None
    filled: dict[str, list[_Column[Any]]] = {}
    for index, read, name in header.readers:
        texts, lower = cells.to_series(index), name.lower()
        if isinstance(read, Fill):
            filled.setdefault(read.attribute, []).append(_column(texts, read.read))
        elif lower == _RAW and identity and raw is None:  # before the other it may be all that names the job
            raw = _column(texts, read_identity)
        elif lower in IDENTITY:
            identity.append(_column(texts, read_identity))
        elif lower in STATE and "state" not in rows.columns:
            state = _column(texts, read_state)
            rows = rows.with_columns(_pair(state, ("state", "state_detail"), "String"))
        elif lower in _EXIT and "exit_code" not in rows.columns:
            rows = rows.with_columns(_pair(_column(texts, read_exit), ("exit_code", "signal"), "Int64"))
        else:
            raise _NotPlainError
    if len(identity) != 1 or not all(identity[0].meanings) or "state" not in rows.columns:
        raise _NotPlainError
    return _Table(rows, identity[0], raw, filled)


def _column(texts: pl.Series, read: Callable[[str], Meaning | None]) -> _Column[Meaning]:
    distinct = texts.unique()
    index = texts.replace_strict(distinct, range(len(distinct)))
    return _Column([read(text) if text else None for text in distinct], index)


def _pair(column: _Column[tuple[Any, Any]], names: tuple[str, str], kind: str) -> list[pl.Series]:
    first, second = names
    return [
        column.told(kind, lambda pair: pair[0]).alias(first),
        column.told(kind, lambda pair: pair[1]).alias(second),
    ]


def _jobs(table: _Table) -> pl.DataFrame:
    import polars as pl

    if not table.filled.keys() <= _TYPES.keys() | {*_DATES, *_RESOURCES, "usage"}:
        raise _NotPlainError
    tasks = pl.col("tasks_in_step")
    rows = table.rows.with_columns(
        *_identities(table), *_values(table), *_used(table), *(_date(table, name) for name in _DATES)
    ).with_columns(
        step_memory_byte=pl.coalesce("used_byte", pl.when(tasks == 1).then("task_memory_byte")),
        busy_s=pl.coalesce("total_cpu_s", "used_cpu_s", tasks * pl.col("average_cpu_s")),
    )
    is_job = rows["step"].is_null()
    jobs = rows.filter(is_job)
    steps = rows.filter(~is_job).join(jobs.select("job", job_line="line"), on="job", how="left", maintain_order="left")
    if jobs["job"].is_duplicated().any() or not (steps["line"] > steps["job_line"]).fill_null(value=False).all():
        raise _NotPlainError
    used = rows.group_by("job").agg(
        max_memory_byte=pl.col("task_memory_byte").max(), step_memory_byte=pl.col("step_memory_byte").max()
    )
    busy = steps.group_by("job", maintain_order=True).agg("busy_s")
    jobs = (
        jobs.drop("step_memory_byte")
        .with_columns(_resources(table, is_job))
        .join(used, on="job", how="left", maintain_order="left")
        .join(busy.rename({"busy_s": "steps_busy_s"}), on="job", how="left", maintain_order="left")
    )
    return _finished(jobs)


def _finished(jobs: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of the table of jobs, from what its rows, steps and resources tell."""
    import polars as pl

    unfinished, waiting = (
        pl.col("state").is_in(sorted(UNFINISHED_STATES)),
        pl.col("state").is_in(sorted(WAITING_STATES)),
    )
    told = {name: pl.lit(None).alias(name) for name in JOBS_COLUMNS if name not in jobs.columns}
    busy = [
        total if total or times is None else _sum(times, total)
        for total, times in zip(jobs["total_cpu_s"], jobs["steps_busy_s"], strict=True)
    ]
    core_s, gpu_s = jobs.select(
        pl.coalesce(pl.col("cores") * pl.col("elapsed_s"), "allocated_cpu_s").alias("cores"),
        pl.col("gpus") * pl.col("elapsed_s"),
    )
    return (
        jobs.with_columns(told.values())
        .with_columns(
            pl.col("attempt").fill_null(1),
            pl.when(~waiting.fill_null(value=False)).then("started"),
            *(pl.when(~unfinished.fill_null(value=False)).then(name) for name in ("ended", "exit_code", "signal")),
            cpu_time_s=pl.Series(busy, dtype=pl.Float64),
            core_hours=_hours(core_s),
            gpu_hours=_hours(gpu_s),
        )
        .select(pl.col(name).cast(kind) for name, kind in schema_of(JOBS_COLUMNS).items())
    )


def _hours(seconds: pl.Series) -> pl.Series:
    """Return hours, rounded as Python does: Polars multiplies by a rounded reciprocal."""
    import polars as pl

    return pl.Series([None if time is None else time / SECONDS_PER_HOUR for time in seconds], dtype=pl.Float64)


def _sum(times: Iterable[float | None], otherwise: float | None) -> float | None:
    known = [time for time in times if time is not None]
    return sum(known) if known else otherwise


def _identities(table: _Table) -> list[pl.Series]:
    import polars as pl

    identity = table.identity
    told = [
        identity.told("String", lambda known: known.job).alias("job"),
        identity.told("String", lambda known: known.step).alias("step"),
        identity.told("Int64", lambda known: known.array_job).alias("array_job"),
        identity.told("Int64", lambda known: known.array_task).alias("array_task"),
        identity.told("Int64", lambda known: known.tasks).alias("tasks"),
    ]
    own = identity.told("Int64", own_number)
    if table.raw is not None:
        own = pl.select(pl.coalesce(table.raw.told("Int64", lambda known: known.number), own)).to_series()
    return [*told, own.alias("job_id")]


def _values(table: _Table) -> list[pl.Expr | pl.Series]:
    """Return what is a column of its own; of several columns that tell the same, the first that tells it counts."""
    import polars as pl

    return [
        pl.coalesce([column.told(kind) for column in table.filled[name]]).alias(name)
        if name in table.filled
        else pl.lit(None, getattr(pl, kind)).alias(name)
        for name, kind in _TYPES.items()
    ]


def _date(table: _Table, name: str) -> pl.Series:
    import polars as pl

    columns = table.filled.get(name, [])
    if len(columns) > 1 or any(date.is_utc for column in columns for date in column.meanings if date is not None):
        raise _NotPlainError
    dates = [column.told("Datetime", lambda date: date.value) for column in columns]
    return (dates[0] if dates else pl.repeat(None, len(table.rows), dtype=pl.Datetime, eager=True)).alias(name)


def _resources(table: _Table, is_job: pl.Series) -> list[pl.Series]:
    """Return what each job has, or asked for: what its row says in all, once for all rows that say the same."""
    import polars as pl

    sources = [(name, column) for name in _RESOURCES for column in table.filled.get(name, [])]
    index = pl.DataFrame([column.index.alias(str(place)) for place, (_, column) in enumerate(sources)])
    if not sources:
        raise _NotPlainError
    index = index.filter(is_job)
    distinct = index.unique()
    has = []
    for places in distinct.iter_rows():
        row = JobRow()
        for (name, column), place in zip(sources, places, strict=True):
            if getattr(row, name) is None:
                setattr(row, name, column.meanings[place])
        gpus, gpu_type = row.gpu_count()
        has.append((row.core_count(), row.node_count(), gpus, gpu_type, row.requested_memory_byte()))
    schema = {
        "cores": pl.Int64,
        "nodes": pl.Int64,
        "gpus": pl.Int64,
        "gpu_type": pl.String,
        "requested_memory_byte": pl.Int64,
    }
    told = pl.DataFrame(has, schema=schema, orient="row")
    names = index.columns
    return index.join(distinct.hstack(told), on=names, how="left", maintain_order="left").drop(names).get_columns()


def _used(table: _Table) -> list[pl.Series]:
    """Return the memory that all tasks of a step used together, and the time in which their cores were busy."""
    import polars as pl

    columns = table.filled.get("usage", [])
    if len(columns) > 1:
        raise _NotPlainError
    count = len(table.rows)
    none = {kind: pl.repeat(None, count, dtype=getattr(pl, kind), eager=True) for kind in ("Int64", "Float64")}
    memory = columns[0].told("Int64", lambda usage: usage.memory_byte) if columns else none["Int64"]
    cpu = columns[0].told("Float64", lambda usage: usage.cpu_s) if columns else none["Float64"]
    return [memory.alias("used_byte"), cpu.alias("used_cpu_s")]
