"""Numbers of chips beside numbers of their layers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, TypeVar

from nnsreport.engine.cost.quantity import Quantity

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Made = TypeVar("Made", bound=DataclassInstance)


def over_layers(quantity: Quantity) -> Quantity:
    """Return a number of the design points with an axis for layers: (points,) becomes (points, 1)."""
    if isinstance(quantity, (int, float)) or not quantity.ndim:
        return quantity
    axis: Quantity = quantity[..., None]
    return axis


def all_over_layers(made: Made) -> Made:
    """Return numbers of the design points with an axis for layers.

    Circuits that are made of such numbers can be asked for all layers at once: arguments of shape (layers,) and
    (points, layers) broadcast with theirs.

    Parameters
    ----------
    made : dataclass
        With numbers and arrays of shape (points,) among its fields, such as Parameters or an Outline.

    Returns
    -------
    of the same kind
        With arrays of shape (points, 1); everything else as it is.
    """
    values = {field.name: getattr(made, field.name) for field in dataclasses.fields(made)}
    arrays = {name: value[..., None] for name, value in values.items() if getattr(value, "ndim", 0)}
    return dataclasses.replace(made, **arrays) if arrays else made


def of_chip(quantity: Quantity) -> Quantity:
    """Return a number of the design points without its axis for layers: (points, 1) becomes (points,)."""
    if isinstance(quantity, (int, float)) or not quantity.ndim:
        return quantity
    number: Quantity = quantity[..., 0]
    return number
