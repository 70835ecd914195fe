"""Where the traces of a network lie: a folder or an archive, and the list that pairs them."""

from __future__ import annotations

import tarfile
from collections.abc import Collection, Iterator
from pathlib import Path, PurePosixPath

from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError


@dataclass(frozen=True, slots=True)
class TracePair:
    """The files of one layer, by name."""

    weights: str
    inputs: str


def trace_pairs(text: str, source: Path | None = None) -> tuple[TracePair, ...]:
    """Return the files of each layer from the arguments of NeuroSim's main.

    Parameters
    ----------
    text : str
        Names of files, weights before inputs for each layer, divided by blanks or line ends.
    source : Path, optional
        For errors.

    Returns
    -------
    tuple of TracePair
        In the order of the layers.

    Raises
    ------
    DataError
        A file has no partner.
    """
    names = text.split()
    if not names or len(names) % 2:
        raise DataError(
            f"lists {len(names)} files, no pairs of weights and inputs",
            path=source,
            remedy="list the weights and then the inputs of each layer",
        )
    return tuple(TracePair(*pair) for pair in zip(names[::2], names[1::2], strict=True))


def archived(path: Path, names: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield files of an archive, one at a time in its own order, so that it is unpacked once and never as a whole.

    Parameters
    ----------
    path : Path
        A tar archive, compressed or not.
    names : collection of str
        Names of files without folders.

    Yields
    ------
    tuple of str and bytes
        Name and contents.

    Raises
    ------
    DataError
        The archive cannot be read, or lacks a file.
    """
    missing = set(names)
    try:
        with tarfile.open(path, "r|*") as archive:
            for member in archive:
                name = PurePosixPath(member.name).name
                file = archive.extractfile(member) if name in missing else None
                if file is not None:
                    missing.discard(name)
                    yield name, file.read()
                if not missing:
                    return
    except (OSError, EOFError, tarfile.TarError) as error:
        raise DataError(
            f"cannot be read as a tar archive ({error})", path=path, remedy="pack the traces again"
        ) from error
    if missing:
        raise DataError(f"lacks {', '.join(sorted(missing)[:3])}", path=path, remedy="pack the traces of all layers")
