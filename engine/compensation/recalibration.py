"""Statistics of a network's layers, estimated again from images that run through its noisy arrays.

Batches run as batch normalisation runs in training: what leaves a layer is corrected with the statistics of the batch
itself, so that the next layer sees inputs as they should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nnsreport.engine.backend import Array
from nnsreport.engine.compensation.channels import (
    ChannelCorrection,
    ChannelStatistics,
    average,
    batch_weights,
    channel_statistics,
    restoring,
)
from nnsreport.engine.network import Graph, LinearLayer, Multiply, execute
from nnsreport.errors import ConfigurationError, DataError

_CONVOLUTIONS = ("Conv", "ConvTranspose")

LayerStatistics = Mapping[int, Sequence[ChannelStatistics]]
"""Statistics of one batch by the layers' indices; of a recurrent layer one entry a step."""

Products = Callable[[int, int], Multiply]
"""From the number of images in a batch, and the number of the first among all, to what multiplies for them."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What the statistics of a network's channels are, and should be again.

    Attributes
    ----------
    graph : Graph
        The network.
    batches : iterable of Array
        Images in batches; begins anew whenever it is iterated, always with the same.
    reference : tuple of LayerStatistics
        What each batch gives without noise.
    """

    graph: Graph
    batches: Iterable[Array]
    reference: tuple[LayerStatistics, ...]

    def corrections(self, products: Products, remainder: float) -> dict[int, ChannelCorrection]:
        """Run the images through noisy arrays, and return what restores the statistics.

        Parameters
        ----------
        products : Products
            Of the noisy arrays.
        remainder : float
            Weight of the original statistics in the estimate.

        Returns
        -------
        dict of int to ChannelCorrection
            By the index of the layer. The same images give reference and estimate, so that chance in the choice of
            images does not show.
        """
        found, first = [], 0
        for batch, expected in zip(self.batches, self.reference, strict=True):
            found.append(_run(self.graph, batch, products(len(batch), first), expected))
            first += len(batch)
        weights = batch_weights(len(found), remainder)
        return {
            index: _correction(
                [batch[index] for batch in self.reference], [batch[index] for batch in found], weights, remainder
            )
            for index in self.reference[0]
        }


def recalibration(graph: Graph, batches: Iterable[Array], products: Products, layers: str) -> Recalibration:
    """Find the statistics that are to be restored.

    Parameters
    ----------
    graph : Graph
        The network, in the images' memory.
    batches : iterable of Array
        Images in batches, iterated again for every estimate: a list, or any object that begins anew.
    products : Products
        Without noise.
    layers : str
        ``convolutions`` or ``all``.

    Returns
    -------
    Recalibration
        To be used for any number of noisy arrays.

    Raises
    ------
    ConfigurationError
        The network has no such layer.
    DataError
        There are no images.
    """
    if isinstance(batches, Iterator):
        raise TypeError("calibration images are iterated more than once: give a list, not an iterator")
    chosen = _chosen(graph, layers)
    reference = tuple(_run(graph, batch, products(len(batch), 0), chosen) for batch in batches)
    if not reference:
        raise DataError("there are no calibration images", remedy="give at least one")
    return Recalibration(graph, batches, reference)


def _chosen(graph: Graph, layers: str) -> LayerStatistics:
    """Return the layers whose statistics are kept, with nothing to restore yet."""
    chosen = {layer.index: () for layer in graph.linear_layers if layers == "all" or layer.operator in _CONVOLUTIONS}
    if not chosen:
        raise ConfigurationError(
            f'is "{layers}", but the network has no such layer',
            field="compensation.layers",
            remedy='set it to "all"',
        )
    return chosen


def _run(graph: Graph, batch: Array, multiply: Multiply, expected: LayerStatistics) -> LayerStatistics:
    """Run a batch, restore the statistics that are expected, and return those that were found."""
    found: dict[int, list[ChannelStatistics]] = {index: [] for index in expected}

    def restored(layer: LinearLayer, x: Array, /) -> Array:
        product = multiply(layer, x)
        if layer.index not in found:
            return product
        steps, targets = found[layer.index], expected[layer.index]
        steps.append(channel_statistics(product))
        return restoring(targets[len(steps) - 1], steps[-1]).apply(product) if targets else product

    execute(graph, batch, restored)
    return found


def _correction(
    reference: Sequence[Sequence[ChannelStatistics]],
    found: Sequence[Sequence[ChannelStatistics]],
    weights: Sequence[float],
    remainder: float,
) -> ChannelCorrection:
    shares = [weight / len(steps) for weight, steps in zip(weights, reference, strict=True) for _ in steps]
    original = average([step for steps in reference for step in steps], shares)
    estimate = average([step for steps in found for step in steps], shares)
    return restoring(original, average([original, estimate], [remainder, 1.0 - remainder]))
