"""The engine's cost model for the chips of a group, with what is known of inputs and weights."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import lru_cache

from nnsreport.costs.model import CostModel
from nnsreport.costs.trace_lists import TracePaths
from nnsreport.engine.backend import Array
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.results import ChipResults
from nnsreport.engine.cost.traces import layer_inputs, layer_weights, read_inputs, read_weights


def estimated(model: CostModel, parameters: Parameters, input_density: float | None = None) -> ChipResults:
    """Return the cost of the chips of a group.

    Parameters
    ----------
    model : CostModel
        The network, and its traces if there are any.
    parameters : Parameters
        Of the design points, with one number of input bits.
    input_density : float, optional
        In the place of the model's, where there are no traces.

    Returns
    -------
    ChipResults
        Of the design points.

    Raises
    ------
    NnsreportError
        A trace cannot be read or does not fit its layer, or there is no result.
    """
    if model.traces is not None:
        return estimate(model.layers, parameters, _traces(model, model.traces.layers, parameters))
    activity = model.activity
    if input_density is not None:
        activity = dataclasses.replace(activity, input_density=input_density)
    return estimate(model.layers, parameters, activity)


def _traces(model: CostModel, paths: tuple[TracePaths, ...], parameters: Parameters) -> Iterator[LayerTrace]:
    """Yield the traces of each layer; a file that does not fit is named."""
    inputs = _inputs(paths)
    weights = None if parameters.cell is MemoryCell.SRAM else _weights(paths)
    for place, (layer, path) in enumerate(zip(model.layers, paths, strict=True)):
        bits = layer_inputs(inputs[place], layer, parameters, path.inputs)
        yield LayerTrace(bits, None if weights is None else layer_weights(weights[place], layer, path.weights))


@lru_cache(maxsize=1)
def _inputs(paths: tuple[TracePaths, ...]) -> tuple[Array, ...]:
    """Read the inputs of all layers; chips of a sweep share them."""
    return tuple(read_inputs(path.inputs) for path in paths)


@lru_cache(maxsize=1)
def _weights(paths: tuple[TracePaths, ...]) -> tuple[Array, ...]:
    return tuple(read_weights(path.weights) for path in paths)
