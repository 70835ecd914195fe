"""Lines of NeuroSim's wrapper that hold several numbers, each by itself."""

from __future__ import annotations

import re
from typing import NamedTuple

_RESULT = re.compile(
    r"Test set: Average loss: (-?(?:\d+\.\d{4}|inf|nan)), Accuracy: (\d+)/(\d+) \((\d+)%\) *",
)
_INITIAL_WEIGHTS = re.compile(
    r"fan_in +(\d+), float_limit (\d+\.\d{6}),(?: float std (\d+\.\d{6}),)? "
    r"quant limit (\d+(?:\.\d+)?(?:e-\d{2})?), scale (\d+(?:\.\d+)?(?:e-\d{2})?) *"
)
RESULT_START = "Test set: "
INITIAL_WEIGHTS_START = "fan_in "


class Result(NamedTuple):
    """What a test found; the fields are canonical names of metrics, in the order in which they are filed."""

    accuracy: float
    correct_images: float
    test_images: float
    test_loss: float


class InitialWeights(NamedTuple):
    """How the weights of a layer are drawn; likewise. V1.0, V1.2 and V2 do not print the standard deviation."""

    fan_in: float
    weight_float_limit: float
    weight_float_std: float | None
    weight_quantization_limit: float
    weight_scale: float


def read_result(text: str) -> Result | None:
    """Read the result of a test.

    Parameters
    ----------
    text : str
        The line.

    Returns
    -------
    Result or None
        None when the line is not exactly as printed, or its percentage is not that of its images.
    """
    match = _RESULT.fullmatch(text)
    if match is None:
        return None
    loss, correct, total, percent = float(match.group(1)), *map(int, match.group(2, 3, 4))
    if not 0 <= correct <= total or not total or not -0.51 <= 100 * correct / total - percent < 1:
        return None  # PyTorch up to 1.2 rounds the percentage down
    return Result(correct / total, float(correct), float(total), loss)


def read_initial_weights(text: str) -> InitialWeights | None:
    """Read how the weights of a layer are drawn.

    Parameters
    ----------
    text : str
        The line.

    Returns
    -------
    InitialWeights or None
        None when the line is not exactly as printed.
    """
    match = _INITIAL_WEIGHTS.fullmatch(text)
    if match is None:
        return None
    fan_in, float_limit, std, quantization_limit, scale = match.groups()
    return InitialWeights(
        float(fan_in), float(float_limit), None if std is None else float(std), float(quantization_limit), float(scale)
    )
