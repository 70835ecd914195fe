"""A network with the conductances of one moment: what runs."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from nnsreport.engine.backend import Array
from nnsreport.engine.compensation import ChannelCorrection, Gain, mean_gain
from nnsreport.engine.converters.analog import Converter
from nnsreport.engine.converters.clipping import Count, as_numbers
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar.arithmetic import Operand
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.places import CALIBRATION, Batch, vectors_of
from nnsreport.engine.crossbar.planner import Plan
from nnsreport.engine.network import Graph, LinearLayer, Multiply, execute


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
        layer = self.layer
        clipped: Count = 0
        if self.operand is not None and self.converter is not None:
            fused = layer.fused_product(x, self.operand, self.converter, self.gain)
            if fused is not None:
                return self._corrected(fused[0]), fused[1]
        product = layer.empty_product(x)
        at = self._vectors(x, batch)
        for part, vectors in layer.vectors(x):
            if self.operand is not None and self.converter is not None:
                converted, count = layer.converted_product(
                    vectors, self.operand, self.converter, self.gain, None if at is None else at.part(part)
                )
                product[..., part], clipped = converted, clipped + count
            elif self.weights is not None:
                product[..., part] = layer.collapsed_product(vectors, self.weights, self.plan)
        return self._corrected(product), clipped

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

    def _corrected(self, product: Array) -> Array:
        """Return a product of (groups, N, M) as the network takes it, (groups, M, N)."""
        product = product.swapaxes(1, 2)
        return self.correction.apply(product) if self.correction else product

    def _vectors(self, x: Array, batch: Batch | None) -> Vectors | None:
        if self.operand is None or self.converter is None or batch is None:
            return None
        is_noisy = self.operand.is_noisy or self.converter.is_noisy
        return vectors_of(self.layer.linear, x, batch, self.layer.image_shape) if is_noisy else None


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
        return _Products(self.layers, Batch(images, first_image, CALIBRATION)).multiply

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
        products = _Products(self.layers, Batch(len(images), first_image))
        outputs = execute(self.graph, images, products.multiply)
        return Inference(outputs, tuple(products.conversions), as_numbers(products.saturated))


class _Products:
    """Multiplies for one batch, and counts conversions."""

    def __init__(self, layers: tuple[ReadLayer, ...], batch: Batch) -> None:
        self._layers = layers
        self._batch = batch
        self._occasions = [0] * len(layers)
        self.conversions = [0] * len(layers)
        self.saturated: list[Count] = [0] * len(layers)

    def multiply(self, linear: LinearLayer, x: Array, /) -> Array:
        index = linear.index
        batch = replace(self._batch, occasion=self._batch.occasion + self._occasions[index])
        product, clipped = self._layers[index].multiply(x, batch)
        self._occasions[index] += 1
        self.conversions[index] += self._layers[index].conversions(product.shape[1])
        self.saturated[index] += clipped
        return product
