"""What is known of a sub-array, and what one read of it takes.

A *state* is what a sub-array sees at one read: how many of its rows are active and, where cells conduct, the resistance
of its columns. Reads that see the same need be evaluated only once, and be counted by the caller.
"""

from __future__ import annotations

from typing import Protocol

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SubArrayAreas:
    """Areas of a sub-array in square metres, each a scalar or of shape (points,).

    Attributes
    ----------
    outline : Outline
        Of the whole, with the gaps between its circuits.
    array_m2 : float or Array
        Memory cells.
    adc_m2 : float or Array
        Converters; of SRAM also the prechargers.
    accumulation_m2 : float or Array
        Adders, shift-adds and their flip-flops.
    other_m2 : float or Array
        Everything else at the edges of the array: decoders, drivers, switch matrices, multiplexers.
    used_m2 : float or Array
        All circuits and cells; the outline's area without the gaps.
    """

    outline: Outline
    array_m2: Quantity
    adc_m2: Quantity
    accumulation_m2: Quantity
    other_m2: Quantity
    used_m2: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class SubArrayReads:
    """What single reads take; each number is an array of shape (..., states).

    A read is all that a sub-array does for one bit of an input vector: all columns, each group of rows that is read at
    once. Latencies are in clock cycles where the chip is synchronous, else in seconds.

    Attributes
    ----------
    total : Reading
        Of all circuits. Energies of the others add up to it; latencies do where the chip is asynchronous.
    adc : Reading
        Converters, with the array itself.
    accumulation : Reading
        Adders and shift-adds.
    other : Reading
        Everything else.
    """

    total: Reading
    adc: Reading
    accumulation: Reading
    other: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadInputs:
    """What a sub-array sees at each read.

    Attributes
    ----------
    active_rows : float or Array, (..., states)
        Rows whose input bit is 1, of all rows of the sub-array. NeuroSim's activityRowRead is this over the rows.
    column_resistance_ohm : Array, (..., states, columns), or None
        Resistance of each column from its supply to ground, with the active cells in parallel; None for SRAM, whose
        columns all have a resistance that follows from the active rows.
    used_columns : float or Array, (...,) or (..., states), or None
        Columns that hold weights; the others' converters cost no energy. Only SRAM looks at it, as other cells have
        ``column_resistance_ohm`` of so many columns; None where all columns do.
    """

    active_rows: Quantity
    column_resistance_ohm: Array | None = None
    used_columns: Quantity | None = None


class SubArray(Protocol):
    """A sub-array of a group of design points, whatever its cells are.

    Properties are scalars or arrays of shape (points,).
    """

    @property
    def parameters(self) -> Parameters:
        """Of the design points."""
        ...

    @property
    def technology(self) -> Technology:
        """Of the transistors."""
        ...

    @property
    def areas(self) -> SubArrayAreas:
        """Of the sub-array and of its circuits."""
        ...

    @property
    def leakage_w(self) -> Quantity:
        """Leakage in watt while the sub-array waits."""
        ...

    @property
    def leakage_in_use_w(self) -> Quantity:
        """Leakage in watt of the cells that are not read while it is read; 0 without SRAM."""
        ...

    @property
    def access_resistance_ohm(self) -> Quantity:
        """Resistance of the transistor that selects a cell, as the paths of a column's current have it."""
        ...

    def sensing_latency_s(self, inputs: ReadInputs) -> Quantity:
        """Return the time of one step of a read, which a synchronous chip's clock must leave.

        Parameters
        ----------
        inputs : ReadInputs
            Of the reads.

        Returns
        -------
        float or Array, (..., states)
            In seconds.
        """
        ...

    def read(self, inputs: ReadInputs, clock_hz: Quantity) -> SubArrayReads:
        """Return what each read takes.

        Parameters
        ----------
        inputs : ReadInputs
            Of the reads.
        clock_hz : float or Array, (...,)
            Frequency of the clock.

        Returns
        -------
        SubArrayReads
            (..., states).
        """
        ...
