"""What processing elements take to read their parts of a layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.partition import ElementUse
from nnsreport.engine.cost.processing_element.adding import adding, over_parts
from nnsreport.engine.cost.processing_element.element import ProcessingElement
from nnsreport.engine.cost.processing_element.parts import LayerParts
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ReadCost, Reading
from nnsreport.engine.cost.sub_array.results import SubArrayReads


def summed_reads(reads: SubArrayReads, counts: Array) -> SubArrayReads:
    """Return what all reads of blocks of rows take, from what single reads take.

    Parameters
    ----------
    reads : SubArrayReads
        Of a read in each state, (..., states).
    counts : Array, (blocks, states)
        Reads of each block, as :class:`nnsreport.engine.cost.activity.RowActivity` has them.

    Returns
    -------
    SubArrayReads
        (..., blocks).
    """
    return _by_circuit(reads, lambda values: values @ namespace_of(values).asarray(counts).T)


def taken_reads(reads: SubArrayReads, index: Array) -> SubArrayReads:
    """Return some of many results of reads, in another order or repeated.

    Parameters
    ----------
    reads : SubArrayReads
        (..., blocks).
    index : Array of int, (sub-arrays,)
        Which block each sub-array has: :attr:`LayerParts.row_block`, where cells do not matter.

    Returns
    -------
    SubArrayReads
        (..., sub-arrays).
    """
    return _by_circuit(reads, lambda values: values[..., namespace_of(values).asarray(index)])


def element_reads(
    element: ProcessingElement, reads: SubArrayReads, parts: LayerParts, vectors: Quantity, clock_hz: Quantity
) -> ReadCost:
    """Return what the processing elements of a layer take for one image.

    Parameters
    ----------
    element : ProcessingElement
        Of design points that share the layer's cuts.
    reads : SubArrayReads
        What all reads of an image take in each sub-array of the parts, (..., sub-arrays).
    parts : LayerParts
        Of the layer.
    vectors : float
        Input vectors of an image, each of ``input_bits`` reads.
    clock_hz : float or Array, (...,)
        Of a synchronous chip; else the frequency that NeuroSim takes for registers.

    Returns
    -------
    ReadCost
        (..., elements); latencies in cycles, or in seconds without a clock. Interconnect of a synchronous chip takes
        no time, as NeuroSim has it.

    References
    ----------
    NeuroSim V1.4, ProcessingUnit.cpp, ProcessingUnitCalculatePerformance.
    """
    latency, energy = parts.of_element.largest, parts.of_element.sum
    total, adc, accumulation, other = (
        Reading(latency(each.latency_s), energy(each.energy_j))
        for each in (reads.total, reads.adc, reads.accumulation, reads.other)
    )
    added = _added(element, parts, vectors, clock_hz)
    copies = parts.geometry.array_copies[0] * parts.geometry.array_copies[1]
    buffer, interconnect = _buffers(element, parts, vectors, clock_hz), _buses(element, parts, vectors)
    moving: Quantity = 0.0
    if element.parameters.has_synchronous_transfer:
        buffer = Reading(0.0 * buffer.latency_s, buffer.energy_j)  # the chip's buffer tells how long transfers take
    else:
        moving = buffer.latency_s + interconnect.latency_s
    moving_j = buffer.energy_j + interconnect.energy_j
    return ReadCost(
        total=Reading(
            (total.latency_s + added.latency_s) / copies + moving, total.energy_j + added.energy_j + moving_j
        ),
        buffer=buffer,
        interconnect=interconnect,
        adc=Reading(adc.latency_s / copies, adc.energy_j),
        accumulation=Reading(
            (accumulation.latency_s + added.latency_s) / copies, accumulation.energy_j + added.energy_j
        ),
        other=Reading(other.latency_s / copies + moving, other.energy_j + moving_j),
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


def _added(element: ProcessingElement, parts: LayerParts, vectors: Quantity, clock_hz: Quantity) -> Reading:
    """Return what the adder tree takes: nothing where each sub-array holds the whole matrix."""
    use = parts.geometry.element_use
    if use is ElementUse.WHOLE:
        return Reading(0.0, 0.0)
    p = element.parameters
    additions = vectors * truncated(p.columns_per_converter / p.columns_per_weight)  # C++ divides integers
    once = adding(element.adder_tree, element_operands(parts), additions, p, clock_hz)
    if use is ElementUse.DIVIDED:
        return once
    # NeuroSim adds the tree's energy for each sub-array of a repeated matrix.
    return Reading(once.latency_s, once.energy_j * namespace_among(once.energy_j).asarray(parts.of_element.sizes))


def _buffers(element: ProcessingElement, parts: LayerParts, vectors: Quantity, clock_hz: Quantity) -> Reading:
    p = element.parameters
    xp = namespace_among(clock_hz, p.input_bits, element.input_buffer.count)
    registers = element.input_buffer, element.output_buffer
    # C++ divides integers.
    inputs = xp.asarray(parts.rows // p.rows_per_weight) * over_parts(vectors * p.input_bits)
    outputs = _weights(element, parts) * over_parts(element.sum_bits) * vectors
    accesses = [
        xp.floor(bits / over_parts(each.count)) for bits, each in zip((inputs, outputs), registers, strict=True)
    ]
    energy_j = sum(
        over_parts(each.energy_j(each.count)) * count for each, count in zip(registers, accesses, strict=True)
    )
    cycles = accesses[0] + accesses[1]
    return Reading(cycles if p.is_synchronous else cycles * over_parts(1 / clock_hz / 2), energy_j)


def _buses(element: ProcessingElement, parts: LayerParts, vectors: Quantity) -> Reading:
    p = element.parameters
    xp = namespace_among(p.input_bits, p.rows, element.bus_rows)
    tree = element.adder_tree
    inputs = xp.asarray(parts.rows // p.rows_per_weight) * over_parts(vectors * p.input_bits)
    outputs = _weights(element, parts) * over_parts((tree.stages + tree.bits) * vectors)
    # NeuroSim multiplies the energy of each transfer with all wires again, so that only the bits remain.
    energy_j = (
        over_parts(element.input_bus.energy_j(1.0, 1.0, p.input_toggle_rate)) * inputs
        + over_parts(element.output_bus.energy_j(1.0, 1.0, p.output_toggle_rate)) * outputs
    )
    if p.is_synchronous:
        return Reading(xp.zeros_like(energy_j), energy_j)
    latency_s = (
        over_parts(element.input_bus.latency_s() / element.input_bus_bits) * inputs
        + over_parts(element.output_bus.latency_s() / (element.bus_rows * element.output_bus_bits)) * outputs
    )
    return Reading(latency_s, energy_j)


def _weights(element: ProcessingElement, parts: LayerParts) -> Quantity:
    """Return the whole weights in a row of each part; C++ divides integers."""
    p = element.parameters
    xp = namespace_among(p.columns_per_weight)
    weights: Quantity = xp.floor(xp.asarray(parts.columns) / over_parts(p.columns_per_weight))
    return weights


def _by_circuit(reads: SubArrayReads, function: Callable[[Array], Array]) -> SubArrayReads:
    changed = {}
    for field in dataclasses.fields(reads):
        circuit = getattr(reads, field.name)
        changed[field.name] = Reading(
            *(function(namespace_among(each).asarray(each)) for each in (circuit.latency_s, circuit.energy_j))
        )
    return SubArrayReads(**changed)
