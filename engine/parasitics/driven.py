"""Arrays whose word lines drive the cells: exact, and as if lines did not see each other's resistance.

The network is linear, so an array with resistive wires multiplies like one without, by other conductances:
``currents = M @ voltages``. M is found once for an array and serves every input.

Exact: :mod:`nnsreport.engine.parasitics.tiles`.

Fast: every word line is solved as if bit lines were at ground, every bit line as if word lines were ideal, and
``M = conductance * share of the word line * share of the bit line``. This is exact where either kind of line is ideal.
Else it neglects what the voltages of bit lines give back to word lines: M is the sum of a series of non-negative
terms, of which this is the first, and the sum of the others is bounded (:func:`coupling`).

Sources: node equations: A. Chen, IEEE Trans. Electron Devices 60, 1318 (2013), doi:10.1109/TED.2013.2246791. Both
methods are this project's own; tests compare them with a dense solution of all node equations.
"""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.parasitics.ladder import Line, log_attenuations
from nnsreport.engine.parasitics.tiles import tiled_conductances


def exact_conductances(planes: Array, word_line: Line, bit_line: Line) -> Array:
    """Return the conductances that arrays of resistive wires effectively have.

    Parameters
    ----------
    planes : Array of float64, (planes, arrays, columns, rows)
        Conductances of cells; the second plane, if any, shares the bit lines of the first and is driven with the
        opposite voltage. Drivers are next to column 0, converters next to the last row.
    word_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.

    Returns
    -------
    Array of float64, (arrays, columns, rows)
        Current of a column for a unit voltage on one row and none on all others.
    """
    if word_line.ideal or bit_line.ideal:
        return decoupled_conductances(planes, word_line, bit_line)
    return tiled_conductances(planes, word_line, bit_line)


def decoupled_conductances(planes: Array, word_line: Line, bit_line: Line) -> Array:
    """Return effective conductances as if lines did not see each other's resistance.

    Parameters
    ----------
    planes : Array of float64, (planes, arrays, columns, rows)
        As for :func:`exact_conductances`.
    word_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.

    Returns
    -------
    Array of float64, (arrays, columns, rows)
        Never above the exact ones for one plane; exact if either line is ideal.
    """
    word_shares, bit_shares = line_shares(planes, word_line, bit_line)
    word_shares *= planes
    currents: Array = word_shares[0] - word_shares[1] if planes.shape[0] == 2 else word_shares[0]
    currents *= bit_shares
    return currents


def line_shares(planes: Array, word_line: Line, bit_line: Line) -> tuple[Array, Array]:
    """Return what each line lets through, taken by itself.

    Parameters
    ----------
    planes : Array of float64, (planes, arrays, columns, rows)
        As for :func:`exact_conductances`.
    word_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.

    Returns
    -------
    word_shares : Array of float64, (planes, arrays, columns, rows)
        Share of the driver's voltage at each cell, with bit lines at ground.
    bit_shares : Array of float64, (arrays, columns, rows)
        Share of each cell's short-circuit current that is sensed, with ideal word lines.
    """
    xp = namespace_of(planes)
    along_words = xp.moveaxis(planes, 2, 0)
    word_shares = xp.moveaxis(xp.exp(-log_attenuations(along_words, word_line)), 0, 2)
    along_bits = xp.moveaxis(planes.sum(axis=0), 2, 0)[::-1]
    bit_shares = xp.moveaxis(xp.exp(-log_attenuations(along_bits, bit_line))[::-1], 0, 2)
    return word_shares, bit_shares


def coupling(planes: Array, word_line: Line, bit_line: Line) -> Array:
    """Return a bound of what :func:`decoupled_conductances` neglects, as a share of full scale.

    Parameters
    ----------
    planes : Array of float64, (planes, arrays, columns, rows)
        As for :func:`exact_conductances`.
    word_line, bit_line : Line
        Resistances in the inverse of the unit of ``planes``.

    Returns
    -------
    Array of float64, (arrays,)
        ``e / (1 - e)``, e the product of the largest voltage lost on a word line and the largest current lost on a
        bit line, each as a share. The error of a column's current is at most this, times the largest voltage on
        any row, times the column's conductance ``sum(bit share * cell conductance)``.

    Notes
    -----
    With w and b the voltages of word and bit lines, ``w = A v + X b`` and ``b = B w``, all matrices non-negative, and
    rows of X and B sum up to 1 less the shares. The decoupled solution is ``w = A v``, and the neglected
    ``X B A v + (X B)^2 A v + ...`` is at most ``e + e^2 + ...`` times the largest voltage.
    """
    word_shares, bit_shares = line_shares(planes, word_line, bit_line)
    lost: Array = (1.0 - word_shares.min(axis=(0, 2, 3))) * (1.0 - bit_shares.min(axis=(1, 2)))
    return lost / (1.0 - lost)
