"""Settings of wires: resistances, topology, size of an array, and how it is solved."""

from __future__ import annotations

from nnsreport.engine.parasitics.ladder import Line
from nnsreport.engine.records import dataclass
from nnsreport.settings import setting


@dataclass(frozen=True, slots=True)
class WireSettings:
    """Resistance of an array's wires; without any, columns sum the ideal products.

    The topologies are drawn in :mod:`nnsreport.engine.parasitics`.
    """

    select: str = setting(
        "driven",
        "Whether word lines drive their cells with the input and carry the cells' current, or only open gates to "
        "source lines that run along the bit lines; `gated` needs dac_bits = 1.",
        choices=("driven", "gated"),
    )
    pairs: str = setting(
        "separate",
        "Where the two devices of a pair are: in arrays of their own, on neighbouring bit lines of one array, or on "
        "one bit line, which then carries the difference of their currents.",
        choices=("separate", "adjacent", "interleaved"),
    )
    word_line_ohm: float = setting(
        0.0, "Resistance of a word line from one cell to the next, if `driven`.", unit="ohm", minimum=0
    )
    source_line_ohm: float = setting(
        0.0, "Resistance of a source line from one cell to the next, if `gated`.", unit="ohm", minimum=0
    )
    bit_line_ohm: float = setting(0.0, "Resistance of a bit line from one cell to the next.", unit="ohm", minimum=0)
    driver_ohm: float = setting(
        0.0, "Resistance of what drives a word line (a source line, if `gated`).", unit="ohm", minimum=0
    )
    sense_ohm: float = setting(
        0.0, "Resistance between a bit line and the virtual ground where it is sensed.", unit="ohm", minimum=0
    )
    rows: int = setting(
        0,
        "Word lines of one array; 0 for mapping.array_rows, and where that is 0 too for an array of its own for each "
        "block that is read together.",
        unit="row",
        minimum=0,
    )
    columns: int = setting(0, "Bit lines of one array; 0 puts all columns on one.", unit="column", minimum=0)
    solver: str = setting(
        "exact",
        "The resistive network solved to rounding, or in a fraction of the time nearly so: lines `driven` as if "
        "each ended in ideal ones, rows `gated` lumped into sixteen groups.",
        choices=("exact", "fast"),
    )

    def __post_init__(self) -> None:
        """Refuse resistances of lines that are not there, and pairs that do not fit an array."""
        absent = "word_line_ohm" if self.select == "gated" else "source_line_ohm"
        if getattr(self, absent):
            raise ValueError(
                f'{absent} = {getattr(self, absent):g} has no meaning with select = "{self.select}"; '
                f"write {absent} = 0.0"
            )
        if self.pairs == "adjacent" and self.columns % 2:
            raise ValueError(f'columns is {self.columns}, but pairs = "adjacent" needs an even number')

    @property
    def ideal(self) -> bool:
        """Whether nothing has any resistance."""
        resistances = (self.word_line_ohm, self.source_line_ohm, self.bit_line_ohm, self.driver_ohm, self.sense_ohm)
        return not any(resistances)

    def supply_line(self, unit_s: float) -> Line:
        """Return the line that brings current to the cells.

        Parameters
        ----------
        unit_s : float
            Unit of conductance, in S.

        Returns
        -------
        Line
            The word line, or if ``gated`` the source line; resistances in units of ``1 / unit_s``.
        """
        segment_ohm = self.source_line_ohm if self.select == "gated" else self.word_line_ohm
        return Line(segment_ohm * unit_s, (segment_ohm + self.driver_ohm) * unit_s)

    def bit_line(self, unit_s: float) -> Line:
        """Return the line that collects the cells' currents.

        Parameters
        ----------
        unit_s : float
            Unit of conductance, in S.

        Returns
        -------
        Line
            Resistances in units of ``1 / unit_s``.
        """
        return Line(self.bit_line_ohm * unit_s, (self.bit_line_ohm + self.sense_ohm) * unit_s)
