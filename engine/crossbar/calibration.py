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
from nnsreport.engine.crossbar.adc_ranges import LayerSums, Limits, SumStatistics, limits_from_file, network_limits
from nnsreport.engine.crossbar.arithmetic import block_parts
from nnsreport.engine.crossbar.conductance import Draw, is_noiseless, target_conductances
from nnsreport.engine.crossbar.converter import ConverterLayout, design_converter
from nnsreport.engine.crossbar.inputs import input_coding
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.mapping import Mapping, make_mapping
from nnsreport.engine.crossbar.neurosim_flags import check_neurosim, uses_neurosim
from nnsreport.engine.crossbar.neurosim_reading import ObservedRanges, neurosim_reading
from nnsreport.engine.crossbar.planner import Path as PlanPath
from nnsreport.engine.crossbar.planner import Plan, plan_analog, plan_exact
from nnsreport.engine.crossbar.quantization import ActivationQuantizer, activation_scale, quantize_weight
from nnsreport.engine.crossbar.ranges import MagnitudeCounts
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CrossbarSettings,
    DeviceSettings,
    ProgrammingSettings,
)
from nnsreport.engine.crossbar.sram_operand import check_sram, check_sram_inputs
from nnsreport.engine.crossbar.white_noise import has_white_noise
from nnsreport.engine.crossbar.wiring import check_wires, solves_every_vector
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
        Largest sum converted without clipping for each slice, or for each column of each slice of each group, in
        level units times input digits; empty for an ideal ADC.
    adc_lows : tuple of float
        Least sum converted without clipping, likewise; counts for two-sided spans only.
    image_shape : tuple of int
        Shape of the layer's input for one image.
    """

    activation_scale: float
    activation_signed: bool
    adc_ranges: tuple[float, ...] = ()
    adc_lows: tuple[float, ...] = ()
    image_shape: tuple[int, ...] = ()


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
            Whether they differ in nothing but errors of devices and cells, wires, and compensation.
        """
        if _levels(self.settings.device) != _levels(settings.device):
            return False
        free = {name: getattr(settings, name) for name in ("device", "compensation", "sram", "wires")}
        return replace(self.settings, **free) == settings


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
    check_sram(settings)
    check_neurosim(settings)
    check_wires(settings)
    layers = _activation_ranges(graph, image_batches, settings.activations)
    if uses_neurosim(settings):
        layers = _neurosim_ranges(graph, image_batches, settings, layers)
    elif settings.adc.converts:
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
    check_sram_inputs(settings, linear.name, cycles)
    plan = exact_plan = plan_exact(weight.levels, quantizer.top)
    layout = _layout(linear, mapping)
    signed = cycles.has_negative_pulses or mapping.differential
    converter, neurosim = None, uses_neurosim(settings)
    if not neurosim and (calibration.adc_ranges or not settings.adc.converts):
        lows = calibration.adc_lows or (0.0,) * len(calibration.adc_ranges)
        limits = list(zip(lows, calibration.adc_ranges, strict=True))
        forms_sums = (
            has_white_noise(settings.device) or settings.sram.kind != "none" or solves_every_vector(settings.wires)
        )
        converter = design_converter(settings.adc, limits, signed, layout, forms_sums)
    if neurosim:
        plan = Plan(PlanPath.NEUROSIM, "float32", mapping.blocks(linear.inputs))
    elif converter is not None or not (is_noiseless(settings.device) and settings.wires.ideal):
        plan = plan_analog(linear.inputs, mapping.blocks(linear.inputs), cycles.count, converter is None)
    return CrossbarLayer(
        linear=linear,
        weight=weight,
        quantizer=quantizer,
        mapping=mapping,
        cycles=cycles,
        converter=converter,
        exact_plan=exact_plan,
        plan=plan,
        image_shape=calibration.image_shape,
        neurosim_limits=tuple(zip(calibration.adc_lows, calibration.adc_ranges, strict=True)) if neurosim else (),
    )


def _layout(linear: LinearLayer, mapping: Mapping) -> ConverterLayout:
    columns = linear.outputs + mapping.reference_column
    height = mapping.array.rows or linear.inputs
    cells = mapping.planes * mapping.slices.count
    return ConverterLayout(
        groups=linear.groups,
        slices=mapping.slices.count,
        columns=columns,
        weights_per_array=mapping.array.columns // cells or columns,
        arrays=tuple(block.start // height for block in mapping.blocks(linear.inputs)),
    )


def _activation_ranges(
    graph: Graph, image_batches: Iterable[Array], settings: ActivationSettings
) -> tuple[LayerCalibration, ...]:
    counts = {layer.index: MagnitudeCounts(settings.range != "max") for layer in graph.linear_layers}

    def record(layer: LinearLayer, x: Array, /) -> Array:
        counts[layer.index].add(x)
        return float_multiply(layer, x)

    images, shapes = 0, dict[int, tuple[int, ...]]()
    for batch in image_batches:
        if len(batch) and not shapes:
            shapes = _shapes_of_one_image(graph, batch[:1])
        execute(graph, batch, record)
        images += len(batch)
    if not images:
        raise DataError("there are no calibration images", remedy="give at least one")
    return tuple(
        replace(_activation_range(layer, counts[layer.index], settings), image_shape=shapes.get(layer.index, ()))
        for layer in graph.linear_layers
    )


def _shapes_of_one_image(graph: Graph, image: Array) -> dict[int, tuple[int, ...]]:
    """Return the shape of each layer's input, which tells for more images where they lie."""
    shapes: dict[int, tuple[int, ...]] = {}

    def record(layer: LinearLayer, x: Array, /) -> Array:
        shapes[layer.index] = tuple(x.shape)
        return float_multiply(layer, x)

    execute(graph, image, record)
    return shapes


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
    ordered = [observers[layer.index] for layer in graph.linear_layers]
    sums = [observer.sums for observer in ordered]
    if settings.adc.range_file is not None:
        names = [layer.name for layer in graph.linear_layers]
        found = limits_from_file(settings.adc.range_file, names, sums, settings.adc.span == "two-sided")
    else:
        found = network_limits(settings.adc, [observer.statistics for observer in ordered], sums)
    return tuple(
        replace(layer, adc_ranges=tuple(high for _, high in limits), adc_lows=_lows(limits))
        for layer, limits in zip(ranges, found, strict=True)
    )


def _neurosim_ranges(
    graph: Graph, image_batches: Iterable[Array], settings: CrossbarSettings, ranges: tuple[LayerCalibration, ...]
) -> tuple[LayerCalibration, ...]:
    """Find the range of each slice and of the dummy column, with ideal devices and activations in floating point."""
    if settings.neurosim.adc_range == "each-call":
        return ranges
    observed = {layer.index: ObservedRanges() for layer in graph.linear_layers}
    ideal = replace(settings, device=replace(settings.device, programming=ProgrammingSettings()))

    def record(linear: LinearLayer, x: Array, /) -> Array:
        layer = quantized_layer(linear, ranges[linear.index], ideal, namespace_of(x))
        neurosim_reading(layer, ideal, Draw(0, 0, linear.index), 0.0, observed[linear.index]).multiply(x)
        return float_multiply(linear, x)

    for batch in image_batches:
        execute(graph, batch, record)
    found = (observed[layer.index].in_order for layer in graph.linear_layers)
    return tuple(
        replace(layer, adc_lows=tuple(low for low, _ in limits), adc_ranges=tuple(high for _, high in limits))
        for layer, limits in zip(ranges, found, strict=True)
    )


def _lows(limits: Limits) -> tuple[float, ...]:
    lows = tuple(low for low, _ in limits)
    return lows if any(lows) else ()


class _SumObserver:
    """Multiplies as ideal devices and converters do, and counts the sums that the converters would see."""

    def __init__(self, layer: CrossbarLayer, settings: AdcSettings) -> None:
        targets = target_conductances(layer.weight.levels, layer.mapping)
        self._operand = layer.block_operand(layer.mapping.column_conductances(targets))
        self._weights = layer.weight.levels.astype(layer.exact_plan.dtype)
        self._layer = layer
        self._counts_sums = settings.range not in ("full-scale", "file")
        self.statistics = [SumStatistics(settings) for _ in range(layer.weight_slices)]

    @property
    def sums(self) -> LayerSums:
        """What is known of the layer's sums."""
        layer = self._layer
        signed = layer.cycles.has_negative_pulses or layer.mapping.differential
        columns = layer.linear.outputs + layer.mapping.reference_column
        return LayerSums(layer.linear.groups, layer.weight_slices, columns, layer.full_scale, signed)

    def multiply(self, x: Array) -> Array:
        layer = self._layer
        product = layer.empty_product(x)
        for part, vectors in layer.vectors(x):
            product[..., part] = layer.collapsed_product(vectors, self._weights, layer.exact_plan)
            if self._counts_sums:
                self._count(vectors)
        return product.swapaxes(1, 2)

    def _count(self, vectors: Array) -> None:
        slices = len(self.statistics)
        for part in block_parts(vectors, self._operand):
            for sums in self._operand.sums(vectors[..., part]):
                by_slice = sums.reshape(*sums.shape[:2], slices, -1, sums.shape[3])
                for index, statistic in enumerate(self.statistics):
                    statistic.add(by_slice[:, :, index])
