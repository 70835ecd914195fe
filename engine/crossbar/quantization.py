"""Real numbers to integers: symmetric weights, unsigned or signed activations, rounding half to even."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.settings import WeightSettings
from nnsreport.engine.network.geometry import Padding, pad_spatial

_AXES = 4
_BITS_OF_A_BYTE = 8


@dataclass(frozen=True, slots=True)
class QuantizedWeight:
    """A layer's weights as integers.

    Attributes
    ----------
    levels : Array of int32, (groups, N, K)
        Magnitudes up to 2^(bits-1) - 1; one row for each column of the crossbar.
    scale : Array of float32, (groups, N)
        ``weight = scale * level``; all equal for the granularity ``tensor``.
    """

    levels: Array
    scale: Array


@dataclass(frozen=True, slots=True)
class ActivationQuantizer:
    """Quantisation of one layer's input.

    Attributes
    ----------
    bits : int
        Of an activation.
    scale : float
        ``activation = scale * level``.
    signed : bool
        Levels lie in -(2^(bits-1) - 1) to 2^(bits-1) - 1, else in 0 to 2^bits - 1.
    """

    bits: int
    scale: float
    signed: bool
    _bounds: tuple[float, int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare what the loops in C ask for with every batch: scale in float32, least and greatest level."""
        bounds = float(np.float32(self.scale)), -self.top if self.signed else 0, self.top
        object.__setattr__(self, "_bounds", bounds)

    @property
    def magnitude_bits(self) -> int:
        """Bits of the largest magnitude."""
        return self.bits - 1 if self.signed else self.bits

    @property
    def top(self) -> int:
        """Largest level."""
        return (1 << self.magnitude_bits) - 1

    @property
    def dtype(self) -> str:
        """Name of the narrowest integer type that holds the levels."""
        return ("int" if self.signed else "uint") + ("8" if self.bits <= 8 else "16")

    def quantize(self, x: Array) -> Array:
        """Return the nearest levels.

        Parameters
        ----------
        x : Array of float32
            Activations; the quotient ``x / scale`` is rounded half to even in float32, then clipped.

        Returns
        -------
        Array of :attr:`dtype`
            In the memory order of ``x``.
        """
        xp = namespace_of(x)
        by_loop = self._quantized_by_loop(x) if xp is np else None
        if by_loop is not None:
            return by_loop
        scale, low, top = self._bounds
        levels = xp.true_divide(x, xp.float32(scale), dtype=xp.float32)
        xp.rint(levels, out=levels)
        xp.clip(levels, low, top, out=levels)
        result: Array = levels.astype(self.dtype)
        return result

    def _has_loop(self, x: Array) -> bool:
        return native.quantize is not None and x.dtype == np.float32 and x.size > 0 and self.bits <= _BITS_OF_A_BYTE

    def _quantized_by_loop(self, x: Array) -> Array | None:
        """Return levels from the loops in C: None where there are none, or numbers are not, or lie apart."""
        if native.quantize is None or not self._has_loop(x):
            return None
        axes = sorted(range(x.ndim), key=lambda axis: -x.strides[axis])
        numbers = x.transpose(axes)
        if not numbers.flags.c_contiguous:
            return None
        levels: Array = np.empty(numbers.shape, self.dtype)
        sizes, steps = (1, 1, 1, x.size), (x.size,) * 3
        are_numbers = native.quantize(levels, numbers, sizes, steps, steps, 0, *self._bounds)
        return levels.transpose(np.argsort(axes)) if are_numbers else None

    def quantize_padded(self, x: Array, padding: Padding) -> Array:
        """Return the nearest levels of images with zeros around them.

        Parameters
        ----------
        x : numpy.ndarray of float32, (images, channels, *spatial)
            Activations.
        padding : Padding
            Zeros before and after each spatial axis.

        Returns
        -------
        numpy.ndarray of :attr:`dtype`, (channels, images, *spatial)
            Contiguous.
        """
        loop = native.quantize
        if loop is not None and self._has_loop(x) and x.ndim == _AXES:
            numbers = x.swapaxes(0, 1)
            # Where channels are outermost in memory, as layers leave them, nothing is copied.
            numbers = numbers if numbers.flags.c_contiguous else np.ascontiguousarray(numbers)
            channels, images, height, width = numbers.shape
            (above, left), (below, right) = padding
            shape = (channels, images, above + height + below, left + width + right)
            levels: Array = (np.empty if padding.is_empty else np.zeros)(shape, self.dtype)
            steps = (images * height * width, height * width, width)
            first = above * shape[3] + left
            if loop(levels, numbers, numbers.shape, steps, levels.strides[:3], first, *self._bounds):
                return levels
        padded: Array = pad_spatial(self.quantize(x), padding, 0, channels_first=True)
        return np.ascontiguousarray(padded.swapaxes(0, 1))


def activation_scale(limit: float, bits: int, signed: bool) -> float:
    """Return the scale that maps a range onto the levels.

    Parameters
    ----------
    limit : float
        Magnitude where activations clip; zero for a layer that only ever sees zeros.
    bits : int
        Of an activation.
    signed : bool
        Whether negative activations occur.

    Returns
    -------
    float
        Step between levels.
    """
    return (limit or 1.0) / ActivationQuantizer(bits, 1.0, signed).top


def quantize_weight(weight: Array, settings: WeightSettings) -> QuantizedWeight:
    """Quantise a layer's weights symmetrically, with their largest magnitude at the highest level.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        As in the network.
    settings : WeightSettings
        Bits and granularity.

    Returns
    -------
    QuantizedWeight
        Of the backend of ``weight``. Weights that are all zero get the scale of a largest weight of 1.
    """
    xp = namespace_of(weight)
    columns = weight.swapaxes(1, 2).astype(xp.float64)
    largest = xp.abs(columns).max(axis=2, keepdims=True)
    if settings.granularity == "tensor":
        largest = xp.broadcast_to(largest.max(), largest.shape)
    scale = xp.where(largest > 0, largest, 1.0) / (2 ** (settings.bits - 1) - 1)
    levels = xp.rint(columns / scale).astype(xp.int32)
    return QuantizedWeight(xp.ascontiguousarray(levels), scale[..., 0].astype(xp.float32))
