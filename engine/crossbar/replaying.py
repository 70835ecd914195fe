"""Networks as read, whose batches a device replays (:mod:`nnsreport.engine.cuda.graph`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.reading import Evaluated, Inference, ReadLayer, ReadNetwork, counters_for
from nnsreport.engine.crossbar.trials import ReadTrials
from nnsreport.engine.cuda.graph import Replayed

Infer: TypeAlias = Callable[[Array, int], tuple[Inference, ...]]
"""From a batch of images, and the number of the first in the data set, to what each network gives."""


def inference_of(networks: Sequence[ReadNetwork]) -> Infer:
    """Return what runs networks together, batch after batch.

    Parameters
    ----------
    networks : sequence of ReadNetwork
        At least one; of one :class:`nnsreport.engine.crossbar.CrossbarNetwork`.

    Returns
    -------
    callable
        As :meth:`ReadTrials.infer`; on a device batches of one shape are captured and replayed, where they can be. To
        be called from one thread at a time there.
    """
    trials = ReadTrials(tuple(networks))
    on_device = namespace_of(networks[0].layers[0].layer.weight.levels) is not np if networks[0].layers else False
    if on_device and all(type(layer) is ReadLayer for network in networks for layer in network.layers):
        return _ReplayedTrials(trials)
    return trials.infer


class _ReplayedTrials:
    """Runs networks together, and reads all counts of a batch at once."""

    def __init__(self, trials: ReadTrials) -> None:
        self._trials = trials
        self._replayed: Replayed[tuple[Evaluated, ...]] = Replayed(self._evaluate)

    def __call__(self, images: Array, first_image: int) -> tuple[Inference, ...]:
        (*outputs, counters), found = self._replayed(images, first_image)
        counted = counters.T.tolist()
        return tuple(
            replace(own, outputs=output).inference(numbers)
            for own, output, numbers in zip(found, outputs, counted, strict=True)
        )

    def _evaluate(self, images: Array, first_image: Array) -> tuple[Sequence[Array], tuple[Evaluated, ...]]:
        networks = self._trials.networks
        counters = counters_for(images, len(networks[0].layers), len(networks))
        assert counters is not None, "only devices replay"
        found = self._trials.evaluate(images, first_image, counters)
        return [*(own.outputs for own in found), counters], found
