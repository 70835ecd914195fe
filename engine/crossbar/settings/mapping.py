"""How integers become conductances and pulses."""

from __future__ import annotations

from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class MappingSettings:
    """How integer weights and activations become conductances and pulses."""

    signs: str = setting(
        "differential",
        "A pair of devices whose currents are subtracted before the ADC, of which one stays at its lowest level "
        "(`differential`) or both move from the middle (`two-sided`); or one device that holds weight + 2^(bits-1) "
        "(`offset`), or the bits of `twos-complement`, the sign in a cell of its own.",
        choices=("differential", "two-sided", "offset", "twos-complement"),
    )
    reference: str = setting(
        "digital",
        "How the offset, and the current of cells at their lowest level, is removed where there are no pairs: as a "
        "number times the sum of inputs, or by a column of devices with its own ADC.",
        choices=("digital", "column"),
    )
    cell_bits: int = setting(
        0,
        "Bits of a weight in one cell, or pair of cells; 0 puts the whole weight into one that is analog.",
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
        "Word lines read together, one conversion for each such block; 0 reads all rows of an array at once.",
        unit="row",
        minimum=0,
    )
    input_signs: str = setting(
        "bipolar",
        "What negative activations do: drive word lines with the opposite sign, add a cycle for the sign bit, or come "
        "in a second pass whose sums are subtracted digitally.",
        choices=("bipolar", "twos-complement", "two-passes"),
    )
    subtraction: str = setting(
        "analog",
        "Where the sides of a pair are subtracted: their currents before the ADC, or digitally, each side with "
        "conversions of its own.",
        choices=("analog", "digital"),
    )
    pairs: int = setting(1, "Pairs of devices that hold an analog weight together.", minimum=1, maximum=8)
    significance: float = setting(
        1.0, "Factor F by which each pair counts more than the next: weight = sum of F^-i (g+ - g-).", minimum=1
    )
    fill: str = setting(
        "even",
        "How a weight is distributed over pairs: all alike, or one up to its limit before the next takes the rest.",
        choices=("even", "most-significant-first", "least-significant-first"),
    )
    array_rows: int = setting(0, "Word lines of a physical array; 0 for as many as a layer has.", unit="row", minimum=0)
    array_columns: int = setting(
        0,
        "Columns of cells of a physical array, in which all cells of a weight lie side by side; 0 for as many as a "
        "layer has.",
        unit="column",
        minimum=0,
    )

    def __post_init__(self) -> None:
        """Refuse a reference column that has nothing to subtract from, and settings of pairs where there are none."""
        has_pairs = self.signs in ("differential", "two-sided")
        if self.reference == "column" and has_pairs:
            raise ValueError(
                f'reference is "column", which needs signs = "offset" or "twos-complement", but signs is "{self.signs}"'
            )
        for name, value, default in (("pairs", self.pairs, 1), ("subtraction", self.subtraction, "analog")):
            if value != default and not has_pairs:
                raise ValueError(
                    f'{name} is {value}, which needs signs = "differential" or "two-sided", but signs is "{self.signs}"'
                )
        if self.pairs > 1 and self.cell_bits:
            raise ValueError(f"pairs is {self.pairs}, which needs cell_bits = 0, but cell_bits is {self.cell_bits}")
        if self.pairs == 1 and self.significance != 1:
            raise ValueError(f"significance is {self.significance:g}, which needs pairs = 2 or more, but pairs is 1")
