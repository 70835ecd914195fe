"""Many logs, and one huge one, made of genuine ones: in every copy all times, energies, powers and areas are others.

They are scaled by one factor, so that sums still are the sums of their parts, and printed as C++ prints them.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence
from pathlib import Path

_NUMBER = re.compile(
    rb"(?m)(?<=: )(\d[\d.]*(?:e[+-]\d+)?)(?=(?:ns|pJ|uW|um\^2)\r?$)|(?<=^clkPeriod: )(\d[\d.]*e-\d+)(?=\r?$)"
)
_EPOCH = re.compile(rb"(?m)^(Train Epoch: |\tEpoch )\d+")
_EPOCHS = re.compile(rb"(?m)^epochs: \d+")
_ELAPSED = re.compile(rb"Elapsed [\d.]+s, ([\d.]+) s/epoch, ([\d.]+) s/batch, ets [\d.]+s")
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
    """Write one log of many epochs: the genuine one, its last epoch repeated with its number and times carried on.

    Returns
    -------
    int
        Its bytes: the size, give or take an epoch.
    """
    text = genuine.read_bytes()
    starts = [found.start() for found in _PHASE.finditer(text)]
    ends = [found.end() for found in _END.finditer(text)]
    if len(starts) < 2 or len(ends) < len(starts):
        raise SystemExit(f"{genuine}: must have two complete epochs at least")
    head, last, tail = text[: starts[-1]], text[starts[-1] : ends[-1]], text[ends[-1] :]
    before = len(starts) - 1
    epochs = before + max(1, round((size_bytes - len(head)) / len(last)))
    copier, source = Copier(last), random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        stream.write(_with_times(_EPOCHS.sub(b"epochs: %d" % epochs, head, count=1), 0, epochs))
        for epoch in range(before, epochs):
            stream.write(_with_times(_EPOCH.sub(rb"\g<1>%d" % epoch, copier.copy(source)), epoch, epochs))
        stream.write(tail)
    return path.stat().st_size


def _with_times(text: bytes, first_epoch: int, epochs: int) -> bytes:
    """Return epochs with the times that the wrapper prints in a training of so many epochs."""
    count = itertools.count(first_epoch)

    def times(found: re.Match[bytes]) -> bytes:
        epoch, an_epoch, a_batch = next(count), float(found[1]), float(found[2])
        elapsed, left = an_epoch * (epoch + 1), an_epoch * (epochs - epoch - 1)
        return b"Elapsed %.2fs, %.2f s/epoch, %.2f s/batch, ets %.2fs" % (elapsed, an_epoch, a_batch, left)

    return _ELAPSED.sub(times, text)
