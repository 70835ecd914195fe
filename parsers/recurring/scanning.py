"""Reads consecutive lines of known forms with a loop in C, where it was built at installation; without it, nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.loops import loops

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_scanning = loops("nnsreport.parsers.recurring._scanning")

scan: Callable[[bytes, bytes], tuple[bytes, bytes, bytes]] | None = getattr(_scanning, "scan", None)


class Scanned(NamedTuple):
    """Lines of known forms.

    Attributes
    ----------
    names : bytes
        The form of each line, one character.
    counts : tuple of int
        The numbers of each line.
    values : numpy.ndarray of float64, shape (numbers,)
        All of them, in the order of the text.
    """

    names: bytes
    counts: tuple[int, ...]
    values: npt.NDArray[np.float64]


def nothing() -> Scanned:
    """Return no lines at all."""
    import numpy as np

    return Scanned(b"", (), np.empty(0))


def written(forms: Mapping[str, str]) -> bytes:
    """Return forms as :func:`scanned` wants them.

    Parameters
    ----------
    forms : Mapping of str to str
        Text by name, as :func:`nnsreport.parsers.recurring._scanning.scan` describes it.
    """
    return "".join(f"{name}{text}\n" for name, text in forms.items()).encode()


def scanned(text: bytes, forms: bytes) -> Scanned:
    """Read the first lines of a text, as long as they have one of some forms.

    Parameters
    ----------
    text : bytes
        Lines with their ends.
    forms : bytes
        Made by :func:`written`.

    Returns
    -------
    Scanned
        Of no lines, where the loop in C was not built.
    """
    import numpy as np

    if scan is None:
        return nothing()
    names, counts, values = scan(text, forms)
    return Scanned(names, tuple(memoryview(counts).cast("q")), np.frombuffer(values))
