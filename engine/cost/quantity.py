"""Numbers that are one for all design points, or one for each."""

from __future__ import annotations

from types import ModuleType
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array, namespace_of

Quantity: TypeAlias = float | Array
"""A scalar, or an array that broadcasts over the design points."""


def namespace_among(*quantities: Quantity) -> ModuleType:
    """Return the array namespace that quantities share.

    Parameters
    ----------
    *quantities : float or Array
        Numbers and arrays, in any order.

    Returns
    -------
    module
        That of the first array that is not NumPy's; NumPy where there is none.
    """
    for quantity in quantities:
        if not isinstance(quantity, (int, float)):
            namespace = namespace_of(quantity)
            if namespace is not np:
                return namespace
    return np


def select(condition: Quantity, chosen: Quantity, otherwise: Quantity) -> Quantity:
    """Return one quantity where a condition holds and another elsewhere.

    Parameters
    ----------
    condition : bool or Array
        Scalar or of shape (points,).
    chosen, otherwise : float or Array
        Both are evaluated at all points, so they must be valid numbers at each.

    Returns
    -------
    float or Array
        One of the two as it is if the condition is a scalar. Never a NumPy array without axes, as these do not mix
        with the arrays of CuPy; scalars do.
    """
    if isinstance(condition, (bool, np.bool_)):
        return chosen if condition else otherwise
    xp = namespace_among(condition, chosen, otherwise)
    selected: Quantity = xp.where(xp.asarray(condition), chosen, otherwise)[()]
    return selected
