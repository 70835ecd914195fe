"""Reads texts of a known form with a loop in C, where it was built at installation; NumPy does the same without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.loops import loops
from nnsreport.parsers.recurring.decimals import read_one

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_filling = loops("nnsreport.parsers.recurring._filling")

fill: Callable[..., int] | None = getattr(_filling, "fill", None)

_NUMBER, _WHOLE, _FREE = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The fixed text of some lines, and what is in the holes of it.

    Attributes
    ----------
    pieces : bytes
        The text before, between and behind the holes.
    ends : numpy.ndarray of int64, shape (holes + 1,)
        Of each piece in these.
    kinds : numpy.ndarray of int8, shape (holes,)
        A number, digits alone, or a line that may be anything.
    exponents : numpy.ndarray of int64, shape (holes,)
        A number counts times ten to this power.
    numbers, free : numpy.ndarray of int64
        Holes that hold numbers, and those that are free lines.
    """

    pieces: bytes
    ends: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int8]
    exponents: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int64]
    free: npt.NDArray[np.int64]

    @classmethod
    def of(
        cls,
        pieces: Sequence[bytes],
        numbers: npt.NDArray[np.int64],
        free: npt.NDArray[np.int64],
        exponents: npt.NDArray[np.int64],
        whole: npt.NDArray[np.int64],
    ) -> Form:
        """Describe a text.

        Parameters
        ----------
        pieces : sequence of bytes
            One more than holes.
        numbers, free : numpy.ndarray of int64
            As the attributes.
        exponents : numpy.ndarray of int64, shape (numbers,)
            Of the numbers.
        whole : numpy.ndarray of int64
            Which of the numbers have digits alone.

        Returns
        -------
        Form
            For :meth:`read`.
        """
        import numpy as np

        kinds = np.full(len(pieces) - 1, _FREE, dtype=np.int8)
        kinds[numbers] = _NUMBER
        kinds[numbers[whole]] = _WHOLE
        powers = np.zeros(len(kinds), dtype=np.int64)
        powers[numbers] = exponents
        ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
        return cls(b"".join(pieces), ends, kinds, powers, numbers, free)

    def read(
        self, texts: Sequence[bytes]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64], tuple[tuple[bytes, ...], ...]]:
        """Read the numbers of texts.

        Parameters
        ----------
        texts : sequence of bytes
            Of any form.

        Returns
        -------
        fits : numpy.ndarray of bool, shape (texts,)
            The text is of this form.
        numbers : numpy.ndarray of float64, shape (texts, numbers)
            In the order of the text; whatever, where it is not.
        free : tuple of tuple of bytes
            The free lines of each text.

        Raises
        ------
        RuntimeError
            The loop in C was not built.
        """
        import numpy as np

        if fill is None:
            raise RuntimeError("the loop in C was not built")
        values = np.full((len(texts), len(self.kinds)), np.nan)
        spans = np.zeros((len(texts), len(self.kinds), 2), dtype=np.int64)
        fits = np.zeros(len(texts), dtype=bool)
        for index, text in enumerate(texts):
            left = fill(text, self.pieces, self.ends, self.kinds, self.exponents, values[index], spans[index])
            fits[index] = left == 0 or (left > 0 and self._fill_one_by_one(text, values[index], spans[index]))
        free = [
            tuple(text[begin:end] for begin, end in own)
            for text, own in zip(texts, spans[:, self.free].tolist(), strict=True)
        ]
        return fits, values[:, self.numbers], tuple(free)

    def _fill_one_by_one(self, text: bytes, values: npt.NDArray[np.float64], spans: npt.NDArray[np.int64]) -> bool:
        """Read the numbers that take more than one rounding; tell whether they are numbers."""
        for hole in self.numbers[values[self.numbers] != values[self.numbers]].tolist():
            begin, end = spans[hole].tolist()
            value = read_one(text[begin:end].decode("latin-1"), int(self.exponents[hole]))
            if value is None:
                return False
            values[hole] = value
        return True
