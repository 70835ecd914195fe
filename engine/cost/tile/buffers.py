"""Buffers of tiles: cores that work side by side."""

from __future__ import annotations

from nnsreport.engine.cost.buffers import Buffer, buffer
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class TileBuffer:
    """A buffer of equal cores.

    Attributes
    ----------
    core : Buffer
        One of them.
    cores : float or Array
        Number of cores.
    """

    core: Buffer
    cores: Quantity

    @property
    def area_m2(self) -> Quantity:
        """Area of all cores."""
        return self.core.area_m2 * self.cores

    @property
    def leakage_w(self) -> Quantity:
        """Leakage of one core, which NeuroSim takes for that of all."""
        if Correction.TILE_LEAKAGE in self.core.parameters.corrections:
            return self.core.leakage_w * self.cores
        return self.core.leakage_w

    def of_bit(self, bus_bits: Quantity) -> Reading:
        """Return what a bit takes; NeuroSim has half of the bits written and the other half read.

        Parameters
        ----------
        bus_bits : float or Array, (...,)
            Width of the bus behind the buffer; as many cores work side by side as it takes.

        Returns
        -------
        Reading
            (...,); in cycles or seconds.
        """
        core = self.core
        xp = namespace_among(core.line_bits, bus_bits, self.cores)
        busy = xp.minimum(self.cores, xp.ceil(bus_bits / core.line_bits))
        latency = (core.read_latency(1.0) + core.write_latency(1.0)) / busy / 2
        return Reading(latency, (core.read_energy_j(1.0) + core.write_energy_j(1.0)) / 2)


def tile_buffer(
    bits: Quantity, line_bits: Quantity, counted_bits: Quantity, parameters: Parameters, technology: Technology
) -> TileBuffer:
    """Return a buffer of a tile.

    Parameters
    ----------
    bits : float or Array
        That it has to hold. With synchronous transfer it is one array; else one that is smaller than a core stays as
        it is, and others become cores.
    line_bits : float or Array
        Bits of a line of such a single array.
    counted_bits : float or Array
        Bits from which NeuroSim counts the cores.
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    TileBuffer
        Of flip-flops or SRAM, as ``has_sram_pe_buffers`` says.

    References
    ----------
    NeuroSim V1.4, Tile.cpp, TileInitialize.
    """
    p = parameters
    core_bits = p.tile_buffer_core_rows * p.tile_buffer_core_columns
    cores = namespace_among(counted_bits, core_bits).ceil(counted_bits / core_bits)
    if not p.has_synchronous_transfer:
        is_small = bits < core_bits
        line_bits = select(is_small, line_bits, p.tile_buffer_core_columns)
        bits = select(is_small, bits, core_bits)
    return TileBuffer(buffer(bits, line_bits, p, technology, is_sram=p.has_sram_pe_buffers), cores)
