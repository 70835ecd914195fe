"""Functions of a device's state: the forms in which measured devices are fitted."""

from __future__ import annotations

from collections.abc import Sequence

from nnsreport.engine.backend import Array, namespace_of

# aihwkit clamps so that zero conductances have a logarithm.
_SMALLEST_RELATIVE_CONDUCTANCE = 1e-7


def polynomial(argument: Array, coefficients: Sequence[float]) -> Array:
    """Return a polynomial.

    Parameters
    ----------
    argument : Array of float64
        Such as a conductance.
    coefficients : sequence of float
        In ascending powers; at least one.

    Returns
    -------
    Array of float64
        A new array, by Horner's rule.
    """
    total: Array = namespace_of(argument).zeros_like(argument)
    for coefficient in reversed(coefficients):
        total *= argument
        total += coefficient
    return total


def clipped_logarithm(
    relative: Array, slope: float, offset: float, limits: tuple[float, float], branch: tuple[Sequence[float], float]
) -> Array:
    """Return ``clip(slope * ln g + offset)``, and from some conductance on a polynomial instead.

    Parameters
    ----------
    relative : Array of float64
        Conductance g relative to the highest.
    slope, offset : float
        Of the logarithm.
    limits : tuple of float
        Least and greatest value of the logarithmic part.
    branch : tuple of sequence and float
        Coefficients of the polynomial in ascending powers of g, and the g from which it holds; none for no polynomial.

    Returns
    -------
    Array of float64
        A new array.

    Notes
    -----
    The forms of aihwkit's PCM models (``aihwkit.inference.noise.pcm`` and ``hermes``); a conductance of 0 counts as
    1e-7 in the logarithm, as there.
    """
    xp = namespace_of(relative)
    result: Array = slope * xp.log(xp.maximum(relative, _SMALLEST_RELATIVE_CONDUCTANCE)) + offset
    xp.clip(result, *limits, out=result)
    coefficients, start = branch
    if not coefficients:
        return result
    chosen: Array = xp.where(relative >= start, polynomial(relative, coefficients), result)
    return chosen
