"""The four tables of a run, or of a part of one, as Parquet files in a folder."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nnsreport.errors import RunError
from nnsreport.tables import NEWER_COLUMNS, TABLES, empty, schema

if TYPE_CHECKING:
    import polars as pl

RECOMPUTE = "delete the file and run the same configuration with the same --id again"
_RESUME = "run the same configuration with the same --id again: damaged parts are computed again"
_ROWS_TOGETHER = 1 << 18


def encode(tables: Mapping[str, pl.DataFrame]) -> dict[str, bytes]:
    """Return the Parquet files of the tables.

    Parameters
    ----------
    tables : Mapping of str to polars.DataFrame
        By name; those left out are empty.

    Returns
    -------
    dict of str to bytes
        One file for each of :data:`nnsreport.tables.TABLES`; equal tables give equal bytes.
    """
    return {f"{name}.parquet": _encode(name, tables.get(name)) for name in TABLES}


def _encode(name: str, frame: pl.DataFrame | None) -> bytes:
    frame = empty(name) if frame is None else frame
    assert frame.schema == schema(name), f"the table {name} has another schema"
    stream = io.BytesIO()
    frame.rechunk().write_parquet(stream, compression="zstd")  # chunks would show in the bytes
    return stream.getvalue()


def read(folder: Path) -> dict[str, pl.DataFrame]:
    """Read the tables of a folder.

    Parameters
    ----------
    folder : Path
        Of a complete run, or of one part.

    Returns
    -------
    dict of str to polars.DataFrame
        Each of :data:`nnsreport.tables.TABLES`.

    Raises
    ------
    RunError
        A file is missing or damaged.
    """
    return {name: read_table(folder, name) for name in TABLES}


def read_table(folder: Path, name: str) -> pl.DataFrame:
    """Read one table of a run, or of a part of one.

    Parameters
    ----------
    folder : Path
        Where its file lies.
    name : str
        One of :data:`nnsreport.tables.TABLES`.

    Returns
    -------
    polars.DataFrame
        With the table's schema.

    Raises
    ------
    RunError
        The file is missing or damaged, or has other columns.
    """
    import polars as pl

    path = folder / f"{name}.parquet"
    try:
        # Given as bytes: Polars would map the file, and crash when somebody shortens it.
        frame = pl.read_parquet(io.BytesIO(path.read_bytes()))
    except FileNotFoundError:
        raise RunError("is missing from the run", path=path, remedy=RECOMPUTE) from None
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise RunError(f"is damaged ({_reason(error)})", path=path, remedy=RECOMPUTE) from error
    frame = _with_newer_columns(frame, name)
    if frame.schema != schema(name):
        raise RunError(f"has other columns than the table {name}", path=path, remedy=RECOMPUTE)
    return frame


def _with_newer_columns(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the columns that a table got after the run was made; all of them are null in older runs."""
    import polars as pl

    newer = [column for column in NEWER_COLUMNS.get(name, ()) if column not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=schema(name)[column]).alias(column) for column in newer)


def merge(folders: Sequence[Path], name: str, target: IO[bytes]) -> None:
    """Write one table of all parts, a few of its rows at a time, so that memory does not grow with their number.

    Parameters
    ----------
    folders : sequence of Path
        Of the parts, in the order that the rows are to have.
    name : str
        One of :data:`nnsreport.tables.TABLES`.
    target : binary file
        What is written to; equal parts give equal bytes.

    Raises
    ------
    RunError
        A file is missing or damaged.
    """
    import polars as pl

    files = [folder / f"{name}.parquet" for folder in folders]
    try:
        rows = pl.scan_parquet(files, schema=schema(name), missing_columns="insert")
        rows.sink_parquet(target, compression="zstd", row_group_size=_ROWS_TOGETHER, maintain_order=True)
    except (OSError, pl.exceptions.PolarsError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # the file system, not a part
            raise
        raise RunError(f"parts cannot be merged ({_reason(error)})", path=folders[0].parent, remedy=_RESUME) from error


def _reason(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def concatenate(parts: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """Join the tables of parts.

    Parameters
    ----------
    parts : sequence of Mapping of str to polars.DataFrame
        In the order that the rows are to have.

    Returns
    -------
    dict of str to polars.DataFrame
        Each of :data:`nnsreport.tables.TABLES`.
    """
    import polars as pl

    return {name: pl.concat([empty(name), *(part[name] for part in parts)], rechunk=True) for name in TABLES}
