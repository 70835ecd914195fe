"""Quantisation of WAGE as the Python wrapper of NeuroSim V1.4 has it, operation by operation in float32.

Source: DNN+NeuroSim V1.4, ``Inference_pytorch/utee/wage_quantizer.py`` (``Q``, ``LinearQuantizeOut``) and
``utee/wage_initializer.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of

# Q leaves numbers of more bits as they are.
_MOST_ROUNDED_BITS = 15


@dataclass(frozen=True, slots=True)
class BatchRange:
    """The wrapper's ADC, ``LinearQuantizeOut``: its range is that of the numbers it is given.

    Attributes
    ----------
    bits : int
        ``ADCprecision``.
    """

    bits: int

    def convert(self, sums: Array, slice_index: int) -> Array:  # noqa: ARG002 (every call has a range of its own)
        """Return sums rounded down to multiples of a step above the least of them.

        Parameters
        ----------
        sums : Array of float32
            Of all images of a batch, all positions and all columns.
        slice_index : int
            Of no effect.

        Returns
        -------
        Array of float32
            ``clip(floor((x - min) / step), 0, 2^bits - 1) * step + min``.
        """
        low = sums.min()
        return rounded_down(sums, float(low), float(sums.max() - low), self.bits)


def rounded_down(sums: Array, low: float, width: float, bits: int) -> Array:
    """Return sums as NeuroSim's linear ADC delivers them.

    Parameters
    ----------
    sums : Array of float32
        Before conversion.
    low, width : float
        Lower end and width of the range; nothing is converted where the width is 0.
    bits : int
        Resolution.

    Returns
    -------
    Array of float32
        ``clip(floor((x - low) / step), 0, 2^bits - 1) * step + low`` with ``step = width / 2^bits``.
    """
    if not width > 0.0:
        return sums
    xp = namespace_of(sums)
    step = xp.float32(width * 2.0**-bits)
    codes = xp.clip(xp.floor((sums - xp.float32(low)) / step), 0.0, 2.0**bits - 1.0)
    converted: Array = codes * step + xp.float32(low)
    return converted


def wage_scale(inputs: int, bits: int) -> float:
    """Return the power of two by which WAGE divides a layer's output.

    Parameters
    ----------
    inputs : int
        Weights of one output (``fan_in``).
    bits : int
        Of a weight.

    Returns
    -------
    float
        ``wage_init_`` with a factor of 1.
    """
    limit = (1.0 - 2.0 ** (1 - bits)) if bits > 2 else 0.75
    return float(2.0 ** math.ceil(math.log2(limit / math.sqrt(3.0) / math.sqrt(3.0 / inputs))))


def quantized_weights(weight: Array, bits: int) -> Array:
    """Return weights on the wrapper's grid, with the rounding errors of its detour.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    bits : int
        ``wl_weight``.

    Returns
    -------
    Array of float32, (groups, K, N)
        ``round(w * 2^(bits-1)) / 2^(bits-1)``.
    """
    xp = namespace_of(weight)
    scale = xp.float32(wage_scale(weight.shape[1], bits))
    detour = weight * scale + (weight - weight * scale)
    result: Array = detour + (grid(detour, bits) - detour)
    return result


def grid(numbers: Array, bits: int) -> Array:
    """Return numbers as WAGE's ``Q`` rounds them.

    Parameters
    ----------
    numbers : Array of float32
        Any.
    bits : int
        Sign included; at least 2.

    Returns
    -------
    Array of float32
        Multiples of 2^(1 - bits); unchanged for more than 15 bits.
    """
    xp = namespace_of(numbers)
    if bits > _MOST_ROUNDED_BITS:
        return numbers
    steps = xp.float32(2.0 ** (bits - 1))
    rounded: Array = xp.rint(numbers * steps) / steps
    return rounded
