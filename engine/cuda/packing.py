"""Cells as the kernel takes them: in matrices of 16 lines, as bytes, as halves, or as sums of two halves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.cycle_table import BIPOLAR, MAGNITUDE, SIGN_BIT, cycle_table
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.cuda.shapes import QUAD, SIDE, KernelShape
from nnsreport.engine.cuda.variants import has_sign_apart

_EXPONENT = 15
_SUBNORMAL_EXPONENT = -24
_ONES_OF_HALVES, _SIGNS_OF_HALVES, _ONES_OF_BYTES = 0x00010001, 0x80008000, 0x01010101
_MOST_GROUPS = 65535
MOST_TRIALS = 64
"""Of one launch, as in ``job.cuh``."""
_BLOCK = np.dtype([("begin", np.int32), ("end", np.int32), ("place", np.int32)])
_CYCLE = np.dtype(
    [
        *((name, np.int32) for name in ("kind", "shift", "mask")),
        ("bits", np.uint32),
        *((name, np.float32) for name in ("weight", "unit", "reciprocal")),
    ]
)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where lines of packed cells are.

    A thread block has some columns with all of their slices, so that nobody else adds them up: lines slice by slice,
    in as many passes as they take.

    Attributes
    ----------
    columns, slices : int
        Of a group.
    columns_of_block : int
        Of a thread block: a slice is filled up to as many lines.
    shape : KernelShape
        Which variant of the kernel reads them.
    """

    columns: int
    slices: int
    columns_of_block: int
    shape: KernelShape

    @property
    def blocks(self) -> int:
        """Thread blocks that columns take."""
        return -(-self.columns // self.columns_of_block)

    @property
    def passes(self) -> int:
        """In which a thread block reads its lines."""
        return -(-self.slices * self.columns_of_block // self.shape.lines)

    @property
    def padded_lines(self) -> int:
        """Of a group, with those that only fill up."""
        return self.blocks * self.passes * self.shape.lines

    def lines(self) -> Array:
        """Return which line of a group lies where.

        Returns
        -------
        numpy.ndarray of int, (padded_lines,)
            -1 where nothing lies.
        """
        place = np.arange(self.padded_lines)
        if self.shape.is_laned:
            # Of two matrices, a lane has its row and that eight further: four lines in succession.
            row, matrix = place % SIDE, place // SIDE % 2
            place = place - place % (2 * SIDE) + row % (SIDE // 2) * QUAD + 2 * matrix + row // (SIDE // 2)
        block, own = np.divmod(place, self.passes * self.shape.lines)
        index, column = np.divmod(own, self.columns_of_block)
        column += block * self.columns_of_block
        return np.where((index < self.slices) & (column < self.columns), index * self.columns + column, -1)


def layout_of(columns: int, slices: int, shape: KernelShape) -> Layout:
    """Return where lines are packed: as many columns a thread block as fit one pass with all slices, if any do.

    Parameters
    ----------
    columns, slices : int
        Of a group.
    shape : KernelShape
        Which variant of the kernel.

    Returns
    -------
    Layout
        Thread blocks have alike columns, but for the last. Of several passes each has whole slices.
    """
    unit = shape.lines_together
    most = max(shape.lines // slices // unit, 1) * unit
    blocks = max(-(-columns // most), 1)
    return Layout(columns, slices, max(-(-columns // (blocks * unit)), 1) * unit, shape)


@dataclass(frozen=True, slots=True)
class PackedCells:
    """A layer's conductances on a device, in one or several trials.

    Attributes
    ----------
    layout : Layout
        Where lines are, and which variant of the kernel they are for.
    cells : Array of int8 or float16, (trials * groups, parts, padded lines, places)
        Rows of a block filled up to whole matrices.
    variance_scales : tuple of float
        Of each trial: what sums of variances are multiplied by to be those of sums of cells.
    reciprocals : Array of float32, (trials, slices)
        What sums are multiplied by, to be codes.
    values : Array of float32, (slices,)
        What a code of each slice counts for.
    cycles : Array of bytes
        Table of cycles, and one more that applies nothing.
    blocks : Array of bytes
        Table of blocks of word lines.
    counts : tuple of int
        Groups of a trial, rows, cycles and blocks.
    has_sign_apart : bool
        Levels are taken as magnitude and sign.
    """

    layout: Layout
    cells: Array
    variance_scales: tuple[float, ...]
    reciprocals: Array
    values: Array
    cycles: Array
    blocks: Array
    counts: tuple[int, int, int, int]
    has_sign_apart: bool

    @property
    def shape(self) -> KernelShape:
        """Which variant of the kernel they are for."""
        return self.layout.shape

    @property
    def trials(self) -> int:
        """Programmed draws, whose groups lie one after the other."""
        return len(self.variance_scales)


def pack(
    cells: Array,
    variances: Array | None,
    blocks: tuple[slice, ...],
    slices: Slices,
    cycles: InputCoding,
    converter: UniformConverter,
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
    slices : Slices
        How weights are cut.
    cycles : InputCoding
        How activations are applied.
    converter : UniformConverter
        What sums go to: one step for each slice.
    shape : KernelShape
        From :func:`nnsreport.engine.cuda.variants.kernel_shape`.

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
    layout = layout_of(lines // slices.count, slices.count, shape)
    starts = _starts(blocks, shape.rows_together)
    order = layout.lines()
    to, own = xp.asarray(np.flatnonzero(order >= 0)), xp.asarray(order[order >= 0])
    packed = xp.zeros((groups, len(parts), layout.padded_lines, starts[-1]), dtype=parts[0].dtype)
    for index, part in enumerate(parts):
        for block, place in zip(blocks, starts, strict=False):
            packed[:, index, :, place : place + block.stop - block.start][:, to] = part[:, own, block]
    block_table = np.array([(b.start, b.stop, place) for b, place in zip(blocks, starts, strict=False)], _BLOCK)
    steps = np.array(converter.steps)
    return PackedCells(
        layout,
        packed,
        (scale**2 / variance_scale,),
        xp.asarray((1.0 / steps).astype(np.float32)[None] * np.float32(1.0 / scale)),
        xp.asarray((steps * slices.weights).astype(np.float32)),
        xp.asarray(kernel_cycles(cycles, shape).view(np.uint8)),
        xp.asarray(block_table.view(np.uint8)),
        (groups, rows, cycles.count, len(blocks)),
        has_sign_apart(cycles),
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
    clips = any(own.shape.clips for own in trials)  # which changes no result where it is not needed
    layouts = [replace(own.layout, shape=replace(own.shape, clips=clips)) for own in trials]
    if any((layout, own.counts) != (layouts[0], first.counts) for layout, own in zip(layouts, trials, strict=True)):
        raise ValueError("trials of different layers or different variants of the kernel are not launched at once")
    most = min(MOST_TRIALS, _MOST_GROUPS // first.counts[0])
    if len(trials) > most:
        raise ValueError(f"{len(trials)} trials are more than the {most} of one launch")
    xp = namespace_of(first.cells)
    return replace(
        first,
        layout=layouts[0],
        cells=xp.concatenate([own.cells for own in trials]),
        variance_scales=tuple(scale for own in trials for scale in own.variance_scales),
        reciprocals=xp.concatenate([own.reciprocals for own in trials]),
    )


def kernel_cycles(cycles: InputCoding, shape: KernelShape) -> Array:
    """Return the table of cycles in the kernel's terms, and one more that applies nothing.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.
    shape : KernelShape
        Which variant of the kernel.

    Returns
    -------
    numpy.ndarray, (cycles + 1,)
        ``Cycle`` of job.cuh.
    """
    known = cycle_table(cycles)
    table = np.zeros(cycles.count + 1, _CYCLE)
    table["unit"] = table["reciprocal"] = 1.0
    own = table[:-1]
    for name in ("kind", "shift", "weight"):
        own[name] = known[name]
    own["mask"] = cycles.tops
    if cycles.signs is InputSigns.BIPOLAR:
        own["kind"] = BIPOLAR
    is_sign = own["kind"] == SIGN_BIT
    own["kind"][is_sign], own["shift"][is_sign] = MAGNITUDE, cycles.digits.bits
    if shape.is_in_place:
        digits = own["mask"].astype(np.uint32) << own["shift"].astype(np.uint32)
        own["bits"] = digits * np.uint32(_ONES_OF_BYTES if shape.is_bytes else _ONES_OF_HALVES)
        own["bits"] |= np.where(own["kind"] == BIPOLAR, np.uint32(_SIGNS_OF_HALVES), np.uint32(0))
        exponent = own["shift"] + (0 if shape.is_bytes else _SUBNORMAL_EXPONENT)
        own["unit"], own["reciprocal"] = np.exp2(exponent), np.exp2(-exponent)
    return table


def _starts(blocks: tuple[slice, ...], rows_together: int) -> list[int]:
    """Return where the rows of each block begin, and where the last ends."""
    lengths = [-(-(block.stop - block.start) // rows_together) * rows_together for block in blocks]
    return [sum(lengths[:index]) for index in range(len(lengths) + 1)]


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
