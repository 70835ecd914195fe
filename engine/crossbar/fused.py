"""Block sums, conversions, shift and add in one pass on a processor, where the loops in C were built.

What it gives is what :func:`nnsreport.engine.crossbar.arithmetic.converted_product` gives without: the same codes, but
at ties that sums of conductances come to within the rounding of their order.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.cycle_table import cycle_table
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.whole_cells import LINES, WholeCells, block_bounds
from nnsreport.engine.network.taps import Taps

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_MOST_BYTES = 2
_NONE = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True)
class Rescaling:
    """What follows the sum over slices: ``(sum * gain - reference * sum of the vector's activations) * scale``.

    Attributes
    ----------
    gains, scales : numpy.ndarray of float32, (groups, columns)
        Of each column.
    reference : float
        Of the layer.
    """

    gains: Array
    scales: Array
    reference: float


@dataclass(frozen=True, slots=True)
class FusedProduct:
    """A product from the loops in C; :func:`fused_lines` prepares it.

    Attributes
    ----------
    cells : numpy.ndarray of float32, (groups, slices * columns, K)
        In level units, slice by slice; contiguous.
    whole : WholeCells or None
        The same for activations of one byte.
    blocks : numpy.ndarray of int64, (blocks, 2)
        Begin and end of the rows K read together.
    table : numpy.ndarray of CYCLE, (cycles,)
        How activations are applied.
    reciprocals : numpy.ndarray of float32, (slices * columns + 4,)
        Of the step of each line's converter.
    limits : tuple of int
        Least and greatest code.
    values : numpy.ndarray of float32, (slices,)
        What a code of each slice counts for.
    """

    cells: Array
    whole: WholeCells | None
    blocks: Array
    table: Array
    reciprocals: Array
    limits: tuple[int, int]
    values: Array

    def of(self, taps: Taps, rescaling: Rescaling | None = None) -> tuple[Array, int]:
        """Return the codes of all lines, added up over blocks, cycles and slices.

        Parameters
        ----------
        taps : Taps of integers of one or two bytes
            Quantised activations; on a processor, and :func:`is_fusible`.
        rescaling : Rescaling, optional
            What follows.

        Returns
        -------
        product : numpy.ndarray of float32, (groups, columns, M)
            Each cycle counts its weight.
        clipped : int
            Conversions outside the ADC's range.

        Raises
        ------
        RuntimeError
            There are no loops.
        """
        if native.convert is None:
            raise RuntimeError("there are no loops in C: ask is_fusible before")
        groups, lines, rows = self.cells.shape
        activations, count, slices = taps.elements, taps.vectors_at.size, self.values.size
        whole = self.whole if activations.itemsize == 1 else None
        product: Array = np.empty((groups, lines // slices, count), np.float32)
        clipped = native.convert(
            product,
            activations,
            taps.rows_at,
            taps.vectors_at,
            self.cells,
            _NONE if whole is None else whole.packed,
            self.reciprocals,
            self.values,
            _NONE if rescaling is None else rescaling.gains,
            _NONE if rescaling is None else rescaling.scales,
            self.table,
            self.blocks,
            (groups, lines, slices, rows, count),
            activations.itemsize,
            int(activations.dtype.kind == "i"),
            0 if whole is None else whole.adding,
            0 if whole is None else whole.largest,
            0.0 if rescaling is None else rescaling.reference,
            *self.limits,
        )
        return product, clipped


def fused_lines(
    cells: Array,
    whole: WholeCells | None,
    blocks: tuple[slice, ...],
    cycles: InputCoding,
    converter: UniformConverter,
    values: tuple[float, ...],
) -> FusedProduct:
    """Return a product from the loops in C, with all that does not depend on activations.

    Parameters
    ----------
    cells : numpy.ndarray of float32, (groups, slices * columns, K)
        In level units, slice by slice.
    whole : WholeCells or None
        The same, where they are small whole numbers.
    blocks : tuple of slice
        Rows K read together.
    cycles : InputCoding
        How activations are applied.
    converter : UniformConverter
        One step for each slice.
    values : tuple of float
        What a code of each slice counts for.

    Returns
    -------
    FusedProduct
        Without copies of the cells, if they are contiguous.
    """
    steps = converter.steps
    reciprocals = np.repeat(np.array([1.0 / step for step in steps], np.float32), cells.shape[1] // len(steps))
    return FusedProduct(
        np.ascontiguousarray(cells),
        whole,
        block_bounds(blocks),
        cycle_table(cycles),
        np.concatenate([reciprocals, np.zeros(LINES, np.float32)]),
        (converter.low, converter.high),
        np.array(values, np.float32),
    )


def is_fusible(xp: ModuleType, dtype: DTypeLike) -> bool:
    """Return whether sums can be converted as they are formed.

    Parameters
    ----------
    xp : module
        Namespace of the activations.
    dtype : data type
        Of quantised activations.

    Returns
    -------
    bool
        False on a device, and where there are no loops in C.
    """
    return native.convert is not None and xp is np and np.dtype(dtype).itemsize <= _MOST_BYTES
