"""What is in a folder: files that may be logs, and those that are none, with the reason.

Only regular files are opened. Whether a file is a log is the formats' business; the rules here cost next to nothing.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from nnsreport.errors import LogError
from nnsreport.parsers.names import is_log_name
from nnsreport.parsers.reading import plain_head, read_head

_HEAD_BYTES = 8192
_FOLDERS_WITHOUT_LOGS = frozenset({"__pycache__", "node_modules", "site-packages"})
_TRACE_FOLDER = "layer_record"
_KINDS: dict[str, tuple[str, ...]] = {
    "image": (".png", ".jpg", ".jpeg", ".gif", ".svg", ".tif", ".tiff", ".bmp", ".ico", ".pdf", ".eps", ".webp"),
    "weights or arrays": (".pth", ".pt", ".ckpt", ".onnx", ".npy", ".npz", ".mat", ".h5", ".pkl", ".safetensors"),
    "table of another kind": (".parquet", ".feather", ".arrow", ".xlsx", ".xls", ".db", ".sqlite"),
    "program": (".o", ".so", ".a", ".pyc", ".pyd", ".exe", ".dll", ".dylib", ".class", ".jar", ".whl"),
    "archive": (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".7z", ".rar", ".deb", ".rpm"),
}
_KIND_OF_SUFFIX = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}
_SUFFIXES = tuple(_KIND_OF_SUFFIX)
_FILE_TYPES = (
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)
_TAR_MARK = slice(257, 262)
_CONTROL = bytes(set(range(32)) - set(b"\x00\a\b\t\n\v\f\r\x1b"))
_MOST_CONTROL_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file or folder that was not read.

    Attributes
    ----------
    path : Path
        Where it is.
    reason : str
        A noun or clause that many can share, such as ``binary file``.
    """

    path: Path
    reason: str


@dataclass(slots=True)
class FolderContents:
    """What is below a folder.

    Attributes
    ----------
    files : list of Path
        May be logs; in the order of their names, folder by folder.
    skipped : list of Skipped
        Are no logs, or cannot be opened. Hidden files and folders are not listed at all.
    """

    files: list[Path] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def look_through(folder: Path) -> FolderContents:
    """Find the files below a folder that may be logs.

    Parameters
    ----------
    folder : Path
        Searched to the bottom, without following links to folders; links to files are followed.

    Returns
    -------
    FolderContents
        Every file and folder that is not hidden is in it, except those inside skipped folders.
    """
    contents = FolderContents()
    links: list[Path] = []
    waiting = _entries(folder, contents)
    while waiting:
        entry = waiting.pop()
        path = Path(entry.path)
        try:
            mode = entry.stat(follow_symlinks=False).st_mode
            reason = _reason_to_skip(path, mode)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        if reason is not None:
            contents.skipped.append(Skipped(path, reason))
        elif stat.S_ISDIR(mode):
            waiting += _entries(path, contents)
        else:
            contents.files.append(path)
            links += [path] if stat.S_ISLNK(mode) else []
    _drop_second_names(contents, links)
    return contents


def _entries(folder: Path, contents: FolderContents) -> list[os.DirEntry[str]]:
    """Return what is in a folder, the last first, without what is hidden."""
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
        found = sorted(shown, key=attrgetter("name"), reverse=True)
    except OSError as error:
        contents.skipped.append(Skipped(folder, f"cannot be read: {error.strerror}"))
        return []
    return found


def _reason_to_skip(path: Path, mode: int) -> str | None:
    if stat.S_ISLNK(mode):
        try:
            mode = path.stat().st_mode
        except (OSError, RuntimeError):  # RuntimeError: a cycle, in Python 3.12 and older
            return "link to nothing"
        if stat.S_ISDIR(mode):
            return "link to a folder"
    if stat.S_ISDIR(mode):
        return "folder of programs" if path.name in _FOLDERS_WITHOUT_LOGS else None
    if not stat.S_ISREG(mode):
        return next((name for is_type, name in _FILE_TYPES if is_type(mode)), "no regular file")
    return _reason_by_name(path) or _reason_by_content(path)


def _reason_by_name(path: Path) -> str | None:
    name = path.name.lower()
    if name.endswith(".csv") and path.parent.name.startswith(_TRACE_FOLDER):
        return "trace of weights or inputs"
    if name.endswith(_SUFFIXES):
        return next(_KIND_OF_SUFFIX[suffix] for suffix in _SUFFIXES if name.endswith(suffix))
    return None


def _reason_by_content(path: Path) -> str | None:
    try:
        head = read_head(path, _HEAD_BYTES)
        if not head:  # an empty log is worth more than a word: its job lost its output
            return None if is_log_name(path) else "empty file"
        return "binary file" if is_binary(plain_head(head)) else None
    except LogError as error:
        return error.message


def is_binary(head: bytes) -> bool:
    """Tell whether a file is none of text, from its beginning.

    Parameters
    ----------
    head : bytes
        Decompressed.

    Returns
    -------
    bool
        False for text with holes: a full disk leaves NUL bytes in logs.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in head:
        return False
    filled = head.replace(b"\x00", b"")
    control = len(filled) - len(filled.translate(None, _CONTROL))
    return head[_TAR_MARK] == b"ustar" or control > _MOST_CONTROL_SHARE * len(filled)


def _drop_second_names(contents: FolderContents, links: list[Path]) -> None:
    """Leave out links to files that are read under their own names."""
    if not links:
        return
    own = {os.path.realpath(path) for path in contents.files if path not in set(links)}
    second = {path for path in links if os.path.realpath(path) in own}
    contents.files = [path for path in contents.files if path not in second]
    contents.skipped += [Skipped(path, "link to a file that is read under its own name") for path in sorted(second)]
