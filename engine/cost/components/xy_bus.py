"""The X-Y bus that connects the tiles of a chip: inputs along a row, outputs along a column."""

from __future__ import annotations

from nnsreport.engine.cost.components.global_wires import global_wire_ohm_per_m
from nnsreport.engine.cost.components.repeaters import RepeatedWire, repeated_wire
from nnsreport.engine.cost.components.whole_numbers import truncated, whole_cycles
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class XYBus:
    """Wires with repeaters along all rows and columns of tiles.

    Attributes
    ----------
    rows : float or Array
        Rows of tiles.
    width_bits : float or Array
        Wires in each direction.
    wire : RepeatedWire
        One of the wires.
    area_m2 : float or Array
        Of both directions; repeaters decide the width of the wires.
    row_ohm_per_m, column_ohm_per_m : float or Array
        Resistance of a wire over a whole row and over a whole column of tiles.
    """

    rows: Quantity
    width_bits: Quantity
    wire: RepeatedWire
    area_m2: Quantity
    row_ohm_per_m: Quantity
    column_ohm_per_m: Quantity

    def path_m(
        self, column: Quantity, row: Quantity, tile_height_m: Quantity, tile_width_m: Quantity
    ) -> tuple[Quantity, Quantity]:
        """Return how far inputs and outputs of a tile travel.

        Parameters
        ----------
        column, row : float or Array
            Place of the tile, from 0; the fraction is cut off.
        tile_height_m, tile_width_m : float or Array
            Pitch of the tiles.

        Returns
        -------
        along_row_m, along_column_m : float or Array
            Of inputs, from the left edge, and of outputs, to the bottom edge. The second is negative where the place
            lies outside the chip, as NeuroSim's rounding can put it; the wire is then without repeaters.
        """
        return tile_width_m * truncated(column), tile_height_m * (self.rows - truncated(row) - 1)

    def latency_s(self, along_row_m: Quantity, along_column_m: Quantity) -> tuple[Quantity, Quantity]:
        """Return the time of a transfer of inputs and of outputs.

        Parameters
        ----------
        along_row_m, along_column_m : float or Array
            As of :meth:`path_m`.

        Returns
        -------
        input_s, output_s : float or Array
            Seconds.
        """
        return (
            self.wire.latency_s(along_row_m, self.row_ohm_per_m),
            self.wire.latency_s(along_column_m, self.column_ohm_per_m),
        )

    def cycles(self, along_row_m: Quantity, along_column_m: Quantity, clock_hz: Quantity) -> tuple[Quantity, Quantity]:
        """Return the clock cycles of a transfer of inputs and of outputs.

        Parameters
        ----------
        along_row_m, along_column_m : float or Array
            As of :meth:`path_m`.
        clock_hz : float or Array
            Frequency of the clock.

        Returns
        -------
        input_cycles, output_cycles : float or Array
            Whole cycles.
        """
        input_s, output_s = self.latency_s(along_row_m, along_column_m)
        return whole_cycles(input_s, clock_hz), whole_cycles(output_s, clock_hz)

    def energy_j(
        self, along_row_m: Quantity, along_column_m: Quantity, input_bits: Quantity, output_bits: Quantity
    ) -> Quantity:
        """Return the energy of bits that change.

        Parameters
        ----------
        along_row_m, along_column_m : float or Array
            As of :meth:`path_m`.
        input_bits, output_bits : float or Array
            Bits that change in each direction.

        Returns
        -------
        float or Array
            Joules.
        """
        return self.wire.energy_j(along_row_m) * input_bits + self.wire.energy_j(along_column_m) * output_bits

    def leakage_w(self, along_row_m: Quantity, along_column_m: Quantity) -> Quantity:
        """Return the leakage of the repeaters on a path.

        Parameters
        ----------
        along_row_m, along_column_m : float or Array
            As of :meth:`path_m`.

        Returns
        -------
        float or Array
            Watts.
        """
        return self.wire.leakage_w_per_m * (along_row_m + along_column_m) * self.width_bits


def xy_bus(
    rows: Quantity,
    columns: Quantity,
    tile_height_m: Quantity,
    tile_width_m: Quantity,
    width_bits: Quantity,
    folded_ratio: Quantity,
    delay_tolerance: Quantity,
    wire_ohm_per_m: Quantity,
    base_width_nm: float,
    technology: Technology,
) -> XYBus:
    """Return the bus of a grid of tiles.

    Parameters
    ----------
    rows, columns : float or Array
        Tiles; the fraction is cut off.
    tile_height_m, tile_width_m : float or Array
        Pitch of the tiles in the layout.
    width_bits : float or Array
        Wires in each direction.
    folded_ratio : float or Array
        Wires that lie above one another.
    delay_tolerance : float or Array
        Delay that is accepted beyond the least one, as a ratio.
    wire_ohm_per_m : float or Array
        Resistance by length of the wires that repeaters are sized for.
    base_width_nm : float
        Width of short wires, in nanometres.
    technology : Technology
        Of the repeaters.

    Returns
    -------
    XYBus
        Of all tiles.

    References
    ----------
    NeuroSim V1.4, XYBus.cpp.
    """
    wire = repeated_wire(wire_ohm_per_m, delay_tolerance, technology, halves=True)
    rows = truncated(rows)
    column_m, row_m = tile_height_m * rows, tile_width_m * truncated(columns)
    repeater = wire.inverter.outline
    area_m2 = (repeater.width_m * column_m + repeater.height_m * row_m) * width_bits / folded_ratio
    return XYBus(
        rows=rows,
        width_bits=width_bits,
        wire=wire,
        area_m2=area_m2,
        row_ohm_per_m=global_wire_ohm_per_m(row_m, base_width_nm, technology),
        column_ohm_per_m=global_wire_ohm_per_m(column_m, base_width_nm, technology),
    )
