"""Ranges of activations and converters, found from calibration images.

Two passes over the images: activation ranges from the network in floating point, then ADC ranges from the block
sums of ideal devices while quantised activations flow through the network.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.conductance import is_noiseless, target_conductances
from nnsreport.engine.crossbar.converter import Converter, make_converter
from nnsreport.engine.crossbar.inputs import input_coding
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.planner import plan_analog, plan_exact
from nnsreport.engine.crossbar.quantization import ActivationQuantizer, activation_scale, quantize_weight
from nnsreport.engine.crossbar.ranges import MagnitudeCounts
from nnsreport.engine.crossbar.settings import ActivationSettings, AdcSettings, CrossbarSettings, DeviceSettings
from nnsreport.engine.network import Graph, LinearLayer, execute, float_multiply
from nnsreport.errors import DataError


@dataclass(frozen=True, slots=True)
class LayerCalibration:
    """What calibration found for one layer.

    Attributes
    ----------
    activation_scale : float
        Activation of one integer step.
    activation_signed : bool
        Whether negative activations occurred.
    adc_ranges : tuple of float
        Largest sum converted without clipping for each slice, in level units times input digits; empty for an
        ideal ADC.
    """

    activation_scale: float
    activation_signed: bool
    adc_ranges: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """What calibration found for a network.

    Attributes
    ----------
    layers : tuple of LayerCalibration
        In the order of ``graph.linear_layers``.
    settings : CrossbarSettings
        Those it holds for; the device's errors do not matter.
    """

    layers: tuple[LayerCalibration, ...]
    settings: CrossbarSettings

    def fits(self, settings: CrossbarSettings) -> bool:
        """Return whether the calibration holds for other settings.

        Parameters
        ----------
        settings : CrossbarSettings
            Of the network to build.

        Returns
        -------
        bool
            Whether they differ in nothing but errors of devices and compensation.
        """
        if _levels(self.settings.device) != _levels(settings.device):
            return False
        changed = replace(self.settings, device=settings.device, compensation=settings.compensation)
        return changed == settings


def _levels(device: DeviceSettings) -> tuple[float, Path | None]:
    """Return what the sums of ideal devices depend on."""
    return device.on_off_ratio, device.table if device.levels == "table" else None


def calibrate(graph: Graph, image_batches: Iterable[Array], settings: CrossbarSettings) -> Calibration:
    """Find the ranges of activations and converters.

    Parameters
    ----------
    graph : Graph
        The network.
    image_batches : iterable of Array
        Normalised calibration images in batches, iterated twice: a list, or any object that begins anew. The result
        does not depend on how images are batched.
    settings : CrossbarSettings
        What to calibrate.

    Returns
    -------
    Calibration
        Plain numbers, valid on every backend.

    Raises
    ------
    DataError
        There are no images, or the network's activations are not finite.
    """
    if isinstance(image_batches, Iterator):
        raise TypeError("calibration images are iterated twice: give a list, not an iterator")
    layers = _activation_ranges(graph, image_batches, settings.activations)
    if settings.adc.kind == "uniform":
        layers = _converter_ranges(graph, image_batches, settings, layers)
    return Calibration(layers, settings)


def quantized_layer(
    linear: LinearLayer, calibration: LayerCalibration, settings: CrossbarSettings, xp: ModuleType
) -> CrossbarLayer:
    """Quantise and map one layer.

    Parameters
    ----------
    linear : LinearLayer
        The network's layer.
    calibration : LayerCalibration
        Its ranges; without ADC ranges the ADC is ideal.
    settings : CrossbarSettings
        Bits and mapping.
    xp : module
        Array namespace that the layer will compute with.

    Returns
    -------
    CrossbarLayer
        With its weights in the memory of ``xp``.
    """
    weight = quantize_weight(xp.asarray(linear.weight), settings.weights)
    quantizer = ActivationQuantizer(
        settings.activations.bits, calibration.activation_scale, calibration.activation_signed
    )
    mapping = make_mapping(settings.weights.bits, settings.mapping, settings.device)
    cycles = input_coding(
        quantizer.magnitude_bits, quantizer.signed, settings.mapping.dac_bits, settings.mapping.input_signs
    )
    plan = exact_plan = plan_exact(weight.levels, quantizer.top)
    if calibration.adc_ranges or not is_noiseless(settings.device):
        plan = plan_analog(linear.inputs, mapping.blocks(linear.inputs), cycles.count, not calibration.adc_ranges)
    return CrossbarLayer(
        linear=linear,
        weight=weight,
        quantizer=quantizer,
        mapping=mapping,
        cycles=cycles,
        converter=_converter(calibration, settings, cycles.has_negative_pulses or mapping.differential),
        exact_plan=exact_plan,
        plan=plan,
    )


def _converter(calibration: LayerCalibration, settings: CrossbarSettings, signed: bool) -> Converter | None:
    if not calibration.adc_ranges:
        return None
    return make_converter(settings.adc.bits, calibration.adc_ranges, signed)


def _activation_ranges(
    graph: Graph, image_batches: Iterable[Array], settings: ActivationSettings
) -> tuple[LayerCalibration, ...]:
    counts = {layer.index: MagnitudeCounts(settings.range != "max") for layer in graph.linear_layers}

    def record(layer: LinearLayer, x: Array, /) -> Array:
        counts[layer.index].add(x)
        return float_multiply(layer, x)

    images = 0
    for batch in image_batches:
        execute(graph, batch, record)
        images += len(batch)
    if not images:
        raise DataError("there are no calibration images", remedy="give at least one")
    return tuple(_activation_range(layer, counts[layer.index], settings) for layer in graph.linear_layers)


def _activation_range(layer: LinearLayer, counts: MagnitudeCounts, settings: ActivationSettings) -> LayerCalibration:
    if not math.isfinite(counts.largest):
        raise DataError(
            f"the input of layer {layer.name!r} is not finite for some calibration image",
            remedy="check the images and their normalisation",
        )
    limit = counts.largest
    if settings.range == "percentile":
        limit = counts.percentile(settings.percentile)
    elif settings.range == "mse":
        limit = counts.least_squared_error(ActivationQuantizer(settings.bits, 1.0, counts.has_negative).top)
    return LayerCalibration(activation_scale(limit, settings.bits, counts.has_negative), counts.has_negative)


def _converter_ranges(
    graph: Graph, image_batches: Iterable[Array], settings: CrossbarSettings, ranges: tuple[LayerCalibration, ...]
) -> tuple[LayerCalibration, ...]:
    observers: dict[int, _SumObserver] = {}

    def record(linear: LinearLayer, x: Array, /) -> Array:
        if linear.index not in observers:
            layer = quantized_layer(linear, ranges[linear.index], settings, namespace_of(x))
            observers[linear.index] = _SumObserver(layer, settings.adc)
        return observers[linear.index].multiply(x)

    for batch in image_batches:
        execute(graph, batch, record)
    limits = (observers[layer.index].limits() for layer in graph.linear_layers)
    return tuple(replace(layer, adc_ranges=limit) for layer, limit in zip(ranges, limits, strict=True))


class _SumObserver:
    """Multiplies as ideal devices and converters do, and counts the sums that the converters would see."""

    def __init__(self, layer: CrossbarLayer, settings: AdcSettings) -> None:
        targets = target_conductances(layer.weight.levels, layer.mapping)
        self._operand = layer.block_operand(layer.mapping.column_conductances(targets))
        self._weights = layer.weight.levels.astype(layer.exact_plan.dtype)
        self._layer = layer
        self._settings = settings
        self._counts = tuple(MagnitudeCounts(settings.range == "percentile") for _ in range(layer.weight_slices))

    def multiply(self, x: Array) -> Array:
        layer = self._layer
        product = layer.empty_product(x)
        for part, vectors in layer.vectors(x):
            product[..., part] = layer.collapsed_product(vectors, self._weights, layer.exact_plan)
            if self._settings.range != "full-scale":
                self._count(vectors)
        return product.swapaxes(1, 2)

    def limits(self) -> tuple[float, ...]:
        if self._settings.range == "full-scale":
            return self._layer.full_scale
        if self._settings.range == "percentile":
            return tuple(counts.percentile(self._settings.percentile) for counts in self._counts)
        return tuple(counts.largest for counts in self._counts)

    def _count(self, vectors: Array) -> None:
        for part in self._operand.parts(vectors):
            for sums in self._operand.sums(vectors[..., part]):
                by_slice = sums.reshape(*sums.shape[:2], len(self._counts), -1)
                for index, counts in enumerate(self._counts):
                    counts.add(by_slice[:, :, index])
