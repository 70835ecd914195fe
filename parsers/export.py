"""Tables as files: Parquet, CSV or JSON by the name's suffix, at once or part by part in bounded memory."""

from __future__ import annotations

import contextlib
import io
import json
import math
import queue
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Protocol, Self

from nnsreport.errors import LogError

if TYPE_CHECKING:
    import polars as pl

_PARTS_AHEAD = 4
_SECONDS_BETWEEN_LOOKS = 0.2
_COMPRESSION_LEVEL = 1
"""Of zstd: files are 2 % larger than at its default, 3, and written in 10 % less time."""
_STATISTICS = {"min": False, "max": False}
"""Every part of a table has most names that there are: its first and last tell no reader to leave it out."""


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
    target = io.BytesIO()
    with TableWriter(path, target, frame.schema) as writer:
        writer.write(frame)
    return target.getvalue()


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


class TableWriter:
    """Writes a table part by part; leave its context to finish the file.

    Parameters
    ----------
    path : Path
        Its suffix decides on the format.
    target : binary file
        Written from where it stands.
    schema : polars.Schema
        Of every part.

    Raises
    ------
    LogError
        The suffix is not known.
    """

    def __init__(self, path: Path, target: IO[bytes], schema: pl.Schema) -> None:
        check_suffix(path)
        self._encoder = _ENCODERS[path.suffix.lower()](target, schema)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, part: pl.DataFrame) -> None:
        """Add rows.

        Parameters
        ----------
        part : polars.DataFrame
            With the schema of the table.
        """
        if part.height:
            self._encoder.write(part)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish; after an error the file is not whole, and to be thrown away."""
        self._encoder.close()


class _Encoder(Protocol):
    def __init__(self, target: IO[bytes], schema: pl.Schema) -> None: ...

    def write(self, part: pl.DataFrame) -> None: ...

    def close(self) -> None: ...


class _Parquet:
    """Polars pulls the parts of a file that it streams, from a thread of its own."""

    def __init__(self, target: IO[bytes], schema: pl.Schema) -> None:
        self._parts: queue.Queue[pl.DataFrame | None] = queue.Queue(_PARTS_AHEAD)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._pull, args=(target, schema), name="parquet", daemon=True)
        self._thread.start()

    def write(self, part: pl.DataFrame) -> None:
        self._put(part)

    def close(self) -> None:
        self._put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _put(self, part: pl.DataFrame | None) -> None:
        """Wait for room in the queue, but not when nobody takes anything from it any more."""
        while self._thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._parts.put(part, timeout=_SECONDS_BETWEEN_LOOKS)
                return

    def _pull(self, target: IO[bytes], schema: pl.Schema) -> None:
        from polars.exceptions import PolarsError
        from polars.io.plugins import register_io_source

        def parts(*_pushed_down: object) -> Iterator[pl.DataFrame]:
            while (part := self._parts.get()) is not None:
                yield part

        try:
            register_io_source(parts, schema=schema).sink_parquet(
                target, compression_level=_COMPRESSION_LEVEL, statistics=_STATISTICS, engine="streaming"
            )
        except PolarsError as error:
            self._error = OSError(" ".join(str(error).split()))
        except BaseException as error:
            self._error = error  # raised again by the thread that writes


class _Csv:
    def __init__(self, target: IO[bytes], schema: pl.Schema) -> None:
        import polars as pl

        self._target = target
        pl.DataFrame(schema=schema).write_csv(target)

    def write(self, part: pl.DataFrame) -> None:
        part.write_csv(self._target, include_header=False)

    def close(self) -> None:
        """Nothing follows the rows."""


class _Json:
    def __init__(self, target: IO[bytes], schema: pl.Schema) -> None:  # noqa: ARG002 - rows name their own columns
        self._target = target
        self._separator = "["

    def write(self, part: pl.DataFrame) -> None:
        for row in part.iter_rows(named=True):
            text = json.dumps(_finite(row), ensure_ascii=False, allow_nan=False)
            self._target.write(f"{self._separator}\n{text}".encode())
            self._separator = ","

    def close(self) -> None:
        self._target.write(b"[\n]\n" if self._separator == "[" else b"\n]\n")


def _finite(row: Mapping[str, object]) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }


_ENCODERS: Mapping[str, type[_Encoder]] = {".parquet": _Parquet, ".csv": _Csv, ".json": _Json}
