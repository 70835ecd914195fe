"""Reads what V1.0's wrapper for TensorFlow (``Inference_tensorflow/source/Inference.py``) prints.

It prints no flags but the source of ``Option.py``, and of its result the share of test images that are classified
wrongly. Written after the sources: there is no genuine output of it, as it needs Python 2 and TensorFlow 1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_OPTIONS = frozenset(
    {
        *("batchSize", "dataSet", "loadModel", "bitsW", "bitsA", "bitsG", "bitsE", "bitsR", "lr_schedule", "L2"),
        *("lossFunc", "GPU", "Notes", "debug", "saveModel", "optimizer", "seed"),
    }
)
_RESULT = re.compile(
    r"(?:Loading model from \S.*? \.\.\.)? ?(?:Finished )?Test Error: (0|0?\.\d+|[01]\.\d+|\d\.\d+e-\d\d) *"
)
_LABEL = "Test Error: "


@dataclass(frozen=True, slots=True)
class TensorFlowLine:
    """What one line tells.

    Attributes
    ----------
    option : tuple of (str, str) or None
        Name and value in ``Option.py``.
    accuracy : float or None
        As a fraction.
    """

    option: tuple[str, str] | None = None
    accuracy: float | None = None


def read_tensorflow_line(text: str) -> TensorFlowLine | None:
    """Read a line of the wrapper for TensorFlow.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    TensorFlowLine or None
        None when the line is something else; nothing in it when it seems to be a result but is not as it is printed.
    """
    if _LABEL in text:
        match = _RESULT.fullmatch(text)
        return TensorFlowLine(accuracy=_complement(match.group(1)) if match is not None else None)
    name, _, value = text.partition(" = ")
    value = value.partition("#")[0].strip()
    return TensorFlowLine(option=(name, value)) if name in _OPTIONS and value else None


def _complement(share: str) -> float | None:
    """Return 1 minus a share without the error of a binary subtraction."""
    try:
        value = 1 - Decimal(share)
    except InvalidOperation:
        return None
    return float(value) if 0 <= value <= 1 else None
