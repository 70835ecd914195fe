"""Energy of the converters of resistive arrays in all reads of which only the number of active rows is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.components.column_law import ColumnLaw, Piece, piecewise
from nnsreport.engine.cost.conductance import OPEN_COLUMN_OHM
from nnsreport.engine.cost.expected_columns import ExpectedColumns
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.records import dataclass

_NUMBERS_AT_ONCE = 1 << 17
"""Columns of reads that are evaluated one by one at once; memory depends on it."""


def conversions_j(
    law: ColumnLaw, columns: ExpectedColumns, used: int, active_rows: Array, reads: Array, groups: Quantity
) -> Array:
    """Return the energy to convert each column once in each read.

    The resistance of column j with n active rows is K / (n g_j). Where a piece of the fit holds for all columns, the
    sum over columns and reads is a product: of sum(ln g), sum(1 / g) or sum(g**-e) over the columns and of sum(w),
    sum(w ln n), sum(w / n) or sum(w n**-e) over the reads. Numbers of active rows at which the fit has a bound between
    the first and the last column are few, and evaluated column by column.

    Parameters
    ----------
    law : ColumnLaw
        Of the converters.
    columns : ExpectedColumns
        Of the array, with one active row.
    used : int
        Columns that hold weights.
    active_rows : Array of float64, (states,)
        Numbers of active rows, rising, in the processor's memory.
    reads : Array of float64, (states,)
        How many reads have each of them, in the processor's memory.
    groups : float or Array, (points,)
        K, groups of rows that are read one after the other and share the active rows.

    Returns
    -------
    Array, (points,)
        Joules.
    """
    is_active = active_rows > 0
    xp = namespace_among(columns.at_nodes_s)
    problem = _Conversions(
        law=law,
        columns=columns,
        used=used,
        states=_States(active_rows[is_active], reads[is_active]),
        one_row_ohm=xp.asarray(groups * law.ohm_factor) + xp.zeros(len(columns.at_nodes_s)),
    )
    open_reads = float(reads[~is_active].sum())
    fitted = problem.fitted()
    if open_reads:
        open_column = piecewise(law.pieces, xp.asarray(OPEN_COLUMN_OHM * law.ohm_factor))
        fitted = fitted + open_reads * used * open_column
    energy_j: Array = law.fixed_j * (float(reads.sum()) * used) + law.unit_j * fitted
    return energy_j


class _States:
    """Numbers of active rows above 0, and sums over the reads that have them."""

    def __init__(self, active_rows: Array, reads: Array) -> None:
        self.active_rows = active_rows
        self.reads = reads

    def summed(self, function: Callable[[Array], Array], begin: Array, end: Array) -> Array:
        """Return the sum of a function of the active rows over the reads from a state to before another, (points,)."""
        sums = np.concatenate([[0.0], np.cumsum(self.reads * function(self.active_rows))])
        up_to: Array = namespace_among(begin, end).asarray(sums)
        return up_to[end] - up_to[begin]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Conversions:
    law: ColumnLaw
    columns: ExpectedColumns
    used: int
    states: _States
    one_row_ohm: Array
    """Resistance at the fit's conditions times active rows and conductance, (points,)."""

    def fitted(self) -> Array:
        """Return the sum of the fit over columns and reads, (points,)."""
        xp = namespace_among(self.one_row_ohm)
        total = xp.zeros(len(self.one_row_ohm))
        begin = xp.zeros(len(total), dtype="int64")
        *below, lowest = range(len(self.law.pieces) - 1, -1, -1)
        # The more rows are active the less is the resistance: the last piece comes first.
        for index in below:
            bound_ohm = self.law.pieces[index - 1].below_ohm
            first, last = (self._states_from(bound_ohm, place) for place in (0, self.used - 1))
            until = xp.maximum(first, begin)
            total += self._piece(self.law.pieces[index], begin, until)
            begin = xp.maximum(last, until)
            total += self._column_by_column(until, begin)
        every = xp.full(len(total), len(self.states.reads), dtype="int64")
        return total + self._piece(self.law.pieces[lowest], begin, every)  # type: ignore[no-any-return]

    def _states_from(self, bound_ohm: float, place: int) -> Array:
        """Return how many states, the first ones, have a column resistance not below a bound, (points,)."""
        xp = namespace_among(self.one_row_ohm)
        limits = self.one_row_ohm / (bound_ohm * self.columns.one(place))
        found: Array = xp.searchsorted(xp.asarray(self.states.active_rows), limits, side="right")
        return found

    def _piece(self, piece: Piece, begin: Array, end: Array) -> Array:
        """Return the sum of a piece over all columns and the reads from one state to before another."""
        xp, ohm = namespace_among(self.one_row_ohm), self.one_row_ohm
        reads = self.states.summed(np.ones_like, begin, end)
        total = reads * (self.used * piece.constant)
        if piece.per_log:
            logarithms = self.used * xp.log(ohm) - self.columns.summed(self.used, xp.log)
            of_rows = self.states.summed(np.log, begin, end)
            total = total + piece.per_log * (logarithms * reads - self.used * of_rows)
        if piece.per_ohm:
            total = total + piece.per_ohm * self._power(1.0, begin, end)
        if piece.per_power:
            total = total + piece.per_power * self._power(piece.exponent, begin, end)
        return total

    def _power(self, exponent: float, begin: Array, end: Array) -> Array:
        """Return the sum of a power of the resistance."""
        of_columns = self.columns.summed(self.used, lambda conductance: conductance**-exponent)
        of_rows = self.states.summed(lambda active: active**-exponent, begin, end)
        return self.one_row_ohm**exponent * of_columns * of_rows

    def _column_by_column(self, begin: Array, end: Array) -> Array:
        """Return the sum of the fit over all columns and the reads from one state to before another."""
        xp = namespace_among(self.one_row_ohm)
        first, counts = to_numpy(begin), to_numpy(end - begin)
        point = np.repeat(np.arange(len(counts)), counts)
        state = np.arange(len(point)) - np.repeat(np.cumsum(counts) - counts - first, counts)
        total: Array = xp.zeros(len(counts))
        step = max(1, _NUMBERS_AT_ONCE // self.used)
        for start in range(0, len(point), step):
            points, states = (some[start : start + step] for some in (point, state))
            rows, reads = (xp.asarray(some[states]) for some in (self.states.active_rows, self.states.reads))
            places = xp.asarray(points)
            conductances = self.columns.at(places).first(self.used)
            ohm = (self.one_row_ohm[places] / rows)[:, None] / conductances
            fitted = piecewise(self.law.pieces, ohm).sum(axis=-1)  # type: ignore[union-attr] # an array over columns
            total += xp.bincount(places, weights=fitted * reads, minlength=len(counts))
        return total
