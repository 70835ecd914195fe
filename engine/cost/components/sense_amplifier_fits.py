"""Fits of multilevel sense amplifiers to circuit simulation: latency and static power over column resistance."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

from nnsreport.engine.cost.components.axes import beside
from nnsreport.engine.cost.components.column_law import Piece, piecewise, without_negative_values
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Roadmap, Technology
from nnsreport.engine.cost.technology.tables import Row, number, read_table
from nnsreport.engine.records import dataclass

_OPEN_COLUMN_W = 1e-6


@dataclass(frozen=True, slots=True)
class LatencyFit:
    """Latency of a current-mode comparator over the resistance of its reference column.

    Attributes
    ----------
    segments : tuple of Piece
        Latency in seconds at ``at_capacitance_f``.
    above_ohm, to_ohm, added_s, at_capacitance_f : float
        Above the first resistance the latency grows with the column's capacitance, by ``added_s`` for each
        ``at_capacitance_f`` more at ``to_ohm``.
    """

    segments: tuple[Piece, ...]
    above_ohm: float
    to_ohm: float
    added_s: float
    at_capacitance_f: float

    def latency_s(self, resistance_ohm: Quantity, capacitance_f: Quantity) -> Quantity:
        """Return the latency of a comparison.

        Parameters
        ----------
        resistance_ohm : float or Array
            Of the reference column.
        capacitance_f : float or Array
            Of the column, with the gates of the comparators on it.

        Returns
        -------
        float or Array
            Seconds.
        """
        xp = namespace_among(resistance_ohm, capacitance_f)
        slope_s_per_ohm = self.added_s / (self.to_ohm - self.above_ohm)
        excess_ohm = xp.maximum(resistance_ohm - self.above_ohm, 0.0)
        relative = (capacitance_f - self.at_capacitance_f) / self.at_capacitance_f
        latency: Quantity = piecewise(self.segments, resistance_ohm) + slope_s_per_ohm * excess_ohm * relative
        return latency


@cache
def latency_fit(node_nm: int) -> LatencyFit:
    """Return a node's fit of latency, from engine/cost/data/sense_amplifier_latency.csv and sense_amplifier_load.csv.

    Parameters
    ----------
    node_nm : int
        In nanometres.

    Returns
    -------
    LatencyFit
        Of the node; NeuroSim has one for both roadmaps.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp, ColumnLatency_Table (circuit simulation).
    """
    (load,) = (row for row in read_table("sense_amplifier_load.csv") if int(row["node_nm"]) == node_nm)
    return LatencyFit(
        segments=_segments("sense_amplifier_latency.csv", node_nm, "s"),
        above_ohm=number(load, "above_ohm"),
        to_ohm=number(load, "to_ohm"),
        added_s=number(load, "added_s"),
        at_capacitance_f=number(load, "at_capacitance_f"),
    )


def column_power_w(resistance_ohm: Quantity, comparators: Quantity, technology: Technology) -> Quantity:
    """Return the static power that current-mode comparators draw from the column they sense.

    HP: (L - 1) a + b exp(-c log10 R); LSTP: L - 1 times a fit that is linear in R and then in ln R. Both grow by 0.13 %
    a kelvin above 300 K. The fit is negative at resistances far above the simulated ones; 0 is returned there.

    Parameters
    ----------
    resistance_ohm : float or Array
        Of the column at the simulated read voltage of 0.5 V, shape (points, ...); infinite for an open column.
    comparators : float or Array
        Comparators of a converter, L - 1; a scalar or shape (points,).
    technology : Technology
        Of the comparators.

    Returns
    -------
    float or Array
        Watts, shape (points, ...).

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp, GetColumnPower (circuit simulation).
    """
    watts = guarded_power_w(
        resistance_ohm, lambda ohm: _fitted_power_w(ohm, beside(comparators, resistance_ohm), technology)
    )
    power: Quantity = namespace_among(resistance_ohm).maximum(watts * temperature_factor(technology), 0.0)
    return power


def column_power_law(
    comparators: Quantity, technology: Technology
) -> tuple[Quantity, Quantity, tuple[Piece, ...]] | None:
    """Return :func:`column_power_w` of resistances that are positive and finite, as constants and pieces of a fit.

    Parameters
    ----------
    comparators : float or Array
        Comparators of a converter, L - 1; a scalar or shape (points,).
    technology : Technology
        Of the comparators.

    Returns
    -------
    tuple of float or Array, float or Array, tuple of Piece; or None
        p, q and f in P = p + q f(R), in watts and ohms; None where it cannot be written so.
    """
    factor = temperature_factor(technology)
    if technology.roadmap is Roadmap.LOW_STANDBY_POWER:
        pieces = without_negative_values(_segments("sense_amplifier_power_lstp.csv", technology.node_nm, "w"))
        return None if pieces is None else (0.0, comparators * factor, pieces)
    (row,) = _rows_of("sense_amplifier_power_hp.csv", technology.node_nm)
    fixed_w = number(row, "per_comparator_uw") * comparators * 1e-6 * factor
    return fixed_w, factor, (power_of_column(row),)


def power_of_column(row: Row) -> Piece:
    """Return the power c exp(-d log10 R), from the columns ``scale_w`` and ``per_decade`` of a table, as a piece."""
    return Piece(per_power=number(row, "scale_w"), exponent=-number(row, "per_decade") / math.log(10))


def guarded_power_w(resistance_ohm: Quantity, fit: Callable[[Quantity], Quantity]) -> Quantity:
    """Return a column's fitted power, and NeuroSim's values where a fit over the logarithm has none.

    Parameters
    ----------
    resistance_ohm : float or Array
        0 or more, also infinite.
    fit : callable
        Power in watts from resistance in ohms.

    Returns
    -------
    float or Array
        Watts: 1 uW of an open column, 0 of a short.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp and SarADC.cpp, GetColumnPower.
    """
    xp = namespace_among(resistance_ohm)
    is_open = xp.isinf(resistance_ohm)
    is_fitted = (resistance_ohm > 0) & ~is_open
    return select(is_fitted, fit(select(is_fitted, resistance_ohm, 1.0)), select(is_open, _OPEN_COLUMN_W, 0.0))


def temperature_factor(technology: Technology) -> float:
    """Return the growth of a converter's power with temperature: 1 + 0.0013 (T - 300 K).

    Parameters
    ----------
    technology : Technology
        At a temperature.

    Returns
    -------
    float
        1 at 300 K.

    References
    ----------
    NeuroSim V1.4, MultilevelSenseAmp.cpp and SarADC.cpp.
    """
    return 1 + 1.3e-3 * (technology.temperature_k - 300)


def _fitted_power_w(resistance_ohm: Quantity, comparators: Quantity, technology: Technology) -> Quantity:
    if technology.roadmap is Roadmap.LOW_STANDBY_POWER:
        segments = _segments("sense_amplifier_power_lstp.csv", technology.node_nm, "w")
        return piecewise(segments, resistance_ohm) * comparators
    xp = namespace_among(resistance_ohm)
    (row,) = _rows_of("sense_amplifier_power_hp.csv", technology.node_nm)
    through_column: Quantity = number(row, "scale_w") * xp.exp(-number(row, "per_decade") * xp.log10(resistance_ohm))
    return number(row, "per_comparator_uw") * comparators * 1e-6 + through_column


def _segments(table: str, node_nm: int, unit: str) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            below_ohm=number(row, "below_ohm"),
            per_log=number(row, f"per_log_ohm_{unit}"),
            per_ohm=number(row, f"per_ohm_{unit}"),
            constant=number(row, f"constant_{unit}"),
        )
        for row in _rows_of(table, node_nm)
    )


def _rows_of(table: str, node_nm: int) -> tuple[Row, ...]:
    return tuple(row for row in read_table(table) if int(row["node_nm"]) == node_nm)
