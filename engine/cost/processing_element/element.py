"""A processing element: what it is made of, its area and its leakage."""

from __future__ import annotations

from enum import StrEnum

from nnsreport.engine.cost.components.adder_tree import AdderTree, adder_tree
from nnsreport.engine.cost.components.bus import Bus, bus
from nnsreport.engine.cost.components.flip_flops import FlipFlops, flip_flops
from nnsreport.engine.cost.corrections import Correction, whole_quotient
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.outline import Outline
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.results import ChipAreas
from nnsreport.engine.cost.sub_array.results import SubArray, SubArrayAreas
from nnsreport.engine.cost.sum_bits import sub_array_sum_bits
from nnsreport.engine.records import dataclass


class Mapping(StrEnum):
    """How a layer's matrix goes to tiles; each kind has tiles of its own."""

    NOVEL = "novel"
    """By kernel position."""
    CONVENTIONAL = "conventional"
    """As one matrix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingElement:
    """A processing element of one kind of mapping.

    Attributes
    ----------
    parameters : Parameters
        Of the design points.
    sub_arrays : float or Array
        Number of sub-arrays.
    bus_rows : float or Array
        Rows of sub-arrays of the square that the layout takes them to form.
    sum_bits : float or Array
        Bits of what a sub-array gives.
    adder_tree : AdderTree
        Adds what sub-arrays below each other give.
    input_buffer, output_buffer : FlipFlops
        Registers.
    input_bus, output_bus : Bus
        Along the rows and along the columns of sub-arrays.
    input_bus_bits, output_bus_bits : float or Array
        Wires.
    outline : Outline
        A square of its area.
    areas : ChipAreas
        By circuits. Buses lie over the sub-arrays.
    sub_array_leakage_w, sub_array_leakage_in_use_w : float or Array
        Of one sub-array.
    """

    parameters: Parameters
    sub_arrays: Quantity
    bus_rows: Quantity
    sum_bits: Quantity
    adder_tree: AdderTree
    input_buffer: FlipFlops
    output_buffer: FlipFlops
    input_bus: Bus
    output_bus: Bus
    input_bus_bits: Quantity
    output_bus_bits: Quantity
    outline: Outline
    areas: ChipAreas
    sub_array_leakage_w: Quantity
    sub_array_leakage_in_use_w: Quantity

    def leakage_w(self, operands: Quantity) -> Quantity:
        """Return the leakage of the element.

        Parameters
        ----------
        operands : float or Array
            Sub-arrays below each other whose results the adder tree added last: NeuroSim leaves the other stages out.

        Returns
        -------
        float or Array
            Watts.
        """
        return (
            self.sub_array_leakage_w * self.sub_arrays
            + self.adder_tree.leakage_w(operands)
            + self.input_buffer.leakage_w
            + self.output_buffer.leakage_w
            + self.input_bus.leakage_w(self.input_bus_bits)
            + self.output_bus.leakage_w(self.bus_rows * self.output_bus_bits)
        )

    @property
    def leakage_in_use_w(self) -> Quantity:
        """Leakage of the memory cells that are not read while the element works, in watt."""
        return self.sub_array_leakage_in_use_w * self.sub_arrays


def processing_element(sub_array: SubArray, plan: FloorPlan, mapping: Mapping) -> ProcessingElement:
    """Return the processing element of the tiles of one kind of mapping.

    Parameters
    ----------
    sub_array : SubArray
        Of a group.
    plan : FloorPlan
        Of the same design points.
    mapping : Mapping
        The kind.

    Returns
    -------
    ProcessingElement
        With its areas.

    References
    ----------
    NeuroSim V1.4, Tile.cpp, TileInitialize; ProcessingUnit.cpp, ProcessingUnitInitialize and
    ProcessingUnitCalculateArea.
    """
    p, technology = sub_array.parameters, sub_array.technology
    cells = plan.novel_element_size if mapping is Mapping.NOVEL else plan.conventional_element_size
    xp = namespace_among(p.rows, p.columns, cells)
    sub_arrays = xp.ceil(cells / p.rows) * xp.ceil(cells / p.columns)
    # NeuroSim lays a square, even where sub-arrays are not square and fewer would do.
    side = xp.ceil(xp.sqrt(sub_arrays))
    unit = sub_array.areas.outline
    bits = sub_array_sum_bits(p)
    tree = adder_tree(
        side,
        bits,
        xp.ceil(side * p.columns / p.columns_per_converter),
        unit.width_m,
        technology,
        special_layout=p.has_special_layout,
        keeps_odd_operands=Correction.ODD_OPERANDS in p.corrections,
    )
    # With synchronous transfer all sub-arrays load at once; else they take turns.
    loaded = side if p.has_synchronous_transfer else 1.0
    converted = whole_quotient(p.columns * loaded, p.columns_per_converter, p.corrections)
    input_buffer = flip_flops(p.input_bits * p.rows * loaded, technology, special_layout=p.has_special_layout)
    output_buffer = flip_flops(converted * (bits + tree.stages), technology, special_layout=p.has_special_layout)
    buffers_m2 = (
        input_buffer.outline_in_height(side * unit.height_m).area_m2
        + output_buffer.outline_in_width(side * unit.width_m).area_m2
    )
    areas = _areas(sub_array.areas, side * side, tree.outline.area_m2, buffers_m2)
    return ProcessingElement(
        parameters=p,
        sub_arrays=sub_arrays,
        bus_rows=side,
        sum_bits=bits,
        adder_tree=tree,
        input_buffer=input_buffer,
        output_buffer=output_buffer,
        input_bus=bus(side, unit.width_m, p.wire_resistance_per_m, technology),
        output_bus=bus(side, unit.height_m, p.wire_resistance_per_m, technology),
        input_bus_bits=p.rows * loaded,
        output_bus_bits=p.columns * loaded,
        outline=square(areas.total_m2),
        areas=areas,
        sub_array_leakage_w=sub_array.leakage_w,
        sub_array_leakage_in_use_w=sub_array.leakage_in_use_w,
    )


def square(area_m2: Quantity) -> Outline:
    """Return the outline of a square of an area, as which NeuroSim lays elements and tiles."""
    side_m = namespace_among(area_m2).sqrt(area_m2)
    return Outline(area_m2=area_m2, height_m=side_m, width_m=side_m)


def _areas(unit: SubArrayAreas, count: Quantity, tree_m2: Quantity, buffers_m2: Quantity) -> ChipAreas:
    return ChipAreas(
        total_m2=unit.outline.area_m2 * count + tree_m2 + buffers_m2,
        array_m2=unit.array_m2 * count,
        interconnect_m2=0.0,
        adc_m2=unit.adc_m2 * count,
        accumulation_m2=unit.accumulation_m2 * count + tree_m2,
        other_m2=unit.other_m2 * count + buffers_m2,
    )
