"""Cells of the Python wrapper of NeuroSim V1.4: digits of weights, retention, on/off ratio and variation.

Source: DNN+NeuroSim V1.4, ``Inference_pytorch/modules/quantization_cpu_np_infer.py`` (``QConv2d``) and
``utee/wage_quantizer.py`` (``Retention``).
"""

from __future__ import annotations

from collections.abc import Iterator

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.peers.wrapper_options import Call, Draws, Flags


def retained(levels: Array, flags: Flags, directions: Array, covers_layer: bool) -> Array:
    """Return levels after the retention time.

    Parameters
    ----------
    levels : Array of float32, (groups, rows, N)
        Of the cells of one block.
    flags : Flags
        ``t``, ``v``.
    directions : Array of float32, of the same shape
        -1, 0 or 1.
    covers_layer : bool
        Whether the block is all there is: the wrapper's function sees the whole layer, other blocks as zeros.

    Returns
    -------
    Array of float32
        ``clip((x + 1) * t^(v * direction) - 1, least, greatest)``.
    """
    xp = namespace_of(levels)
    low, high = _extent(levels, covers_layer)
    up, down = xp.float32(flags.t**flags.v), xp.float32(flags.t**-flags.v)
    ratio = xp.where(directions > 0, up, xp.where(directions < 0, down, xp.float32(1)))
    halved = (levels + xp.float32(1)) / xp.float32(2)
    kept: Array = xp.clip(xp.float32(2) * halved * ratio - xp.float32(1), low, high)
    return kept


def towards(levels: Array, target: float, covers_layer: bool) -> Array:
    """Return the direction to a target.

    Parameters
    ----------
    levels : Array of float32
        Of the cells of one block.
    target : float
        Fraction of the range of levels.
    covers_layer : bool
        Whether the block is all there is.

    Returns
    -------
    Array of float32
        1 below the target, -1 above it, 0 at it.
    """
    xp = namespace_of(levels)
    low, high = _extent(levels, covers_layer)
    goal = xp.float32(((high - low) * target + 1.0) / 2.0)
    directions: Array = xp.sign(goal - (levels + xp.float32(1)) / xp.float32(2))
    return directions


def _extent(levels: Array, covers_layer: bool) -> tuple[float, float]:
    low, high = float(levels.min()), float(levels.max())
    return (low, high) if covers_layer else (min(low, 0.0), max(high, 0.0))


def cells_of(digits: Array, flags: Flags, draws: Draws, call: Call, covers_layer: bool) -> Iterator[Array]:
    """Yield the conductances of each slice of a block of weights.

    Parameters
    ----------
    digits : Array of float32, (groups, rows, N)
        Weights as whole numbers from 0 to 2^wl_weight - 1.
    flags : Flags
        Cells, on/off ratio, retention, variation.
    draws : Draws
        Random numbers.
    call : Call
        Which product; the slice is filled in.
    covers_layer : bool
        Whether the block is all there is.

    Yields
    ------
    Array of float32, (groups, rows, N)
        Least significant slice first, in steps between levels times ``1 - 1/onoffratio``.
    """
    xp = namespace_of(digits)
    levels = xp.float32(2**flags.cell_bit)
    lowest = 1.0 / flags.onoffratio
    for index in range(flags.slices):
        here = call._replace(slice=index)
        digit = xp.fmod(digits, levels)
        kept = drifted(digit, flags, draws, here, covers_layer)
        digits = xp.rint((digits - (kept if flags.drift_spreads else digit)) / levels)
        cells = xp.float32(1.0 - lowest) * kept + xp.float32((2**flags.cell_bit - 1) * lowest)
        if flags.vari > 0.0:
            cells = cells + cells * (draws.normals(here, digit) * xp.float32(flags.vari))
        yield cells


def drifted(levels: Array, flags: Flags, draws: Draws, call: Call, covers_layer: bool) -> Array:
    """Return levels after the retention time, in the directions that the options say.

    Parameters
    ----------
    levels : Array of float32, (groups, rows, N)
        Of the cells of one block.
    flags : Flags
        Retention.
    draws : Draws
        Directions, where they are random.
    call : Call
        Which product.
    covers_layer : bool
        Whether the block is all there is.

    Returns
    -------
    Array of float32, (groups, rows, N)
        As they were without drift.
    """
    if not flags.v > 0.0:
        return levels
    if flags.detect == 1:
        directions = towards(levels, flags.target, covers_layer)
    else:
        directions = draws.directions(call, levels)
    return retained(levels, flags, directions, covers_layer)
