"""A tile: what it is made of, and its area."""

from __future__ import annotations

from nnsreport.engine.cost.components.adder_tree import AdderTree, adder_tree
from nnsreport.engine.cost.components.h_tree import HTree, h_tree
from nnsreport.engine.cost.components.whole_numbers import binary_stages
from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.processing_element import Mapping, ProcessingElement, processing_element
from nnsreport.engine.cost.processing_element.element import square
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ChipAreas
from nnsreport.engine.cost.sub_array.results import SubArray
from nnsreport.engine.cost.technology import Technology
from nnsreport.engine.cost.tile.activation import Activation, activation
from nnsreport.engine.cost.tile.buffers import TileBuffer, tile_buffer
from nnsreport.engine.records import dataclass

_TREE_FOLDING = 16
"""Wires of a tile's tree above one another; only the chip's tree has a parameter for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A tile of one kind of mapping.

    Attributes
    ----------
    mapping : Mapping
        The kind.
    parameters : Parameters
        Of the design points.
    element : ProcessingElement
        One of its processing elements.
    elements : float or Array
        Number of its processing elements.
    accumulation : AdderTree
        Adds what elements give.
    activation : Activation or None
        None where sums are activated outside tiles.
    input_buffer, output_buffer : TileBuffer
        Of feature maps.
    tree : HTree
        Between the buffers and the elements.
    tree_bits : float or Array
        Wires of the tree's main bus.
    outline : Outline
        A square of its area.
    areas : ChipAreas
        By circuits.
    """

    mapping: Mapping
    parameters: Parameters
    element: ProcessingElement
    elements: Quantity
    accumulation: AdderTree
    activation: Activation | None
    input_buffer: TileBuffer
    output_buffer: TileBuffer
    tree: HTree
    tree_bits: Quantity
    outline: Outline
    areas: ChipAreas

    def leakage_w(self, element_operands: Quantity, operands: Quantity) -> Quantity:
        """Return the leakage of the tile, without that of activation, which NeuroSim leaves out.

        Parameters
        ----------
        element_operands : float or Array
            Sub-arrays below each other that an element's adder tree added last.
        operands : float or Array
            Elements below each other that the tile's adder tree added last.

        Returns
        -------
        float or Array
            Watts.
        """
        unit = self.element.outline
        return (
            self.element.leakage_w(element_operands) * self.elements
            + self.accumulation.leakage_w(operands)
            + self.input_buffer.leakage_w
            + self.output_buffer.leakage_w
            + self.tree.leakage_w(unit.height_m, unit.width_m, self.tree_bits)
        )

    @property
    def leakage_in_use_w(self) -> Quantity:
        """Leakage of the memory cells that are not read while the tile works, in watt."""
        return self.element.leakage_in_use_w * self.elements


def tile(sub_array: SubArray, plan: FloorPlan, mapping: Mapping) -> Tile:
    """Return the tile of one kind of mapping.

    Parameters
    ----------
    sub_array : SubArray
        Of a group.
    plan : FloorPlan
        Of the same design points. A tile of novel mapping needs ``novel_elements`` above 0.
    mapping : Mapping
        The kind.

    Returns
    -------
    Tile
        With its areas.

    References
    ----------
    NeuroSim V1.4, Tile.cpp, TileInitialize and TileCalculateArea.
    """
    p, technology = sub_array.parameters, sub_array.technology
    element = processing_element(sub_array, plan, mapping)
    sizes = _sizes(plan, mapping)
    xp = namespace_among(sizes.side, p.columns, p.columns_per_converter)
    unit = element.outline
    width_m = xp.ceil(xp.sqrt(sizes.elements)) * unit.width_m
    bits = element.sum_bits + element.bus_rows  # NeuroSim adds rows of sub-arrays, not stages of the adder tree
    sum_bits = bits + binary_stages(sizes.counted)
    accumulation = adder_tree(
        sizes.counted,
        bits,
        xp.ceil(sizes.added_cells / p.columns_per_converter),
        width_m,
        technology,
        special_layout=p.has_special_layout,
        keeps_odd_operands=Correction.ODD_OPERANDS in p.corrections,
    )
    active = None
    if not p.activates_outside_tiles:
        of_converters = p.columns / p.columns_per_converter
        units = xp.ceil(sizes.element_cells * of_converters), xp.ceil(sizes.counted * of_converters)
        active = activation(units, sum_bits, p, technology)
    input_buffer, output_buffer = _buffers(sizes, mapping, sum_bits, p, technology)
    tree = h_tree(
        sizes.side,
        sizes.side,
        p.local_bus_delay_tolerance,
        p.wire_resistance_per_m,
        p.wire_width_nm,
        technology,
    )
    tree_bits = sizes.counted * sizes.element_cells
    tree_m2 = tree.area_m2(unit.height_m, unit.width_m, tree_bits, _TREE_FOLDING)
    buffers_m2 = input_buffer.area_m2 + output_buffer.area_m2
    areas = _areas(element, sizes.elements, accumulation, tree_m2, buffers_m2 + (active.area_m2 if active else 0.0))
    return Tile(
        mapping=mapping,
        parameters=p,
        element=element,
        elements=sizes.elements,
        accumulation=accumulation,
        activation=active,
        input_buffer=input_buffer,
        output_buffer=output_buffer,
        tree=tree,
        tree_bits=tree_bits,
        outline=square(areas.total_m2),
        areas=areas,
    )


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Elements of a tile.

    Attributes
    ----------
    elements : float or Array
        All.
    side : float or Array
        Along a side of the square that they are laid in.
    counted : float or Array
        What NeuroSim takes for their number in buffers and adders: those along a side in conventional mapping.
    element_cells : float or Array
        Cells along a side of an element.
    added_cells : float or Array
        Columns of cells that accumulation takes up.
    """

    elements: Quantity
    side: Quantity
    counted: Quantity
    element_cells: Quantity
    added_cells: Quantity


def _sizes(plan: FloorPlan, mapping: Mapping) -> _Sizes:
    if mapping is Mapping.NOVEL:
        cells: Quantity = plan.novel_element_size
        xp = namespace_among(cells)
        side = xp.ceil(xp.sqrt(xp.asarray(float(plan.novel_elements))))
        return _Sizes(float(plan.novel_elements), side, float(plan.novel_elements), cells, cells)
    xp = namespace_among(plan.conventional_tile_size)
    side = xp.ceil(plan.conventional_tile_size / plan.conventional_element_size)
    cells = plan.conventional_element_size
    return _Sizes(side * side, side, side, cells, side * cells)


def _buffers(
    sizes: _Sizes, mapping: Mapping, sum_bits: Quantity, p: Parameters, technology: Technology
) -> tuple[TileBuffer, TileBuffer]:
    counted, cells = sizes.counted, sizes.element_cells
    input_line = counted * p.rows
    input_bits = counted * p.input_bits * p.rows
    output_line = counted * (sum_bits if p.activates_outside_tiles else p.input_bits)
    output_bits = output_line * p.columns / p.columns_per_converter
    counted_bits = input_bits, output_bits
    if p.has_synchronous_transfer:
        # All elements are loaded at once. In novel mapping NeuroSim takes the outputs of one element, and counts cores
        # as without synchronous transfer.
        input_bits = input_line = counted * cells * p.input_bits
        output_bits = output_line = sum_bits * sizes.added_cells / p.columns_per_converter
        if mapping is Mapping.CONVENTIONAL:
            counted_bits = input_bits, output_bits
    return (
        tile_buffer(input_bits, input_line, counted_bits[0], p, technology),
        tile_buffer(output_bits, output_line, counted_bits[1], p, technology),
    )


def _areas(
    element: ProcessingElement, count: Quantity, accumulation: AdderTree, tree_m2: Quantity, other_m2: Quantity
) -> ChipAreas:
    unit, added_m2 = element.areas, accumulation.outline.area_m2
    return ChipAreas(
        total_m2=unit.total_m2 * count + added_m2 + tree_m2 + other_m2,
        array_m2=unit.array_m2 * count,
        interconnect_m2=tree_m2,
        adc_m2=unit.adc_m2 * count,
        accumulation_m2=unit.accumulation_m2 * count + added_m2,
        other_m2=unit.other_m2 * count + other_m2,
    )
