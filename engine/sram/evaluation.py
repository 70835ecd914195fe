"""Random numbers of evaluations: those of a vector depend on its place in the run, not on its batch."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.random import Purpose, device_stream, normal_rows

_stream = functools.lru_cache(maxsize=4096)(device_stream)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Identity of the evaluations of one block of word lines.

    Attributes
    ----------
    seed : int
        Of the run.
    trial : int
        Which programming draw.
    layer : int
        The layer's index in its network.
    block : int
        Which block of word lines.
    first_vector : int
        Place of the first vector in the run: the number of vectors evaluated in this layer before.
    numbers : Array of int64, (m,), optional
        Place of each vector, where they do not follow each other.
    time_s : float
        When the array is read, in s.
    occasion : int
        Which evaluation of the layer for these vectors.
    """

    seed: int
    trial: int
    layer: int
    block: int = 0
    first_vector: int = 0
    numbers: Array | None = None
    time_s: float = 0.0
    occasion: int = 0

    def normals(self, purpose: Purpose, shape: tuple[int, ...], xp: ModuleType) -> Array:
        """Return standard normal numbers for an array whose last axis is that of vectors.

        Parameters
        ----------
        purpose : Purpose
            Which effect.
        shape : tuple of int
            Of the result; the last axis counts vectors, the others what happens at each.
        xp : module
            Array namespace.

        Returns
        -------
        Array of float32
            The same for a vector in whatever part of a batch it comes.
        """
        source = _stream(self.seed, self.trial, self.layer, purpose, self.time_s, self.block, self.occasion)
        numbers = self.numbers
        if numbers is None:
            numbers = xp.arange(self.first_vector, self.first_vector + shape[-1], dtype=xp.int64)
        return normal_rows(source, math.prod(shape[:-1]), numbers, xp).reshape(shape)
