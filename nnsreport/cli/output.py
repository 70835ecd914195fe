"""Writing what a command makes to where the user asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nnsreport.errors import ReportError


def write_output(path: Path, data: bytes, *, option: str) -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    data : bytes
        The content.
    option : str
        The option that chooses another place, for the error.

    Raises
    ------
    ReportError
        It cannot be written.
    """
    with open_output(path, option=option) as stream:
        stream.write(data)


@contextlib.contextmanager
def open_output(path: Path, *, option: str) -> Iterator[IO[bytes]]:
    """Write a file part by part, whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    option : str
        The option that chooses another place, for the error.

    Yields
    ------
    binary file
        Takes the place of the file when the body is done.

    Raises
    ------
    ReportError
        It cannot be written.
    """
    from nnsreport.store.atomic import replacing

    if path.is_dir():
        raise ReportError("is a folder", path=path, remedy=f"give another {option}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as stream:
            yield stream
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"cannot be written ({reason})", path=path, remedy=f"give another {option}") from error
