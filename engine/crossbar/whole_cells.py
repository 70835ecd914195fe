"""Conductances that are small whole numbers, in the order and type in which the loops in C add them up fastest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.cycle_table import BIPOLAR, cycle_table
from nnsreport.engine.crossbar.inputs import InputCoding

LINES = 4
"""Lines that the loops work on together."""
_PAIR, _QUAD, _OCTET = 2, 4, 8
_LARGEST_LOOKED_UP = 31
"""The sum of four such cells is one of a byte."""
_LARGEST_BYTE = 127
_LARGEST_PULSE = 255
_LARGEST_WORD = 2**15 - 1
_LARGEST_SUM = 2**24
"""Up to here every whole number is one of single precision."""
_BITS_OF_BYTE = 8


class Adding(IntEnum):
    """How the loops add whole numbers up, as in ``native/job.h``."""

    AS_WORDS = 0
    AS_BYTES = 1
    LOOKED_UP = 2

    @property
    def rows(self) -> int:
        """How many rows each block is filled up to a multiple of."""
        return (_PAIR, _QUAD, _OCTET)[self]

    @property
    def summed(self) -> int:
        """How many bytes the sums of a line's cells in a block take, behind them."""
        return _QUAD if self is Adding.AS_BYTES else 0


@dataclass(frozen=True, slots=True)
class WholeCells:
    """Conductances as the loops need them.

    Attributes
    ----------
    packed : numpy.ndarray of int8 or int16, (groups, cells)
        In the order of their use.
    adding : Adding
        How they are added up.
    largest : int
        Greatest magnitude.
    """

    packed: Array
    adding: Adding
    largest: int


def whole_cells(cells: Array, blocks: tuple[slice, ...], cycles: InputCoding) -> WholeCells | None:
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
    WholeCells or None
        None for others, and on a device, where nothing needs them.
    """
    if native.pack is None or namespace_of(cells) is not np:
        return None
    largest, longest = float(np.abs(cells).max(initial=0.0)), max(block.stop - block.start for block in blocks)
    if largest > _LARGEST_WORD or not _fits_words(int(largest), cycles, longest):
        return None
    if not np.array_equal(np.rint(cells), cells):
        return None
    adding = _adding(max(int(largest), 1), cycles, longest)
    filled = sum(-(-(block.stop - block.start) // adding.rows) * adding.rows + adding.summed for block in blocks)
    lines = cells.shape[1] if adding is Adding.LOOKED_UP else -(-cells.shape[1] // LINES) * LINES
    packed = np.empty((cells.shape[0], lines * filled), np.int16 if adding is Adding.AS_WORDS else np.int8)
    is_packed = native.pack(packed, np.ascontiguousarray(cells), block_bounds(blocks), cells.shape, adding)
    return WholeCells(packed, adding, max(int(largest), 1)) if is_packed else None


def block_bounds(blocks: tuple[slice, ...]) -> Array:
    """Return the rows of blocks as the loops need them.

    Parameters
    ----------
    blocks : tuple of slice
        Rows K read together.

    Returns
    -------
    numpy.ndarray of int64, (blocks, 2)
        First row of each, and the one behind its last.
    """
    return np.array([(block.start, block.stop) for block in blocks], np.int64)


def _adding(largest: int, cycles: InputCoding, longest: int) -> Adding:
    if _can_be_looked_up(largest, cycles, longest):
        return Adding.LOOKED_UP
    return Adding.AS_BYTES if _fits_bytes(largest, cycles, longest) else Adding.AS_WORDS


def _can_be_looked_up(largest: int, cycles: InputCoding, longest: int) -> bool:
    """Return whether pulses are bits, with a sign, sums of four rows fit bytes, and those of a block's rows 16 bits."""
    table = cycle_table(cycles)
    are_bits = set(table["mask"].tolist()) == {1} and max(table["shift"].tolist()) < _BITS_OF_BYTE
    return are_bits and largest <= _LARGEST_LOOKED_UP and longest * largest <= _LARGEST_WORD


def _fits_words(largest: int, cycles: InputCoding, longest: int) -> bool:
    """Return whether no sum of a block's rows exceeds what single precision holds."""
    return longest * max(cycles.tops) * largest <= _LARGEST_SUM


def _fits_bytes(largest: int, cycles: InputCoding, longest: int) -> bool:
    """Return whether pulses are bytes, moved up where some are negative, and no sum of half a block exceeds 16 bits."""
    table, top = cycle_table(cycles), max(cycles.tops)
    is_moved = BIPOLAR in table["kind"]
    highest = 2 * top if is_moved else top
    if largest > _LARGEST_BYTE or highest > _LARGEST_PULSE or min(table["mask"].tolist()) < 0:
        return False
    if is_moved and _PAIR * highest * largest > _LARGEST_WORD:
        return False
    added = _PAIR * -(-longest // _QUAD)
    return added * top * largest <= _LARGEST_WORD
