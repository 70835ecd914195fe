"""The cheapest way to compute a layer that gives exactly what its hardware would.

Between the sums of a layer's devices and its output stand block sums, conversions, and shift-and-add. Only the
conversion is not linear, and the sums of gated arrays with resistive wires: else, with an ideal ADC, blocks, cycles and
slices collapse into one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from nnsreport.engine.backend import Array, to_numpy

# Largest magnitude up to which float32 holds every integer.
_EXACT_FLOAT32 = 2**24
# More chunks than this cost more than one product in float64.
_MOST_CHUNKS = 8


class Path(StrEnum):
    """How a layer is computed."""

    COLLAPSED = "collapsed"
    SINGLE_CYCLE = "single-cycle"
    BIT_SERIAL = "bit-serial"
    NEUROSIM = "neurosim-1.4"


@dataclass(frozen=True, slots=True)
class Plan:
    """A layer's way of computing.

    Attributes
    ----------
    path : Path
        One product; converted block sums, of one cycle or of several; or as NeuroSim V1.4's wrapper computes.
    dtype : str
        Of the multiplications.
    chunks : tuple of slice
        Rows K multiplied at once: the word-line blocks, or for ``collapsed`` as many rows as stay exact.
    """

    path: Path
    dtype: str
    chunks: tuple[slice, ...]

    def __str__(self) -> str:
        """Return the plan in words, for the run's record."""
        parts = f" in {len(self.chunks)} chunks" if self.path is Path.COLLAPSED and len(self.chunks) > 1 else ""
        return f"{self.path} {self.dtype}{parts}"


def plan_exact(levels: Array, input_top: int) -> Plan:
    """Plan a product of integers without any rounding.

    Parameters
    ----------
    levels : Array of int32, (groups, N, K)
        Integer weights.
    input_top : int
        Largest magnitude of an activation.

    Returns
    -------
    Plan
        In float32 where no partial sum, in whatever order it is added, can leave the integers that float32 holds;
        in a few such chunks of K; or in float64.
    """
    magnitudes = np.cumsum(np.abs(to_numpy(levels)), axis=2, dtype=np.int64).reshape(-1, levels.shape[2])
    chunks: list[slice] = []
    start, before = 0, np.zeros((magnitudes.shape[0], 1), dtype=np.int64)
    while start < levels.shape[2]:
        bounds = (magnitudes[:, start:] - before).max(axis=0) * input_top
        stop = start + int(np.searchsorted(bounds, _EXACT_FLOAT32, side="right"))
        if stop == start or len(chunks) == _MOST_CHUNKS:
            return Plan(Path.COLLAPSED, "float64", (slice(0, levels.shape[2]),))
        chunks.append(slice(start, stop))
        start, before = stop, magnitudes[:, stop - 1 : stop]
    return Plan(Path.COLLAPSED, "float32", tuple(chunks))


def plan_analog(inputs: int, blocks: tuple[slice, ...], cycles: int, ideal_adc: bool) -> Plan:
    """Plan a product with conductances that are real numbers.

    Parameters
    ----------
    inputs : int
        Rows K of the matrix.
    blocks : tuple of slice
        Rows read together.
    cycles : int
        In which an activation is applied.
    ideal_adc : bool
        Whether nothing is converted, and sums are linear and without noise.

    Returns
    -------
    Plan
        In float32, whose rounding (6e-8) is far below any device's error.
    """
    if ideal_adc:
        return Plan(Path.COLLAPSED, "float32", (slice(0, inputs),))
    return Plan(Path.SINGLE_CYCLE if cycles == 1 else Path.BIT_SERIAL, "float32", blocks)
