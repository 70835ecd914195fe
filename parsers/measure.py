"""What a printed label stands for."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.parsers.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a label announces; simulators whose labels tell more add to it.

    Attributes
    ----------
    metric : str
        Key of :data:`nnsreport.vocabulary.METRICS`.
    component : str
        Key of :data:`nnsreport.vocabulary.COMPONENTS`.
    quantity : Quantity
        How it is printed.
    """

    metric: str
    component: str
    quantity: Quantity
