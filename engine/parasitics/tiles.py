"""Exact solution of a driven array: cells are joined to tiles, and tiles two and two to larger ones.

A tile is a rectangle of cells with its pieces of wire, seen from outside. Where a word line enters it (left) and where
a bit line leaves it (bottom), a voltage is given and the current into the tile is found; where the lines go on
(right and top), the current is given and the voltage is found. This mixed response exists for any resistances, zero
included: an ideal line passes voltages from left to right and currents from right to left. Joining two tiles solves
for the lines between them, ``(1 + Z Y) v = ...``, with Z the open side's and Y the driven side's response: both are
positive semidefinite, so the system is never singular, and nothing is iterated.

This is nested dissection of the array's graph (A. George, SIAM J. Numer. Anal. 10, 345 (1973), doi:10.1137/0710032).
For n rows and columns it takes of the order of n^3 operations, in some 2 log2(n) steps that each work on all tiles at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.ladder import Line

# Cells along a side of the smallest tiles, which are joined one by one: less than twice as many.
_LEAST_SIDE = 4


class _Ports(NamedTuple):
    """Where a tile's ports are among all of them."""

    left: slice
    bottom: slice
    right: slice
    top: slice

    @classmethod
    def of(cls, left: int, bottom: int, right: int, top: int) -> _Ports:
        ends = (0, left, left + bottom, left + bottom + right, left + bottom + right + top)
        return cls(*(slice(begin, end) for begin, end in pairwise(ends)))

    @property
    def counts(self) -> tuple[int, int, int, int]:
        left, bottom, right, top = (part.stop - part.start for part in self)
        return left, bottom, right, top


@dataclass(frozen=True, slots=True)
class _Tiles:
    """Equal tiles side by side: response (..., ports, ports), and what its ports are."""

    response: Array
    ports: _Ports


def tiled_conductances(planes: Array, word_line: Line, bit_line: Line) -> Array:
    """Return the conductances that arrays of resistive wires effectively have.

    Parameters
    ----------
    planes : Array of float64, (planes, arrays, columns, rows)
        As for :func:`nnsreport.engine.parasitics.driven.exact_conductances`.
    word_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.

    Returns
    -------
    Array of float64, (arrays, columns, rows)
        Current of a column for a unit voltage on one row and none on all others.
    """
    xp = namespace_of(planes)
    count, arrays, columns, rows = planes.shape
    high, down = _tiling(rows)
    wide, across = _tiling(columns)
    # Cells that do not conduct make tiles equal; they are where lines end, so that nothing flows in them.
    padded = xp.zeros((arrays, high * down, wide * across, count), dtype=xp.float64)
    padded[:, high * down - rows :, :columns] = xp.moveaxis(planes, (0, 3), (3, 1))
    cells = _cells(padded, word_line, bit_line)
    found = _assembled(cells, (arrays, down, high, across, wide))
    transfer = -found.response[..., found.ports.bottom, found.ports.left]
    by_plane = transfer.reshape(arrays, wide * across, high * down, count)[:, :columns, high * down - rows :]
    signed: Array = by_plane[..., 0] - by_plane[..., 1] if count == 2 else by_plane[..., 0]
    return signed


def _tiling(cells: int) -> tuple[int, int]:
    """Return the side of the smallest tiles, and how many there are: a power of two."""
    tiles = 1
    while cells >= 2 * tiles * _LEAST_SIDE:
        tiles *= 2
    return -(-cells // tiles), tiles


def _cells(conductances: Array, word_line: Line, bit_line: Line) -> _Tiles:
    """Return each cell as a tile, with the pieces of word and bit line that lead to it.

    Conductances are (arrays, rows, columns, planes).
    """
    xp = namespace_of(conductances)
    arrays, rows, columns, count = conductances.shape
    ports = _Ports.of(count, 1, count, 1)
    bottom, top = ports.bottom.start, ports.top.start
    response: Array = xp.zeros((arrays, rows, columns, 2 * count + 2, 2 * count + 2), dtype=xp.float64)
    for left in range(count):
        cell, right = conductances[..., left], ports.right.start + left
        response[..., left, left] = cell
        response[..., left, bottom] = response[..., bottom, left] = -cell
        response[..., bottom, bottom] += cell
        response[..., left, right], response[..., right, left] = -1.0, 1.0
    response[..., bottom, top], response[..., top, bottom] = -1.0, 1.0
    along_words = xp.full((columns,), word_line.segment)
    along_words[0] = word_line.head
    along_bits = xp.full((rows, 1), bit_line.segment)
    along_bits[-1] = bit_line.head
    for port in range(count + 1):
        _lead(response, port, along_bits if port == bottom else along_words)
    return _Tiles(response, ports)


def _lead(response: Array, port: int, resistances: Array) -> None:
    """Put a resistance in front of a driven port, in place."""
    factors = resistances / (1.0 + resistances * response[..., port, port])
    response -= (factors[..., None] * response[..., :, port])[..., :, None] * response[..., port, :][..., None, :]


def _assembled(cells: _Tiles, shape: tuple[int, int, int, int, int]) -> _Tiles:
    """Join all cells of each array, grouped as (arrays, down, high, across, wide)."""
    _, down, high, across, wide = shape
    size = cells.response.shape[-1]
    strips = cells.response.reshape(*shape, size, size)
    tiles = _Tiles(strips[..., 0, :, :], cells.ports)
    for index in range(1, wide):
        last = across == 1 and index == wide - 1
        tiles = _beside(tiles, _Tiles(strips[..., index, :, :], cells.ports), last=last)
    rows, ports = tiles.response, tiles.ports
    tiles = _Tiles(rows[:, :, 0], ports)
    for index in range(1, high):
        tiles = _above(tiles, _Tiles(rows[:, :, index], ports), last=down == 1 and index == high - 1)
    while down > 1 or across > 1:
        response, ports = tiles.response, tiles.ports
        if down >= across:
            down //= 2
            pair = (_Tiles(response[:, part::2], ports) for part in (0, 1))
            tiles = _above(*pair, last=down == 1)
        else:
            across //= 2
            pair = (_Tiles(response[:, :, part::2], ports) for part in (0, 1))
            tiles = _beside(*pair, last=across == 1)
    return tiles


def _beside(one: _Tiles, other: _Tiles, *, last: bool) -> _Tiles:
    """Join tiles to those on their right; word lines of the last ones end there."""
    first, second = one.ports, other.ports
    ends = [] if last else [second.right]
    response = _joined(
        one.response,
        first.right,
        [first.left, first.bottom, first.top],
        other.response,
        second.left,
        [second.bottom, *ends, second.top],
    )
    left, below, _, above = first.counts
    _, below_too, right, above_too = second.counts
    ports = _Ports.of(left, below + below_too, 0 if last else right, above + above_too)
    return _Tiles(_reordered(response, (left, below, above, below_too, ports.counts[2], above_too), _BESIDE), ports)


def _above(upper: _Tiles, lower: _Tiles, *, last: bool) -> _Tiles:
    """Join tiles to those below; bit lines of the last ones begin there."""
    first, second = lower.ports, upper.ports
    ends = [] if last else [second.top]
    response = _joined(
        lower.response,
        first.top,
        [first.left, first.bottom, first.right],
        upper.response,
        second.bottom,
        [second.left, second.right, *ends],
    )
    left, below, right, _ = first.counts
    left_too, _, right_too, above = second.counts
    ports = _Ports.of(left_too + left, below, right_too + right, 0 if last else above)
    return _Tiles(_reordered(response, (left, below, right, left_too, right_too, ports.counts[3]), _ABOVE), ports)


# Which of the kept groups of ports, those of the first tile and then of the second, come after each other.
_BESIDE = (0, 1, 3, 4, 2, 5)
_ABOVE = (3, 0, 1, 4, 2, 5)


def _joined(
    one: Array, opened: slice, kept: list[slice], other: Array, driven: slice, kept_other: list[slice]
) -> Array:
    """Connect the open ports of one tile to the driven ports of another, and return the response of what is kept.

    With v and j the voltages on the connections and the currents through them into the second tile, and x and x' what
    is given at the tiles' other ports: ``v = P x - Z j`` and ``j = Y v + Q x'``.
    """
    xp = namespace_of(one)
    open_columns, driven_rows = one[..., :, opened], other[..., driven, :]
    impedance, admittance = open_columns[..., opened, :], driven_rows[..., driven]
    system = _product(impedance, admittance)
    size = system.shape[-1]
    system.reshape(*system.shape[:-2], size * size)[..., :: size + 1] += 1.0
    own, others = _columns(one[..., opened, :], kept), _columns(driven_rows, kept_other)
    voltages = _solution(system, xp.concatenate([own, -_product(impedance, others)], axis=-1))
    currents = _product(admittance, voltages)
    split = own.shape[-1]
    currents[..., split:] += others
    upper = -_product(_rows(open_columns, kept), currents)
    upper[..., :split] += _columns(_rows(one, kept), kept)
    lower = _product(_rows(other[..., :, driven], kept_other), voltages)
    lower[..., split:] += _columns(_rows(other, kept_other), kept_other)
    response: Array = xp.concatenate([upper, lower], axis=-2)
    return response


def _product(one: Array, other: Array) -> Array:
    # Stacked products of single columns and rows are slow as matrices.
    if one.shape[-1] == 1:
        return one * other
    result: Array = namespace_of(one).matmul(one, other)
    return result


def _solution(system: Array, right: Array) -> Array:
    if system.shape[-1] == 1:
        return right / system
    result: Array = namespace_of(system).linalg.solve(system, right)
    return result


def _rows(matrix: Array, parts: list[slice]) -> Array:
    result: Array = namespace_of(matrix).concatenate([matrix[..., part, :] for part in parts], axis=-2)
    return result


def _columns(matrix: Array, parts: list[slice]) -> Array:
    result: Array = namespace_of(matrix).concatenate([matrix[..., part] for part in parts], axis=-1)
    return result


def _reordered(response: Array, counts: tuple[int, ...], order: tuple[int, ...]) -> Array:
    parts, begin = [], 0
    for count in counts:
        parts.append(slice(begin, begin + count))
        begin += count
    chosen = [parts[index] for index in order]
    return _columns(_rows(response, chosen), chosen)
