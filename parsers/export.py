"""The metrics table as the bytes of a file."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.errors import LogError

if TYPE_CHECKING:
    import polars as pl


def encode_frame(frame: pl.DataFrame, path: Path) -> bytes:
    """Return a table in the format that a file's name asks for.

    Parameters
    ----------
    frame : polars.DataFrame
        Any table.
    path : Path
        Its suffix decides; see :func:`check_suffix`.

    Returns
    -------
    bytes
        Content of the file. CSV has ``inf``, ``-inf`` and ``NaN``; JSON, which has no such numbers, has the strings
        ``"inf"``, ``"-inf"`` and ``"nan"``, in a list with one object a row.

    Raises
    ------
    LogError
        The suffix is not known.
    """
    check_suffix(path)
    return _ENCODERS[path.suffix.lower()](frame)


def check_suffix(path: Path) -> None:
    """Refuse a file name that does not tell a known format.

    Parameters
    ----------
    path : Path
        To be written.

    Raises
    ------
    LogError
        The suffix is none of ``.parquet``, ``.csv`` and ``.json``.
    """
    if path.suffix.lower() not in _ENCODERS:
        known = ", ".join(_ENCODERS)
        raise LogError(
            f"cannot write {path.suffix or 'a file without suffix'}", path=path, remedy=f"use one of {known}"
        )


def _parquet(frame: pl.DataFrame) -> bytes:
    target = io.BytesIO()
    frame.write_parquet(target)
    return target.getvalue()


def _csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()


def _json(frame: pl.DataFrame) -> bytes:
    rows = ",\n".join(
        json.dumps(_finite(row), ensure_ascii=False, allow_nan=False) for row in frame.iter_rows(named=True)
    )
    return f"[\n{rows}\n]\n".encode()


def _finite(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


_ENCODERS: Mapping[str, Callable[[pl.DataFrame], bytes]] = {".parquet": _parquet, ".csv": _csv, ".json": _json}
