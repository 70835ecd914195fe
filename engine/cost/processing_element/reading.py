"""What processing elements take to read their parts of a layer."""

from __future__ import annotations

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.corrections import Correction, whole_quotient
from nnsreport.engine.cost.partition import ElementUse
from nnsreport.engine.cost.processing_element.adding import Adding, adding, over_parts
from nnsreport.engine.cost.processing_element.costs import PartCosts, stacked, stacked_reads
from nnsreport.engine.cost.processing_element.element import ProcessingElement
from nnsreport.engine.cost.processing_element.parts import LayerParts
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.results import SubArrayReads
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockedElement:
    """A processing element with its clock: what each addition and each transfer takes.

    Numbers are scalars or of shape (points, 1), so that they broadcast against those of parts.

    Attributes
    ----------
    hides_transfers : bool
        Transfers are synchronous: they take no time of their own.
    rows_per_weight, columns_per_weight : float or Array
        Cells that one weight takes.
    input_bits : float or Array
        Of an input.
    adding : Adding
        Of the adder tree.
    adds_once : bool
        Where a matrix is repeated, the tree adds once for all of its sub-arrays.
    additions : float or Array
        One after the other for each input vector.
    input_register_bits, output_register_bits : float or Array
        Bits that the buffers take at a time.
    input_register_j, output_register_j : float or Array
        Energy of such an access.
    register_latency : float or Array
        Of an access, in cycles or seconds.
    sum_bits, bus_sum_bits : float or Array
        Bits of a sum in the output buffer, and on the bus.
    input_bus_j, output_bus_j : float or Array
        Energy of a bit that is transferred.
    input_bus_latency, output_bus_latency : float or Array
        Of a bit; 0 in a synchronous chip.
    """

    hides_transfers: bool
    rows_per_weight: int
    columns_per_weight: Quantity
    input_bits: Quantity
    adding: Adding
    adds_once: bool
    additions: Quantity
    input_register_bits: Quantity
    output_register_bits: Quantity
    input_register_j: Quantity
    output_register_j: Quantity
    register_latency: Quantity
    sum_bits: Quantity
    bus_sum_bits: Quantity
    input_bus_j: Quantity
    output_bus_j: Quantity
    input_bus_latency: Quantity
    output_bus_latency: Quantity

    def read(self, reads: SubArrayReads, parts: LayerParts, vectors: float) -> PartCosts:
        """Return what the processing elements of a layer take for one image.

        Parameters
        ----------
        reads : SubArrayReads
            What all reads of an image take in each sub-array of the parts, (..., sub-arrays).
        parts : LayerParts
            Of the layer.
        vectors : float
            Input vectors of an image, each of ``input_bits`` reads.

        Returns
        -------
        PartCosts
            Of each kind of element. Interconnect of a synchronous chip takes no time, as NeuroSim has it.

        References
        ----------
        NeuroSim V1.4, ProcessingUnit.cpp, ProcessingUnitCalculatePerformance.
        """
        latencies, energies_j = stacked_reads(reads)
        total, adc, accumulation, other = parts.of_element.largest(latencies)
        total_j, adc_j, accumulation_j, other_j = parts.of_element.sum(energies_j)
        added, added_j = self._added(parts, vectors)
        buffer, buffer_j, bus, bus_j = self._moved(parts, vectors)
        moving: Quantity = 0.0 if self.hides_transfers else buffer + bus
        moving_j = buffer_j + bus_j
        copies = parts.geometry.array_copies[0] * parts.geometry.array_copies[1]
        return PartCosts(
            stacked(
                (
                    (total + added) / copies + moving,
                    0.0 * buffer if self.hides_transfers else buffer,  # the chip's buffer has the time of transfers
                    bus,
                    adc / copies,
                    (accumulation + added) / copies,
                    other / copies + moving,
                )
            ),
            stacked(
                (total_j + added_j + moving_j, buffer_j, bus_j, adc_j, accumulation_j + added_j, other_j + moving_j)
            ),
        )

    def _added(self, parts: LayerParts, vectors: float) -> tuple[Quantity, Quantity]:
        """Return latency and energy of the adder tree: none where each sub-array holds the whole matrix."""
        use = parts.geometry.element_use
        if use is ElementUse.WHOLE:
            return 0.0, 0.0
        operands = element_operands(parts)
        additions = self.additions * vectors
        energy_j = self.adding.energy_j(operands) * additions
        if use is ElementUse.REPEATED and not self.adds_once:
            # NeuroSim adds the tree's energy for each sub-array of a repeated matrix.
            energy_j = energy_j * namespace_among(energy_j).asarray(parts.of_element.sizes)
        return self.adding.latency(operands) * additions, energy_j

    def _moved(self, parts: LayerParts, vectors: float) -> tuple[Quantity, Quantity, Quantity, Quantity]:
        """Return latency and energy of buffers, and of buses."""
        xp = namespace_among(self.input_bits, self.columns_per_weight, self.register_latency, self.input_register_bits)
        # C++ divides integers.
        inputs = xp.asarray(parts.rows // self.rows_per_weight) * self.input_bits * vectors
        sums = xp.floor(xp.asarray(parts.columns) / self.columns_per_weight) * vectors
        filled = xp.floor(inputs / self.input_register_bits)
        emptied = xp.floor(sums * self.sum_bits / self.output_register_bits)
        on_bus = sums * self.bus_sum_bits
        return (
            (filled + emptied) * self.register_latency,
            filled * self.input_register_j + emptied * self.output_register_j,
            inputs * self.input_bus_latency + on_bus * self.output_bus_latency,
            inputs * self.input_bus_j + on_bus * self.output_bus_j,
        )


def clocked_element(element: ProcessingElement, clock_hz: Quantity) -> ClockedElement:
    """Return a processing element with its clock.

    Parameters
    ----------
    element : ProcessingElement
        Of a group.
    clock_hz : float or Array, (...,)
        Of a synchronous chip; else the frequency that NeuroSim takes for registers.

    Returns
    -------
    ClockedElement
        With latencies in cycles, or in seconds without a clock.
    """
    p, tree = element.parameters, element.adder_tree
    taken = element.input_buffer, element.output_buffer
    # NeuroSim multiplies the energy of a transfer with all wires again, so that the bits remain.
    output_wires = element.bus_rows * element.output_bus_bits
    bus_latencies = (
        (0.0, 0.0)
        if p.is_synchronous
        else (element.input_bus.latency_s() / element.input_bus_bits, element.output_bus.latency_s() / output_wires)
    )
    return ClockedElement(
        hides_transfers=p.has_synchronous_transfer,
        rows_per_weight=p.rows_per_weight,
        columns_per_weight=over_parts(p.columns_per_weight),
        input_bits=over_parts(p.input_bits),
        adding=adding(tree, p, clock_hz),
        adds_once=Correction.REPEATED_TREES in p.corrections,
        additions=over_parts(whole_quotient(p.columns_per_converter, p.columns_per_weight, p.corrections)),
        input_register_bits=over_parts(taken[0].count),
        output_register_bits=over_parts(taken[1].count),
        input_register_j=over_parts(taken[0].energy_j(taken[0].count)),
        output_register_j=over_parts(taken[1].energy_j(taken[1].count)),
        register_latency=1.0 if p.is_synchronous else over_parts(1 / clock_hz / 2),
        sum_bits=over_parts(element.sum_bits),
        bus_sum_bits=over_parts(tree.stages + tree.bits),
        input_bus_j=over_parts(element.input_bus.energy_j(1.0, 1.0, p.input_toggle_rate)),
        output_bus_j=over_parts(element.output_bus.energy_j(1.0, 1.0, p.output_toggle_rate)),
        input_bus_latency=over_parts(bus_latencies[0]),
        output_bus_latency=over_parts(bus_latencies[1]),
    )


def element_operands(parts: LayerParts) -> Array:
    """Return how many sub-arrays below each other an element adds.

    Parameters
    ----------
    parts : LayerParts
        Of a layer.

    Returns
    -------
    Array of int, (elements,)
        In the processor's memory.
    """
    operands: Array = -(-parts.rows // parts.geometry.array_rows)
    return operands
