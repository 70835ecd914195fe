"""Signal-to-noise ratios of each layer's dot products, in front of the converters and behind them.

A layer is held against what it should give for the very input that it gets in the noisy network, so that errors of the
layers before do not count.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757: all ratios are of the
variance of the floating-point dot product over that of an error (:mod:`nnsreport.engine.precision.statistics`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar.places import Batch
from nnsreport.engine.crossbar.reading import ReadLayer, ReadNetwork, ideal_reading
from nnsreport.engine.network import LinearLayer, execute, float_multiply
from nnsreport.engine.precision import DotProductStatistics, dot_product_statistics

# Dot products in float64 at a time.
_NUMBERS_AT_A_TIME = 1 << 22


def layer_statistics(network: ReadNetwork, images: Array, first_image: int = 0) -> tuple[DotProductStatistics, ...]:
    """Return what the signal-to-noise ratios of each layer are made of, for a batch of images.

    Parameters
    ----------
    network : ReadNetwork
        As read, with its compensation.
    images : Array
        A batch as the network takes it.
    first_image : int
        Number of the first of them in the data set.

    Returns
    -------
    tuple of DotProductStatistics
        In the order of ``graph.linear_layers``, over all outputs of all images; to be merged with those of other
        batches. In front of the converters means: what they would deliver if they were ideal, with the same noise of
        devices and the same digital compensation.
    """
    measurement = _Measurement(network.layers, Batch(len(images), first_image))
    execute(network.graph, images, measurement.multiply)
    return tuple(measurement.statistics)


@dataclass(frozen=True, slots=True)
class _Unconverted:
    """A converter that delivers sums as they are.

    Attributes
    ----------
    slices : int
        Of a weight.
    """

    slices: int

    @property
    def steps(self) -> tuple[float, ...]:
        """One for each slice."""
        return (1.0,) * self.slices

    @property
    def slice_steps(self) -> list[float | Array]:
        """One for each slice."""
        return [1.0] * self.slices

    @property
    def slice_origins(self) -> None:
        """Sum 0 stays 0."""

    @property
    def is_noisy(self) -> bool:
        """Nothing is drawn."""
        return False

    def convert(self, sums: Array, block: int = 0, vectors: Vectors | None = None) -> int:  # noqa: ARG002 - a converter
        """Clip nothing."""
        return 0


class _Measurement:
    """Multiplies for one batch, and holds each layer against the ideal one."""

    def __init__(self, layers: tuple[ReadLayer, ...], batch: Batch) -> None:
        self._batch = batch
        self._occasions = [0] * len(layers)
        self._output = layers
        self._pre_adc = tuple(
            layer if layer.converter is None else replace(layer, converter=_Unconverted(layer.layer.weight_slices))
            for layer in layers
        )
        self._fixed_point = tuple(ideal_reading(layer.layer) for layer in layers)
        self.statistics = [DotProductStatistics()] * len(layers)

    def multiply(self, linear: LinearLayer, x: Array, /) -> Array:
        index = linear.index
        batch = replace(self._batch, occasion=self._batch.occasion + self._occasions[index])
        self._occasions[index] += 1
        stages = [
            float_multiply(linear, x),
            *(layers[index].multiply(x, batch)[0] for layers in (self._fixed_point, self._pre_adc, self._output)),
        ]
        vectors, step = stages[0].shape[1], max(1, _NUMBERS_AT_A_TIME // (linear.groups * linear.outputs))
        for begin in range(0, vectors, step):
            found = dot_product_statistics(*(stage[:, begin : begin + step] for stage in stages))
            self.statistics[index] = self.statistics[index].merged(found)
        return stages[-1]
