"""A converter with everything that is not ideal: errors, noise, any staircase, and a transfer table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.clipping import Count, count_outside
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.transfer import TransferTable


class Converter(Protocol):
    """What turns the sums of a block into codes."""

    @property
    def steps(self) -> tuple[float, ...]:
        """Sum that one code stands for: one for each slice, or for each column of each slice."""

    @property
    def slice_steps(self) -> list[float | Array]:
        """The same for each slice, as a number or as an array (groups, columns, 1)."""

    @property
    def slice_origins(self) -> list[float | Array] | None:
        """Sum that code 0 stands for, likewise; None where it is zero."""

    @property
    def is_noisy(self) -> bool:
        """Whether conversions draw numbers, so that they have to know of which vectors."""

    def convert(self, sums: Array, block: int = 0, vectors: Vectors | None = None) -> Count:
        """Replace sums (cycles, groups, slices * columns, m) by codes, and return how many were clipped."""


class Quantizer(Protocol):
    """What turns inputs, in steps, into codes."""

    def quantize(self, inputs: Array, converters: int) -> None:
        """Replace inputs (cycles, groups, lines, m) by codes, of a given set of converters."""


@dataclass(frozen=True, slots=True)
class Scaling:
    """What a step and the code 0 stand for.

    Attributes
    ----------
    steps, origins : tuple of float
        In level units times input digits, for each slice, or for each of groups * slices * columns.
    slices : int
        Of a weight.
    shape : tuple of int
        Groups and lines (slices * columns) of the layer.
    """

    steps: tuple[float, ...]
    origins: tuple[float, ...]
    slices: int
    shape: tuple[int, int]

    def on_lines(self, numbers: tuple[float, ...], like: Array) -> Array:
        """Return numbers of slices or columns as an array of lines.

        Parameters
        ----------
        numbers : tuple of float
            One for each slice, or for each line of each group.
        like : Array
            Tells the backend.

        Returns
        -------
        Array of float32, (groups or 1, lines, 1)
            To be combined with sums.
        """
        xp = namespace_of(like)
        array: Array = xp.asarray(numbers, dtype=xp.float32)
        if len(numbers) != self.slices:
            return array.reshape(*self.shape, 1)
        repeated: Array = xp.repeat(array, self.shape[1] // self.slices)
        return repeated.reshape(1, -1, 1)

    def of_slices(self, numbers: tuple[float, ...], like: Array) -> list[float | Array]:
        """Return numbers for each slice.

        Parameters
        ----------
        numbers : tuple of float
            One for each slice, or for each line of each group.
        like : Array
            Tells the backend.

        Returns
        -------
        list of float or of Array of float32, (groups, columns, 1)
            One for each slice.
        """
        if len(numbers) == self.slices:
            return list(numbers)
        by_slice = self.on_lines(numbers, like).reshape(self.shape[0], self.slices, -1, 1)
        return [by_slice[:, index] for index in range(self.slices)]


@dataclass(frozen=True, slots=True)
class Errors:
    """Frozen errors of a layer's converters.

    Attributes
    ----------
    gains, offsets : Array of float32, (sets, groups, lines, 1)
        Factor, and what is added after it, in steps.
    """

    gains: Array
    offsets: Array


@dataclass(frozen=True, slots=True)
class InputNoise:
    """Noise at a converter's input.

    Attributes
    ----------
    source : NoiseSource
        Where it comes from.
    stds : tuple of float
        In steps, one for each slice or for each line of each group.
    """

    source: NoiseSource
    stds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AnalogConverter:
    """Converters of a layer: ``level = staircase((1 + gain error) ((sum - origin) / step + noise) + offset)``.

    Attributes
    ----------
    scaling : Scaling
        Steps and origins.
    sets : tuple of int
        Which set of converters reads each block: one for each array of word lines.
    example : Array
        Any array of the backend.
    quantizer : Quantizer or None
        None delivers inputs as they are.
    edges : tuple of float
        Inputs in steps below the first or above the second are counted as clipped.
    errors : Errors, optional
        Frozen.
    noise : InputNoise, optional
        Drawn at each conversion.
    transfer : TransferTable, optional
        What becomes of each code.
    """

    scaling: Scaling
    sets: tuple[int, ...]
    example: Array
    quantizer: Quantizer | None
    edges: tuple[float, float]
    errors: Errors | None = None
    noise: InputNoise | None = None
    transfer: TransferTable | None = None

    @property
    def steps(self) -> tuple[float, ...]:
        """Sum that one code stands for: one for each slice, or for each column of each slice."""
        return self.scaling.steps

    @property
    def slice_steps(self) -> list[float | Array]:
        """The same for each slice, as a number or as an array (groups, columns, 1)."""
        return self.scaling.of_slices(self.scaling.steps, self.example)

    @property
    def slice_origins(self) -> list[float | Array] | None:
        """Sum that code 0 stands for, likewise; None where it is zero."""
        if not any(self.scaling.origins):
            return None
        return self.scaling.of_slices(self.scaling.origins, self.example)

    @property
    def is_noisy(self) -> bool:
        """Whether conversions draw numbers, so that they have to know of which vectors."""
        return self.noise is not None or self.transfer is not None

    def convert(self, sums: Array, block: int = 0, vectors: Vectors | None = None) -> Count:
        """Replace sums by levels in steps.

        Parameters
        ----------
        sums : Array of float32, (cycles, groups, slices * columns, m)
            Contiguous; slice by slice. Overwritten.
        block : int
            Of word lines.
        vectors : Vectors, optional
            Which vectors these are; needed where there is noise.

        Returns
        -------
        int or Array of int64, ()
            Conversions whose input, errors and noise included, was outside the range; an array on a device.
        """
        if not sums.size:
            return 0
        self._scale(sums, block, vectors)
        clipped = count_outside(sums, *self.edges)
        if self.quantizer is not None:
            self.quantizer.quantize(sums, self.sets[block])
        if self.transfer is not None:
            self.transfer.apply(sums, block, vectors)
        return clipped

    def _scale(self, sums: Array, block: int, vectors: Vectors | None) -> None:
        scaling = self.scaling
        if any(scaling.origins):
            sums -= scaling.on_lines(scaling.origins, sums)
        sums *= scaling.on_lines(tuple(1.0 / step for step in scaling.steps), sums)
        if self.noise is not None:
            noise = self.noise.source.normals(sums, block, vectors)
            noise *= scaling.on_lines(self.noise.stds, sums)
            sums += noise
        if self.errors is not None:
            sums *= self.errors.gains[self.sets[block]]
            sums += self.errors.offsets[self.sets[block]]
