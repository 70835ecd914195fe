"""The energy of a conversion over the resistance of its column, in a form whose sums over columns are known."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.records import dataclass

_LARGEST_EXPONENT = 1000
"""Numbers up to 2 to this power are represented."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a fit over resistance: a ln R + b R + c + d R^e, for R below a bound.

    Attributes
    ----------
    below_ohm : float
        Bound of the piece; infinite for the last.
    per_log, per_ohm, constant, per_power : float
        The coefficients a, b, c and d.
    exponent : float
        e.
    """

    below_ohm: float = math.inf
    per_log: float = 0.0
    per_ohm: float = 0.0
    constant: float = 0.0
    per_power: float = 0.0
    exponent: float = 0.0


def piecewise(pieces: Sequence[Piece], resistance_ohm: Quantity) -> Quantity:
    """Return a fit's value.

    Parameters
    ----------
    pieces : sequence of Piece
        With rising bounds.
    resistance_ohm : float or Array
        Positive, of any shape.

    Returns
    -------
    float or Array
        The value of the piece that each resistance lies in.
    """
    return _chosen(_overlapping(pieces, *_range(resistance_ohm)), resistance_ohm)


def _chosen(pieces: Sequence[Piece], resistance_ohm: Quantity) -> Quantity:
    """Return the value of the piece that each resistance lies in; terms that a piece does not have take no time."""
    logarithm = namespace_among(resistance_ohm).log(resistance_ohm) if any(piece.per_log for piece in pieces) else 0.0
    value: Quantity = 0.0
    for piece in reversed(pieces):
        here: Quantity = piece.constant
        if piece.per_log:
            here = piece.per_log * logarithm + here
        if piece.per_ohm:
            here = piece.per_ohm * resistance_ohm + here
        if piece.per_power:
            here = piece.per_power * resistance_ohm**piece.exponent + here
        value = here if piece is pieces[-1] else select(resistance_ohm < piece.below_ohm, here, value)
    if isinstance(value, float) and not isinstance(resistance_ohm, int | float):
        value = namespace_among(resistance_ohm).full_like(resistance_ohm, value)
    return value


def piecewise_sums(pieces: Sequence[Piece], resistance_ohm: Array) -> Array:
    """Return the sums of a fit's values over the last axis.

    Where all resistances lie in a piece that is linear in ln R, the logarithm of their product is taken: one logarithm
    instead of one for each.

    Parameters
    ----------
    pieces : sequence of Piece
        With rising bounds.
    resistance_ohm : Array of float64, (..., columns)
        Positive, in the processor's memory.

    Returns
    -------
    Array of float64, (...)
        The sums.
    """
    least, largest = _range(resistance_ohm)
    first, *others = _overlapping(pieces, least, largest)
    columns = resistance_ohm.shape[-1]
    if others or first.per_ohm or first.per_power or columns * math.log2(largest / least) > _LARGEST_EXPONENT:
        values = np.asarray(_chosen((first, *others), resistance_ohm))
        return values.sum(axis=-1)  # type: ignore[no-any-return]
    products: Array = np.multiply.reduce(resistance_ohm * (1 / least), axis=-1)
    sums: Array = first.per_log * (np.log(products) + columns * math.log(least)) + columns * first.constant
    return sums


def _range(resistance_ohm: Quantity) -> tuple[float, float]:
    """Return the least and the largest of resistances in the processor's memory; nan for others."""
    if not isinstance(resistance_ohm, np.ndarray) or not resistance_ohm.size:
        return math.nan, math.nan
    return float(resistance_ohm.min()), float(resistance_ohm.max())


def _overlapping(pieces: Sequence[Piece], least_ohm: float, largest_ohm: float) -> Sequence[Piece]:
    """Return the pieces that a range of resistances lies in; all of them of nan."""
    if math.isnan(least_ohm):
        return pieces
    begin = next((place for place, piece in enumerate(pieces) if least_ohm < piece.below_ohm), 0)
    end = next((place for place, piece in enumerate(pieces) if largest_ohm < piece.below_ohm), len(pieces) - 1)
    return pieces[begin : end + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnLaw:
    """The energy of a conversion, E(R) = E_0 + E_1 f(u R), with a fit f in pieces.

    Attributes
    ----------
    fixed_j : float or Array, (points,)
        E_0, which does not depend on the column.
    unit_j : float or Array, (points,)
        E_1, energy for one unit of the fit.
    ohm_factor : float or Array, (points,)
        u, resistance at the fit's conditions over that of the column.
    pieces : tuple of Piece
        With rising bounds.
    """

    fixed_j: Quantity
    unit_j: Quantity
    ohm_factor: Quantity
    pieces: tuple[Piece, ...]

    def energy_j(self, column_ohm: Quantity) -> Quantity:
        """Return the energy to convert each column once.

        Parameters
        ----------
        column_ohm : float or Array
            Positive; a scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules.
        """
        fixed_j, unit_j, factor = (beside(each, column_ohm) for each in (self.fixed_j, self.unit_j, self.ohm_factor))
        return fixed_j + unit_j * piecewise(self.pieces, column_ohm * factor)


def without_negative_values(pieces: Sequence[Piece]) -> tuple[Piece, ...] | None:
    """Return a fit that is 0 where another is negative.

    Parameters
    ----------
    pieces : sequence of Piece
        With rising bounds.

    Returns
    -------
    tuple of Piece, or None
        None where a piece has more than one term besides its constant, so that its zeros have no formula.
    """
    found: list[Piece] = []
    least_ohm = 0.0
    for piece in pieces:
        if sum(1 for term in (piece.per_log, piece.per_ohm, piece.per_power) if term) > 1:
            return None
        found.extend(_without_negative_values(piece, least_ohm))
        least_ohm = piece.below_ohm
    return tuple(found)


def _without_negative_values(piece: Piece, least_ohm: float) -> Iterator[Piece]:
    zero_ohm = _zero_ohm(piece)
    inside = zero_ohm is not None and least_ohm < zero_ohm < piece.below_ohm
    bounds = (zero_ohm, piece.below_ohm) if inside and zero_ohm is not None else (piece.below_ohm,)
    for bound_ohm in bounds:
        yield _positive(piece, least_ohm, bound_ohm)
        least_ohm = bound_ohm


def _positive(piece: Piece, least_ohm: float, below_ohm: float) -> Piece:
    """Return a piece that has no zero between two resistances, or 0 if it is negative there."""
    inside_ohm = 2 * least_ohm + 1 if math.isinf(below_ohm) else (least_ohm + below_ohm) / 2
    is_negative = piecewise((dataclasses.replace(piece, below_ohm=math.inf),), inside_ohm) < 0
    return Piece(below_ohm) if is_negative else dataclasses.replace(piece, below_ohm=below_ohm)


def _zero_ohm(piece: Piece) -> float | None:
    if piece.per_log:
        return math.exp(-piece.constant / piece.per_log)
    if piece.per_ohm:
        return -piece.constant / piece.per_ohm
    if piece.per_power and piece.exponent and piece.constant / piece.per_power < 0:
        return float((-piece.constant / piece.per_power) ** (1 / piece.exponent))
    return None
