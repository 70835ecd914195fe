"""Names of log files: which run wrote them, and which files of a folder may be logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

LOG_SUFFIXES = (".txt", ".out", ".log")
"""How the names of logs end, compressed ones with a further suffix."""

_COMPRESSED_SUFFIXES = (".gz", ".xz", ".bz2")
_JOB_FILE = re.compile(r"(?:output|slurm)[-_](\d+(?:_\d+)?)")


def run_name(path: Path) -> str:
    """Return the identifier of the run that wrote a file.

    Parameters
    ----------
    path : Path
        Of a log.

    Returns
    -------
    str
        The SLURM job id in ``output_38905658.txt``, ``slurm-38905658.out`` or ``slurm-38905658_7.out``; the file's name
        without its suffix otherwise.
    """
    name = path.name
    for suffixes in (_COMPRESSED_SUFFIXES, LOG_SUFFIXES):
        for suffix in suffixes:
            if name.lower().endswith(suffix) and len(name) > len(suffix):
                name = name[: -len(suffix)]
                break
    match = _JOB_FILE.fullmatch(name)
    return match.group(1) if match else name


def find_logs(folder: Path) -> Iterator[Path]:
    """Find the files below a folder that may be logs, by their names.

    Parameters
    ----------
    folder : Path
        Searched to the bottom; hidden files and folders are left out.

    Yields
    ------
    Path
        In the order of their names.
    """
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from find_logs(path)
        elif path.is_file() and _is_log_name(path.name.lower()):
            yield path


def _is_log_name(name: str) -> bool:
    for suffix in _COMPRESSED_SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(LOG_SUFFIXES)


def distinct_names(paths: list[Path]) -> list[str]:
    """Return an identifier for each file, no two the same.

    Parameters
    ----------
    paths : list of Path
        Logs that go into one table.

    Returns
    -------
    list of str
        :func:`run_name`, with as many folders before it as make it distinct.
    """
    names = [run_name(path) for path in paths]
    folders = [list(reversed(path.absolute().parent.parts)) for path in paths]
    for depth in range(max((len(parts) for parts in folders), default=0)):
        repeated = {name for name in names if names.count(name) > 1}
        if not repeated:
            break
        names = [
            f"{parts[depth]}/{name}" if name in repeated and depth < len(parts) else name
            for name, parts in zip(names, folders, strict=True)
        ]
    return names
