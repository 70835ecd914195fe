"""What the numbers of a training are about that the wrapper always prints together."""

from __future__ import annotations

from functools import lru_cache

from nnsreport.parsers.columns import KeyBlock, MetricKey
from nnsreport.vocabulary import METRICS

NO_LAYER = (None,)
"""For numbers that are about no layer."""


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
