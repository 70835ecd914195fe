"""Counter-based random numbers: Philox4x32-10, the same on CPU and GPU and in any order of evaluation.

Element ``i`` of a stream depends on the stream's identity and on ``i`` alone, never on the shape that was asked
for. The generator's integers are identical everywhere; the logarithm and cosine of a normal may differ in the last
bits between NumPy, CUDA and the loops in C.

Source: J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011, doi:10.1145/2063384.2063405.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from types import ModuleType
from typing import TypeAlias

import numpy as np

from nnsreport.engine import native
from nnsreport.engine.backend import Array
from nnsreport.errors import ConfigurationError

Words: TypeAlias = tuple[Array, Array, Array, Array]
"""Four arrays of one shape, uint64, each element below 2^32."""

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_KEY_INCREMENTS = (0x9E3779B9, 0xBB67AE85)  # golden ratio and sqrt(3) - 1, as in Salmon et al.
_ROUNDS = 10
_MASK = 0xFFFFFFFF
_WORD = np.uint64(32)
_LOW = np.uint64(_MASK)
_TO_53_BITS = np.uint64(11)
_SEED_LIMIT = 2**64
_WORDS = 4
_COLUMN_BITS = 40
# Blocks generated at a time: the working set stays in a processor's cache, and fills a GPU.
_BLOCKS_IN_CACHE = 1 << 13
_BLOCKS_ON_DEVICE = 1 << 22


class Purpose(IntEnum):
    """What a stream's numbers are used for; part of its identity."""

    PROGRAMMING = 1
    DRIFT = 2
    READ = 3
    VARIATION = 6
    FAULT = 7
    CONVERTER_ERROR = 13
    TRANSFER_NOISE = 14
    CONVERTER_CAPACITOR = 15
    CONVERTER_COMPARATOR = 16
    CONVERTER_RAMP = 17
    CONVERSION_NOISE = 18
    WHITE_READ_NOISE = 19
    SRAM_CELL = 20
    SRAM_PULSE = 21
    SRAM_EVALUATION = 22
    NEUROSIM_VARIATION = 30
    NEUROSIM_DRIFT = 31


@dataclass(frozen=True, slots=True)
class Stream:
    """One sequence of random numbers.

    Attributes
    ----------
    key : tuple of int
        The two 32-bit key words of Philox.
    high : tuple of int
        The upper two counter words; the lower two count blocks of four words.
    """

    key: tuple[int, int]
    high: tuple[int, int]


def philox4x32(counter: Words, key: tuple[int, int]) -> Words:
    """Return the Philox4x32-10 blocks of counters.

    Parameters
    ----------
    counter : four arrays of uint64
        The counter's words, least significant first, each below 2^32.
    key : tuple of int
        The key's two words.

    Returns
    -------
    four arrays of uint64
        The block's words, each below 2^32.
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        product0, product1 = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c2 = product1 >> _WORD, product0 >> _WORD
        c0 ^= c1
        c0 ^= np.uint64(k0)
        c2 ^= c3
        c2 ^= np.uint64(k1)
        product1 &= _LOW
        product0 &= _LOW
        c1, c3 = product1, product0
        k0, k1 = (k0 + _KEY_INCREMENTS[0]) & _MASK, (k1 + _KEY_INCREMENTS[1]) & _MASK
    return c0, c1, c2, c3


def stream(seed: int, *identity: int) -> Stream:
    """Return the stream of an identity.

    The identity's words are absorbed one after the other by Philox itself, so that streams of different
    identities share neither key nor counters (but for a chance of 2^-128 a pair).

    Parameters
    ----------
    seed : int
        Below 2^64.
    *identity : int
        What tells the stream from others of the seed; each below 2^64.

    Returns
    -------
    Stream
        Equal for equal arguments.

    Raises
    ------
    ConfigurationError
        The seed is negative or too large.
    """
    if not 0 <= seed < _SEED_LIMIT:
        raise ConfigurationError(f"is {seed}", field="seed", remedy="use a whole number from 0 to 2^64 - 1")
    key, high = (seed & _MASK, seed >> 32), (0, 0)
    for position, word in enumerate(identity, start=1):
        block = _block((word & _MASK, word >> 32 & _MASK, high[0] ^ position, high[1]), key)
        key, high = (block[0], block[1]), (block[2], block[3])
    return Stream(key, high)


def device_stream(
    seed: int, trial: int, layer: int, purpose: Purpose, time_s: float | None = None, *occasion: int
) -> Stream:
    """Return the stream that one layer's devices draw from.

    Parameters
    ----------
    seed : int
        Of the run, below 2^64.
    trial : int
        Which programming draw.
    layer : int
        The layer's index in its network.
    purpose : Purpose
        Which effect.
    time_s : float, optional
        Evaluation time in seconds of effects that are drawn anew at each time. The time itself is part of the
        identity, so the draw does not depend on which other times are evaluated.
    *occasion : int
        What else tells one draw from another, such as the step of a recurrent layer.

    Returns
    -------
    Stream
        Equal for equal arguments.
    """
    words = [trial, layer, int(purpose)]
    if time_s is not None:
        words.append(struct.unpack("<Q", struct.pack("<d", time_s + 0.0))[0])  # + 0.0 makes -0.0 positive
    return stream(seed, *words, *occasion)


def uniforms(source: Stream, shape: tuple[int, ...], xp: ModuleType, first: int = 0) -> Array:
    """Return numbers uniform in [0, 1).

    Parameters
    ----------
    source : Stream
        Where they come from.
    shape : tuple of int
        Of the result, filled in C order.
    xp : module
        Array namespace.
    first : int
        Element of the stream to begin with; even.

    Returns
    -------
    Array of float64
        Multiples of 2^-53.
    """
    result: Array = xp.empty(math.prod(shape), dtype=xp.float64)
    for begin, even, odd in _uniform_pairs(source, result.size, xp, first):
        _interleave(result[begin : begin + 2 * even.size], even, odd)
    return result.reshape(shape)


def normals(source: Stream, shape: tuple[int, ...], xp: ModuleType, first: int = 0) -> Array:
    """Return standard normal numbers.

    Parameters
    ----------
    source : Stream
        Where they come from.
    shape : tuple of int
        Of the result, filled in C order.
    xp : module
        Array namespace.
    first : int
        Element of the stream to begin with; even.

    Returns
    -------
    Array of float64
        Of magnitudes up to 8.6.

    Notes
    -----
    G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29, 610 (1958), from uniforms of 53 bits.
    """
    result: Array = xp.empty(math.prod(shape), dtype=xp.float64)
    for begin, even, odd in _uniform_pairs(source, result.size, xp, first):
        radius = xp.sqrt(-2.0 * xp.log(1.0 - even))  # 1 - u is in (0, 1]
        angle = odd * (2.0 * math.pi)
        _interleave(result[begin : begin + 2 * even.size], radius * xp.cos(angle), radius * xp.sin(angle))
    return result.reshape(shape)


def normal_rows(source: Stream, rows: int, columns: Array, xp: ModuleType, first_row: int = 0) -> Array:
    """Return standard normal numbers of a table of which any columns may be asked for.

    Four rows share a block of the generator, so that this is fast for whatever columns, and neither their order nor
    their neighbours matter.

    Parameters
    ----------
    source : Stream
        Where they come from.
    rows : int
        Of the result.
    columns : Array of integers, (m,)
        Numbers of the columns, from 0 to 2^40 - 1, in the backend's memory.
    xp : module
        Array namespace.
    first_row : int
        Row of the table to begin with; a multiple of 4, below 2^26.

    Returns
    -------
    Array of float32, (rows, m)
        Of magnitudes up to 6.8, from uniforms of 24 bits: noise that is drawn for every conversion.

    Notes
    -----
    Box and Muller's transform, as in :func:`normals`, in float32.
    """
    assert first_row % _WORDS == 0, "a block makes numbers of four rows"
    blocks = -(-rows // _WORDS)
    result: Array = xp.empty((blocks, _WORDS, columns.size), dtype=xp.float32)
    if native.normal_rows is not None and xp is np:
        columns = np.ascontiguousarray(columns, dtype=np.int64)
        native.normal_rows(result, columns, blocks, first_row // _WORDS, source.key, source.high)
        return result.reshape(blocks * _WORDS, -1)[:rows]
    step = max(1, (_BLOCKS_ON_DEVICE if xp is not np else _BLOCKS_IN_CACHE) // max(columns.size, 1))
    for begin in range(0, blocks, step):
        part = result[begin : begin + step]
        row = xp.arange(begin, begin + part.shape[0], dtype=xp.uint64) + np.uint64(first_row // _WORDS)
        index = (row << np.uint64(_COLUMN_BITS))[:, None] | columns.astype(xp.uint64)[None]
        high = [xp.full(index.shape, word, dtype=xp.uint64) for word in source.high]
        words = philox4x32((index & _LOW, index >> _WORD, *high), source.key)
        for pair in (0, 2):
            uniform = (words[pair].astype(xp.float32) + xp.float32(0.5)) * xp.float32(2.0**-32)
            radius = xp.sqrt(xp.float32(-2.0) * xp.log(uniform))
            angle = words[pair + 1].astype(xp.float32) * xp.float32(2.0**-31 * math.pi)
            part[:, pair] = radius * xp.cos(angle)
            part[:, pair + 1] = radius * xp.sin(angle)
    return result.reshape(blocks * _WORDS, -1)[:rows]


def _uniform_pairs(source: Stream, count: int, xp: ModuleType, first: int) -> Iterator[tuple[int, Array, Array]]:
    """Yield (position in the result, even elements, odd elements), a part of the stream at a time."""
    assert first % 2 == 0, "a block makes two numbers"
    blocks = (count + 1) // 2
    step = _BLOCKS_ON_DEVICE if xp is not np else _BLOCKS_IN_CACHE
    for begin in range(0, blocks, step):
        index = xp.arange(first // 2 + begin, first // 2 + min(begin + step, blocks), dtype=xp.uint64)
        high = [xp.full(index.shape, word, dtype=xp.uint64) for word in source.high]
        words = philox4x32((index & _LOW, index >> _WORD, *high), source.key)
        yield 2 * begin, _unit_interval(words[0], words[1], xp), _unit_interval(words[2], words[3], xp)


def _unit_interval(low: Array, high: Array, xp: ModuleType) -> Array:
    bits: Array = (high << _WORD | low) >> _TO_53_BITS
    return bits.astype(xp.float64) * 2.0**-53


def _interleave(result: Array, even: Array, odd: Array) -> None:
    """Fill a result, which may lack the last odd element."""
    result[0::2] = even
    result[1::2] = odd[: result.size // 2]


def _block(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    c0, c1, c2, c3 = philox4x32(tuple(np.array([word], dtype=np.uint64) for word in counter), key)  # type: ignore[arg-type]
    return int(c0[0]), int(c1[0]), int(c2[0]), int(c3[0])
