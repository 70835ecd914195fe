"""Arrays whose word lines open gates: currents run from a source line through the open cells into a bit line.

Word lines carry no current, so every column is a circuit of its own, but which of its cells conduct depends on the
input: each vector of each column is solved, exactly, by joining row after row from the sensed end to the source.

All rows joined so far are, for the rest, a network of one port for each source line (voltage u between source and
bit line, current s) that passes the total current I to the converter: ``s = Y u + h I``, and ``B = z I - h u`` is the
voltage of the bit line. The two h are the same because the network is reciprocal. An open cell adds its conductance
to Y. A series resistance r that carries ``d s - d0 I``, with f = Y d and e = d0 - d h, turns them into

    Y - t f f^T,    h + t e f,    z + t e^2,        t = r / (1 + r d f),

which is the segment of a source line for d its unit vector and d0 = 0, of the bit line for d = 1 and d0 = 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.ladder import Line


@dataclass(slots=True)
class _Joined:
    """The rows joined so far, arrays (columns, vectors) with any axes before: Y (of each pair of sources), h and z."""

    admittance: list[list[Array]]
    passed: list[Array]
    impedance: Array

    @property
    def sources(self) -> range:
        return range(len(self.passed))

    def add_cells(self, cells: list[list[Array]]) -> None:
        for mine, theirs in zip(self.admittance, cells, strict=True):
            for index, cell in enumerate(theirs):
                mine[index] = mine[index] + cell

    def add_source_segment(self, resistance: float) -> None:
        for source in self.sources:
            self._add_series(resistance, self.admittance[source], self.admittance[source][source], -self.passed[source])

    def add_bit_segment(self, resistance: float) -> None:
        flows = [_total(row) for row in self.admittance]
        self._add_series(resistance, flows, _total(flows), 1.0 - _total(self.passed))

    def current(self, signs: tuple[float, ...]) -> Array:
        """Return the current for unit voltages of these signs on the sources, both lines ending here.

        The bit line carries nothing beyond its last cell, so all of I comes from the sources.
        """
        own = 1.0 - _total(self.passed)
        flows = [_total(row) for row in self.admittance]
        total = _total(flows)
        driven = _total([sign * flow for sign, flow in zip(signs, flows, strict=True)])
        carried = _total([sign * share for sign, share in zip(signs, self.passed, strict=True)])
        result: Array = (driven * own + total * carried) / (own * own + total * self.impedance)
        return result

    def _add_series(self, resistance: float, flows: list[Array], admittance: Array, excess: Array) -> None:
        if resistance == 0.0:
            return
        flows = list(flows)  # may be a row of what changes here
        factor = resistance / (1.0 + resistance * admittance)
        weighted = factor * excess
        self.impedance = self.impedance + weighted * excess
        for index in self.sources:
            self.passed[index] = self.passed[index] + weighted * flows[index]
            scaled = factor * flows[index]
            row = self.admittance[index]
            for other in self.sources:
                row[other] = row[other] - scaled * flows[other]


def gated_currents(planes: Array, active: Array, source_line: Line, bit_line: Line, groups: int = 0) -> Array:
    """Return the currents of gated columns.

    Parameters
    ----------
    planes : Array of float64, (planes, ..., columns, rows)
        Conductances of cells; the second plane, if any, lies between the same bit lines and source lines of the
        opposite voltage. Source lines begin at row 0, bit lines are sensed at the last row.
    active : Array of float64, (..., rows, vectors)
        1 where a word line is open, else 0; axes in front are broadcast.
    source_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.
    groups : int
        0 solves the circuit exactly, at about twenty operations for each cell and vector. Else rows are lumped into
        so many groups, as evenly as they go: a group is one cell at its centre, which a matrix product adds up; what
        equal cells spread over its rows would lose less than there is corrected to first order.

    Returns
    -------
    Array of float64, (..., columns, vectors)
        For unit voltage on the source lines.
    """
    xp = namespace_of(planes)
    rows = planes.shape[-1]
    joined: _Joined | None = None
    below = float(rows - 1)
    for part in _parts(rows, groups):
        cells = _cells(planes, active, part, source_line.segment, bit_line.segment)
        centre = (part.start + part.stop - 1) / 2.0
        if joined is None:
            nothing: Array = xp.zeros_like(cells[0][0])
            ending = bit_line.head + bit_line.segment * (below - centre)
            joined = _Joined(cells, [nothing for _ in cells], nothing + ending)
        else:
            joined.add_bit_segment(bit_line.segment * (below - centre))
            joined.add_source_segment(source_line.segment * (below - centre))
            joined.add_cells(cells)
        below = centre
    assert joined is not None, "an array has rows"
    joined.add_source_segment(source_line.head + source_line.segment * below)
    return joined.current((1.0, -1.0)[: planes.shape[0]])


def _parts(rows: int, groups: int) -> Iterator[slice]:
    """Yield the rows of each group, from the sensed end on."""
    count = min(groups, rows) or rows
    bounds = [rows * index // count for index in range(count + 1)]
    return (slice(bounds[index], bounds[index + 1]) for index in range(count - 1, -1, -1))


def _cells(planes: Array, active: Array, part: slice, source_segment: float, bit_segment: float) -> list[list[Array]]:
    """Return the admittance that a group of rows adds, for each pair of sources."""
    xp = namespace_of(planes)
    size = part.stop - part.start
    if size == 1:
        row = part.start
        sums = [plane[..., row, None] * active[..., None, row, :] for plane in planes]
    else:
        sums = [xp.matmul(plane[..., part], active[..., part, :]) for plane in planes]
    # The sum of j^2 over the rows of a group, less that of a lump at its centre.
    spread = (size * size - 1) / (6.0 * size)
    result = [[bit_segment * spread * one * other if spread else xp.zeros_like(one) for other in sums] for one in sums]
    for index, total in enumerate(sums):
        own = result[index]
        own[index] = own[index] + total + source_segment * spread * total * total
    return result


def _total(terms: list[Array]) -> Array:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
