"""Names of log files: which run wrote them."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

LOG_SUFFIXES = (".txt", ".out", ".log")
"""How the names of logs end, compressed ones with a further suffix."""

_SUFFIXES = (*LOG_SUFFIXES, ".json", ".csv", ".tsv", ".sh", ".cpp")
"""What is no part of a run's identifier: the ends of names of everything that a format of this package reads."""

COMPRESSED_SUFFIXES = (".gz", ".xz", ".bz2", ".zst")

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
        without the suffix of a log, table or program otherwise: ``results`` of ``results.json.gz``.
    """
    name = path.name
    for suffixes in (COMPRESSED_SUFFIXES, _SUFFIXES):
        for suffix in suffixes:
            if name.lower().endswith(suffix) and len(name) > len(suffix):
                name = name[: -len(suffix)]
                break
    for rank, pattern in enumerate(_JOB_FILES, start=1):
        match = pattern.fullmatch(name)
        if match is not None and (rank < len(_JOB_FILES) or _DATE.fullmatch(match.group(1)) is None):
            return match.group(1)
    return name


def is_log_name(path: Path) -> bool:
    """Tell whether a file is called like a log, compressed or not."""
    name = path.name.lower()
    for suffix in COMPRESSED_SUFFIXES:
        name = name.removesuffix(suffix)
    return name.endswith(LOG_SUFFIXES)


def distinct_names(paths: Sequence[Path]) -> list[str]:
    """Return an identifier for each file, no two the same.

    Parameters
    ----------
    paths : sequence of Path
        Different files that go into one table.

    Returns
    -------
    list of str
        :func:`run_name`, or the whole name where two files of a folder differ in the suffix only, with as many folders
        before it as make it distinct.
    """
    parents = [os.path.split(path.absolute())[0] for path in paths]  # as text, of which many are compared quickly
    names = [run_name(path) for path in paths]
    for _ in range(2):  # a whole name may be what is left of another one
        twins = Counter(zip(parents, names, strict=True))
        names = [
            path.name if twins[parent, name] > 1 else name
            for path, parent, name in zip(paths, parents, names, strict=True)
        ]
    if len(set(names)) == len(names):
        return names
    folders = [Path(parent).parts[::-1] for parent in parents]
    for depth in range(max(map(len, folders))):
        counts = Counter(names)
        if len(counts) == len(names):
            break
        names = [
            f"{parts[depth]}/{name}" if counts[name] > 1 and depth < len(parts) else name
            for name, parts in zip(names, folders, strict=True)
        ]
    return names


def run_identifier(run: str, rank: int) -> str:
    """Return the identifier of a run of a file.

    Parameters
    ----------
    run : str
        Identifier of the first.
    rank : int
        From 0.

    Returns
    -------
    str
        ``38905658``, ``38905658#2``, ...
    """
    return run if rank == 0 else f"{run}#{rank + 1}"
