"""Signal-to-noise ratios of the layers of a network as read, over many batches of images."""

from __future__ import annotations

from collections.abc import Callable

from nnsreport.data.images import ImageSet
from nnsreport.engine.crossbar import ReadNetwork
from nnsreport.engine.crossbar.signal_to_noise import layer_statistics
from nnsreport.engine.precision import ComputeSnr, DotProductStatistics
from nnsreport.execution.workload import Workload


def measure_layer_snr(
    network: ReadNetwork, workload: Workload, images: ImageSet, done: Callable[[int], None]
) -> tuple[ComputeSnr, ...]:
    """Measure the signal-to-noise ratios of each layer.

    Parameters
    ----------
    network : ReadNetwork
        As read, with its compensation.
    workload : Workload
        Gives the images as the network takes them, batch by batch.
    images : ImageSet
        The first of the test images, or all.
    done : Callable
        Told the number of images before each batch; it may raise to stop.

    Returns
    -------
    tuple of ComputeSnr
        In the order of the layers.
    """
    statistics = [DotProductStatistics()] * len(network.layers)
    first = 0
    for inputs in workload.batches(images):
        done(len(inputs))
        found = layer_statistics(network, inputs, first)
        statistics = [one.merged(other) for one, other in zip(statistics, found, strict=True)]
        first += len(inputs)
    return tuple(layer.snr() for layer in statistics)
