"""Sizes of what all tiles share: the global bus, and the buffer that holds feature maps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among


def global_bus_bits(plan: FloorPlan, parameters: Parameters) -> Array:
    """Return the width of the global bus.

    Parameters
    ----------
    plan : FloorPlan
        Of the chip.
    parameters : Parameters
        Of the same design points.

    Returns
    -------
    Array, () or (points,)
        Bits: what the tiles of all layers take and give at once, halved until it is allowed.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    xp = namespace_among(plan.tile_rows)
    novel_width = plan.novel_element_size * math.ceil(math.sqrt(plan.novel_elements))
    width = xp.where(plan.is_novel, novel_width[..., None], plan.conventional_tile_size[..., None])
    width = width + width / xp.asarray(parameters.columns_per_converter)[..., None]
    bits = (width * plan.tiles if parameters.is_pipelined else width).sum(axis=-1)
    most = xp.asarray(parameters.most_global_bus_bits, dtype="float64")
    while bool((bits > most).any()):
        bits = xp.where(bits > most, bits / 2, bits)
    allowed: Array = xp.asarray(bits)
    return allowed


def global_buffer_bits(layers: Sequence[CostLayer], parameters: Parameters) -> Quantity:
    """Return the capacity of the global buffer.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of a group.

    Returns
    -------
    float or Array, (points,)
        Bits: the largest input feature map, or half of all of them in a pipeline.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    if parameters.is_pipelined:
        elements = sum(layer.inputs / 2 for layer in layers)
    else:
        elements = float(max(layer.inputs for layer in layers))
    xp = namespace_among(parameters.input_bits)
    bits: Quantity = xp.trunc(parameters.input_bits * elements * (2 if parameters.has_synchronous_transfer else 1))
    return bits


def global_buffer_cores(layers: Sequence[CostLayer], parameters: Parameters) -> Quantity:
    """Return the number of cores of the global buffer.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        Of a group.

    Returns
    -------
    float or Array, (points,)
        Cores that hold the capacity.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipInitialize.
    """
    bits = global_buffer_bits(layers, parameters)
    core = parameters.global_buffer_core_rows * parameters.global_buffer_core_columns
    cores: Quantity = namespace_among(bits, core).ceil(bits / core)
    return cores
