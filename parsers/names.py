"""Names of log files: which run wrote them, and which files of a folder may be logs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

LOG_SUFFIXES = (".txt", ".out", ".log")
"""How the names of logs end, compressed ones with a further suffix."""

_COMPRESSED_SUFFIXES = (".gz", ".xz", ".bz2")
_JOB_FILES = (
    re.compile(r"(?:output|slurm)[-_](\d+(?:_\d+)?)"),
    re.compile(r"(\d+(?:_\d+)?)_0_log"),  # submitit's %j_%t_log
    re.compile(r"[A-Za-z].*\.[oe](\d{1,10}(?:_\d{1,7})?)"),  # %x.o%j, as PBS has it
    re.compile(r"[A-Za-z].*?(?:[-_]|(?<!\d)\.)([1-9]\d{5,7}(?:_\d{1,7})?)"),  # %x-%j
)
_DATE = re.compile(r"(?:(?:19|20)\d\d|\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:_\d+)?")


def run_name(path: Path) -> str:
    """Return the identifier of the run that wrote a file.

    Parameters
    ----------
    path : Path
        Of a log.

    Returns
    -------
    str
        The SLURM job id in ``output_38905658.txt``, ``slurm-38905658_7.out``, ``vgg8-38905658.out``, ``vgg8.o38905658``
        or submitit's ``38905658_0_log.out``, as long as it is no date, as in ``vgg8-20261122.out``; the file's name
        without its suffix otherwise.
    """
    name = path.name
    for suffixes in (_COMPRESSED_SUFFIXES, LOG_SUFFIXES):
        for suffix in suffixes:
            if name.lower().endswith(suffix) and len(name) > len(suffix):
                name = name[: -len(suffix)]
                break
    for rank, pattern in enumerate(_JOB_FILES, start=1):
        match = pattern.fullmatch(name)
        if match is not None and (rank < len(_JOB_FILES) or _DATE.fullmatch(match.group(1)) is None):
            return match.group(1)
    return name


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
