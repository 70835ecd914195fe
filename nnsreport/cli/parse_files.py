"""From what a user gives ``nnsreport parse`` to the files that are read."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nnsreport.parsers.folder import Skipped
    from nnsreport.parsers.many import LogFile


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """What is to be read.

    Attributes
    ----------
    files : tuple of LogFile
        Each once, with distinct names for their runs.
    given : frozenset of Path
        Those that the user named himself: that one of them is no log is an error.
    skipped : tuple of Skipped
        What lies in the folders and is not even opened as a log.
    has_folders : bool
        Whether the user gave a folder.
    """

    files: tuple[LogFile, ...]
    given: frozenset[Path]
    skipped: tuple[Skipped, ...]
    has_folders: bool


def find_files(arguments: Iterable[Path]) -> FoundFiles:
    """Return the files that arguments mean.

    Parameters
    ----------
    arguments : iterable of Path
        Files and folders.

    Returns
    -------
    FoundFiles
        In the order of the arguments; a file that is meant twice is in it once.
    """
    from nnsreport.parsers.folder import look_through
    from nnsreport.parsers.many import LogFile
    from nnsreport.parsers.names import distinct_names

    real = _RealPaths()
    found: dict[str, Path] = {}
    given: set[str] = set()
    skipped: dict[Path, Skipped] = {}
    has_folders = False
    for argument in arguments:
        if _is_folder(argument):
            has_folders = True
            contents = look_through(argument)
            skipped.update((entry.path, entry) for entry in contents.skipped)
            paths = contents.files
        else:
            paths = [argument]
            given.add(real.of(argument))
        for path in paths:
            found.setdefault(real.of(path), path)
    files = tuple(map(LogFile, found.values(), distinct_names(list(found.values()))))
    return FoundFiles(files, frozenset(found[path] for path in given), tuple(skipped.values()), has_folders)


class _RealPaths:
    """Finds paths without links; of a folder with many files, only once for all of them."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    def of(self, path: Path) -> str:
        folder, name = os.path.split(path)
        if name in ("", os.curdir, os.pardir) or path.is_symlink():
            return os.path.realpath(path)
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)  # noqa: PTH118 - of many, as text


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # reading it will say what is wrong
        return False
