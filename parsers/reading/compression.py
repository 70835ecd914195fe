"""Compressed files to plain bytes, block by block; a cut or damaged file gives what it still holds."""

from __future__ import annotations

import bz2
import itertools
import lzma
import sys
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from nnsreport.errors import LogError
from nnsreport.parsers.records import Problem

_INPUT_BYTES = 1 << 16  # what follows damage within so many compressed bytes is lost
_OUTPUT_BYTES = 1 << 20  # at most so many at a time, however well they were compressed


class _Decompressor(Protocol):
    """What the decompressors of bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes: ...


class _GzipDecompressor:
    """Gives zlib's decompressor the manners of the others."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=31)
        self._is_output_full = False

    @property
    def eof(self) -> bool:
        return self._member.eof

    @property
    def needs_input(self) -> bool:
        return not self._member.unconsumed_tail and not self._is_output_full

    @property
    def unused_data(self) -> bytes:
        return self._member.unused_data

    def decompress(self, data: bytes, /, max_length: int = -1) -> bytes:
        plain = self._member.decompress(self._member.unconsumed_tail + data, max(max_length, 0))
        self._is_output_full = len(plain) == max_length
        return plain


class _DamagedError(Exception):
    """A decompressor cannot go on."""


def _zstd_decompressor() -> _Decompressor:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:  # a Python built without it
        raise LogError(
            "is compressed with zstd, which this Python cannot read", remedy="run `zstd -d` on it first"
        ) from error
    return zstd.ZstdDecompressor()


@dataclass(frozen=True, slots=True)
class _Compression:
    name: str
    magic: bytes
    start: Callable[[], _Decompressor]


_COMPRESSIONS = (
    _Compression("gzip", b"\x1f\x8b", _GzipDecompressor),
    _Compression("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
    _Compression("bzip2", b"BZh", bz2.BZ2Decompressor),
    _Compression("zstd", b"\x28\xb5\x2f\xfd", _zstd_decompressor),
)


def is_compressed(head: bytes) -> bool:
    """Tell from a file's first bytes whether it is compressed in a way that can be read."""
    return _compression_of(head) is not None


def decompressed(blocks: Iterable[bytes], problems: list[Problem]) -> Iterator[bytes]:
    """Decompress every member of a file, whatever the file is called.

    Parameters
    ----------
    blocks : iterable of bytes
        The file; the first block tells how it is compressed, if it is.
    problems : list of Problem
        Damage is added here.

    Yields
    ------
    bytes
        Never empty, at most 1 MiB at a time where they were compressed.

    Raises
    ------
    LogError
        It is compressed with zstd, and this Python was built without it.
    """
    rest = iter(blocks)
    first = next(rest, b"")
    compression = _compression_of(first)
    if compression is None:
        if first:
            yield first
        yield from rest
        return
    try:
        is_open = yield from _inflated(_pieces(itertools.chain((first,), rest)), compression.start)
    except _DamagedError:
        problems.append(Problem(f"the {compression.name} data are damaged; what follows the damage is lost"))
    else:
        if is_open:
            problems.append(Problem(f"the {compression.name} data are cut off; what follows is lost"))


def _inflated(pieces: Iterable[bytes], start: Callable[[], _Decompressor]) -> Generator[bytes, None, bool]:
    """Yield what the members hold; return whether the last one lacks its end."""
    member: _Decompressor | None = None
    for piece in pieces:
        data = piece
        while True:
            if member is None:
                data = data.lstrip(b"\x00")  # padding between members
                if not data:
                    break
                member = start()
            plain = _decompress(member, data)
            if plain:
                yield plain
            data = b""
            if member.eof:
                data, member = member.unused_data, None
            elif member.needs_input:
                break
    return member is not None


def _decompress(member: _Decompressor, data: bytes) -> bytes:
    try:
        return member.decompress(data, _OUTPUT_BYTES)
    except Exception as error:  # each library has its own
        raise _DamagedError from error


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        for position in range(0, len(block), _INPUT_BYTES):
            yield block[position : position + _INPUT_BYTES]


def _compression_of(head: bytes) -> _Compression | None:
    return next((known for known in _COMPRESSIONS if head.startswith(known.magic)), None)
