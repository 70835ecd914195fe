"""The rectangle that a circuit takes on the chip."""

from __future__ import annotations

from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Outline:
    """Area, height and width of a circuit.

    The area is kept besides the sides, as components that fill gaps have an area that is not their product.

    Attributes
    ----------
    area_m2 : float or Array
        Area in square metres, shape (points,) or a scalar.
    height_m : float or Array
        Height in metres, along the columns of the memory array.
    width_m : float or Array
        Width in metres, along its rows.
    """

    area_m2: Quantity
    height_m: Quantity
    width_m: Quantity

    @classmethod
    def of_sides(cls, height_m: Quantity, width_m: Quantity) -> Outline:
        """Return the outline of a full rectangle.

        Parameters
        ----------
        height_m, width_m : float or Array
            Its sides in metres.

        Returns
        -------
        Outline
            With the product of the sides as area.
        """
        return cls(area_m2=width_m * height_m, height_m=height_m, width_m=width_m)
