"""White noise of devices at every read, referred to what their column sums up.

Deviations that are independent from device to device and from read to read add up to one normal deviate a conversion,
of the variance ``sum over k of x_k^2 sigma(g_k)^2``: not an approximation, but the distribution itself. The variances
come from a second product, of squared pulses.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.wired_noise import DrivenLosses, GatedLosses


@dataclass(frozen=True, slots=True)
class ReadNoise:
    """White noise of a layer's devices.

    Attributes
    ----------
    variances : Array of float32, (groups, slices * columns, K)
        Of what a column's devices conduct, in squared level units, slice by slice; of a pair, both devices together.
    source : NoiseSource
        Where the normal numbers come from.
    losses : DrivenLosses or GatedLosses, optional
        What wires with a resistance leave of it.
    """

    variances: Array
    source: NoiseSource
    losses: DrivenLosses | GatedLosses | None = None

    def add(self, sums: Array, pulses: Array, rows: slice, block: int, vectors: Vectors | None) -> None:
        """Add the noise of one read to sums.

        Parameters
        ----------
        sums : Array of float32, (cycles, groups, slices * columns, m)
            Of a block; changed in place.
        pulses : Array of float32, (cycles, groups, rows, m)
            What the word lines of the block carry.
        rows : slice
            Of K: the block's word lines.
        block : int
            Its number.
        vectors : Vectors
            Which vectors these are.
        """
        xp = namespace_of(sums)
        noise = xp.matmul(self.variances[None, :, :, rows], pulses * pulses)
        if self.losses is not None:
            self.losses.apply(noise, pulses, rows, block)
        xp.sqrt(noise, out=noise)
        noise *= self.source.normals(sums, block, vectors)
        sums += noise
