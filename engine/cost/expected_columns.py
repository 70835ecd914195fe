"""Columns of resistive arrays whose cells hold any level equally often: sums over them, from a few of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.conductance import expected_row_conductances
from nnsreport.engine.cost.given import Access, MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.points import at_points
from nnsreport.engine.cost.quantity import namespace_among
from nnsreport.engine.records import dataclass

_PRECISION = 2.0**-53
_LEAST_NODES = 2


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedColumns:
    """Conductances of the columns of an array, with one active row.

    Only the wire along the rows tells columns apart: the conductance is an analytic function of the column's place, and
    so are its logarithm and its powers. They are computed at Chebyshev's nodes, so many that the polynomial through
    them has all digits of double precision, and interpolated from there.

    Attributes
    ----------
    at_nodes_s : Array, (points, nodes)
        Conductances at the nodes.
    of_node : Array of float64, (columns, nodes)
        Weight of each node in each column, in the processor's memory.
    """

    at_nodes_s: Array
    of_node: Array

    def at(self, points: Array) -> ExpectedColumns:
        """Return the columns of some design points, (some,)."""
        return ExpectedColumns(at_points(self.at_nodes_s, points), self.of_node)

    def one(self, place: int) -> Array:
        """Return the conductance of a column, counted from 0, (points,)."""
        found: Array = self.at_nodes_s @ namespace_among(self.at_nodes_s).asarray(self.of_node[place])
        return found

    def first(self, columns: int) -> Array:
        """Return the conductances of the first columns, (points, columns)."""
        found: Array = self.at_nodes_s @ namespace_among(self.at_nodes_s).asarray(self.of_node[:columns].T)
        return found

    def summed(self, columns: int, function: Callable[[Array], Array]) -> Array:
        """Return the sum of an analytic function of the conductance over the first columns, (points,)."""
        weights = namespace_among(self.at_nodes_s).asarray(self.of_node[:columns].sum(axis=0))
        found: Array = function(self.at_nodes_s) @ weights
        return found


def expected_columns(rows: int, columns: int, parameters: Parameters) -> ExpectedColumns:
    """Return the columns of an array of which only the number of active rows is known.

    Parameters
    ----------
    rows, columns : int
        Of the array.
    parameters : Parameters
        Of a group.

    Returns
    -------
    ExpectedColumns
        Of all design points.

    References
    ----------
    L. N. Trefethen, Approximation Theory and Approximation Practice, SIAM 2013: theorem 8.2 (the error of interpolation
    falls like rho**-nodes, with rho the sum of the half axes of the largest ellipse in which the function is analytic)
    and chapter 5 (barycentric formula).
    """
    places, of_node = _nodes(columns, _count(columns, parameters))
    return ExpectedColumns(expected_row_conductances(rows, places, parameters), of_node)


def _count(columns: int, parameters: Parameters) -> int:
    """Return how many nodes all digits take.

    A conductance is infinite where the wire along the row, continued to negative lengths, makes up for the cell.
    """
    p = parameters
    cell_ohm = 1 / p.largest_conductance_s
    if p.cell is MemoryCell.RRAM and p.access is Access.TRANSISTOR:
        cell_ohm = cell_ohm + p.access_resistance_ohm
    wire_ohm = namespace_among(cell_ohm, p.wire_resistance_row_ohm).asarray(p.wire_resistance_row_ohm)
    most_of_cell = float((wire_ohm / cell_ohm).max())
    if most_of_cell == 0 or columns <= _LEAST_NODES:
        return min(columns, _LEAST_NODES)
    middle, half = (columns + 1) / 2, (columns - 1) / 2
    singularity = (middle + 1 / most_of_cell) / half
    rho = singularity + math.sqrt(singularity**2 - 1)
    return min(columns, max(_LEAST_NODES, math.ceil(-math.log(_PRECISION) / math.log(rho)) + 1))


def _nodes(columns: int, count: int) -> tuple[Array, Array]:
    """Return the places of nodes, (nodes,), and their weights in each column, (columns, nodes)."""
    every = np.arange(1.0, columns + 1)
    if count == columns:
        return every, np.eye(columns)
    angles = (2 * np.arange(count) + 1) * math.pi / (2 * count)
    places = (columns + 1) / 2 + (columns - 1) / 2 * np.cos(angles)
    apart = every[:, None] - places
    is_node = apart == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = (-1.0) ** np.arange(count) * np.sin(angles) / apart
        weights = np.where(is_node.any(axis=1, keepdims=True), is_node, weights)
    return places, weights / weights.sum(axis=1, keepdims=True)
