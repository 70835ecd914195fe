"""What is known of the inputs and weights of a network: traces of each layer, or a stated density."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from nnsreport.engine.backend import Array
from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.traces import layer_inputs
from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError


@dataclass(frozen=True, slots=True)
class LayerTrace:
    """What is known of a layer.

    Attributes
    ----------
    bits : Array of uint8, (rows, vectors * bits of an input)
        Its inputs, bit by bit, as :func:`nnsreport.engine.cost.traces.read_inputs` gives them.
    weights : Array of float64, (rows, outputs), or None
        Its weights, as :func:`nnsreport.engine.cost.traces.read_weights` gives them. The cost of SRAM does not depend
        on them.
    """

    bits: Array
    weights: Array | None = None


Inputs: TypeAlias = "ActivitySettings | Iterable[LayerTrace]"
"""A density for all layers, or a trace of each; traces are gone through once, so that they may be read one by one."""


def traces_of_layers(
    traces: Iterable[LayerTrace], layers: Sequence[CostLayer], parameters: Parameters
) -> Iterator[LayerTrace]:
    """Yield the part of each layer's trace that NeuroSim uses.

    Parameters
    ----------
    traces : iterable of LayerTrace
        Of the network.
    layers : sequence of CostLayer
        Of the network.
    parameters : Parameters
        With one number of input bits.

    Yields
    ------
    LayerTrace
        In the order of the layers.

    Raises
    ------
    DataError
        A trace is smaller than its layer, or there are fewer of them than layers.
    """
    given = iter(traces)
    for layer in layers:
        trace = next(given, None)
        if trace is None:
            raise DataError(
                f"{layer.name} has no trace", field="traces", remedy="give weights and inputs of each layer"
            )
        yield LayerTrace(layer_inputs(trace.bits, layer, parameters), trace.weights)
