"""Files and folders that appear whole or not at all, even when the process or the machine dies."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

from nnsreport.errors import RunError

TEMPORARY_PREFIX = ".new-"
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}


def write_file(path: Path, data: bytes) -> None:
    """Write a file: temporary name, flush, rename.

    Parameters
    ----------
    path : Path
        Replaced if it exists; until the rename its old content stays.
    data : bytes
        The whole content.

    Raises
    ------
    RunError
        The file system refuses, for instance because it is full.
    """
    with explained(path), replacing(path) as stream:
        stream.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file part by part: temporary name, flush, rename; if the body fails, nothing is left of it.

    Parameters
    ----------
    path : Path
        Replaced if it exists; until the rename its old content stays.

    Yields
    ------
    binary file
        Under the temporary name.

    Raises
    ------
    OSError
        The file system refuses.
    """
    with _temporary(path) as temporary:
        with temporary.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)  # noqa: PTH105 - tests count calls of os.replace
        sync_folder(path.parent)


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files: all of them under a temporary name, flush, one rename.

    Parameters
    ----------
    path : Path
        Must not exist.
    files : Mapping of str to bytes
        Content by file name.

    Raises
    ------
    RunError
        The file system refuses, for instance because it is full.
    """
    with explained(path), _temporary(path) as temporary:
        temporary.mkdir()
        for name, data in files.items():
            _write_synced(temporary / name, data)
        sync_folder(temporary)
        os.replace(temporary, path)  # noqa: PTH105 - tests count calls of os.replace
        sync_folder(path.parent)


def remove_temporaries(folder: Path) -> None:
    """Remove what killed processes left half written.

    Parameters
    ----------
    folder : Path
        Only its own entries are looked at. No other process may be writing there.
    """
    for entry in folder.glob(f"{TEMPORARY_PREFIX}*"):
        _remove(entry)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder durable, where the file system can.

    Parameters
    ----------
    folder : Path
        An existing folder.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """Give a name to write under, and remove what is there when the body fails."""
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")
    try:
        yield temporary
    except BaseException:
        with contextlib.suppress(OSError):  # the first error says more
            _remove(temporary)
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an error of the file system into one that says what to do.

    Parameters
    ----------
    path : Path
        What the body writes.

    Raises
    ------
    RunError
        The body raised an OSError.
    """
    try:
        yield
    except OSError as error:
        raise RunError(
            f"cannot be written ({error.strerror})",
            path=path,
            remedy="make room or choose another folder with --runs; finished parts of the run are kept",
        ) from error
