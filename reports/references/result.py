"""One published number, with its conditions and how it is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Evidence(StrEnum):
    """How a published number is known to the library."""

    READ = "read"
    SECONDARY = "secondary"

    @property
    def meaning(self) -> str:
        """One clause for legends."""
        return {
            Evidence.READ: "read in the text of the paper itself",
            Evidence.SECONDARY: "read in another document, or in code, that quotes the paper",
        }[self]


class Level(StrEnum):
    """What a published number was measured or estimated on."""

    CHIP = "chip"
    MACRO = "macro"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """A row of the reference library.

    Attributes
    ----------
    key : str
        Of its paper.
    quantity, value, unit, conditions, location, source : str
        As found, for people; ``location`` is the place in the paper, ``source`` the document that was read.
    evidence : Evidence
        How it is known.
    metric : str
        Canonical name; empty where the quantity is not one of the vocabulary's metrics.
    value_si : float or None
        In the metric's unit.
    relation : str
        ``=``, ``>``, ``<`` or ``~`` (about): how the true value stands to ``value_si``.
    level : Level or None
        Chip, macro or network.
    phase : str
        ``inference``, ``training`` or empty.
    process : str
        ``pipelined``, ``layer-by-layer`` or empty.
    estimate : str
        ``pre-layout``, ``post-layout``, ``before calibration`` or empty.
    network, dataset, device, simulator : str
        Empty where not stated.
    technology_nm, weight_bits, activation_bits, cell_bits, adc_bits : int or None
        None where not stated.
    time_s : float or None
        After programming.
    compensation : str
        ``none``, ``global``, ``adabs``, or empty where not stated.
    weights : int or None
        Of the network, where published: networks of one name come in several widths.
    caveat : str
        What any comparison with this number must be told.
    """

    key: str
    quantity: str
    value: str
    unit: str
    conditions: str
    location: str
    source: str
    evidence: Evidence
    metric: str = ""
    value_si: float | None = None
    relation: str = ""
    level: Level | None = None
    phase: str = ""
    process: str = ""
    estimate: str = ""
    network: str = ""
    dataset: str = ""
    technology_nm: int | None = None
    device: str = ""
    weight_bits: int | None = None
    activation_bits: int | None = None
    cell_bits: int | None = None
    adc_bits: int | None = None
    time_s: float | None = None
    compensation: str = ""
    simulator: str = ""
    weights: int | None = None
    caveat: str = ""

    @property
    def published_text(self) -> str:
        """Value and unit as found."""
        return f"{self.value} {self.unit}".removesuffix(" -").removesuffix(" qualitative").removesuffix(" equation")
