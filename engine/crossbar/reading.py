"""A network with the conductances of one moment: what runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.compensation import ChannelCorrection, Gain, mean_gain
from nnsreport.engine.converters.analog import Converter
from nnsreport.engine.converters.clipping import Count
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar.arithmetic import Operand
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.places import CALIBRATION, Batch, vectors_of
from nnsreport.engine.crossbar.planner import Plan
from nnsreport.engine.cuda.graph import FirstImage
from nnsreport.engine.network import Graph, LinearLayer, Multiply, execute
from nnsreport.engine.network.taps import Taps

Fused: TypeAlias = Callable[[Taps], tuple[Array, int]]
"""Makes products of quantised inputs in the loops in C, and counts conversions that were clipped."""


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
class Evaluated:
    """What a batch of images gave, still where it was computed.

    Attributes
    ----------
    outputs : Array of float32
        The network's output.
    conversions : tuple of int
        Analog-to-digital conversions of each layer.
    clipped : tuple of int
        Those of them that were clipped, as far as a device has not counted them.
    counters : Array of int64, (layers,), or None
        Those that it has.
    """

    outputs: Array
    conversions: tuple[int, ...]
    clipped: tuple[int, ...]
    counters: Array | None

    def inference(self, counted: Sequence[int] | None = None) -> Inference:
        """Return the same with all counts read: a device is waited for, unless they are given."""
        if counted is None and self.counters is not None:
            counted = self.counters.tolist()
        saturated = self.clipped if counted is None else tuple(map(sum, zip(self.clipped, counted, strict=True)))
        return Inference(self.outputs, self.conversions, saturated)


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
    operand : Operand or None
        For the other plans: conductances.
    converter : Converter or None
        For the other plans: what turns block sums into codes.
    gain : Gain
        Digital factor of drift compensation, of the layer or of each column; 1 without.
    correction : ChannelCorrection or None
        What restores the statistics of the layer's channels, if anything does.
    weight_error : float
        RMS error of the weights as read, with the factor of drift compensation, over the RMS of the quantised weights
        (over one integer step, where all weights are zero).
    """

    layer: CrossbarLayer
    plan: Plan
    weights: Array | None
    operand: Operand | None
    converter: Converter | None = None
    gain: Gain = 1.0
    correction: ChannelCorrection | None = None
    weight_error: float = 0.0
    _fused: Fused | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare what every batch asks for again."""
        fused = None
        if self.operand is not None and self.converter is not None:
            fused = self.layer.fused(self.operand, self.converter, self.gain)
        object.__setattr__(self, "_fused", fused)

    @property
    def compensation_factor(self) -> float:
        """Digital factor of drift compensation; of several, their mean."""
        return mean_gain(self.gain)

    def multiply(self, x: Array, batch: Batch | None = None) -> tuple[Array, Count]:
        """Return the layer's product.

        Parameters
        ----------
        x : Array
            The node's input.
        batch : Batch, optional
            Which images these are; needed where there is noise.

        Returns
        -------
        product : Array of float32, (groups, M, N)
            Before the bias.
        clipped : int or Array of int64, ()
            Conversions outside the ADC's range; on a device an array, so that nobody waits for it.
        """
        if self._fused is not None:
            product, clipped = self._fused(self.layer.taps(x))
            return self.corrected(product), clipped
        return products_of_one_input((self,), x, batch)[0]

    def conversions(self, vectors: int) -> int:
        """Return the number of analog-to-digital conversions.

        Parameters
        ----------
        vectors : int
            M of the product.

        Returns
        -------
        int
            Those of the hardware.
        """
        return self.layer.conversions(vectors)

    @property
    def fused(self) -> Fused | None:
        """What makes products (groups, N, M) of :meth:`CrossbarLayer.taps` in the loops in C, if they can."""
        return self._fused

    def corrected(self, product: Array) -> Array:
        """Return a product of (groups, N, M) as the network takes it, (groups, M, N)."""
        product = product.swapaxes(1, 2)
        return self.correction.apply(product) if self.correction else product

    def converted(self, vectors: Array, at: Vectors | None) -> tuple[Array, Count]:
        """Return the product (groups, N, m) of activation levels (groups, K, m), and how many conversions clipped."""
        if self.operand is not None and self.converter is not None:
            return self.layer.converted_product(vectors, self.operand, self.converter, self.gain, at)
        assert self.weights is not None, "a layer has weights or an operand"
        return self.layer.collapsed_product(vectors, self.weights, self.plan), 0

    def vectors_of(self, x: Array, batch: Batch | None) -> Vectors | None:
        """Return which vectors an input has, where noise needs to know."""
        if self.operand is None or self.converter is None or batch is None:
            return None
        is_noisy = self.operand.is_noisy or self.converter.is_noisy
        return vectors_of(self.layer.linear, x, batch, self.layer.image_shape) if is_noisy else None


def products_of_one_input(
    readings: Sequence[ReadLayer], x: Array, batch: Batch | None = None
) -> list[tuple[Array, Count]]:
    """Return the products of several readings of a layer, of an input that is quantised and unfolded once.

    Parameters
    ----------
    readings : sequence of ReadLayer
        Of one layer; computed without the loops in C.
    x : Array
        The node's input.
    batch : Batch, optional
        Which images these are; needed where there is noise.

    Returns
    -------
    list of tuple of Array and Count
        Of each reading what :meth:`ReadLayer.multiply` gives.
    """
    layer, at = readings[0].layer, readings[0].vectors_of(x, batch)
    products = [layer.empty_product(x) for _ in readings]
    counts: list[Count] = [0] * len(readings)
    for part, vectors in layer.vectors(x):
        here = None if at is None else at.part(part)
        for index, reading in enumerate(readings):
            products[index][..., part], clipped = reading.converted(vectors, here)
            counts[index] += clipped
    corrected = (reading.corrected(product) for reading, product in zip(readings, products, strict=True))
    return list(zip(corrected, counts, strict=True))


def ideal_reading(layer: CrossbarLayer) -> ReadLayer:
    """Return a layer with ideal devices and converters.

    Parameters
    ----------
    layer : CrossbarLayer
        The layer.

    Returns
    -------
    ReadLayer
        Every product is of exact integers.
    """
    plan = layer.exact_plan
    return ReadLayer(layer, plan, layer.weight.levels.astype(plan.dtype), None)


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

    def corrected(self, corrections: Map[int, ChannelCorrection]) -> ReadNetwork:
        """Return the network with the statistics of its channels restored.

        Parameters
        ----------
        corrections : Mapping of int to ChannelCorrection
            By the index of the layer; layers without one stay as they are.

        Returns
        -------
        ReadNetwork
            With the same conductances.
        """
        layers = (replace(layer, correction=corrections.get(index)) for index, layer in enumerate(self.layers))
        return ReadNetwork(self.graph, tuple(layers))

    def products(self, images: int, first_image: int) -> Multiply:
        """Return what multiplies for a batch of calibration images.

        Parameters
        ----------
        images : int
            In the batch.
        first_image : int
            Number of the first of them among the calibration images, whose noise is not that of the data set.

        Returns
        -------
        Multiply
            For one execution of the graph.
        """
        return Products(self.layers, Batch(images, first_image, CALIBRATION)).multiply

    def evaluate(self, images: Array, first_image: FirstImage = 0) -> Evaluated:
        """Run the network, and wait for nothing.

        Parameters
        ----------
        images : Array
            As :meth:`infer` takes them.
        first_image : int or Array of int64, ()
            Likewise; an array stays on its device.

        Returns
        -------
        Evaluated
            What :meth:`infer` reads.
        """
        counters = counters_for(images, len(self.layers), 1)
        own = None if counters is None else counters[:, 0]
        products = Products(self.layers, Batch(len(images), first_image), own)
        return products.evaluated(execute(self.graph, images, products.multiply))

    def infer(self, images: Array, first_image: int = 0) -> Inference:
        """Run the network.

        Parameters
        ----------
        images : Array
            A batch as the network takes it, in the memory that the network was built for.
        first_image : int
            Number of the first of them in the data set: noise of conversions is drawn for an image, not for a batch.

        Returns
        -------
        Inference
            Outputs, and what the converters did.
        """
        return self.evaluate(images, first_image).inference()


def counters_for(images: Array, layers: int, trials: int) -> Array | None:
    """Return counters of clipped conversions, one for each layer and trial.

    Parameters
    ----------
    images : Array
        Tell where.
    layers, trials : int
        How many.

    Returns
    -------
    Array of int64, (layers, trials), or None
        Zeros, on a device: all of a batch are read at once. None on a processor, which has nothing to wait for.
    """
    xp = namespace_of(images)
    counters: Array | None = None if xp is np else xp.zeros((layers, trials), dtype=xp.int64)
    return counters


class Products:
    """Multiplies for one batch, and counts conversions.

    Parameters
    ----------
    layers : tuple of ReadLayer
        Of the network.
    batch : Batch
        The images.
    counters : Array of int64, (layers,), or None
        Where a device counts clipped conversions; None where nobody asks for them.
    """

    def __init__(self, layers: tuple[ReadLayer, ...], batch: Batch, counters: Array | None = None) -> None:
        self._counters = counters
        self._layers = layers
        self._batch = batch
        self._occasions = [0] * len(layers)
        self._conversions = [0] * len(layers)
        self._clipped = [0] * len(layers)

    def multiply(self, linear: LinearLayer, x: Array, /) -> Array:
        """Return the product of a layer's input."""
        product, clipped = self._layers[linear.index].multiply(x, self.batch_of(linear.index))
        self.count(linear.index, product.shape[1], clipped)
        return product

    def batch_of(self, index: int) -> Batch:
        """Return the images as a layer sees them next."""
        occasion = self._occasions[index]
        return replace(self._batch, occasion=self._batch.occasion + occasion) if occasion else self._batch

    def count(self, index: int, vectors: int, clipped: Count) -> None:
        """Note that a layer has multiplied vectors, and how many of its conversions were clipped."""
        self._occasions[index] += 1
        self._conversions[index] += self._layers[index].conversions(vectors)
        if isinstance(clipped, int) or namespace_of(clipped) is np:
            self._clipped[index] += int(clipped)
        elif self._counters is not None:
            counter = self._counters[index : index + 1]
            counter += clipped

    def evaluated(self, outputs: Array) -> Evaluated:
        """Return what the batch gave, when its outputs are there."""
        return Evaluated(outputs, tuple(self._conversions), tuple(self._clipped), self._counters)
