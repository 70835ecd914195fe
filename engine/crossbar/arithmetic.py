"""Products through crossbars: block sums, conversions, shift and add; or one plain matrix product.

Matrices lie as (columns, K) and vectors as (K, M), so that the long axis M is contiguous in every pass. M is worked
on in parts small enough for the sums to stay in a processor's cache, or large enough to fill a GPU.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Protocol

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.analog import Converter
from nnsreport.engine.converters.clipping import Count
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.fused import FusedProduct, Rescaling, fused_lines, is_fusible
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.whole_cells import WholeCells
from nnsreport.engine.cuda.launching import is_launchable, launched_product
from nnsreport.engine.cuda.packing import PackedCells
from nnsreport.engine.network.taps import taps_of_vectors

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

_CACHE_BYTES = 1 << 22
_DEVICE_BYTES = 1 << 28
# Below this a matrix product is no longer efficient, whatever the cache.
_LEAST_VECTORS = 64
# So many bytes add up to less than two bytes hold, signs included.
_BYTES_IN_TWO = 256


class Operand(Protocol):
    """What sums up the products of cells and pulses, block by block."""

    @property
    def cells(self) -> Array:
        """Array of float32, (groups, slices * columns, K)."""

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows K read together."""

    @property
    def slices(self) -> Slices:
        """How weights are cut."""

    @property
    def cycles(self) -> InputCoding:
        """How activations are applied."""

    @property
    def is_noisy(self) -> bool:
        """Whether sums draw numbers, so that they have to know of which vectors."""

    def sums(self, vectors: Array, at: Vectors | None = None) -> Iterator[Array]:
        """Yield what the columns of each block sum up, (cycles, groups, slices * columns, m), free to overwrite."""


@dataclass(frozen=True, slots=True)
class BlockOperand:
    """A layer's conductances as its word-line blocks see them.

    Attributes
    ----------
    cells : Array of float32, (groups, slices * columns, K)
        In level units, slice by slice.
    blocks : tuple of slice
        Rows K read together.
    slices : Slices
        How weights are cut.
    cycles : InputCoding
        How activations are applied.
    noise : ReadNoise, optional
        What every read adds.
    whole : WholeCells, optional
        The conductances again, where they are small whole numbers, as the loops in C take them.
    packed : PackedCells, optional
        The conductances again, as a GPU's kernel takes them.
    """

    cells: Array
    blocks: tuple[slice, ...]
    slices: Slices
    cycles: InputCoding
    noise: ReadNoise | None = None
    whole: WholeCells | None = None
    packed: PackedCells | None = None

    @property
    def is_noisy(self) -> bool:
        """Whether sums draw numbers, so that they have to know of which vectors."""
        return self.noise is not None

    def sums(self, vectors: Array, at: Vectors | None = None) -> Iterator[Array]:
        """Yield what the columns of each block sum up.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, m)
            A part of the quantised activations.
        at : Vectors, optional
            Which vectors these are; needed where reads are noisy.

        Yields
        ------
        Array of float32, (cycles, groups, slices * columns, m)
            Free to overwrite; the next block reuses it.
        """
        xp = namespace_of(vectors)
        shape = (self.cycles.count, *self.cells.shape[:2], vectors.shape[2])
        sums = xp.empty(shape, dtype=xp.float32)
        for index, block in enumerate(self.blocks):
            pulses = self.cycles.pulses(vectors[:, block])
            xp.matmul(self.cells[None, :, :, block], pulses, out=sums)
            if self.noise is not None:
                self.noise.add(sums, pulses, block, index, at)
            yield sums


def converted_product(
    vectors: Array, operand: Operand, converter: Converter, at: Vectors | None = None
) -> tuple[Array, Count]:
    """Return the product as the ADCs deliver it: ``sum over blocks, cycles, slices of 2^(...) * ADC(sum)``.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, M)
        Quantised activations.
    operand : Operand
        What sums up, such as conductances and how they are read.
    converter : Converter
        One step for each slice, or for each column of it.
    at : Vectors, optional
        Which vectors these are; needed where there is noise.

    Returns
    -------
    product : Array of float32, (groups, columns, M)
        In units of integer weight times integer activation.
    clipped : int or Array of int64, ()
        Conversions outside the ADC's range; on a device an array, so that nobody waits for it.
    """
    fused = fused_product(namespace_of(vectors), vectors.dtype, operand, converter)
    if fused is not None:
        return fused.of(taps_of_vectors(vectors))
    launched = kernel_product(vectors, operand, converter, at)
    if launched is not None:
        return launched
    xp = namespace_of(vectors)
    groups, lines, _ = operand.cells.shape
    slices = operand.slices.count
    values = [step * weight for step, weight in zip(converter.slice_steps, operand.slices.weights, strict=True)]
    product = xp.empty((groups, lines // slices, vectors.shape[2]), dtype=xp.float32)
    clipped: Count = 0
    for part, codes, count in _codes(vectors, operand, converter, at):
        product[..., part] = _over_slices(codes.reshape(groups, slices, lines // slices, -1), values)
        clipped += count
    origins = converter.slice_origins
    if origins is not None:
        conversions = len(operand.blocks) * sum(operand.cycles.weights)
        for origin, weight in zip(origins, operand.slices.weights, strict=True):
            product += conversions * weight * origin
    return product, clipped


def _codes(
    vectors: Array, operand: Operand, converter: Converter, at: Vectors | None
) -> Iterator[tuple[slice, Array, Count]]:
    """Yield parts of M, the codes of their lines over all blocks and cycles, and how many were clipped."""
    groups, lines, _ = operand.cells.shape
    for part in block_parts(vectors, operand):
        own = vectors[..., part]
        codes: Array = namespace_of(vectors).zeros((groups, lines, own.shape[2]), dtype="float32")
        clipped: Count = 0
        evaluated = None if at is None else at.part(part)
        for block, sums in enumerate(operand.sums(own, evaluated)):
            clipped += converter.convert(sums, block, evaluated)
            codes += _over_cycles(sums, operand.cycles)
        yield part, codes, clipped


def fused_product(xp: ModuleType, dtype: DTypeLike, operand: Operand, converter: Converter) -> FusedProduct | None:
    """Return the loops in C that compute :func:`converted_product`.

    Parameters
    ----------
    xp : module
        Namespace of the activations.
    dtype : data type
        Of quantised activations.
    operand : Operand
        What sums up.
    converter : Converter
        What converts.

    Returns
    -------
    FusedProduct or None
        None where they do not apply.
    """
    if not isinstance(operand, BlockOperand) or not isinstance(converter, UniformConverter):
        return None
    if operand.noise is not None or operand.packed is not None or not is_fusible(xp, dtype):
        return None
    values = tuple(step * weight for step, weight in zip(converter.steps, operand.slices.weights, strict=True))
    return fused_lines(operand.cells, operand.whole, operand.blocks, operand.cycles, converter, values)


def kernel_product(
    vectors: Array,
    operand: Operand,
    converter: Converter,
    at: Vectors | None = None,
    rescaling: Rescaling | None = None,
) -> tuple[Array, Array] | None:
    """Return :func:`converted_product` from a GPU's kernel, in one launch and with nothing but the product in memory.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, M)
        Quantised activations.
    operand : Operand
        What sums up.
    converter : Converter
        What converts.
    at : Vectors, optional
        Which vectors these are; needed where there is noise.
    rescaling : Rescaling, optional
        What follows, on the device.

    Returns
    -------
    product : Array of float32, (groups, columns, M)
        Rescaled, if that is asked for.
    clipped : Array of int64, ()
        Conversions outside the ADC's range. None instead of both, where the kernel does not apply.
    """
    if not isinstance(operand, BlockOperand) or not isinstance(converter, UniformConverter):
        return None
    if operand.packed is None or not is_launchable(vectors, converter):
        return None
    clipped: Array = namespace_of(vectors).zeros((), dtype="int64")
    sources = () if operand.noise is None else (operand.noise.source,)
    return launched_product(vectors, operand.packed, converter, clipped, sources, at, rescaling), clipped


def block_parts(vectors: Array, operand: Operand) -> Iterator[slice]:
    """Return the parts of M to work on, one after the other.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, M)
        Quantised activations.
    operand : Operand
        What multiplies them.

    Returns
    -------
    iterator of slice
        Such that a block's pulses and sums fit the cache.
    """
    groups, lines, _ = operand.cells.shape
    longest = max(block.stop - block.start for block in operand.blocks)
    return _parts(vectors, 4 * operand.cycles.count * groups * (lines + longest))


def input_sums(vectors: Array) -> Array:
    """Return the sum of each vector's activations, which a digital reference needs.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, M)
        Quantised activations.

    Returns
    -------
    Array of float32, (groups, 1, M)
        Summed exactly, then rounded.
    """
    xp = namespace_of(vectors)
    if vectors.itemsize > 1:
        sums: Array = vectors.sum(axis=1, keepdims=True, dtype=xp.int64)
        return sums.astype(xp.float32)
    sums = xp.zeros((vectors.shape[0], 1, vectors.shape[2]), dtype=xp.int64)
    narrow = xp.uint16 if vectors.dtype.kind == "u" else xp.int16  # adds several times faster
    for first in range(0, vectors.shape[1], _BYTES_IN_TWO):
        sums += vectors[:, first : first + _BYTES_IN_TWO].sum(axis=1, keepdims=True, dtype=narrow)
    return sums.astype(xp.float32)


def collapsed_product(vectors: Array, matrix: Array, chunks: tuple[slice, ...]) -> Array:
    """Return the plain product.

    Parameters
    ----------
    vectors : Array of integers, (groups, K, M)
        Quantised activations.
    matrix : Array of float32 or float64, (groups, columns, K)
        Weights in integer units; its type is that of the multiplication.
    chunks : tuple of slice
        Rows K multiplied at once; the products of several chunks are added in float64.

    Returns
    -------
    Array, (groups, columns, M)
        Of the type of ``matrix``, or float64 for several chunks.
    """
    xp = namespace_of(vectors)
    dtype = matrix.dtype if len(chunks) == 1 else xp.float64
    product: Array = xp.empty((*matrix.shape[:2], vectors.shape[2]), dtype=dtype)
    groups, columns, rows = matrix.shape
    for part in _parts(vectors, matrix.itemsize * groups * (columns + rows)):
        pulses = vectors[..., part].astype(matrix.dtype, order="C")
        products = (xp.matmul(matrix[..., chunk], pulses[:, chunk]) for chunk in chunks)
        product[..., part] = next(products)
        for further in products:
            product[..., part] += further
    return product


def _parts(vectors: Array, bytes_per_vector: int) -> Iterator[slice]:
    budget = _CACHE_BYTES if namespace_of(vectors) is np else _DEVICE_BYTES
    step = max(budget // bytes_per_vector, _LEAST_VECTORS)
    return (slice(begin, begin + step) for begin in range(0, vectors.shape[2], step))


def _over_cycles(sums: Array, cycles: InputCoding) -> Array:
    """Add up the cycles, (cycles, ...) -> (...), each with its weight."""
    xp = namespace_of(sums)
    total: Array = sums[0]
    if cycles.count > 1 and xp is np:
        weights = np.asarray(cycles.weights, dtype=np.float32)
        total = np.matmul(weights, sums.reshape(cycles.count, -1)).reshape(total.shape)
    elif cycles.count > 1:  # without sending numbers to a device; codes are whole, so their sum is the same
        total = total * xp.float32(cycles.weights[0])
        for index, weight in enumerate(cycles.weights[1:], start=1):
            total += sums[index] * xp.float32(weight)
    return total


def _over_slices(codes: Array, values: list[float | Array]) -> Array:
    """Add up the slices, (groups, slices, columns, m) -> (groups, columns, m), each with its value."""
    exact = [np.float32(value) if isinstance(value, float) else value for value in values]
    total: Array = codes[:, 0] * exact[0]
    for index, value in enumerate(exact[1:], start=1):
        total += codes[:, index] * value
    return total
