"""Tables of numbers in fixed columns, read as bytes: what a general reader of CSV takes minutes for."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.backend import Array

_COMMA, _LINE_END, _MINUS, _POINT, _SPACE, _ZERO = b",\n-. 0"
_NO_BIT, _LAST_NO_BIT = (int.from_bytes(pair, "little") for pair in (b"0,", b"0\n"))
_CHUNK_BYTES = 1 << 20
_MOST_DIGITS = 18
_LARGEST_EXACT = 2**53


def bits(text: bytes) -> Array | None:
    """Return a table whose every cell is 0 or 1.

    Parameters
    ----------
    text : bytes
        Rows of equal length that end with a line end, cells of one character divided by commas.

    Returns
    -------
    Array of uint8, (rows, columns), or None
        None where the text is anything else.
    """
    characters = _rectangle(text)
    if characters is None or characters.shape[1] % 2:
        return None
    # A cell and its divider are one number, whose lowest bit is the cell's.
    pairs = characters.view("<u2")
    found = np.empty(pairs.shape, dtype=np.uint8)
    step = max(1, _CHUNK_BYTES // characters.shape[1])
    for start in range(0, len(pairs), step):
        differences = pairs[start : start + step] ^ _NO_BIT
        differences[:, -1] ^= _NO_BIT ^ _LAST_NO_BIT
        if differences.max() > 1:
            return None
        found[start : start + step] = differences
    return found


def fixed_point(text: bytes) -> Array | None:
    """Return a table of decimal numbers that all have the same width, with the point at the same place.

    Parameters
    ----------
    text : bytes
        As ``printf("%10.5f")`` writes cells, divided by commas; each row ends with a line end.

    Returns
    -------
    Array of float64, (rows, columns), or None
        None where the text is anything else.
    """
    characters = _rectangle(text)
    if characters is None:
        return None
    row = characters[0].tobytes()
    width = len(row.partition(b",")[0].rstrip(b"\n"))
    first = row[:width]
    if characters.shape[1] % (width + 1) or b"." not in first or width > _MOST_DIGITS:
        return None
    point = first.index(b".")
    step = max(1, _CHUNK_BYTES // characters.shape[1])
    values = np.empty((len(characters), characters.shape[1] // (width + 1)))
    for start in range(0, len(characters), step):
        part = _fixed_point_part(characters[start : start + step], width, point)
        if part is None:
            return None
        values[start : start + step] = part
    return values


def _rectangle(text: bytes) -> Array | None:
    """Return the characters row by row, line ends included, if all rows are equally long."""
    length = text.find(b"\n") + 1
    if length < 2 or len(text) % length:
        return None
    characters: Array = np.frombuffer(text, dtype=np.uint8).reshape(-1, length)
    return characters if (characters[:, -1] == _LINE_END).all() else None


def _fixed_point_part(characters: Array, width: int, point: int) -> Array | None:
    cells = characters.reshape(len(characters), -1, width + 1)
    if not (cells[:, :-1, -1] == _COMMA).all() or not (cells[:, :, point] == _POINT).all():
        return None
    total = np.zeros(cells.shape[:2], dtype=np.int64)
    is_negative = np.zeros(cells.shape[:2], dtype=bool)
    has_begun = np.zeros(cells.shape[:2], dtype=bool)
    for place in range(width):
        if place == point:
            continue
        character = cells[:, :, place]
        digit = character - np.uint8(_ZERO)
        is_digit = digit <= 9
        is_sign = (character == _MINUS) & ~has_begun & ~is_negative
        is_blank = (character == _SPACE) & ~has_begun & ~is_negative
        # Behind a sign, a digit or the point stand digits only.
        if not (is_digit | ((is_sign | is_blank) & (place < point))).all():
            return None
        total = total * 10 + np.where(is_digit, digit, 0)
        has_begun |= is_digit
        is_negative |= is_sign
    if total.max() > _LARGEST_EXACT:
        return None
    values: Array = np.where(is_negative, -total, total) / 10.0 ** (width - point - 1)
    return values
