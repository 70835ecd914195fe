"""One process at a time in a run folder."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from nnsreport.errors import RunError
from nnsreport.store.atomic import explained

LOCK_FILE = "run.lock"
NO_LOCKS = "the file system of the run has no locks: nothing stops a second process from working on the run as well"
_UNSUPPORTED = {errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.EINVAL}


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[str | None]:
    """Hold a run folder's lock; the system releases it when the process ends, however it ends.

    Parameters
    ----------
    folder : Path
        An existing folder.

    Yields
    ------
    str or None
        A note for the run's record when the file system has no locks.

    Raises
    ------
    RunError
        Another process holds it.
    """
    path = folder / LOCK_FILE
    with explained(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        note = _take(descriptor, folder)
        if note is None:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)
        yield note
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> str | None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
        raise RunError(
            f"the run is in use by {holder or 'another process'}",
            path=folder,
            remedy="wait for it to end, or start another run with --id",
        ) from None
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        return NO_LOCKS
    return None
