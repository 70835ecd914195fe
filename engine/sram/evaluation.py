"""Random numbers of evaluations: those of a vector depend on its place in the run, not on its batch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

from nnsreport.engine.backend import Array
from nnsreport.engine.random import Purpose, Stream, normals, stream


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
    """

    seed: int
    trial: int
    layer: int
    block: int = 0
    first_vector: int = 0

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
        each = math.prod(shape[:-1])
        room = each + each % 2  # a vector begins with an even element
        source = self._stream(purpose)
        drawn = normals(source, (shape[-1], room), xp, self.first_vector * room)[:, :each].astype(xp.float32)
        by_vector: Array = xp.ascontiguousarray(xp.moveaxis(drawn.reshape(shape[-1], *shape[:-1]), 0, -1))
        return by_vector

    def _stream(self, purpose: Purpose) -> Stream:
        return stream(self.seed, self.trial, self.layer, int(purpose), self.block)
