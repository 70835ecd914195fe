"""Reads of the resistive sub-arrays of a layer, from the traces of its inputs and weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import different_numbers, distinct_reads
from nnsreport.engine.cost.components.column_law import Piece, piecewise_sums
from nnsreport.engine.cost.conductance import (
    branch_conductances,
    cell_conductances,
    cell_levels,
    column_resistances,
    resistances_of_rows,
)
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.partition import Part
from nnsreport.engine.cost.processing_element import LayerParts

_NUMBERS_AT_ONCE = 1 << 16
"""Columns of reads that are evaluated at once; few enough for a processor's caches."""

ReadStates: TypeAlias = "tuple[Array, Array, Array]"
"""Active rows (states,), resistance of columns (states, columns), and number of reads (states,)."""


class TracedLayer:
    """A layer's reads and weights, cut into sub-arrays; reads that are equal are there once.

    Parameters
    ----------
    bits : Array of uint8, (rows, reads)
        Of the inputs, in the processor's memory.
    weights : Array of float64, (rows, outputs)
        Of the layer.
    parts : LayerParts
        Of the layer, in which all sub-arrays are told apart.
    """

    def __init__(self, bits: Array, weights: Array, parts: LayerParts) -> None:
        self._weights = weights
        self._parts = parts.sub_arrays
        self._reads: dict[tuple[int, int], tuple[Array, Array, Array]] = {}
        for part in self._parts:
            if (part.row, part.rows) not in self._reads:
                self._reads[part.row, part.rows] = _sorted_reads(bits[part.row : part.row + part.rows])

    @property
    def columns(self) -> Array:
        """Columns of each sub-array that hold weights, (sub-arrays,)."""
        return np.array([part.columns for part in self._parts])

    def histograms(self) -> tuple[Array, Array]:
        """Return how many reads have how many active rows.

        Returns
        -------
        tuple of Array of float64, (states,), and Array of float64, (sub-arrays, states)
            Numbers of active rows, rising, and reads.
        """
        states = different_numbers(active for _, active, _ in self._reads.values())
        of_blocks = {
            block: np.bincount(np.searchsorted(states, active), weights=counts, minlength=len(states))
            for block, (_, active, counts) in self._reads.items()
        }
        return states, np.stack([of_blocks[part.row, part.rows] for part in self._parts])

    def fitted(self, pieces: Sequence[Piece], factors: Array, parameters: Parameters) -> Array:
        """Return the sum of a fit over the columns and conversions of each sub-array.

        Parameters
        ----------
        pieces : sequence of Piece
            Of the fit.
        factors : Array of float64, (factors,)
            By which the resistance of a column is multiplied.
        parameters : Parameters
            Of one design point.

        Returns
        -------
        Array of float64, (factors, sub-arrays)
            Of a single group of rows where rows are read in parallel; else of all active rows.
        """
        sums = np.zeros((len(factors), len(self._parts)))
        block, driven = (-1, -1), np.zeros((0, 0))
        for place, (part, branches) in enumerate(self._branches(parameters)):
            bits, active, counts = self._reads[part.row, part.rows]
            # Parts beside each other have the same rows.
            if block != (part.row, part.rows):
                block, driven = (part.row, part.rows), (bits.T == 1).astype("float64", order="C").T
            conversions = counts if parameters.mode.is_parallel else counts * active
            step = max(1, _NUMBERS_AT_ONCE // part.columns)
            for start in range(0, len(counts), step):
                some = slice(start, start + step)
                resistance_ohm = resistances_of_rows(driven[:, some], branches, parameters)
                for index, factor in enumerate(factors.tolist()):
                    sums[index, place] += conversions[some] @ piecewise_sums(pieces, resistance_ohm * factor)
        return sums

    def states(self, parameters: Parameters) -> Iterator[ReadStates]:
        """Yield the reads of each sub-array, for one design point."""
        for part, branches in self._branches(parameters):
            bits, active, counts = self._reads[part.row, part.rows]
            yield active, column_resistances(bits, branches, parameters), counts

    def _branches(self, parameters: Parameters) -> Iterator[tuple[Part, Array]]:
        """Yield each sub-array with the conductances of its cells."""
        conductances = cell_conductances(cell_levels(self._weights, parameters), parameters)
        for part in self._parts:
            cells = conductances[part.row : part.row + part.rows, part.column : part.column + part.columns]
            yield part, branch_conductances(cells, parameters)


def _sorted_reads(bits: Array) -> tuple[Array, Array, Array]:
    """Return different reads, their active rows and their numbers; neighbours have columns of similar resistance."""
    distinct, counts = distinct_reads(bits)
    active = distinct.sum(axis=0, dtype=np.float64)
    order = np.argsort(active, kind="stable")
    return distinct[:, order], active[order], counts[order].astype(np.float64)
