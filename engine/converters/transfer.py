"""What circuits make of ideal codes: mean and standard deviation of each, from SPICE or silicon.

Source: the circuit mode of NeuroSim V1.5 (``output_noise = -1`` in ``cim/modules/macro.py``), which draws a normal
number of the mean and standard deviation of each ideal output, rounds it, and clips it to the outputs there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import NoiseSource, Vectors


@dataclass(frozen=True, slots=True)
class TransferTable:
    """A table of codes.

    Attributes
    ----------
    means, stds : Array of float32, (outputs,)
        In steps, counted from the lowest code.
    low : int
        Lowest code.
    source : NoiseSource
        Where noise comes from.
    """

    means: Array
    stds: Array
    low: int
    source: NoiseSource

    def apply(self, codes: Array, block: int, vectors: Vectors | None) -> None:
        """Replace ideal codes by those that circuits deliver.

        Parameters
        ----------
        codes : Array of float32, (cycles, groups, lines, m)
            Whole numbers; overwritten by whole numbers from the lowest code to the last of the table.
        block : int
            Of word lines.
        vectors : Vectors
            Which vectors these are.
        """
        xp = namespace_of(codes)
        index = (codes - xp.float32(self.low)).astype(xp.int64)
        codes[...] = self.source.normals(codes, block, vectors)
        codes *= xp.take(self.stds, index)
        codes += xp.take(self.means, index)
        xp.rint(codes, out=codes)
        xp.clip(codes, 0, self.means.size - 1, out=codes)
        codes += xp.float32(self.low)
