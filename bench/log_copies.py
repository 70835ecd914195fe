"""Many logs, and one huge one, made of genuine ones: in every copy all times, energies, powers and areas are others.

They are scaled by one factor, so that sums still are the sums of their parts, and printed as C++ prints them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_NUMBER = re.compile(
    rb"(?m)(?<=: )(\d[\d.]*(?:e[+-]\d+)?)(?=(?:ns|pJ|uW|um\^2)\r?$)|(?<=^clkPeriod: )(\d[\d.]*e-\d+)(?=\r?$)"
)
_EPOCH = re.compile(rb"(?m)^(Train Epoch: |\tEpoch )\d+")
_PHASE = re.compile(rb"(?m)^training phase\r?\n")
_END = re.compile(rb"(?m)^Total Run-time of NeuroSim: .*\n.*\n")


class Copier:
    """A genuine text, ready to be copied with other numbers.

    Parameters
    ----------
    text : bytes
        Of a log.
    """

    def __init__(self, text: bytes) -> None:
        self._numbers = [float(found[0]) for found in _NUMBER.finditer(text)]
        self._shape = _NUMBER.sub(b"%.6g", text.replace(b"%", b"%%"))

    @property
    def count(self) -> int:
        """How many numbers change."""
        return len(self._numbers)

    def copy(self, source: random.Random) -> bytes:
        """Return the text with all its quantities larger or smaller by one factor."""
        factor = source.uniform(0.7, 1.4)
        return self._shape % tuple([number * factor for number in self._numbers])


def write_logs(genuine: Sequence[Path], folder: Path, count: int, seed: int) -> int:
    """Write so many logs, a thousand a folder.

    Returns
    -------
    int
        Their bytes.
    """
    source = random.Random(seed)
    copiers = [Copier(path.read_bytes()) for path in genuine]
    total = 0
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"output_{10_000_000 + number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        total += path.write_bytes(copiers[number % len(copiers)].copy(source))
    return total


def write_training_log(genuine: Path, path: Path, size_bytes: int, seed: int) -> int:
    """Write one log of many epochs.

    Returns
    -------
    int
        Its bytes: the size at least, with a whole number of epochs.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    total = 0
    with path.open("wb") as stream:
        for part in _epochs(genuine.read_bytes(), random.Random(seed)):
            total += stream.write(part)
            if total >= size_bytes:
                return total
    return total


def _epochs(text: bytes, source: random.Random) -> Iterator[bytes]:
    starts = [found.start() for found in _PHASE.finditer(text)]
    if not starts:
        raise SystemExit("the training log has no line 'training phase'")
    ends = [_END.search(text, start) for start in starts]
    yield text[: starts[0]]
    copiers = [Copier(text[start : end.end()]) for start, end in zip(starts, ends, strict=True) if end is not None]
    epoch = 0
    while True:
        for copier in copiers:
            yield _EPOCH.sub(rb"\g<1>%d" % epoch, copier.copy(source))
            epoch += 1
