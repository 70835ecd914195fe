"""Options of the Python wrapper of NeuroSim V1.4, and what its products are given from outside.

Source: DNN+NeuroSim V1.4, ``Inference_pytorch/inference.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from nnsreport.engine.backend import Array

_IMAGE_CHANNELS = 3


class Call(NamedTuple):
    """Which of the wrapper's products: it computes each kernel position, block of rows, bit and slice by itself."""

    tap: int
    bit: int
    block: int
    slice: int


class Draws(Protocol):
    """Random numbers of the cells that take part in one product."""

    def normals(self, call: Call, like: Array) -> Array:
        """Return standard normal numbers, float32, of the shape of ``like``."""

    def directions(self, call: Call, like: Array) -> Array:
        """Return -1, 0 or 1 with equal chances, float32, of the shape of ``like``."""


class Quantizer(Protocol):
    """Converts the sums of all columns and vectors of one product at once."""

    def convert(self, sums: Array, slice_index: int) -> Array:
        """Return converted sums, float32; the index after that of the last slice is the dummy column's."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The wrapper's options.

    Attributes
    ----------
    wl_weight, wl_activate : int
        Bits of weights and activations.
    cell_bit : int
        Bits of a cell.
    rows : int
        Rows read together: the smaller of ``subArray`` and ``parallelRead``.
    onoffratio : float
        Highest over lowest conductance.
    vari : float
        Standard deviation of a cell over its conductance.
    t, v : float
        Retention time in s, above 0 where there is drift (at 0 the wrapper divides by it), and drift coefficient.
    detect : int
        1 for drift towards a target, 0 for drift in a random direction.
    target : float
        Fraction of the range of levels.
    keeps_remainder : bool
        Whether channels that do not fill a block are computed in one of their own; the wrapper leaves them out.
    drift_spreads : bool
        Whether what a cell has drifted by is subtracted from the digits of the next cells, as in the wrapper.
    """

    wl_weight: int = 8
    wl_activate: int = 8
    cell_bit: int = 1
    rows: int = 128
    onoffratio: float = 10.0
    vari: float = 0.0
    t: float = 0.0
    v: float = 0.0
    detect: int = 0
    target: float = 0.0
    keeps_remainder: bool = False
    drift_spreads: bool = True

    def __post_init__(self) -> None:
        """Refuse drift at time 0, to whose negative power the wrapper raises."""
        if self.v > 0.0 and not self.t > 0.0:
            raise ValueError(f"v is {self.v:g}, which needs t above 0, but t is {self.t:g}")

    @property
    def slices(self) -> int:
        """Cells of a weight; highest bits are lost where ``cell_bit`` does not divide ``wl_weight``."""
        return self.wl_weight // self.cell_bit

    @property
    def dummy_level(self) -> float:
        """Conductance of the dummy column's cells, half-way between the ends."""
        levels: int = 2**self.cell_bit
        return (levels - 1) * (1.0 + 1.0 / self.onoffratio) / 2.0

    @property
    def draws(self) -> bool:
        """Whether cells differ from one product to the next."""
        return self.vari > 0.0 or (self.v > 0.0 and self.detect != 1)

    def is_analog(self, channels: int, is_convolution: bool) -> bool:
        """Return whether a layer is taken for the first: not cut into bits, and not converted."""
        return is_convolution and channels == _IMAGE_CHANNELS and channels < self.rows

    def blocks(self, channels: int) -> tuple[slice, ...]:
        """Return the channels of each block of rows; all of them where they do not fill one."""
        count = math.ceil(channels / self.rows) if self.keeps_remainder else channels // self.rows
        if count == 0:
            return (slice(0, channels),)
        return tuple(slice(s * self.rows, min((s + 1) * self.rows, channels)) for s in range(count))
