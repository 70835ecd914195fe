"""Networks as read, whose batches a device replays (:mod:`nnsreport.engine.cuda.graph`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.clipping import Count
from nnsreport.engine.crossbar.reading import Evaluated, Inference, ReadLayer, ReadNetwork
from nnsreport.engine.crossbar.trials import ReadTrials
from nnsreport.engine.cuda.graph import Replayed

Infer: TypeAlias = Callable[[Array, int], tuple[Inference, ...]]
"""From a batch of images, and the number of the first in the data set, to what each network gives."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """What a batch counts, where it is known from the shape of its images.

    Attributes
    ----------
    conversions : tuple of int
        Of each layer.
    clipped : tuple of int or None
        Likewise; None where a device counts.
    """

    conversions: tuple[int, ...]
    clipped: tuple[int | None, ...]


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
        self._replayed: Replayed[tuple[_Counts, ...]] = Replayed(self._evaluate)

    def __call__(self, images: Array, first_image: int) -> tuple[Inference, ...]:
        arrays, counts = self._replayed(images, first_image)
        *outputs, clipped = arrays
        numbers = iter(clipped.tolist())
        return tuple(
            Inference(
                output,
                own.conversions,
                tuple(next(numbers) if number is None else number for number in own.clipped),
            )
            for output, own in zip(outputs, counts, strict=True)
        )

    def _evaluate(self, images: Array, first_image: Array) -> tuple[Sequence[Array], tuple[_Counts, ...]]:
        found = self._trials.evaluate(images, first_image)
        xp = namespace_of(images)
        counted = [count for own in found for count in own.clipped if not isinstance(count, int)]
        clipped = xp.stack(counted) if counted else xp.zeros(0, dtype=xp.int64)
        return [*(own.outputs for own in found), clipped], tuple(map(_counts, found))


def _counts(found: Evaluated) -> _Counts:
    def known(count: Count) -> int | None:
        return count if isinstance(count, int) else None

    return _Counts(found.conversions, tuple(map(known, found.clipped)))
