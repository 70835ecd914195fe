"""A network on crossbars: built once, programmed once a trial, read at each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from types import ModuleType

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.compensation import (
    ChannelCorrection,
    Gain,
    ReadOut,
    Recalibration,
    column_factors,
    global_factor,
    read_out,
    recalibration,
)
from nnsreport.engine.converters.analog import Converter
from nnsreport.engine.converters.noise import NoiseSource
from nnsreport.engine.crossbar import conductance
from nnsreport.engine.crossbar.arithmetic import Operand
from nnsreport.engine.crossbar.calibration import Calibration, quantized_layer
from nnsreport.engine.crossbar.conductance import Draw, is_noiseless
from nnsreport.engine.crossbar.gated_operand import gated_operand
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.neurosim_flags import check_neurosim, uses_neurosim
from nnsreport.engine.crossbar.neurosim_reading import neurosim_reading
from nnsreport.engine.crossbar.planner import Path
from nnsreport.engine.crossbar.reading import Inference, ReadLayer, ReadNetwork, ideal_reading
from nnsreport.engine.crossbar.settings import CrossbarSettings
from nnsreport.engine.crossbar.settings.compensation import RECALIBRATING
from nnsreport.engine.crossbar.sram_operand import check_sram, sram_operand, stored_conductances
from nnsreport.engine.crossbar.white_noise import has_white_noise, layer_noise
from nnsreport.engine.crossbar.wiring import check_wires, column_conductances, solves_every_vector
from nnsreport.engine.network import Graph
from nnsreport.engine.random import Purpose
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class ProgrammedNetwork:
    """A network whose devices have been programmed.

    Attributes
    ----------
    graph : Graph
        The network.
    settings : CrossbarSettings
        What the network was built with.
    layers : tuple of CrossbarLayer
        In the order of ``graph.linear_layers``.
    draws : tuple of Draw
        Identity of each layer's random numbers.
    conductances : tuple of Array of float32, (planes, slices, groups, columns, K)
        Programmed, in level units.
    baselines : tuple of ReadOut
        Of each layer right after programming, for drift compensation.
    recalibration : Recalibration or None
        What statistics of channels are restored to; None without images.
    start_corrections : Mapping of int to ChannelCorrection, or None
        What restored them right after programming, by the index of the layer; None where it is found when it is asked
        for.
    """

    graph: Graph
    settings: CrossbarSettings
    layers: tuple[CrossbarLayer, ...]
    draws: tuple[Draw, ...]
    conductances: tuple[Array, ...]
    baselines: tuple[ReadOut, ...]
    recalibration: Recalibration | None = None
    start_corrections: Map[int, ChannelCorrection] | None = None

    def read(self, time_s: float, methods: Sequence[str] = ("none",)) -> Map[str, ReadNetwork]:
        """Age the devices and read them.

        Parameters
        ----------
        time_s : float
            Since the end of programming, in s; the draw of read noise depends on it and on nothing else that is read.
        methods : sequence of str
            Compensations to prepare, of :data:`nnsreport.engine.crossbar.settings.compensation.METHODS`.

        Returns
        -------
        mapping of str to ReadNetwork
            One for each method, with the same conductances.

        Raises
        ------
        ConfigurationError
            A method needs images, and the network has none (:meth:`CrossbarNetwork.with_images`).
        """
        base = self.settings.compensation.base
        factors = tuple(dict.fromkeys(base if method in RECALIBRATING else method for method in methods))
        readings = [self._read_layer(index, time_s, factors) for index in range(len(self.layers))]
        networks = {
            factor: ReadNetwork(self.graph, tuple(reading[position] for reading in readings))
            for position, factor in enumerate(factors)
        }
        return {
            method: self._recalibrated(networks[base], method) if method in RECALIBRATING else networks[method]
            for method in methods
        }

    def _read_layer(self, index: int, time_s: float, factors: Sequence[str]) -> list[ReadLayer]:
        layer, device, draw = self.layers[index], self.settings.device, self.draws[index]
        if uses_neurosim(self.settings):
            return [neurosim_reading(layer, self.settings, draw, time_s)] * len(factors)
        devices = conductance.read_devices(
            self.conductances[index], layer.weight.levels, layer.mapping, device, draw, time_s
        )
        read = column_conductances(devices, layer.mapping, self.settings.wires)
        sram = None
        if self.settings.sram.kind != "none":
            sram = sram_operand(layer, self.settings.sram, read, draw, time_s)
            read = stored_conductances(sram, layer.linear.groups)
        columns = layer.column_weights(read)
        now = read_out(columns, layer.mapping.weight_bits)
        gains = (_gain(factor, self.baselines[index], now) for factor in factors)
        if layer.plan.path is Path.COLLAPSED:
            exact = is_noiseless(device) and self.settings.wires.ideal
            return [_collapsed(layer, columns, gain, exact) for gain in gains]
        operand = sram or self._block_operand(index, devices, read, time_s)
        converter = layer.drawn_converter(draw, time_s)
        return [_converted(layer, columns, operand, converter, gain) for gain in gains]

    def _block_operand(self, index: int, devices: Array, read: Array, time_s: float) -> Operand:
        layer, device, draw = self.layers[index], self.settings.device, self.draws[index]
        wires, noise = self.settings.wires, None
        if has_white_noise(device):
            source = NoiseSource(draw.seed, draw.trial, draw.layer, Purpose.WHITE_READ_NOISE, time_s)
            noise = layer_noise(devices, layer.mapping, device, wires, source)
        operand = layer.block_operand(read, noise)
        return gated_operand(operand, devices, layer.mapping, wires) if solves_every_vector(wires) else operand

    def corrections_at_start(self) -> Map[int, ChannelCorrection]:
        """Return what restores the statistics of channels right after programming.

        Returns
        -------
        mapping of int to ChannelCorrection
            By the index of the layer; from all batches alike.

        Raises
        ------
        ConfigurationError
            There are no images to find it from.
        """
        if self.start_corrections is not None:
            return self.start_corrections
        base = self.settings.compensation.base
        return self._images().corrections(self.read(0.0, (base,))[base].products, remainder=0.0)

    def _recalibrated(self, network: ReadNetwork, method: str) -> ReadNetwork:
        if method == "batch-norm":
            return network.corrected(self.corrections_at_start())
        remainder = self.settings.compensation.remainder
        return network.corrected(self._images().corrections(network.products, remainder))

    def _images(self) -> Recalibration:
        if self.recalibration is None:
            raise ConfigurationError(
                "names a method that estimates statistics from images, and there are none",
                field="compensation.methods",
                remedy="give the network calibration images (CrossbarNetwork.with_images)",
            )
        return self.recalibration


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
    recalibration : Recalibration or None
        What statistics of channels are restored to; None without images.
    """

    graph: Graph
    layers: tuple[CrossbarLayer, ...]
    settings: CrossbarSettings
    quantized: ReadNetwork
    recalibration: Recalibration | None = None

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

    def with_images(self, image_batches: Iterable[Array]) -> CrossbarNetwork:
        """Return the network with images from which statistics of channels are estimated.

        Parameters
        ----------
        image_batches : iterable of Array
            Batches as the network takes them, each evaluated at once and again for every estimate: a list, or any
            object that begins anew. What the quantised network makes of them is what compensation restores.

        Returns
        -------
        CrossbarNetwork
            For the compensations ``adabs`` and ``batch-norm``.

        Raises
        ------
        ConfigurationError
            The network has no layer of the kind that is to be restored.
        DataError
            There are no images.
        """
        layers = self.settings.compensation.layers
        return replace(self, recalibration=recalibration(self.graph, image_batches, self.quantized.products, layers))

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
        if uses_neurosim(self.settings):  # whose cells are drawn when they are multiplied
            return ProgrammedNetwork(self.graph, self.settings, self.layers, draws, (), ())
        device, wires = self.settings.device, self.settings.wires
        conductances = tuple(
            conductance.program(layer.weight.levels, layer.mapping, device, draw)
            for layer, draw in zip(self.layers, draws, strict=True)
        )
        baselines = tuple(
            read_out(
                layer.column_weights(column_conductances(programmed, layer.mapping, wires)), layer.mapping.weight_bits
            )
            for layer, programmed in zip(self.layers, conductances, strict=True)
        )
        network = ProgrammedNetwork(
            self.graph, self.settings, self.layers, draws, conductances, baselines, self.recalibration
        )
        if self.recalibration is None or "batch-norm" not in self.settings.compensation.methods:
            return network
        return replace(network, start_corrections=network.corrections_at_start())


def build(graph: Graph, calibration: Calibration, settings: CrossbarSettings, xp: ModuleType = np) -> CrossbarNetwork:
    """Put a network on crossbars.

    Parameters
    ----------
    graph : Graph
        The network.
    calibration : Calibration
        From :func:`nnsreport.engine.crossbar.calibrate`, with settings that differ in errors of devices, wires and
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
        The calibration was made for other settings, or the settings do not suit an SRAM array or the wires.
    """
    check_sram(settings)
    check_neurosim(settings)
    check_wires(settings)
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
    return CrossbarNetwork(placed, layers, settings, ReadNetwork(placed, tuple(map(ideal_reading, layers))))


def _gain(factor: str, baseline: ReadOut, now: ReadOut) -> Gain:
    if factor == "global":
        return global_factor(baseline, now)
    return column_factors(baseline, now) if factor == "per-column" else 1.0


def _collapsed(layer: CrossbarLayer, columns: Array, gain: Gain, exact: bool) -> ReadLayer:
    weights = layer.weights_as_read(columns, gain)
    error = _relative_error(weights, layer.weight.levels)
    # Without noise and wires the weights as read are the integers, but for rounding.
    factors = layer.weight.levels if exact else weights
    return ReadLayer(layer, layer.plan, factors.astype(layer.plan.dtype), None, None, gain, weight_error=error)


def _converted(
    layer: CrossbarLayer, columns: Array, operand: Operand, converter: Converter | None, gain: Gain
) -> ReadLayer:
    error = _relative_error(layer.weights_as_read(columns, gain), layer.weight.levels)
    return ReadLayer(layer, layer.plan, None, operand, converter, gain, weight_error=error)


def _relative_error(weights: Array, levels: Array) -> float:
    xp = namespace_of(weights)
    error = float(xp.sqrt(xp.mean((weights - levels) ** 2)))
    size = float(xp.sqrt(xp.mean(levels.astype(xp.float64) ** 2)))
    return error / (size or 1.0)
