"""Words of a compute memory on arrays: pulses of binary weight, charge summed on a line for each sign.

Source: S. K. Gonugondla et al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, the CM architecture.
"""

from __future__ import annotations

from collections.abc import Iterator

from nnsreport.engine.backend import Array, namespace_of


def read_words(words: Array, bits: int, relative_std: float, limit: float, deviates: Array | None) -> Array:
    """Return what words discharge their bit lines by.

    Parameters
    ----------
    words : Array of integers
        Signed, of magnitude below 2^bits.
    bits : int
        Of the magnitude.
    relative_std : float
        Standard deviation of a cell's current, over the current.
    limit : float
        Headroom, in unit discharges (k_h).
    deviates : Array of float32, (bits, ...), or None
        Standard normal, one for each cell of each word, least significant first; None for nominal cells.

    Returns
    -------
    Array of float32, as ``words``
        ``sign * min(sum of 2^i bit_i (1 + relative_std * deviate_i), limit)``.
    """
    xp = namespace_of(words)
    discharge = xp.zeros(words.shape, dtype=xp.float32)
    for index, bit in _magnitude_bits(words, bits):
        cell = bit if deviates is None else bit * (1.0 + xp.float32(relative_std) * deviates[index])
        discharge += cell * xp.float32(2**index)
    read: Array = xp.sign(words).astype(xp.float32) * xp.minimum(discharge, xp.float32(limit))
    return read


def word_powers(words: Array, bits: int, limit: float) -> Array:
    """Return the variance of a word's discharge, for cells of unit variance.

    Parameters
    ----------
    words : Array of integers
        Signed, of magnitude below 2^bits.
    bits : int
        Of the magnitude.
    limit : float
        Headroom, in unit discharges (k_h).

    Returns
    -------
    Array of float32, as ``words``
        ``sum of 4^i bit_i``; 0 for words that clip, whose line ends at the limit whatever its cells do.
    """
    xp = namespace_of(words)
    powers: Array = xp.zeros(words.shape, dtype=xp.float32)
    for index, bit in _magnitude_bits(words, bits):
        powers += bit * xp.float32(4**index)
    powers *= xp.abs(words) < limit
    return powers


def _magnitude_bits(words: Array, bits: int) -> Iterator[tuple[int, Array]]:
    xp = namespace_of(words)
    magnitudes = xp.abs(words)
    return ((index, ((magnitudes >> index) & 1).astype(xp.float32)) for index in range(bits))
