"""Cells as the kernel takes them: in matrices of 16 by 16, as bytes, as halves, or as sums of two halves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.fused import BIPOLAR, CYCLE, MAGNITUDE, SIGN_BIT, cycle_table
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns
from nnsreport.engine.cuda.shapes import SIDE, KernelShape

_LARGEST_BYTE = 127
_LARGEST_WHOLE_HALF = 2048
_LARGEST_PULSE = 2047
_LARGEST_ROOT = 45
"""Of a square that one half holds exactly."""
_LARGEST_SUM = 2**22
_BITS_OF_BYTE, _BITS_OF_HALF = 8, 16
_EXPONENT = 15
_MOST_TILES = 65535
MOST_TRIALS = 64
"""Of one launch, as in ``job.cuh``."""
_BLOCK = np.dtype([("begin", np.int32), ("end", np.int32), ("place", np.int32)])


@dataclass(frozen=True, slots=True)
class PackedCells:
    """A layer's conductances on a device, in one or several trials.

    Attributes
    ----------
    shape : KernelShape
        Which variant of the kernel they are for.
    cells : Array of int8 or float16, (trials * groups, parts, padded lines, places)
        Slice by slice, each filled up to whole matrices; rows of a block likewise.
    variance_scales : tuple of float
        Of each trial: what sums of variances are multiplied by to be those of sums of cells.
    reciprocals : Array of float32, (trials, tiles)
        What sums of each matrix of lines are multiplied by, to be codes.
    cycles : Array of bytes
        Table of cycles, and one more that applies nothing.
    blocks : Array of bytes
        Table of blocks of word lines.
    counts : tuple of int
        Groups of a trial, lines, slices, rows, cycles and blocks.
    has_sign_apart : bool
        Levels are taken as magnitude and sign.
    """

    shape: KernelShape
    cells: Array
    variance_scales: tuple[float, ...]
    reciprocals: Array
    cycles: Array
    blocks: Array
    counts: tuple[int, int, int, int, int, int]
    has_sign_apart: bool

    @property
    def trials(self) -> int:
        """Programmed draws, whose groups lie one after the other."""
        return len(self.variance_scales)

    @property
    def tiles_of_slice(self) -> int:
        """Matrices that the columns of a slice fill."""
        _, lines, slices, *_ = self.counts
        return -(-(lines // slices) // SIDE)

    @property
    def tiles(self) -> int:
        """Matrices that lines fill, with those that only complete a thread block's."""
        return int(self.cells.shape[2]) // SIDE


def kernel_shape(
    cells: Array, blocks: tuple[slice, ...], cycles: InputCoding, *, is_noisy: bool, has_bytes: bool
) -> KernelShape | None:
    """Return the variant that sums up exactly enough.

    Parameters
    ----------
    cells : Array of float32, (groups, lines, K)
        In level units.
    blocks : tuple of slice
        Rows K read together.
    cycles : InputCoding
        How activations are applied.
    is_noisy : bool
        Reads have noise.
    has_bytes : bool
        The device multiplies matrices of bytes.

    Returns
    -------
    KernelShape or None
        None where a pulse needs more bits than a half has, or the kernel has no place for so many bits or lines.
    """
    top, groups = max(cycles.tops), cells.shape[0]
    if top > _LARGEST_PULSE or _level_bits(cycles) > _BITS_OF_HALF or max(groups, cells.shape[1]) > _MOST_TILES:
        return None
    xp = namespace_of(cells)
    largest = float(xp.abs(cells).max()) if cells.size else 0.0
    is_whole = largest <= _LARGEST_WHOLE_HALF and bool((cells == xp.rint(cells)).all())
    longest = max(block.stop - block.start for block in blocks)
    fits_bytes = largest <= _LARGEST_BYTE and longest * largest * top <= _LARGEST_SUM and _levels_are_bytes(cycles)
    squares = 0 if not is_noisy else 1 if top <= _LARGEST_ROOT else 2
    is_bytes = has_bytes and is_whole and fits_bytes and not is_noisy
    return KernelShape(is_bytes, 1 if is_whole else 2, squares, cycles.count > 1)


def pack(
    cells: Array,
    variances: Array | None,
    blocks: tuple[slice, ...],
    slices: int,
    cycles: InputCoding,
    steps: tuple[float, ...],
    shape: KernelShape,
) -> PackedCells:
    """Arrange conductances for the kernel.

    Parameters
    ----------
    cells : Array of float32, (groups, lines, K)
        In level units, slice by slice.
    variances : Array of float32, (groups, lines, K), or None
        Of white noise at every read, in squared level units.
    blocks : tuple of slice
        Rows K read together.
    slices : int
        That lines belong to, in equal parts.
    cycles : InputCoding
        How activations are applied.
    steps : tuple of float
        Sum that one code stands for, for each slice.
    shape : KernelShape
        From :func:`kernel_shape`.

    Returns
    -------
    PackedCells
        Copies, in the memory of ``cells``.
    """
    xp = namespace_of(cells)
    parts, scale = _parts(cells, shape)
    variance_scale = 1.0
    if variances is not None:
        squared, variance_scale = _two_halves(variances)
        parts += squared
        variance_scale *= 1.0 if shape.squares == 1 else 1.0 / 2**11
    groups, lines, rows = cells.shape
    lengths = [-(-(block.stop - block.start) // SIDE) * SIDE for block in blocks]
    places = [sum(lengths[:index]) for index in range(len(lengths))]
    columns = lines // slices
    whole_columns = -(-columns // SIDE) * SIDE
    padded = -(-slices * whole_columns // (SIDE * shape.line_tiles)) * SIDE * shape.line_tiles
    packed = xp.zeros((groups, len(parts), padded, sum(lengths)), dtype=parts[0].dtype)
    for index, part in enumerate(parts):
        for own in range(slices):
            to, begin = slice(own * whole_columns, own * whole_columns + columns), own * columns
            for block, place in zip(blocks, places, strict=True):
                values = part[:, begin : begin + columns, block]
                packed[:, index, to, place : place + block.stop - block.start] = values
    reciprocals = np.zeros(padded // SIDE, np.float32)
    own_steps = np.array([1.0 / step for step in steps], np.float32) * np.float32(1.0 / scale)
    reciprocals[: slices * whole_columns // SIDE] = np.repeat(own_steps, whole_columns // SIDE)
    block_table = np.array([(b.start, b.stop, place) for b, place in zip(blocks, places, strict=True)], _BLOCK)
    return PackedCells(
        shape,
        packed,
        (scale**2 / variance_scale,),
        xp.asarray(reciprocals[None]),
        xp.asarray(_kernel_cycles(cycles, shape).view(np.uint8)),
        xp.asarray(block_table.view(np.uint8)),
        (groups, lines, slices, rows, cycles.count, len(blocks)),
        _has_sign_apart(cycles),
    )


def stacked(trials: Sequence[PackedCells]) -> PackedCells:
    """Put several trials of a layer side by side, for one launch.

    Parameters
    ----------
    trials : sequence of PackedCells
        From :func:`pack`, of one trial each; not more than :data:`MOST_TRIALS`, nor than 65,535 groups together.

    Returns
    -------
    PackedCells
        A copy, whose products are those of each trial alone.

    Raises
    ------
    ValueError
        They are of different layers or variants of the kernel, or too many.
    """
    first = trials[0]
    if any((own.shape, own.counts) != (first.shape, first.counts) for own in trials):
        raise ValueError(
            "trials of different layers or different variants of the kernel are not launched at once"
        )
    most = min(MOST_TRIALS, _MOST_TILES // first.counts[0])
    if len(trials) > most:
        raise ValueError(f"{len(trials)} trials are more than the {most} of one launch")
    xp = namespace_of(first.cells)
    return replace(
        first,
        cells=xp.concatenate([own.cells for own in trials]),
        variance_scales=tuple(scale for own in trials for scale in own.variance_scales),
        reciprocals=xp.concatenate([own.reciprocals for own in trials]),
    )


def _levels_are_bytes(cycles: InputCoding) -> bool:
    return max(cycles.tops) <= _LARGEST_BYTE and not _has_sign_apart(cycles) and _level_bits(cycles) <= _BITS_OF_BYTE


def _level_bits(cycles: InputCoding) -> int:
    return cycles.digits.bits + (cycles.signs is not InputSigns.UNSIGNED)


def _has_sign_apart(cycles: InputCoding) -> bool:
    return cycles.signs in (InputSigns.BIPOLAR, InputSigns.TWO_PASSES)


def _kernel_cycles(cycles: InputCoding, shape: KernelShape) -> Array:
    """Return the table of cycles in the kernel's terms, and one more that applies nothing."""
    table = cycle_table(cycles).copy()
    is_sign = table["kind"] == SIGN_BIT
    table["shift"][is_sign] = (_BITS_OF_BYTE if shape.is_bytes else _BITS_OF_HALF) - 1
    table["kind"][is_sign] = MAGNITUDE
    table["mask"] = cycles.tops
    if cycles.signs is InputSigns.BIPOLAR:
        table["kind"] = BIPOLAR
    return np.concatenate([table, np.zeros(1, CYCLE)])


def _parts(cells: Array, shape: KernelShape) -> tuple[list[Array], float]:
    if shape.is_bytes:
        return [cells.astype(np.int8)], 1.0
    return ([cells.astype(np.float16)], 1.0) if shape.parts == 1 else _two_halves(cells)


def _two_halves(numbers: Array) -> tuple[list[Array], float]:
    """Return halves whose sums are the numbers times a power of two, which brings them to where halves are dense."""
    xp = namespace_of(numbers)
    largest = float(xp.abs(numbers).max()) if numbers.size else 0.0
    scale = 2.0 ** (_EXPONENT - max(math.frexp(largest)[1], -_EXPONENT)) if largest else 1.0
    scaled = numbers * xp.float32(scale)
    high = scaled.astype(np.float16)
    return [high, (scaled - high.astype(np.float32)).astype(np.float16)], scale
