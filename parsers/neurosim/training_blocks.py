"""What the numbers of a training are about that the wrapper always prints together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nnsreport.parsers.columns import KeyBlock, MetricKey
from nnsreport.vocabulary import METRICS

NO_LAYER = (None,)
"""For numbers that are about no layer."""
BATCH_METRICS = ("train_loss", "train_accuracy", "learning_rate")
TIME_METRICS = ("elapsed_time", "epoch_time", "batch_time", "expected_time")


@lru_cache(maxsize=64)
def block_of(scope: str, layers: tuple[str | None, ...], metrics: tuple[str, ...]) -> KeyBlock:
    """Return what numbers are about: one metric after the other, each of all layers.

    Parameters
    ----------
    scope : str
        One of :class:`nnsreport.vocabulary.Scope`.
    layers : tuple of str or None
        Names.
    metrics : tuple of str
        Canonical names.

    Returns
    -------
    KeyBlock
        The same object for the same arguments, as long as they come often.
    """
    import numpy as np

    keys = tuple(MetricKey(scope, layer, None, metric, METRICS[metric].unit) for metric in metrics for layer in layers)
    return KeyBlock(keys, np.arange(len(keys), dtype=np.int64), frozenset(key[:4] for key in keys))


def joined(blocks: Sequence[KeyBlock]) -> KeyBlock:
    """Return what the numbers of several blocks are about, one block after the other."""
    import numpy as np

    numbered: dict[MetricKey, int] = {}
    kinds = [numbered.setdefault(key, len(numbered)) for block in blocks for key in block.keys]
    keys = tuple(numbered)
    return KeyBlock(keys, np.array(kinds, dtype=np.int64), frozenset(key[:4] for key in keys))
