"""How many trials to evaluate together.

One after the other, trials ask for the same steps again and again: on a device a batch of few images leaves most of it
idle, on a processor the steps of one or two images take longer to ask for than to carry out. Trials together share
them, and give the same results to the last bit, whoever else is there (:mod:`nnsreport.engine.crossbar.trials`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

import numpy as np

from nnsreport.configuration.schema import Configuration
from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import CrossbarNetwork, ReadNetwork
from nnsreport.engine.crossbar.replaying import inference_of
from nnsreport.execution.measurement import Whole
from nnsreport.execution.workload import Workload

_IMAGES_ON_A_PROCESSOR, _SMALL_BATCH = 16, 4
"""Of all trials in a batch, and of one: with more of them nothing is gained (docs/performance.md)."""
_VECTORS_ON_A_DEVICE = 1 << 16
"""Of all trials in a layer: 64 a thread block, several thread blocks on each multiprocessor of the largest devices."""
_MOST = 32
_BYTES_OF_CELLS = {"cpu": 256 << 20, "cuda": 8 << 30}
_BYTES_OF_A_CELL = 16
"""As programmed, as read, and as a kernel takes it."""


def trials_at_once(configuration: Configuration, workload: Workload, network: CrossbarNetwork) -> int:
    """Return how many trials to evaluate together.

    Parameters
    ----------
    configuration : Configuration
        Of the run.
    workload : Workload
        Network and images.
    network : CrossbarNetwork
        The network on crossbars.

    Returns
    -------
    int
        At least 1; more where batches are small, as far as tensors and cells stay within a fixed memory.
    """
    if configuration.neurosim.arithmetic != "none" or not network.layers:
        return 1
    kind, images = workload.backend.name, min(workload.batch_size, len(workload.test))
    if kind == "cpu":
        wanted = _IMAGES_ON_A_PROCESSOR // images if images <= _SMALL_BATCH else 1
    else:
        vectors = sum(shape.rows for shape in workload.shapes) / len(workload.shapes)
        wanted = math.ceil(_VECTORS_ON_A_DEVICE / (vectors * images))
    cells = _BYTES_OF_A_CELL * sum(layer.devices for layer in network.layers)
    fitting = min(workload.trials_that_fit(images), _BYTES_OF_CELLS[kind] // max(cells, 1))
    return max(1, min(wanted, fitting, _MOST))


class Tally:
    """Runs networks as read, several batches at a time, and counts their conversions.

    Parameters
    ----------
    networks : sequence of ReadNetwork
        That are evaluated together.
    """

    def __init__(self, networks: Sequence[ReadNetwork]) -> None:
        self._infer = inference_of(networks)
        self._counting = threading.Lock()
        shape = len(networks), len(networks[0].layers)
        self.conversions: Whole = np.zeros(shape, np.int64)
        self.saturated: Whole = np.zeros(shape, np.int64)

    def infer(self, inputs: Array, first: int) -> list[Array]:
        """Return the outputs of each network."""
        found = self._infer(inputs, first)
        with self._counting:
            self.conversions += [own.conversions for own in found]
            self.saturated += [own.saturated for own in found]
        return [own.outputs for own in found]
