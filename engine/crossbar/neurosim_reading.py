"""Layers that are computed as NeuroSim V1.4's wrapper computes them."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.conductance import Draw
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.neurosim_flags import flags_of
from nnsreport.engine.crossbar.places import Batch
from nnsreport.engine.crossbar.reading import ReadLayer
from nnsreport.engine.crossbar.settings import CrossbarSettings
from nnsreport.engine.devices.retention import random_directions
from nnsreport.engine.peers.neurosim_wrapper import (
    layer_product,
    weights_as_read,
    whole_layer_product,
    whole_weights_as_read,
)
from nnsreport.engine.peers.wage import BatchRange, grid, rounded_down
from nnsreport.engine.peers.wrapper_options import Call, Flags, Quantizer
from nnsreport.engine.random import Purpose, device_stream, normals, uniforms
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class FixedRanges:
    """NeuroSim's linear ADC with a range for each slice, and one for the dummy column.

    Attributes
    ----------
    bits : int
        Resolution.
    limits : tuple of (float, float)
        Least and greatest sum.
    """

    bits: int
    limits: tuple[tuple[float, float], ...]

    def convert(self, sums: Array, slice_index: int) -> Array:
        """Return sums rounded down to a step.

        Parameters
        ----------
        sums : Array of float32
            Before conversion.
        slice_index : int
            Of the slice, or of the dummy column after them.

        Returns
        -------
        Array of float32
            Clipped to the range.
        """
        low, high = self.limits[slice_index]
        return rounded_down(sums, low, high - low, self.bits)


@dataclass(slots=True)
class ObservedRanges:
    """Converts nothing, and notes the least and the greatest sum of each slice and of the dummy column."""

    limits: dict[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def in_order(self) -> tuple[tuple[float, float], ...]:
        """Ranges of all slices, then of the dummy column; empty where nothing was converted."""
        return tuple(self.limits[index] for index in sorted(self.limits))

    def convert(self, sums: Array, slice_index: int) -> Array:
        """Return sums as they are.

        Parameters
        ----------
        sums : Array of float32
            Before conversion.
        slice_index : int
            Of the slice, or of the dummy column after them.

        Returns
        -------
        Array of float32
            The same array.
        """
        low, high = self.limits.get(slice_index, (math.inf, -math.inf))
        self.limits[slice_index] = (min(low, float(sums.min())), max(high, float(sums.max())))
        return sums


@dataclass(frozen=True, slots=True)
class CellDraws:
    """Random numbers of a layer's cells, from the counter-based streams.

    Attributes
    ----------
    draw : Draw
        Seed, trial and layer.
    batch : Batch or None
        None where cells keep what was drawn for the trial.
    """

    draw: Draw
    batch: Batch | None

    def normals(self, call: Call, like: Array) -> Array:
        """Return standard normal numbers.

        Parameters
        ----------
        call : Call
            Which product.
        like : Array
            Of the shape to return.

        Returns
        -------
        Array of float32
            In the memory of ``like``.
        """
        stream = device_stream(*self._identity(Purpose.NEUROSIM_VARIATION), None, *self._occasion(call))
        xp = namespace_of(like)
        return normals(stream, like.shape, xp).astype(xp.float32)

    def directions(self, call: Call, like: Array) -> Array:
        """Return directions of drift.

        Parameters
        ----------
        call : Call
            Which product.
        like : Array
            Of the shape to return.

        Returns
        -------
        Array of float32
            -1, 0 or 1, each with a probability of a third.
        """
        stream = device_stream(*self._identity(Purpose.NEUROSIM_DRIFT), None, *self._occasion(call))
        xp = namespace_of(like)
        result: Array = random_directions(uniforms(stream, like.shape, xp)).astype(xp.float32)
        return result

    def _identity(self, purpose: Purpose) -> tuple[int, int, int, Purpose]:
        return self.draw.seed, self.draw.trial, self.draw.layer, purpose

    def _occasion(self, call: Call) -> tuple[int, ...]:
        if self.batch is None:
            return call.tap, call.block, call.slice
        return (*call, int(self.batch.first_image), self.batch.occasion)


@dataclass(frozen=True, slots=True)
class NeurosimReading(ReadLayer):
    """A layer computed as the wrapper does.

    Attributes
    ----------
    flags : Flags
        The wrapper's options.
    adc : Quantizer
        Converts sums.
    draw : Draw
        Identity of the random numbers.
    settings : CrossbarSettings
        What the layer was built with.
    """

    flags: Flags = field(default_factory=Flags)
    adc: Quantizer = field(default_factory=lambda: BatchRange(8))
    draw: Draw = field(default_factory=lambda: Draw(0, 0, 0))
    settings: CrossbarSettings = field(default_factory=CrossbarSettings)

    def multiply(self, x: Array, batch: Batch | None = None) -> tuple[Array, int]:
        """Return the layer's product.

        Parameters
        ----------
        x : Array
            The node's input, of a whole batch: the range of the wrapper's ADC is the batch's.
        batch : Batch, optional
            Which images these are.

        Returns
        -------
        product : Array of float32, (groups, M, N)
            Before the bias.
        clipped : int
            0: the wrapper's range leaves nothing out, and the calibrated one is not counted.
        """
        linear, xp = self.layer.linear, namespace_of(x)
        weight_range, activation_range = ranges_of(self.layer, self.settings)
        vectors = linear.unfold(x.astype(xp.float32) / xp.float32(activation_range)).swapaxes(1, 2)
        if self.settings.neurosim.scaling == "calibrated":
            vectors = xp.clip(vectors, -1.0, 1.0)
        weight, draws = self.scaled_weight, self.draws_for(batch or Batch(0))
        if self.settings.neurosim.arithmetic == "other-networks":
            product = whole_layer_product(vectors, weight, self.flags, self.adc, draws)
        else:
            is_convolution = linear.window is not None
            taps = taps_of(self.layer)
            product = layer_product(vectors, weight, taps, self.flags, self.adc, draws, is_convolution)
        return product.swapaxes(1, 2) * xp.float32(weight_range * activation_range), 0

    @property
    def scaled_weight(self) -> Array:
        """Weights from -1 to 1, float32, (groups, K, N)."""
        xp = namespace_of(self.layer.weight.levels)
        weight: Array = xp.asarray(self.layer.linear.weight) / xp.float32(ranges_of(self.layer, self.settings)[0])
        return weight

    def draws_for(self, batch: Batch) -> CellDraws:
        """Return the random numbers of the layer's cells.

        Parameters
        ----------
        batch : Batch
            Of images, which counts where cells are drawn at each call.

        Returns
        -------
        CellDraws
            The same for the same arguments, on every backend.
        """
        return CellDraws(self.draw, batch if self.settings.neurosim.draws == "each-call" else None)

    def conversions(self, vectors: int) -> int:
        """Return the number of analog-to-digital conversions.

        Parameters
        ----------
        vectors : int
            M of the product.

        Returns
        -------
        int
            Those that the wrapper computes, one dummy column to each group included.
        """
        linear, taps = self.layer.linear, taps_of(self.layer)
        if self.settings.neurosim.arithmetic == "other-networks":
            return vectors * linear.groups * linear.outputs
        channels = linear.inputs // taps
        if self.flags.is_analog(channels, linear.window is not None):
            return 0
        products = taps * len(self.flags.blocks(channels)) * self.flags.slices * self.flags.wl_activate
        return vectors * linear.groups * (linear.outputs + 1) * products


def taps_of(layer: CrossbarLayer) -> int:
    """Return the kernel positions of a layer.

    Parameters
    ----------
    layer : CrossbarLayer
        The layer.

    Returns
    -------
    int
        1 where nothing is convolved.
    """
    window = layer.linear.window
    return 1 if window is None else math.prod(window.kernel)


def ranges_of(layer: CrossbarLayer, settings: CrossbarSettings) -> tuple[float, float]:
    """Return what weights and activations are divided by.

    Parameters
    ----------
    layer : CrossbarLayer
        With its calibrated scales.
    settings : CrossbarSettings
        ``neurosim.scaling``.

    Returns
    -------
    weight_range, activation_range : float
        1 and 1, or so that the largest weight is WAGE's, 1 - 2^(1-bits), and the largest activation 1.
    """
    if settings.neurosim.scaling == "unit":
        return 1.0, 1.0
    weight, activation = _largest(layer, settings)
    return weight / (1.0 - 2.0 ** (1 - settings.weights.bits)), activation


def _largest(layer: CrossbarLayer, settings: CrossbarSettings) -> tuple[float, float]:
    """Return the largest weight and activation that the layer's integers stand for."""
    weight = layer.weight_scale * (2 ** (settings.weights.bits - 1) - 1)
    return weight, layer.activation_scale * layer.quantizer.top


def neurosim_reading(
    layer: CrossbarLayer, settings: CrossbarSettings, draw: Draw, time_s: float, adc: Quantizer | None = None
) -> NeurosimReading:
    """Return a layer as the wrapper computes it at a time.

    Parameters
    ----------
    layer : CrossbarLayer
        The layer.
    settings : CrossbarSettings
        That :func:`check_neurosim` accepts.
    draw : Draw
        Identity of the random numbers.
    time_s : float
        Retention time, in s.
    adc : Quantizer, optional
        In the place of the configured one.

    Returns
    -------
    NeurosimReading
        Ready to multiply.

    Raises
    ------
    ConfigurationError
        Weights or activations do not suit the wrapper's scaling.
    """
    _check_unit(layer, settings)
    if adc is None:
        adc = BatchRange(settings.adc.bits)
        if layer.neurosim_limits:
            adc = FixedRanges(settings.adc.bits, layer.neurosim_limits)
    flags = flags_of(settings, time_s)
    reading = NeurosimReading(layer, layer.plan, None, None, flags=flags, adc=adc, draw=draw, settings=settings)
    return dataclasses.replace(reading, weight_error=_weight_error(reading))


def _weight_error(reading: NeurosimReading) -> float:
    """Return the relative error of the weights in the first input bit of the first image."""
    weight, draws, flags = reading.scaled_weight, reading.draws_for(Batch(0)), reading.flags
    if reading.settings.neurosim.arithmetic == "other-networks":
        read = whole_weights_as_read(weight, flags, draws)
    else:
        read = weights_as_read(weight, taps_of(reading.layer), flags, draws)
    xp = namespace_of(weight)
    wanted = grid(weight, flags.wl_weight)
    size = float(xp.sqrt(xp.mean(wanted**2)))
    return float(xp.sqrt(xp.mean((read - wanted) ** 2))) / (size or 2.0 ** (1 - flags.wl_weight))


def _check_unit(layer: CrossbarLayer, settings: CrossbarSettings) -> None:
    if settings.neurosim.scaling != "unit":
        return
    channels = layer.linear.inputs // taps_of(layer)
    takes_any = flags_of(settings, 0.0).is_analog(channels, layer.linear.window is not None)
    weight, activation = _largest(layer, settings)
    for what, found in (("weights", weight), ("activations", 0.0 if takes_any else activation)):
        if found > 1.0 + 1e-6:
            raise ConfigurationError(
                f'is "unit", but layer {layer.name!r} has {what} up to {found:.4g}',
                field="neurosim.scaling",
                remedy='write scaling = "calibrated", or use a network trained with WAGE',
            )
