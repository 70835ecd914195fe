"""Buffers that are register files: flip-flops with a row decoder."""

from __future__ import annotations

from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.components.row_decoder import RowDecoder, row_decoder
from nnsreport.engine.cost.components.whole_numbers import binary_stages, truncated
from nnsreport.engine.cost.quantity import Quantity, namespace_among, select
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True)
class RegisterBuffer:
    """Flip-flops in lines. A synchronous chip accesses a line in a cycle.

    Attributes
    ----------
    bits : float or Array
        That it stores.
    line_bits : float or Array
        Bits of a line.
    registers : FlipFlops
        One a bit.
    decoder : RowDecoder
        Of the lines.
    area_m2 : float or Array
        Of both, which the chip gives any shape.
    leakage_w : float or Array
        Of both.
    """

    bits: Quantity
    line_bits: Quantity
    registers: FlipFlops
    decoder: RowDecoder
    area_m2: Quantity
    leakage_w: Quantity

    def latency_s(self, lines: Quantity) -> Quantity:
        """Return the time to access lines in a chip without clock.

        Parameters
        ----------
        lines : float or Array
            One after the other.

        Returns
        -------
        float or Array
            Infinite, and nan for no line: NeuroSim shifts the arguments of the decoder's delay by one, so that the
            resistance of a word line is shared by 0 columns.
        """
        xp = namespace_among(lines)
        return select(xp.asarray(lines) == 0, xp.nan, xp.inf)

    def read_energy_j(self, access_bits: Quantity, accesses: Quantity, flip_flop_activity: Quantity) -> Quantity:
        """Return the energy of reads.

        Parameters
        ----------
        access_bits : float or Array
            Bits of an access.
        accesses : float or Array
            Reads.
        flip_flop_activity : float or Array
            Share of the flip-flops that switches; 0.5 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules: the share of the bits in the energy to read the whole buffer.
        """
        return self._share_j(self.decoder.read_energy_j(self._whole_lines), flip_flop_activity) * access_bits * accesses

    def write_energy_j(self, access_bits: Quantity, accesses: Quantity, flip_flop_activity: Quantity) -> Quantity:
        """Return the energy of writes.

        Parameters
        ----------
        access_bits : float or Array
            Bits of an access.
        accesses : float or Array
            Writes.
        flip_flop_activity : float or Array
            Share of the flip-flops that switches; 0.5 in NeuroSim's validated mode.

        Returns
        -------
        float or Array
            Joules: the share of the bits in the energy to write the whole buffer.
        """
        return (
            self._share_j(self.decoder.write_energy_j(self._whole_lines), flip_flop_activity) * access_bits * accesses
        )

    @property
    def _whole_lines(self) -> Quantity:
        """Lines that are full; NeuroSim divides integers."""
        return truncated(self.bits / self.line_bits)

    def _share_j(self, decoding_j: Quantity, flip_flop_activity: Quantity) -> Quantity:
        # All bits change in one clock cycle, however many lines they are in.
        registers_j = self.registers.energy_j(self.bits, 1.0, flip_flop_activity)
        return (decoding_j + registers_j) / self.bits


def register_buffer(
    bits: Quantity,
    line_bits: Quantity,
    driver_sizing: Quantity,
    technology: Technology,
    *,
    special_layout: bool,
    control_activity: Quantity = 1.0,
) -> RegisterBuffer:
    """Return a buffer of flip-flops.

    Parameters
    ----------
    bits : float or Array
        That it stores; the fraction is cut off, as of a line's.
    line_bits : float or Array
        Bits of a line.
    driver_sizing : float or Array
        Widths of the word line drivers over the usual ones (``sizingfactor_WLdecoder``).
    technology : Technology
        Of the transistors.
    special_layout : bool
        Whether cells of GAA nodes have sheets of their own width (``speciallayout``).
    control_activity : float or Array
        Share of reads in which the decoder switches (``epsilon`` where validated).

    Returns
    -------
    RegisterBuffer
        With its decoder beside the lines.

    References
    ----------
    NeuroSim V1.4, Buffer.cpp.
    """
    bits, line_bits = truncated(bits), truncated(line_bits)
    lines = namespace_among(bits, line_bits).ceil(bits / line_bits)
    registers = flip_flops(bits, technology, special_layout=special_layout)
    decoder = row_decoder(
        binary_stages(lines),
        driver_sizing,
        technology,
        selects_columns=False,
        height_m=registers.unit.height_m * lines,
        control_activity=control_activity,
    )
    return RegisterBuffer(
        bits=bits,
        line_bits=line_bits,
        registers=registers,
        decoder=decoder,
        area_m2=registers.outline_in_row().area_m2 + decoder.outline.area_m2,
        leakage_w=registers.leakage_w + decoder.leakage_w,
    )
