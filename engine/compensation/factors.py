"""Digital factors against drift, from read-outs of the arrays before and after.

Source: M. Le Gallo et al., IEEE Trans. Electron Devices 65, 4304 (2018), and V. Joshi et al., Nat. Commun. 11, 2473
(2020), doi:10.1038/s41467-020-16108-9: ``alpha(t) = readout(0) / readout(t)``. One factor for each column: C. Mackin et
al., Nat. Commun. 13, 3765 (2022). What is read out, each word line alone, is that of aihwkit's
``GlobalDriftCompensation``; its read-out passes through the tile's ADC, this one is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from nnsreport.engine.backend import Array, namespace_of

# aihwkit's lower limit of a read-out, for weights scaled to 1.
_LEAST_READ_OUT = 1e-4

Gain: TypeAlias = "float | Array"
"""A factor for a whole layer; or an Array of float64, (groups, columns), of one for each column."""


@dataclass(frozen=True, slots=True)
class ReadOut:
    """Mean magnitude of what a layer's columns deliver for each word line alone, for weights scaled to 1.

    Attributes
    ----------
    layer : float
        Over all columns.
    columns : Array of float64, (groups, columns)
        Of each.
    """

    layer: float
    columns: Array


def read_out(column_weights: Array, weight_bits: int) -> ReadOut:
    """Read the arrays of a layer.

    Parameters
    ----------
    column_weights : Array of float64, (groups, columns, K)
        What each word line alone makes a column deliver, in units of integer weights; any offset included.
    weight_bits : int
        Of an integer weight, sign included.

    Returns
    -------
    ReadOut
        At least 1e-4 everywhere: a column that never conducts gets the factor 1.
    """
    xp = namespace_of(column_weights)
    scale = (1 << (weight_bits - 1)) - 1
    magnitudes = xp.abs(column_weights)
    layer = max(float(magnitudes.mean()) / scale, _LEAST_READ_OUT)
    return ReadOut(layer, xp.maximum(magnitudes.mean(axis=2) / scale, _LEAST_READ_OUT))


def global_factor(baseline: ReadOut, now: ReadOut) -> float:
    """Return the factor that restores a layer's mean output.

    Parameters
    ----------
    baseline, now : ReadOut
        Right after programming, and at the time of evaluation.

    Returns
    -------
    float
        For everything that the layer's converters deliver.
    """
    return baseline.layer / now.layer


def column_factors(baseline: ReadOut, now: ReadOut) -> Array:
    """Return the factor that restores each column's mean output.

    Parameters
    ----------
    baseline, now : ReadOut
        Right after programming, and at the time of evaluation.

    Returns
    -------
    Array of float64, (groups, columns)
        A column of references has its own.
    """
    return baseline.columns / now.columns


def mean_gain(gain: Gain) -> float:
    """Return a layer's factor, or the mean of its columns' factors."""
    return gain if isinstance(gain, float) else float(gain.mean())


def scaled_columns(columns: Array, gain: Gain, reference_column: bool) -> Array:
    """Return what a layer's columns deliver, corrected, and less the column of references.

    Parameters
    ----------
    columns : Array of float32 or float64, (groups, columns, X)
        By column.
    gain : Gain
        Of the layer, or of each column.
    reference_column : bool
        The last column is to be subtracted from all others.

    Returns
    -------
    Array, (groups, N, X)
        A new one, of the type of ``columns``. One factor for all is applied after the subtraction, the columns' own
        before.
    """
    if isinstance(gain, float):
        result: Array = columns[:, :-1] - columns[:, -1:] if reference_column else columns
        return result * gain
    scaled: Array = columns * gain.astype(columns.dtype)[:, :, None]
    return scaled[:, :-1] - scaled[:, -1:] if reference_column else scaled
