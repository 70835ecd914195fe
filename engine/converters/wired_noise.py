"""White noise of devices behind resistive wires: how much of a device's deviation reaches the converter.

To first order in deviations, a cell that conducts ``d`` more changes the current of its column by ``d u s``: u is the
voltage across the cell, s the voltage that it would have if the converter were a unit source and all drivers were at
ground (Tellegen's theorem; S. W. Director, R. A. Rohrer, IEEE Trans. Circuit Theory 16, 318 (1969),
doi:10.1109/TCT.1969.1082965). Both are below 1, so that noise is smaller than with ideal wires.

The cell's voltage depends on all inputs, through the voltage that a bit line gives back. It is taken for what it is
when all rows carry the same, times the mean of what they carry: the variance of a column remains two products.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of


@dataclass(frozen=True, slots=True)
class DrivenLosses:
    """What is lost of white noise on driven arrays: ``sum of sigma^2 s^2 (w x - v mean(x))^2``.

    The first term, ``sigma^2 s^2 w^2``, is in the place of the variances of devices.

    Attributes
    ----------
    mixed : Array of float32, (groups, slices * columns, K)
        ``2 sigma^2 s^2 w v``: w is the share of the driver's voltage that reaches a cell, v the voltage of the bit line
        when all inputs of the block are 1. In squared level units.
    returned : Array of float32, (blocks, groups, slices * columns)
        ``sum of sigma^2 s^2 v^2`` over the rows of a block.
    """

    mixed: Array
    returned: Array

    def apply(self, noise: Array, pulses: Array, rows: slice, block: int) -> None:
        """Take from the variances of sums what wires lose.

        Parameters
        ----------
        noise : Array of float32, (cycles, groups, slices * columns, m)
            ``sum of sigma^2 s^2 w^2 x^2``; changed in place.
        pulses : Array of float32, (cycles, groups, rows, m)
            x: what the word lines of the block carry.
        rows : slice
            Of K: the block's word lines.
        block : int
            Its number.
        """
        xp = namespace_of(noise)
        mean = pulses.mean(axis=-2, keepdims=True)
        noise -= xp.matmul(self.mixed[None, :, :, rows], pulses) * mean
        noise += self.returned[block][:, :, None] * (mean * mean)
        xp.maximum(noise, 0.0, out=noise)


@dataclass(frozen=True, slots=True)
class GatedLosses:
    """What is lost of white noise on gated arrays: a column's cells keep ``1 - p lost`` of voltages u and s alike.

    Attributes
    ----------
    lost : Array of float32, (blocks, groups, slices * columns)
        Share of a column's current that is lost when all rows of the block are open; p is the share that is.
    """

    lost: Array

    def apply(self, noise: Array, pulses: Array, rows: slice, block: int) -> None:  # noqa: ARG002 - driven arrays need it
        """Take from the variances of sums what wires lose.

        Parameters
        ----------
        noise : Array of float32, (cycles, groups, slices * columns, m)
            ``sum of sigma^2 x^2``; changed in place.
        pulses : Array of numbers, (cycles, groups, rows, m)
            Which rows of the block are open: 1, or -1 in the second phase.
        rows : slice
            Of K: the block's word lines.
        block : int
            Its number.
        """
        xp = namespace_of(noise)
        first, second = (((pulses * sign) > 0).mean(axis=-2, keepdims=True, dtype=xp.float32) for sign in (1, -1))
        # Each phase has rows and a loss of its own; the phases' shares of the variance are those of their rows.
        opened = xp.maximum(first + second, xp.float32(1e-30))
        missing = (self.lost / (1.0 - self.lost))[block][:, :, None]
        noise *= (first / (1.0 + missing * first) ** 4 + second / (1.0 + missing * second) ** 4) / opened
