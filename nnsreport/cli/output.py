"""Writing what a command makes to where the user asked."""

from __future__ import annotations

from pathlib import Path

from nnsreport.errors import ReportError, RunError


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
    from nnsreport.store.atomic import write_file

    if path.is_dir():
        raise ReportError("is a folder", path=path, remedy=f"give another {option}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, data)
    except RunError as error:
        raise ReportError(error.message, path=path, remedy=f"give another {option}") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(f"cannot be written ({reason})", path=path, remedy=f"give another {option}") from error
