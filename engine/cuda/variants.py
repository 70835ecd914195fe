"""Which variant of the kernel sums up exactly enough, and leaves out most."""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of, to_numpy
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.inputs import InputCoding, InputSigns
from nnsreport.engine.cuda.shapes import KernelShape

_LEAST_CAPABILITY_OF_BYTES, _LEAST_CAPABILITY_OF_LANES = 72, 80
_LARGEST_BYTE, _LARGEST_UNSIGNED_BYTE = 127, 255
_LARGEST_WHOLE_HALF = 2048
_LARGEST_PULSE = 2047
_LARGEST_ROOT = 45
"""Of a square that one half holds exactly."""
_LARGEST_SUM = 2**22
_BITS_OF_BYTE, _BITS_OF_HALF = 8, 16
_BITS_OF_SUBNORMAL_HALF = 10
_MOST_TILES = 65535
_ROUNDING_OF_SUMS = 2.0**-16
"""What sums in single precision may exceed exact ones by, relatively: more than any order of rounding makes of them."""


def kernel_shape(
    cells: Array,
    blocks: tuple[slice, ...],
    cycles: InputCoding,
    converter: UniformConverter,
    *,
    is_noisy: bool,
    capability: int,
) -> KernelShape | None:
    """Return the variant that sums up exactly enough.

    Parameters
    ----------
    cells : Array of float32, (groups, lines, K)
        In level units, slice by slice.
    blocks : tuple of slice
        Rows K read together.
    cycles : InputCoding
        How activations are applied.
    converter : UniformConverter
        What sums go to.
    is_noisy : bool
        Reads have noise.
    capability : int
        Of the device, such as 90.

    Returns
    -------
    KernelShape or None
        None where a pulse needs more bits than a half has, or the kernel has no place for so many bits or lines.
    """
    top, groups = max(cycles.tops), cells.shape[0]
    if top > _LARGEST_PULSE or level_bits(cycles) > _BITS_OF_HALF or max(groups, cells.shape[1]) > _MOST_TILES:
        return None
    xp = namespace_of(cells)
    largest = float(xp.abs(cells).max()) if cells.size else 0.0
    is_whole = largest <= _LARGEST_WHOLE_HALF and bool((cells == xp.rint(cells)).all())
    longest = max(block.stop - block.start for block in blocks)
    is_laned = capability >= _LEAST_CAPABILITY_OF_LANES
    largest_pulse = _LARGEST_UNSIGNED_BYTE if is_laned else _LARGEST_BYTE
    fits_bytes = largest <= _LARGEST_BYTE and top <= largest_pulse and longest * largest * top <= _LARGEST_SUM
    is_bytes = capability >= _LEAST_CAPABILITY_OF_BYTES and is_whole and not is_noisy
    is_bytes = is_bytes and fits_bytes and _levels_are_bytes(cycles)
    return KernelShape(
        is_bytes,
        1 if is_whole else 2,
        0 if not is_noisy else 1 if top <= _LARGEST_ROOT else 2,
        cycles.count > 1,
        is_laned,
        is_laned if is_bytes else _digits_may_stay(cycles, is_noisy),
        is_noisy or _may_clip(cells, blocks, cycles, converter),
    )


def level_bits(cycles: InputCoding) -> int:
    """Return the bits of a level, its sign's included.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    int
        Of two's complement, or of a magnitude and a sign.
    """
    return cycles.digits.bits + (cycles.signs is not InputSigns.UNSIGNED)


def has_sign_apart(cycles: InputCoding) -> bool:
    """Return whether levels are taken as magnitude and sign.

    Parameters
    ----------
    cycles : InputCoding
        How activations are applied.

    Returns
    -------
    bool
        Else as two's complement, or without a sign.
    """
    return cycles.signs in (InputSigns.BIPOLAR, InputSigns.TWO_PASSES)


def _levels_are_bytes(cycles: InputCoding) -> bool:
    return not has_sign_apart(cycles) and level_bits(cycles) <= _BITS_OF_BYTE


def _digits_may_stay(cycles: InputCoding, is_noisy: bool) -> bool:
    """Return whether digits of halves need not be moved: all bits are those of subnormal ones, and their own squares.

    The sign of a bipolar pulse is that of a half; its square would have none.
    """
    bits = cycles.digits.bits + (cycles.signs is InputSigns.TWOS_COMPLEMENT)
    if bits > _BITS_OF_SUBNORMAL_HALF or cycles.signs is InputSigns.TWO_PASSES:
        return False
    return not is_noisy or (max(cycles.tops) == 1 and cycles.signs is not InputSigns.BIPOLAR)


def _may_clip(cells: Array, blocks: tuple[slice, ...], cycles: InputCoding, converter: UniformConverter) -> bool:
    """Return whether any sum may lie outside the converter's range, whatever the pulses are."""
    if not cells.size:
        return True
    xp = namespace_of(cells)
    slices = len(converter.steps)
    by_slice = cells.reshape(cells.shape[0], slices, -1, cells.shape[2])
    reach = xp.zeros((2, slices), dtype=xp.float64)
    for block in blocks:
        own = by_slice[..., block]
        above, below = (
            part.sum(axis=3, dtype=xp.float64).max(axis=(0, 2)) for part in (xp.maximum(own, 0), xp.maximum(-own, 0))
        )
        if cycles.has_negative_pulses:
            above = below = xp.abs(own).sum(axis=3, dtype=xp.float64).max(axis=(0, 2))
        reach = xp.maximum(reach, xp.stack([above, below]))
    greatest = to_numpy(reach) * max(cycles.tops) * (1.0 + _ROUNDING_OF_SUMS)
    return any(
        above >= (converter.high + 0.5) * step or below >= (0.5 - converter.low) * step
        for above, below, step in zip(*greatest.tolist(), converter.steps, strict=True)
    )
