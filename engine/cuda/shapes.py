"""Variants of the kernel: what numbers it multiplies, and how much a warp has in registers."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

WARPS = 4
"""Of a thread block."""
SIDE = 16
"""Lines, rows and vectors of the matrices that tensor cores multiply."""
QUAD = 4
"""Lines that share a counter of the generator of noise."""
_LANES = 32
_CHUNK = 128
_SCRATCH_BYTES = 4 * SIDE * (SIDE + 4)
_ROW_PADDING_BYTES = 16
_ALIGNMENT = 32
_BYTES_OF_VECTOR = 8 + 4
"""Its number, and the sum of its levels."""

_SOURCES = Path(__file__).parent
_INCLUDE = re.compile(r'^#include "([^"]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class KernelShape:
    """A variant of the kernel.

    Attributes
    ----------
    is_bytes : bool
        Cells and pulses are bytes, summed up exactly; else halves.
    parts : int
        Halves that a cell's number is the sum of.
    squares : int
        Halves that a pulse's square is the sum of, for the variance of noise; 0 without noise.
    has_cycles : bool
        A warp sums up two cycles at once; else two sets of vectors.
    is_laned : bool
        It is known which lane of a warp holds which element of a matrix: from compute capability 8.0 on.
    is_in_place : bool
        Digits are not moved when they are cut out of levels; bytes are if and only if lanes are known.
    clips : bool
        Sums may lie outside the converter's range.
    """

    is_bytes: bool
    parts: int
    squares: int
    has_cycles: bool
    is_laned: bool = True
    is_in_place: bool = True
    clips: bool = True

    @property
    def line_tiles(self) -> int:
        """Matrices of lines of a pass; fewer where variances need registers too."""
        return 2 if self.squares else 4

    @property
    def lines(self) -> int:
        """Of a pass."""
        return self.line_tiles * SIDE

    @property
    def lines_together(self) -> int:
        """Lines that a lane converts with the same step: a slice is filled up to a multiple of them."""
        return QUAD if self.is_laned else SIDE

    @property
    def rows_together(self) -> int:
        """Rows that one instruction multiplies: a block is filled up to a multiple of them."""
        return 2 * SIDE if self.is_laned and self.is_bytes else SIDE

    @property
    def all_parts(self) -> int:
        """Matrices of cells and variances, which are always in two parts."""
        return self.parts + (2 if self.squares else 0)

    @property
    def vectors(self) -> int:
        """Vectors of a thread block."""
        return WARPS * SIDE * (1 if self.has_cycles else 2)

    @property
    def threads(self) -> int:
        """Of a thread block."""
        return WARPS * _LANES

    @property
    def type_name(self) -> str:
        """The variant in C++."""
        numbers = ("" if self.is_laned else "Opaque") + ("Bytes" if self.is_bytes else "Halves")
        at_once = "1, 2" if self.has_cycles else "2, 1"
        flags = f"{self.is_in_place:d}, {self.clips:d}"
        return f"Shape<{numbers}, {self.parts}, {self.squares}, {self.line_tiles}, {at_once}, {flags}>"

    @property
    def shared_bytes(self) -> int:
        """Shared memory of a thread block; the kernel does not compile with any other number."""
        width = 1 if self.is_bytes else 2
        scratch = 2 * WARPS * _SCRATCH_BYTES if self.squares and not self.is_laned else 0
        cells = self.all_parts * self.lines * (_CHUNK * width + _ROW_PADDING_BYTES)
        rows, row = (self.vectors, _CHUNK) if self.is_bytes else (_CHUNK, self.vectors)
        levels = rows * (row * width + _ROW_PADDING_BYTES)
        sizes = (scratch, cells + levels, self.vectors * _BYTES_OF_VECTOR)
        return sum(-(-size // _ALIGNMENT) * _ALIGNMENT for size in sizes)

    def source(self, job_bytes: int) -> str:
        """Return the kernel's source, to be compiled as it is.

        Parameters
        ----------
        job_bytes : int
            Length of the argument that describes a launch.

        Returns
        -------
        str
            CUDA C++ without any file to include.
        """
        macros = {"LAYER_SHAPE": self.type_name, "SHARED_BYTES": self.shared_bytes, "JOB_BYTES": job_bytes}
        return "".join(f"#define {name} {value}\n" for name, value in macros.items()) + included("convert.cu")


@functools.cache
def included(name: str) -> str:
    """Return a source with the files that it includes in place of their names.

    Parameters
    ----------
    name : str
        Of a file of this folder.

    Returns
    -------
    str
        Files of other folders are left for the compiler to find.
    """
    path = _SOURCES / name
    if not path.is_file():
        return f'#include "{name}"'
    return _INCLUDE.sub(lambda match: included(match[1]), path.read_text())
