"""What an entry of the vocabulary is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which direction of change is an improvement."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Scope(StrEnum):
    """What a number is about."""

    CHIP = "chip"
    LAYER = "layer"
    NETWORK = "network"
    SIMULATION = "simulation"


@dataclass(frozen=True, slots=True)
class Metric:
    """One kind of number.

    Attributes
    ----------
    name : str
        Canonical name.
    unit : str
        Unit of stored values, one of :data:`nnsreport.units.UNITS`.
    better : Better
        Direction of improvement.
    definition : str
        What is measured, in one clause.
    scopes : frozenset of Scope
        Where it occurs.
    """

    name: str
    unit: str
    better: Better
    definition: str
    scopes: frozenset[Scope]

    @property
    def title(self) -> str:
        """Name for people, such as ``read latency``."""
        return self.name.replace("_", " ")


def metric(name: str, unit: str, better: Better, definition: str, *scopes: Scope) -> Metric:
    """Return an entry.

    Parameters
    ----------
    name, unit, better, definition
        As in :class:`Metric`.
    *scopes : Scope
        Where it occurs.

    Returns
    -------
    Metric
        The entry.
    """
    return Metric(name, unit, better, definition, frozenset(scopes))
