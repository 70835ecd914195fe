"""How integers become conductances and pulses."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class MappingSettings:
    """How integer weights and activations become conductances and pulses."""

    signs: str = setting(
        "differential",
        "A pair of devices whose currents are subtracted before the ADC, or one device that holds weight + 2^(bits-1).",
        choices=("differential", "offset"),
    )
    reference: str = setting(
        "digital",
        "How `offset` is removed: as a number times the sum of inputs, or by a column of devices with its own ADC.",
        choices=("digital", "column"),
    )
    cell_bits: int = setting(
        0,
        "Bits of a weight in one cell; 0 puts the whole weight into one analog cell.",
        unit="bit",
        minimum=0,
        maximum=16,
    )
    dac_bits: int = setting(
        0,
        "Bits of an activation applied in one cycle; 0 applies the whole activation at once.",
        unit="bit",
        minimum=0,
        maximum=16,
    )
    rows: int = setting(
        128,
        "Word lines read together, one conversion for each such block; 0 reads all rows at once.",
        unit="row",
        minimum=0,
    )

    def __post_init__(self) -> None:
        """Refuse a reference column that has nothing to subtract from."""
        if self.reference == "column" and self.signs != "offset":
            raise ValueError(f'reference is "column", which needs signs = "offset", but signs is "{self.signs}"')
