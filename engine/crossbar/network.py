"""A network on crossbars: built once, programmed once a trial, read at each time, then run."""

from __future__ import annotations

from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar import conductance
from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.calibration import Calibration, quantized_layer
from nnsreport.engine.crossbar.conductance import Draw, is_noiseless
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.planner import Path, Plan
from nnsreport.engine.crossbar.settings import CrossbarSettings, DeviceSettings
from nnsreport.engine.network import Graph, LinearLayer, execute
from nnsreport.errors import ConfigurationError

# aihwkit's lower limit of a read-out, for weights scaled to 1.
_LEAST_READOUT = 1e-4


@dataclass(frozen=True, slots=True)
class Inference:
    """What a batch of images gave.

    Attributes
    ----------
    outputs : Array of float32
        The network's output.
    conversions : tuple of int
        Analog-to-digital conversions of each layer.
    saturated : tuple of int
        Those that were clipped.
    """

    outputs: Array
    conversions: tuple[int, ...]
    saturated: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """A layer with the conductances of one moment.

    Attributes
    ----------
    layer : CrossbarLayer
        The layer.
    plan : Plan
        How it is computed.
    weights : Array of the plan's type, (groups, N, K), or None
        For a collapsed plan: weights as read, compensated.
    operand : BlockOperand or None
        For the other plans: conductances.
    compensation_factor : float
        Digital factor of drift compensation; 1 without.
    weight_error : float
        RMS error of the weights as read over the RMS of the quantised weights (over one integer step, where all
        weights are zero).
    """

    layer: CrossbarLayer
    plan: Plan
    weights: Array | None
    operand: BlockOperand | None
    compensation_factor: float = 1.0
    weight_error: float = 0.0

    def multiply(self, x: Array) -> tuple[Array, int]:
        """Return the layer's product.

        Parameters
        ----------
        x : Array
            The node's input.

        Returns
        -------
        product : Array of float32, (groups, M, N)
            Before the bias.
        clipped : int
            Conversions outside the ADC's range.
        """
        layer, clipped = self.layer, 0
        product = layer.empty_product(x)
        for part, vectors in layer.vectors(x):
            if self.operand is not None:
                converted, count = layer.converted_product(vectors, self.operand, self.compensation_factor)
                product[..., part], clipped = converted, clipped + count
            elif self.weights is not None:
                product[..., part] = layer.collapsed_product(vectors, self.weights, self.plan)
        return product.swapaxes(1, 2), clipped


@dataclass(frozen=True, slots=True)
class ReadNetwork:
    """A network with the conductances of one moment, ready to run.

    Attributes
    ----------
    graph : Graph
        The network.
    layers : tuple of ReadLayer
        In the order of ``graph.linear_layers``.
    """

    graph: Graph
    layers: tuple[ReadLayer, ...]

    @property
    def drift_compensation_factors(self) -> tuple[float, ...]:
        """Digital factor of each layer."""
        return tuple(layer.compensation_factor for layer in self.layers)

    @property
    def weight_errors(self) -> tuple[float, ...]:
        """Relative RMS weight error of each layer."""
        return tuple(layer.weight_error for layer in self.layers)

    def infer(self, images: Array) -> Inference:
        """Run the network.

        Parameters
        ----------
        images : Array
            A batch as the network takes it, in the memory that the network was built for.

        Returns
        -------
        Inference
            Outputs, and what the converters did.
        """
        conversions, saturated = [0] * len(self.layers), [0] * len(self.layers)

        def multiply(linear: LinearLayer, x: Array, /) -> Array:
            layer = self.layers[linear.index]
            product, clipped = layer.multiply(x)
            conversions[linear.index] += layer.layer.conversions(product.shape[1])
            saturated[linear.index] += clipped
            return product

        return Inference(execute(self.graph, images, multiply), tuple(conversions), tuple(saturated))


@dataclass(frozen=True, slots=True)
class ProgrammedNetwork:
    """A network whose devices have been programmed.

    Attributes
    ----------
    graph : Graph
        The network.
    device : DeviceSettings
        What the devices are.
    layers : tuple of CrossbarLayer
        In the order of ``graph.linear_layers``.
    draws : tuple of Draw
        Identity of each layer's random numbers.
    conductances : tuple of Array of float32, (planes, slices, groups, columns, K)
        Programmed, in level units.
    baselines : tuple of float
        Read-out of each layer right after programming, for drift compensation.
    """

    graph: Graph
    device: DeviceSettings
    layers: tuple[CrossbarLayer, ...]
    draws: tuple[Draw, ...]
    conductances: tuple[Array, ...]
    baselines: tuple[float, ...]

    def read(self, time_s: float, methods: Sequence[str] = ("none",)) -> Map[str, ReadNetwork]:
        """Age the devices and read them.

        Parameters
        ----------
        time_s : float
            Since the end of programming, in s; the draw of read noise depends on it and on nothing else that is read.
        methods : sequence of str
            Compensations to prepare: ``none`` or ``global``.

        Returns
        -------
        mapping of str to ReadNetwork
            One for each method, with the same conductances.
        """
        readings = [self._read_layer(index, time_s, methods) for index in range(len(self.layers))]
        return {
            method: ReadNetwork(self.graph, tuple(reading[position] for reading in readings))
            for position, method in enumerate(methods)
        }

    def _read_layer(self, index: int, time_s: float, methods: Sequence[str]) -> list[ReadLayer]:
        layer = self.layers[index]
        read = conductance.read(
            self.conductances[index], layer.weight.levels, layer.mapping, self.device, self.draws[index], time_s
        )
        columns = layer.column_weights(read)
        factors = {"none": 1.0, "global": self.baselines[index] / _readout(layer, columns)}
        operand = None if layer.plan.path is Path.COLLAPSED else layer.block_operand(read)
        return [_compensated(layer, columns, operand, factors[method], is_noiseless(self.device)) for method in methods]


@dataclass(frozen=True, slots=True)
class CrossbarNetwork:
    """A network quantised and mapped, before any device is drawn.

    Attributes
    ----------
    graph : Graph
        The network, in the memory of the backend it was built for.
    layers : tuple of CrossbarLayer
        In the order of ``graph.linear_layers``.
    settings : CrossbarSettings
        What it was built with.
    quantized : ReadNetwork
        The network with ideal devices and converters.
    """

    graph: Graph
    layers: tuple[CrossbarLayer, ...]
    settings: CrossbarSettings
    quantized: ReadNetwork

    def infer_quantized(self, images: Array) -> Inference:
        """Run the network with quantised weights and activations, ideal devices and ideal converters.

        Parameters
        ----------
        images : Array
            A batch as the network takes it.

        Returns
        -------
        Inference
            Every product is of exact integers.
        """
        return self.quantized.infer(images)

    def program(self, seed: int, trial: int) -> ProgrammedNetwork:
        """Program the devices.

        Parameters
        ----------
        seed : int
            Of the run, from 0 to 2^64 - 1.
        trial : int
            Which draw.

        Returns
        -------
        ProgrammedNetwork
            The same for the same arguments, on every backend.
        """
        draws = tuple(Draw(seed, trial, layer.linear.index) for layer in self.layers)
        device = self.settings.device
        conductances = tuple(
            conductance.program(layer.weight.levels, layer.mapping, device, draw)
            for layer, draw in zip(self.layers, draws, strict=True)
        )
        baselines = tuple(
            _readout(layer, layer.column_weights(layer.mapping.column_conductances(programmed)))
            for layer, programmed in zip(self.layers, conductances, strict=True)
        )
        return ProgrammedNetwork(self.graph, device, self.layers, draws, conductances, baselines)


def build(graph: Graph, calibration: Calibration, settings: CrossbarSettings, xp: ModuleType = np) -> CrossbarNetwork:
    """Put a network on crossbars.

    Parameters
    ----------
    graph : Graph
        The network.
    calibration : Calibration
        From :func:`nnsreport.engine.crossbar.calibrate`, with settings that differ in errors of devices and
        compensation at most.
    settings : CrossbarSettings
        What to build.
    xp : module
        Array namespace, ``numpy`` or ``cupy``, where everything is computed; images must come from it.

    Returns
    -------
    CrossbarNetwork
        Quantised and mapped.

    Raises
    ------
    ConfigurationError
        The calibration was made for other settings.
    """
    if not calibration.fits(settings):
        raise ConfigurationError(
            "the calibration was made for other weights, activations, mapping, on/off ratio or ADC",
            remedy="calibrate with the settings to build",
        )
    placed = graph.placed_on(xp)
    layers = tuple(
        quantized_layer(linear, found, settings, xp)
        for linear, found in zip(placed.linear_layers, calibration.layers, strict=True)
    )
    exact = tuple(
        ReadLayer(layer, layer.exact_plan, layer.weight.levels.astype(layer.exact_plan.dtype), None) for layer in layers
    )
    return CrossbarNetwork(placed, layers, settings, ReadNetwork(placed, exact))


def _compensated(
    layer: CrossbarLayer, columns: Array, operand: BlockOperand | None, factor: float, noiseless: bool
) -> ReadLayer:
    weights = layer.weights_as_read(columns, factor)
    error = _relative_error(weights, layer.weight.levels)
    if operand is not None:
        return ReadLayer(layer, layer.plan, None, operand, factor, error)
    # Without noise the weights as read are the integers, but for rounding.
    exact = layer.weight.levels if noiseless else weights
    return ReadLayer(layer, layer.plan, exact.astype(layer.plan.dtype), None, factor, error)


def _readout(layer: CrossbarLayer, columns: Array) -> float:
    """Return the mean magnitude of the array's outputs for each word line alone, for weights scaled to 1.

    Source: aihwkit's global drift compensation (M. Le Gallo et al., IEEE TED 65, 4304 (2018); V. Joshi et al., Nat.
    Commun. 11, 2473 (2020)). Its read-out passes through the tile's ADC; this one is exact.
    """
    xp = namespace_of(columns)
    scale = (1 << (layer.mapping.weight_bits - 1)) - 1
    return max(float(xp.abs(columns).mean()) / scale, _LEAST_READOUT)


def _relative_error(weights: Array, levels: Array) -> float:
    xp = namespace_of(weights)
    error = float(xp.sqrt(xp.mean((weights - levels) ** 2)))
    size = float(xp.sqrt(xp.mean(levels.astype(xp.float64) ** 2)))
    return error / (size or 1.0)
