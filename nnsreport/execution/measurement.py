"""What a pass over the test images, or over some of them, measured: numbers that add up to those of all images."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nnsreport.engine.precision import ComputeSnr

Whole: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.float64]


def _no_counts() -> Whole:
    return np.empty(0, np.int64)


def _no_numbers() -> Numbers:
    return np.empty(0, np.float64)


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one pass measured.

    Attributes
    ----------
    predicted : numpy.ndarray of int64, (N,)
        Class of each image.
    conversions, saturated : numpy.ndarray of int64, (layers,)
        Analog-to-digital conversions of each layer, and those that were clipped.
    weight_errors, factors : numpy.ndarray of float64, (layers,)
        Error of each layer's weights as read, and factor of its drift compensation; the same for all images.
    ratios_db : numpy.ndarray of float64, (layers * 5,)
        Signal-to-noise ratios of each layer as :class:`ComputeSnr` has them; empty where none were measured.
    """

    predicted: Whole
    conversions: Whole = field(default_factory=_no_counts)
    saturated: Whole = field(default_factory=_no_counts)
    weight_errors: Numbers = field(default_factory=_no_numbers)
    factors: Numbers = field(default_factory=_no_numbers)
    ratios_db: Numbers = field(default_factory=_no_numbers)

    @property
    def ratios(self) -> tuple[ComputeSnr, ...]:
        """Signal-to-noise ratios of each layer."""
        return tuple(ComputeSnr(*map(float, row)) for row in self.ratios_db.reshape(-1, len(fields(ComputeSnr))))


Measured: TypeAlias = Mapping[str, Measurement]
"""By what was evaluated: a compensation, or how the network without devices was."""


def ratios_as_numbers(ratios: Sequence[ComputeSnr]) -> Numbers:
    """Return signal-to-noise ratios as :attr:`Measurement.ratios_db` has them."""
    return np.array([astuple(ratio) for ratio in ratios], np.float64).reshape(-1)


def joined(shares: Sequence[Measured]) -> Measured:
    """Return what passes over all images measured.

    Parameters
    ----------
    shares : sequence of Measured
        Of images that follow each other; the first has the signal-to-noise ratios.

    Returns
    -------
    Measured
        As one pass would have measured it.
    """
    return {name: _joined([share[name] for share in shares]) for name in shares[0]}


def _joined(parts: Sequence[Measurement]) -> Measurement:
    first = parts[0]
    return Measurement(
        np.concatenate([part.predicted for part in parts]),
        np.sum([part.conversions for part in parts], axis=0, dtype=np.int64),
        np.sum([part.saturated for part in parts], axis=0, dtype=np.int64),
        first.weight_errors,
        first.factors,
        first.ratios_db,
    )


def encode(measured: Measured) -> bytes:
    """Return what was measured as the bytes of a file.

    Parameters
    ----------
    measured : Measured
        Of some images.

    Returns
    -------
    bytes
        For :func:`decode`, which gives the same numbers to the last bit.
    """
    arrays = {
        f"{name}/{column.name}": getattr(measurement, column.name)
        for name, measurement in measured.items()
        for column in fields(Measurement)
    }
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def decode(data: bytes) -> Measured | None:
    """Read what was measured.

    Parameters
    ----------
    data : bytes
        From :func:`encode`.

    Returns
    -------
    Measured or None
        None if the bytes are damaged.
    """
    found: dict[str, dict[str, NDArray[np.generic]]] = {}
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            for key in arrays.files:
                name, _, column = key.rpartition("/")
                found.setdefault(name, {})[column] = arrays[key]
        return {name: Measurement(**columns) for name, columns in found.items()}  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, EOFError, zipfile.BadZipFile):
        return None
