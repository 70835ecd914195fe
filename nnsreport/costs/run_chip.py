"""The chip of a run: as its crossbars are configured, with the activity of its own inference."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from nnsreport.configuration.cost import CostSettings, given_parameters
from nnsreport.configuration.schema import Configuration
from nnsreport.costs.model import CostModel, load_model
from nnsreport.costs.parameter_files import Number, ParameterValues, read_parameter_file
from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.cost.corrections import Fidelity
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.network import layers_of, pooled_layers
from nnsreport.engine.crossbar import CrossbarLayer
from nnsreport.engine.network import Graph, LayerShape
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class _Followed:
    """A parameter that follows from how the run's crossbars are configured."""

    name: str
    value: Number
    setting: str


def run_model(configuration: Configuration, graph: Graph, shapes: Sequence[LayerShape]) -> CostModel:
    """Return the chip that a run's network takes.

    Parameters
    ----------
    configuration : Configuration
        Of the run. Bits of weights and activations, rows read together, sizes of arrays and levels of the ADC are taken
        from its crossbars; everything else from its section ``[cost]``.
    graph : Graph
        The network.
    shapes : sequence of LayerShape
        Of its layers.

    Returns
    -------
    CostModel
        Of the network of the run with the padding of its layers; where another network or traces are given, of these.

    Raises
    ------
    NnsreportError
        A parameter contradicts the crossbars, a layer cannot be described, or a file cannot be read.
    """
    settings = configuration.cost
    followed = list(_followed(configuration))
    given = given_parameters(settings)
    for one in followed:
        if given.get(one.name, one.value) != one.value:
            raise ConfigurationError(
                f"is {given[one.name]}, but {one.setting} makes it {one.value}",
                field=f"cost.parameters.{one.name}",
                remedy=f"leave it out, or change {one.setting}",
            )
    given |= {one.name: one.value for one in followed}
    if not uses_own_inference(settings):
        model = load_model(settings, configuration.network.file)
        return dataclasses.replace(model, given=given)
    found = ParameterValues({}, {}) if settings.parameter_file is None else read_parameter_file(settings.parameter_file)
    layers = layers_of(shapes, pooled_layers(graph), includes_padding=True)
    return CostModel(
        layers=layers,
        values={**found.values, **found.arguments},
        given=given,
        activity=settings.activity,
        notes=found.notes,
        corrections=Fidelity(settings.fidelity).corrections,
    )


def uses_own_inference(settings: CostSettings) -> bool:
    """Tell whether activity is that of the run's inference: neither another network nor traces are given."""
    return settings.network_file is None and settings.traces is None


def _followed(configuration: Configuration) -> Iterator[_Followed]:
    mapping, adc = configuration.mapping, configuration.adc
    yield _Followed("synapseBit", configuration.weights.bits, "weights.bits")
    yield _Followed("numBitInput", configuration.activations.bits, "activations.bits")
    yield _Followed("cellBit", mapping.cell_bits or configuration.weights.bits, "mapping.cell_bits")
    for name, value, setting in (
        ("numRowSubArray", mapping.array_rows, "mapping.array_rows"),
        ("numColSubArray", mapping.array_columns, "mapping.array_columns"),
        ("numRowParallel", mapping.rows, "mapping.rows"),
    ):
        if value:
            yield _Followed(name, value, setting)
    if adc.kind != "ideal":
        yield _Followed("levelOutput", 2**adc.bits, "adc.bits")


def run_traces(layers: Sequence[CrossbarLayer], levels: Sequence[Array]) -> Iterator[LayerTrace]:
    """Yield the traces of a network's layers in one inference.

    Parameters
    ----------
    layers : sequence of CrossbarLayer
        Of the network.
    levels : sequence of Array of integers, (rows, vectors)
        Inputs of each layer (:func:`nnsreport.engine.crossbar.input_levels.input_levels`).

    Yields
    ------
    LayerTrace
        Bits of the magnitudes, highest first; weights in shares of the largest that there can be, -1 to 1. Groups of a
        convolution lie on the diagonal of one matrix.
    """
    for layer, inputs in zip(layers, levels, strict=True):
        yield LayerTrace(level_bits(inputs, layer.quantizer.bits), _weights(layer))


def level_bits(levels: Array, bits: int) -> Array:
    """Return integers bit by bit, as NeuroSim's traces have them.

    Parameters
    ----------
    levels : numpy.ndarray of integers, (rows, vectors)
        Activations; the sign drives a word line the other way round, and costs the same.
    bits : int
        Of an activation.

    Returns
    -------
    numpy.ndarray of uint8, (rows, vectors * bits)
        Bits of a vector are neighbours, the highest first.
    """
    magnitudes = np.abs(levels.astype(np.int32))
    shifts = np.arange(bits - 1, -1, -1)
    found: Array = ((magnitudes[:, :, None] >> shifts) & 1).astype(np.uint8).reshape(len(levels), -1)
    return found


def _weights(layer: CrossbarLayer) -> Array:
    levels = to_numpy(layer.weight.levels)
    groups, outputs, inputs = levels.shape
    weights = np.zeros((groups, inputs, groups, outputs))
    index = np.arange(groups)
    weights[index, :, index, :] = levels.swapaxes(1, 2)
    shares: Array = weights.reshape(groups * inputs, groups * outputs) / (2 ** (layer.mapping.weight_bits - 1) - 1)
    return shares
