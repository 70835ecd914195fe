"""What converters of columns are to the sub-array around them: one file can add another kind."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from nnsreport.engine.cost.components.column_law import ColumnLaw
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverterPlace:
    """What a sub-array asks of its converters.

    Numbers are scalars or of shape (points,), one for each design point.

    Attributes
    ----------
    count : float or Array
        Converters, each of which serves some columns one after the other.
    levels : float or Array
        Levels that a converter tells apart, 2 or more.
    width_m : float or Array
        Width of the array in metres, which the converters fill in rows under it.
    read_v : float or Array
        Read voltage.
    column_f : float or Array
        Capacitance of a column.
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).
    """

    count: Quantity
    levels: Quantity
    width_m: Quantity
    read_v: Quantity
    column_f: Quantity
    technology: Technology
    special_layout: bool


@runtime_checkable
class ColumnConverter(Protocol):
    """All converters of a sub-array, of one kind. Quantities are scalars or of shape (points,)."""

    @property
    def outline(self) -> Outline:
        """Of all converters, as wide as the array."""
        ...

    @property
    def leakage_w(self) -> Quantity:
        """Of all converters in watt, as far as the energy of conversions does not contain it."""
        ...

    def latency_s(self) -> Quantity:
        """Return the time of one conversion in seconds, as far as a binary word."""
        ...

    def column_energy_j(self, column_ohm: Quantity, reads: Quantity = 1.0) -> Quantity:
        """Return the energy to convert each column.

        Parameters
        ----------
        column_ohm : float or Array
            Resistance of the active cells of a column, shape (points, ...).
        reads : float or Array
            Conversions of the column: a scalar, or shape (points, ...).

        Returns
        -------
        float or Array
            Joules, shape (points, ...); :func:`nnsreport.engine.cost.components.axes.beside` gives a quantity of the
            points the axes that it needs.
        """
        ...


@runtime_checkable
class HasColumnLaw(Protocol):
    """A converter whose energy has a form that can be summed over columns; sweeps of the others take longer."""

    def column_law(self) -> ColumnLaw | None:
        """Return the energy of one conversion as ``column_energy_j`` has it, in pieces.

        Returns
        -------
        ColumnLaw or None
            For resistances that are positive and finite; None where this technology has no such form.
        """
        ...
