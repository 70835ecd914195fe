"""Circuits that all tiles of a chip share: the global buffer, accumulation, activation and pooling."""

from __future__ import annotations

from nnsreport.engine.cost.buffers import Buffer, buffer, buffer_cell
from nnsreport.engine.cost.chip_traffic import ChipTraffic
from nnsreport.engine.cost.components.adder_tree import AdderTree, adder_tree
from nnsreport.engine.cost.components.bit_shifter import BitShifter, bit_shifter
from nnsreport.engine.cost.components.max_pooling import MaxPooling, max_pooling
from nnsreport.engine.cost.components.sigmoid import Sigmoid, sigmoid
from nnsreport.engine.cost.components.whole_numbers import truncated
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import Reading
from nnsreport.engine.cost.sum_bits import sub_array_sum_bits
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.records import dataclass

_POOLING_WINDOW = 4


@dataclass(frozen=True, slots=True)
class GlobalBuffer:
    """The buffer that holds feature maps.

    Attributes
    ----------
    core : Buffer
        One of its cores.
    cores : float or Array
        Number of cores.
    parallel_cores : float or Array
        Cores that are accessed at a time: as many as the global bus has wires for.
    """

    core: Buffer
    cores: Quantity
    parallel_cores: Quantity

    @property
    def area_m2(self) -> Quantity:
        """Area of all cores in square metres."""
        return self.core.area_m2 * self.cores

    def accesses(self, traffic: ChipTraffic, path_cycles: Quantity | None) -> Reading:
        """Return what each layer's accesses take for an image.

        Parameters
        ----------
        traffic : ChipTraffic
            Of the layers.
        path_cycles : float or Array, or None
            Cycles from the buffer to a tile where all tiles transfer at once; None where they take turns.

        Returns
        -------
        Reading
            (..., layers), in cycles or seconds.

        References
        ----------
        NeuroSim V1.4, Chip.cpp, ChipCalculatePerformance.
        """
        latency = self.core.read_latency(traffic.fetched_bits) + self.core.write_latency(traffic.stored_bits)
        if path_cycles is None:
            latency = latency / self.parallel_cores
        else:
            cycles = namespace_among(path_cycles).maximum(path_cycles, 1.0)
            latency = latency * cycles * traffic.synchronous_repetitions
        energy_j = self.core.read_energy_j(traffic.fetched_bits) + self.core.write_energy_j(traffic.stored_bits)
        return Reading(latency, energy_j)


def global_buffer(cores: Quantity, bus_bits: Quantity, parameters: Parameters, technology: Technology) -> GlobalBuffer:
    """Return the global buffer.

    Parameters
    ----------
    cores : float or Array
        That hold the feature maps.
    bus_bits : float or Array
        Width of the global bus.
    parameters : Parameters
        Of the chip.
    technology : Technology
        Of the transistors.

    Returns
    -------
    GlobalBuffer
        Of all cores.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    p = parameters
    line_bits = bus_bits if p.has_synchronous_transfer else p.global_buffer_core_columns
    bits = p.global_buffer_core_rows * p.global_buffer_core_columns
    core = buffer(bits, line_bits, p, technology, is_sram=p.has_sram_global_buffer)
    xp = namespace_among(cores, bus_bits, core.line_bits)
    return GlobalBuffer(core, cores, xp.minimum(cores, xp.ceil(bus_bits / core.line_bits)))


@dataclass(frozen=True, slots=True)
class OutputCircuits:
    """What the outputs of tiles go through on their way to the global buffer.

    Attributes
    ----------
    accumulation : AdderTree
        Adds what tiles below each other give.
    activation : BitShifter, Sigmoid, or None
        None where tiles have their own.
    pooling : MaxPooling
        Of 2 x 2.
    parameters : Parameters
        Of the chip.
    """

    accumulation: AdderTree
    activation: BitShifter | Sigmoid | None
    pooling: MaxPooling
    parameters: Parameters

    @property
    def activation_area_m2(self) -> Quantity:
        """Area of the activation in square metres."""
        if isinstance(self.activation, BitShifter):
            return self.activation.registers.outline_in_row().area_m2
        return 0.0 if self.activation is None else self.activation.area_m2

    @property
    def pooling_area_m2(self) -> Quantity:
        """Area of the pooling in square metres."""
        return self.pooling.unit_area_m2 * self.pooling.units

    def accumulating(self, traffic: ChipTraffic, tile_rows: Quantity, clock_hz: Quantity) -> Reading:
        """Return what adding the outputs of tiles takes for an image.

        Parameters
        ----------
        traffic : ChipTraffic
            Of the layers.
        tile_rows : Array, (layers,) or (points, layers)
            Tiles below each other, with the copies that a pipeline has.
        clock_hz : float or Array
            Of a synchronous chip.

        Returns
        -------
        Reading
            (..., layers), in cycles or seconds; 0 for layers of one row of tiles.
        """
        p, tree = self.parameters, self.accumulation
        xp = namespace_among(tile_rows, tree.trees, traffic.outputs)
        additions = xp.where(tile_rows > 1, xp.ceil(traffic.outputs / tree.trees), 0.0)
        once = tree.cycles(tile_rows, clock_hz) if p.is_synchronous else tree.latency_s(tile_rows)
        return Reading(once * additions, tree.energy_j(tile_rows, additions, p.adder_activity))

    def activating(self, traffic: ChipTraffic, clock_hz: Quantity) -> Reading:
        """Return what the activation takes for an image; see :meth:`accumulating`."""
        xp = namespace_among(traffic.outputs)
        if self.activation is None:
            return Reading(0.0, 0.0)
        if isinstance(self.activation, BitShifter):
            reads = xp.ceil(traffic.outputs / self.activation.units)
            latency = reads if self.parameters.is_synchronous else self.activation.latency_s(clock_hz, reads)
            return Reading(latency, self.activation.energy_j(reads))
        # NeuroSim divides by the entries of a table, not by the number of tables.
        reads = xp.ceil(traffic.outputs / self.activation.entries)
        sensed_v = self.parameters.least_sensed_voltage_v
        if self.parameters.is_synchronous:
            once = self.activation.cycles(sensed_v, clock_hz)
        else:
            once = self.activation.latency_s(sensed_v)
        return Reading(once * reads, self.activation.energy_j(reads))

    def pooling_of(self, traffic: ChipTraffic, clock_hz: Quantity) -> Reading:
        """Return what the pooling takes for an image, 0 for layers without; see :meth:`accumulating`."""
        p, unit = self.parameters, self.pooling
        xp = namespace_among(traffic.outputs, unit.units)
        poolings = xp.where(traffic.is_pooled, xp.ceil(traffic.outputs / _POOLING_WINDOW / unit.units), 0.0)
        latency = unit.cycles(0.0, poolings, clock_hz) if p.is_synchronous else unit.latency_s(0.0, poolings)
        return Reading(latency, unit.energy_j(poolings, p.control_activity))


def output_circuits(
    plan: FloorPlan, width_m: Quantity, layers: int, parameters: Parameters, technology: Technology
) -> OutputCircuits:
    """Return accumulation, activation and pooling of a chip.

    Parameters
    ----------
    plan : FloorPlan
        Of the chip; sizes of tiles with the shape of the parameters.
    width_m : float or Array
        Width that the accumulation fills.
    layers : int
        Of the network.
    parameters : Parameters
        Of the chip. Bits of inputs are one for all design points.
    technology : Technology
        Of the transistors.

    Returns
    -------
    OutputCircuits
        As wide as the outputs of all tiles that may give some at once.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    p = parameters
    tile, novel = plan.conventional_tile_size, plan.novel_element_size
    xp = namespace_among(tile, p.columns_per_converter)
    columns = xp.maximum(tile, novel)
    at_once = columns * (layers + 1) if p.is_pipelined and p.maps_by_kernel_position else columns
    units = xp.ceil(at_once / p.columns_per_converter)
    operands = plan.tile_rows.max(axis=-1, keepdims=plan.tile_rows.ndim > 1)
    bits = _tile_sum_bits(plan, layers, p) if p.activates_outside_tiles else p.input_bits
    tree = adder_tree(
        operands,
        bits,
        units,
        width_m,
        technology,
        special_layout=p.has_special_layout,
        keeps_odd_operands=Correction.ODD_OPERANDS in p.corrections,
    )
    pooled = xp.maximum(tile / p.columns_per_converter, novel / p.columns_per_converter)
    return OutputCircuits(
        accumulation=tree,
        activation=_activation(units, tree, p, technology) if p.activates_outside_tiles else None,
        pooling=max_pooling(int(p.input_bits), _POOLING_WINDOW, pooled, technology),
        parameters=p,
    )


def _activation(
    units: Quantity, tree: AdderTree, parameters: Parameters, technology: Technology
) -> BitShifter | Sigmoid:
    p = parameters
    if p.has_relu:
        return bit_shifter(units, p.input_bits, technology, special_layout=p.has_special_layout)
    return sigmoid(
        p.input_bits,
        tree.bits + tree.stages,
        units,
        buffer_cell(p, technology),
        p.metal0_resistance_per_m,
        p.word_line_decoder_sizing,
        technology,
        control_activity=p.control_activity,
    )


def _tile_sum_bits(plan: FloorPlan, layers: int, parameters: Parameters) -> Quantity:
    """Return the bits of a tile's sums, as if all sub-arrays of a tile, or in a pipeline of all layers, were added."""
    p = parameters
    tile, element, novel = plan.conventional_tile_size, plan.conventional_element_size, plan.novel_element_size
    xp = namespace_among(tile, p.rows)
    added = xp.maximum(xp.ceil(element / p.rows), xp.ceil(novel / p.rows))
    added = added * xp.maximum(xp.ceil(tile / element), xp.ceil(xp.sqrt(float(plan.novel_elements))))
    added = added * (layers + 1) if p.is_pipelined else added
    return truncated(sub_array_sum_bits(p) + xp.ceil(xp.log2(added)))
