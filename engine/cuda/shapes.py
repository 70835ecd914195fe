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
_LANES = 32
_CHUNK = 128
_SCRATCH_BYTES = 4 * SIDE * (SIDE + 4)
_ROW_PADDING_BYTES = 16
_ALIGNMENT = 32

_SOURCES = (Path(__file__).parent, Path(__file__).parent.parent / "native")
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
    """

    is_bytes: bool
    parts: int
    squares: int
    has_cycles: bool

    @property
    def line_tiles(self) -> int:
        """Matrices of lines of a thread block; fewer where variances need registers too."""
        return 2 if self.squares else 4

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
        numbers = "Bytes" if self.is_bytes else "Halves"
        at_once = "1, 2" if self.has_cycles else "2, 1"
        return f"Shape<{numbers}, {self.parts}, {self.squares}, {self.line_tiles}, {at_once}>"

    @property
    def shared_bytes(self) -> int:
        """Shared memory of a thread block; the kernel does not compile with any other number."""
        width = 1 if self.is_bytes else 2
        scratch = WARPS * (2 if self.squares else 1) * _SCRATCH_BYTES
        cells = self.all_parts * self.line_tiles * SIDE * (_CHUNK * width + _ROW_PADDING_BYTES)
        rows, row = (self.vectors, _CHUNK) if self.is_bytes else (_CHUNK, self.vectors)
        levels = rows * (row * width + _ROW_PADDING_BYTES)
        return -(-(scratch + cells + levels) // _ALIGNMENT) * _ALIGNMENT

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
        Of a file of this folder, or of the one of the loops in C.

    Returns
    -------
    str
        Files of neither folder are left for the compiler to find.
    """
    path = next((folder / name for folder in _SOURCES if (folder / name).is_file()), None)
    if path is None:
        return f'#include "{name}"'
    return _INCLUDE.sub(lambda match: included(match[1]), path.read_text())
