"""Quantities of design points beside arrays that have more axes."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity


def beside(quantity: Quantity, other: Quantity) -> Quantity:
    """Return a quantity of the design points with the axes that it needs to broadcast against a longer one.

    Parameters
    ----------
    quantity : float or Array
        A scalar, or shape (points,).
    other : float or Array
        A scalar, or shape (points, ...), such as the activity of each input vector.

    Returns
    -------
    float or Array
        The quantity, with axes of length 1 appended until it has as many as ``other``.
    """
    axes = getattr(quantity, "ndim", 0)
    missing = getattr(other, "ndim", 0) - axes
    if axes == 0 or missing <= 0 or isinstance(quantity, (int, float)):
        return quantity
    return quantity.reshape(quantity.shape + (1,) * missing)


def repeated(once: Quantity, times: Quantity) -> Quantity:
    """Return what an operation takes when it is repeated.

    Parameters
    ----------
    once : float or Array
        Time or energy of one operation: a scalar, or shape (points,).
    times : float or Array
        Operations: a scalar, or shape (points, ...).

    Returns
    -------
    float or Array
        The product, shape (points, ...).
    """
    return beside(once, times) * times
