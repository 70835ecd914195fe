"""Block sums, conversions, shift and add in one pass on a processor, where the loops in C were built.

What it gives is what :func:`nnsreport.engine.crossbar.arithmetic.converted_product` gives without: the same codes, but
at ties that sums of conductances come to within the rounding of their order.
"""

from __future__ import annotations

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns

MAGNITUDE, BIPOLAR, SIGN_BIT, _POSITIVE, _NEGATIVE = range(5)
"""How a cycle cuts pulses out of levels, as in ``native/job.h``."""
CYCLE = np.dtype([("kind", np.int32), ("shift", np.int32), ("mask", np.int32), ("weight", np.float32)])
_ALL_BITS = -1
_PADDING = 4
"""Lines that the loops work on together."""
_ADDED_TOGETHER = 4
"""Rows whose products are added in pairs, each pair apart."""
_MOST_BYTES = 2
_LARGEST_BYTE = 127
_LARGEST_SUM = 2**15 - 1


def whole_cells(cells: Array) -> Array | None:
    """Return conductances as bytes, if they are small whole numbers.

    Parameters
    ----------
    cells : Array of float32
        In level units.

    Returns
    -------
    numpy.ndarray of int8, or None
        For :func:`fused_codes`; None on a device, where nothing needs them.
    """
    if native.convert is None or namespace_of(cells) is not np:
        return None
    if np.abs(cells).max(initial=0.0) > _LARGEST_BYTE:
        return None
    whole = cells.astype(np.int8, order="C")
    return whole if np.array_equal(whole, cells) else None


def is_fusible(vectors: Array) -> bool:
    """Return whether sums can be converted as they are formed.

    Parameters
    ----------
    vectors : Array of integers
        Quantised activations.

    Returns
    -------
    bool
        False on a device, and where there are no loops in C.
    """
    return native.convert is not None and namespace_of(vectors) is np and vectors.itemsize <= _MOST_BYTES


def fused_codes(
    vectors: Array,
    cells: Array,
    whole: Array | None,
    blocks: tuple[slice, ...],
    cycles: InputCoding,
    converter: UniformConverter,
) -> tuple[Array, int]:
    """Return the codes of all lines, added up over blocks and cycles.

    Parameters
    ----------
    vectors : numpy.ndarray of integers of one or two bytes, (groups, K, m)
        Quantised activations.
    cells : numpy.ndarray of float32, (groups, lines, K)
        In level units, slice by slice.
    whole : numpy.ndarray of int8, (groups, lines, K), or None
        From :func:`whole_cells`.
    blocks : tuple of slice
        Rows K read together.
    cycles : InputCoding
        How activations are applied.
    converter : UniformConverter
        One step for each slice.

    Returns
    -------
    codes : numpy.ndarray of float32, (groups, lines, m)
        Each cycle counts its weight.
    clipped : int
        Conversions outside the ADC's range.

    Raises
    ------
    RuntimeError
        Not :func:`is_fusible`.
    """
    if native.convert is None:
        raise RuntimeError("there are no loops in C: ask is_fusible before")
    groups, lines, rows = cells.shape
    steps = np.repeat(np.array([1.0 / step for step in converter.steps], np.float32), lines // len(converter.steps))
    table = cycle_table(cycles)
    longest = max(block.stop - block.start for block in blocks)
    if whole is not None and not _fits_bytes(vectors, whole, table, cycles, longest):
        whole = None
    codes = np.empty((groups, lines, vectors.shape[2]), np.float32)
    clipped = native.convert(
        codes,
        np.ascontiguousarray(vectors),
        np.ascontiguousarray(cells),
        np.empty(0, np.int8) if whole is None else whole,
        np.concatenate([steps, np.zeros(_PADDING, np.float32)]),
        table,
        np.array([(block.start, block.stop) for block in blocks], np.int64),
        (groups, lines, rows, vectors.shape[2]),
        vectors.itemsize,
        int(vectors.dtype.kind == "i"),
        converter.low,
        converter.high,
    )
    return codes, clipped


def _fits_bytes(vectors: Array, whole: Array, table: Array, cycles: InputCoding, longest: int) -> bool:
    """Return whether pulses are bytes that are not negative, and no sum of half a block's rows exceeds 16 bits."""
    are_pulses_whole = set(table["kind"].tolist()) <= {MAGNITUDE, SIGN_BIT} and min(table["mask"].tolist()) >= 0
    if vectors.itemsize != 1 or not are_pulses_whole:
        return False
    pairs = 2 * -(-longest // _ADDED_TOGETHER)
    largest = max(int(whole.max(initial=0)), -int(whole.min(initial=0)))
    return pairs * max(cycles.tops) * largest <= _LARGEST_SUM


def cycle_table(cycles: InputCoding) -> Array:
    """Return how the pulses of each cycle are cut out of levels.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    numpy.ndarray of CYCLE, (cycles,)
        In the order of ``cycles.weights``.
    """
    cut = cycles.digits
    shifts = [index * cut.width for index in range(cut.count)]
    if cycles.signs is InputSigns.TWOS_COMPLEMENT:
        kinds, shifts = [MAGNITUDE] * cut.count + [SIGN_BIT], [*shifts, 0]
    elif cycles.signs is InputSigns.TWO_PASSES:
        kinds, shifts = [_POSITIVE] * cut.count + [_NEGATIVE] * cut.count, shifts * 2
    elif cycles.signs is InputSigns.BIPOLAR and cut.count == 1:
        return np.array([(MAGNITUDE, 0, _ALL_BITS, 1.0)], CYCLE)
    else:
        kinds = [BIPOLAR if cycles.signs is InputSigns.BIPOLAR else MAGNITUDE] * cut.count
    return np.array(list(zip(kinds, shifts, cycles.tops, cycles.weights, strict=True)), CYCLE)
