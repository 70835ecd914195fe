"""What each layer sends over the chip for an image."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.floorplan import FloorPlan
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipTraffic:
    """Numbers of an image, of shape (layers,) or (points, layers).

    Attributes
    ----------
    outputs : Array
        Outputs of a layer before pooling: vectors times output channels.
    is_pooled : Array of bool, (layers,)
        Whether pooling follows.
    fetched_bits : float or Array
        From the global buffer to the tiles.
    stored_bits : float or Array
        From the tiles to the global buffer.
    synchronous_share : Array
        Share of the bus that a layer has where all tiles transfer at once.
    synchronous_repetitions : Array
        How often NeuroSim then counts the accesses to the global buffer.
    """

    outputs: Array
    is_pooled: Array
    fetched_bits: Quantity
    stored_bits: Quantity
    synchronous_share: Array
    synchronous_repetitions: Array


def chip_traffic(layers: Sequence[CostLayer], plan: FloorPlan, parameters: Parameters) -> ChipTraffic:
    """Return what each layer sends over the chip.

    Parameters
    ----------
    layers : sequence of CostLayer
        Of the network.
    plan : FloorPlan
        Of the chip.
    parameters : Parameters
        Of the same design points; numbers of points have the shape (points, 1).

    Returns
    -------
    ChipTraffic
        Of all layers.

    References
    ----------
    NeuroSim V1.4, Chip.cpp, ChipCalculatePerformance.
    """
    xp = namespace_among(plan.tile_rows)

    def column(values: Sequence[float]) -> Array:
        numbers: Array = xp.asarray(values, dtype="float64")
        return numbers

    vectors = column([layer.vectors for layer in layers])
    outputs = vectors * column([layer.output_channels for layer in layers])
    rows = column([layer.matrix_rows * parameters.rows_per_weight for layer in layers])
    kernel_height = column([layer.kernel_height for layer in layers])
    is_pooled = xp.asarray([layer.is_pooled for layer in layers])
    # Inputs that a kernel passes over twice are fetched once for a column of it in novel mapping.
    repeated = xp.where(plan.is_novel, kernel_height, 1.0)
    share, repetitions = _synchronous(layers)
    return ChipTraffic(
        outputs=outputs,
        is_pooled=is_pooled,
        fetched_bits=rows * parameters.input_bits * vectors / repeated,
        stored_bits=outputs * parameters.input_bits / xp.where(is_pooled, 4.0, 1.0),
        synchronous_share=xp.where(plan.is_novel, column(share[True]), column(share[False])),
        synchronous_repetitions=xp.where(plan.is_novel, column(repetitions[True]), column(repetitions[False])),
    )


def _synchronous(layers: Sequence[CostLayer]) -> tuple[dict[bool, list[float]], dict[bool, list[float]]]:
    """Return the shares and repetitions of layers in novel and in conventional mapping.

    NeuroSim divides a layer's inputs by a sum over all layers, in which it takes the inputs of this layer each time,
    as an int.
    """
    share: dict[bool, list[float]] = {True: [], False: []}
    repetitions: dict[bool, list[float]] = {True: [], False: []}
    for layer in layers:
        for is_novel in (True, False):
            rows = layer.input_channels * (layer.kernel_width if is_novel else layer.kernel_positions)
            inputs = rows * (layer.input_height - layer.kernel_height + 1) / layer.stride
            inputs = inputs * (layer.input_width - layer.kernel_width + 1) / layer.stride
            total = 0
            for _ in layers:
                total = int(total + inputs)
            # Less than one input in whole numbers: NeuroSim divides by 0.
            share[is_novel].append(inputs / total if total else math.inf)
            repetitions[is_novel].append(float(-(-total // inputs)))
    return share, repetitions
