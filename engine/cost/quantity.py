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
        Python numbers and arrays, in any order.

    Returns
    -------
    module
        That of the first array; NumPy where all are Python numbers.
    """
    for quantity in quantities:
        if not isinstance(quantity, (int, float)):
            return namespace_of(quantity)
    return np
