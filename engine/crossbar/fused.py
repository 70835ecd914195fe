"""Block sums, conversions, shift and add in one pass on a processor, where the loops in C were built.

What it gives is what :func:`nnsreport.engine.crossbar.arithmetic.converted_product` gives without: the same codes, but
at ties that sums of conductances come to within the rounding of their order.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns
from nnsreport.engine.network.taps import Taps

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

MAGNITUDE, BIPOLAR, SIGN_BIT, _POSITIVE, _NEGATIVE = range(5)
"""How a cycle cuts pulses out of levels, as in ``native/job.h``."""
CYCLE = np.dtype([("kind", np.int32), ("shift", np.int32), ("mask", np.int32), ("weight", np.float32)])
_ALL_BITS = -1
_LINES, _PAIR, _QUAD = 4, 2, 4
"""Lines that the loops work on together, and rows: as words, and as bytes, whose products are added in pairs."""
_MOST_BYTES = 2
_LARGEST_BYTE = 127
_LARGEST_WORD = 2**15 - 1
_LARGEST_SUM = 2**24
"""Up to here every whole number is one of single precision."""
_NONE = np.empty(0, np.float32)


def whole_cells(cells: Array, blocks: tuple[slice, ...], cycles: InputCoding) -> Array | None:
    """Return conductances that are small whole numbers as the loops need them, where they are of use.

    Parameters
    ----------
    cells : Array of float32, (groups, slices * columns, K)
        In level units, slice by slice.
    blocks : tuple of slice
        Rows K read together.
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    numpy.ndarray of int8 or int16, or None
        In the order of their use; None for others, and on a device, where nothing needs them.
    """
    if native.pack is None or namespace_of(cells) is not np:
        return None
    largest, longest = float(np.abs(cells).max(initial=0.0)), max(block.stop - block.start for block in blocks)
    if largest > _LARGEST_WORD or not _fits_words(int(largest), cycles, longest):
        return None
    if not np.array_equal(np.rint(cells), cells):
        return None
    is_narrow = _fits_bytes(int(largest), cycles, longest)
    together, dtype = (_QUAD, np.int8) if is_narrow else (_PAIR, np.int16)
    filled = sum(-(-(block.stop - block.start) // together) * together for block in blocks)
    packed = np.empty((cells.shape[0], -(-cells.shape[1] // _LINES) * _LINES * filled), dtype)
    is_packed = native.pack(packed, np.ascontiguousarray(cells), _bounds(blocks), cells.shape, int(is_narrow))
    return packed if is_packed else None


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
    whole : numpy.ndarray of int8 or int16, or None
        The same for activations of one byte, from :func:`whole_cells`.
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
    whole: Array | None
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
            _NONE if whole is None else whole,
            self.reciprocals,
            self.values,
            _NONE if rescaling is None else rescaling.gains,
            _NONE if rescaling is None else rescaling.scales,
            self.table,
            self.blocks,
            (groups, lines, slices, rows, count),
            activations.itemsize,
            int(activations.dtype.kind == "i"),
            int(whole is not None and whole.itemsize == 1),
            0.0 if rescaling is None else rescaling.reference,
            *self.limits,
        )
        return product, clipped


def fused_lines(
    cells: Array,
    whole: Array | None,
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
    whole : numpy.ndarray of int8 or int16, or None
        The same, from :func:`whole_cells`.
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
        _bounds(blocks),
        cycle_table(cycles),
        np.concatenate([reciprocals, np.zeros(_LINES, np.float32)]),
        (converter.low, converter.high),
        np.array(values, np.float32),
    )


def _bounds(blocks: tuple[slice, ...]) -> Array:
    return np.array([(block.start, block.stop) for block in blocks], np.int64)


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


def _fits_words(largest: int, cycles: InputCoding, longest: int) -> bool:
    """Return whether no sum of a block's rows exceeds what single precision holds."""
    return longest * max(cycles.tops) * largest <= _LARGEST_SUM


def _fits_bytes(largest: int, cycles: InputCoding, longest: int) -> bool:
    """Return whether pulses are bytes that are not negative, and no sum of half a block's rows exceeds 16 bits."""
    table = cycle_table(cycles)
    are_pulses_whole = set(table["kind"].tolist()) <= {MAGNITUDE, SIGN_BIT} and min(table["mask"].tolist()) >= 0
    if largest > _LARGEST_BYTE or not are_pulses_whole:
        return False
    added = _PAIR * -(-longest // _QUAD)
    return added * max(cycles.tops) * largest <= _LARGEST_WORD


@functools.lru_cache(maxsize=64)  # layers are evaluated again and again
def cycle_table(cycles: InputCoding) -> Array:
    """Return how the pulses of each cycle are cut out of levels.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    numpy.ndarray of CYCLE, (cycles,)
        In the order of ``cycles.weights``; not to be written to.
    """
    table = np.array(_cuts(cycles), CYCLE)
    table.flags.writeable = False
    return table


def _cuts(cycles: InputCoding) -> list[tuple[int, int, int, float]]:
    cut = cycles.digits
    shifts = [index * cut.width for index in range(cut.count)]
    if cycles.signs is InputSigns.TWOS_COMPLEMENT:
        kinds, shifts = [MAGNITUDE] * cut.count + [SIGN_BIT], [*shifts, 0]
    elif cycles.signs is InputSigns.TWO_PASSES:
        kinds, shifts = [_POSITIVE] * cut.count + [_NEGATIVE] * cut.count, shifts * 2
    elif cycles.signs is InputSigns.BIPOLAR and cut.count == 1:
        return [(MAGNITUDE, 0, _ALL_BITS, 1.0)]
    else:
        kinds = [BIPOLAR if cycles.signs is InputSigns.BIPOLAR else MAGNITUDE] * cut.count
    return list(zip(kinds, shifts, cycles.tops, cycles.weights, strict=True))
