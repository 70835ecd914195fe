"""What drives the word lines of each layer while a network runs: the activity that energies depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.network import LinearLayer, execute

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.network import CrossbarNetwork


def input_levels(network: CrossbarNetwork, images: Array) -> tuple[Array, ...]:
    """Return the integer inputs of each layer in the quantised network.

    Parameters
    ----------
    network : CrossbarNetwork
        Quantised; its devices and converters are taken as ideal.
    images : Array
        As the network takes them.

    Returns
    -------
    tuple of numpy.ndarray of integers, (rows, vectors)
        In the order of ``graph.linear_layers``: one row an input of the layer's matrix, those of its groups below each
        other; one column a vector that is multiplied, image by image, of a recurrent layer step by step.
    """
    found: list[list[Array]] = [[] for _ in network.layers]

    def multiply(linear: LinearLayer, x: Array, /) -> Array:
        for _, vectors in network.layers[linear.index].vectors(x):
            levels = to_numpy(vectors)
            found[linear.index].append(levels.reshape(-1, levels.shape[-1]).copy())
        product: Array = network.quantized.layers[linear.index].multiply(x)[0]
        return product

    execute(network.graph, images, multiply)
    return tuple(np.concatenate(parts, axis=1) for parts in found)
