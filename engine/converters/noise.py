"""One normal number for every conversion, whatever the batch, the part of it, or the order of trials."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.random import Purpose, Stream, device_stream, normal_rows

_stream = functools.lru_cache(maxsize=256)(device_stream)
_ROWS_OF_A_BLOCK = 4


@dataclass(frozen=True, slots=True)
class Vectors:
    """Which vectors of activations are evaluated.

    Attributes
    ----------
    numbers : Array of int64, (m,)
        Place of each in the data set: ``image * vectors of an image + position``.
    occasion : int
        Which evaluation of the layer within the network, such as the step of a recurrent one.
    """

    numbers: Array
    occasion: int = 0

    def part(self, part: slice) -> Vectors:
        """Return some of the vectors.

        Parameters
        ----------
        part : slice
            Of m.

        Returns
        -------
        Vectors
            The same numbers, fewer.
        """
        return Vectors(self.numbers[part], self.occasion)


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """Identity of the noise of one layer's conversions at one time.

    Attributes
    ----------
    seed, trial, layer : int
        Seed of the run, programming draw, and the layer's index in its network.
    purpose : Purpose
        Which effect.
    time_s : float
        Evaluation time, in s.
    """

    seed: int
    trial: int
    layer: int
    purpose: Purpose
    time_s: float

    def stream(self, occasion: int) -> Stream:
        """Return where the normal numbers of an evaluation come from.

        Parameters
        ----------
        occasion : int
            Which evaluation of the layer within the network.

        Returns
        -------
        Stream
            A table of them has a row for each block, cycle, group and line, and a column for each vector.
        """
        return _stream(self.seed, self.trial, self.layer, self.purpose, self.time_s, occasion)

    def normals(self, sums: Array, block: int, vectors: Vectors | None) -> Array:
        """Return a standard normal number for each conversion.

        Parameters
        ----------
        sums : Array, (cycles, groups, lines, m)
            What is converted; only its shape counts.
        block : int
            Of word lines.
        vectors : Vectors
            The m vectors.

        Returns
        -------
        Array of float32, as ``sums``
            Each depends on image, position, cycle, block, slice and column alone.
        """
        assert vectors is not None, "noise needs to know which images it falls on"
        lines = sums.shape[0] * sums.shape[1] * sums.shape[2]
        first = block * -(-lines // _ROWS_OF_A_BLOCK) * _ROWS_OF_A_BLOCK
        source = self.stream(vectors.occasion)
        return normal_rows(source, lines, vectors.numbers, namespace_of(sums), first).reshape(sums.shape)
