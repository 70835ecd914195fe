"""One layer as the Python wrapper of NeuroSim V1.4 computes it, operation by operation in float32.

Source: DNN+NeuroSim V1.4, ``Inference_pytorch/modules/quantization_cpu_np_infer.py`` (``QConv2d``, ``QLinear``). Only
the order in which a matrix product adds its terms is the library's own, in the wrapper as here; it is exact where
levels are (an on/off ratio of 2, 4, ...).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.peers.wage import BatchRange, grid, quantized_weights
from nnsreport.engine.peers.wrapper_cells import cells_of, drifted
from nnsreport.engine.peers.wrapper_options import Call, Draws, Flags, Quantizer


def layer_product(
    vectors: Array, weight: Array, taps: int, flags: Flags, adc: Quantizer, draws: Draws, is_convolution: bool
) -> Array:
    """Return the product of a layer, as the wrapper computes it for VGG8.

    Parameters
    ----------
    vectors : Array of float32, (groups, K, M)
        Activations of a whole batch, between 0 and 1 (negative ones have negative bits), K as in
        :class:`nnsreport.engine.network.LinearLayer`: channel, then kernel position.
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    taps : int
        Kernel positions; 1 for a product with a matrix.
    flags : Flags
        The wrapper's options.
    adc : Quantizer
        Converts each product.
    draws : Draws
        Random numbers.
    is_convolution : bool
        A convolution of three channels fewer than the rows of a block is taken for the first layer: its activations
        are not cut into bits, and nothing is converted.

    Returns
    -------
    Array of float32, (groups, N, M)
        Before ``output / scale`` and the rounding of activations, which are the network's.
    """
    xp = namespace_of(vectors)
    channels = weight.shape[1] // taps
    digits = weight_digits(weight, flags.wl_weight)
    job = _Job(vectors, digits, taps, flags, adc, draws, flags.blocks(channels))
    is_analog = flags.is_analog(channels, is_convolution)
    output = xp.zeros((weight.shape[0], weight.shape[2], vectors.shape[2]), dtype=xp.float32)
    for tap in range(taps):
        output = output + (job.analog_tap(tap) if is_analog else job.tap(tap))
    result: Array = output / xp.float32(2**flags.wl_weight)
    return result


def weights_as_read(weight: Array, taps: int, flags: Flags, draws: Draws) -> Array:
    """Return the weights that a layer's cells multiply with in the first input bit, before conversion.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    taps : int
        Kernel positions; 1 for a product with a matrix.
    flags : Flags
        The wrapper's options.
    draws : Draws
        Random numbers.

    Returns
    -------
    Array of float32, (groups, K, N)
        Cells less the dummy column; 0 for channels that are left out.
    """
    xp = namespace_of(weight)
    digits = weight_digits(weight, flags.wl_weight)
    read = xp.zeros(weight.shape, dtype=xp.float32)
    blocks = flags.blocks(weight.shape[1] // taps)
    job = _Job(weight, digits, taps, flags, BatchRange(1), draws, blocks)
    for tap in range(taps):
        for index, block in enumerate(blocks):
            for slice_index, cells in enumerate(job.cells(Call(tap, 0, index, 0))):
                read[:, tap::taps][:, block] += job.shifted(cells - flags.dummy_level, slice_index)
    result: Array = read / xp.float32(2**flags.wl_weight)
    return result


def weight_digits(weight: Array, bits: int) -> Array:
    """Return weights as the whole numbers that cells hold the digits of.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    bits : int
        ``wl_weight``.

    Returns
    -------
    Array of float32, (groups, K, N)
        ``round((2^bits - 1) / 2 * (w + 1))``, half to even.
    """
    xp = namespace_of(weight)
    digits: Array = xp.rint(xp.float32((2**bits - 1) / 2) * (quantized_weights(weight, bits) + xp.float32(1)))
    return digits


@dataclass(frozen=True, slots=True)
class _Job:
    """What the products of one layer share."""

    vectors: Array
    digits: Array
    taps: int
    flags: Flags
    adc: Quantizer
    draws: Draws
    blocks: tuple[slice, ...]

    def analog_tap(self, tap: int) -> Array:
        inputs = self.vectors[:, tap :: self.taps]
        columns = dummy = namespace_of(inputs).float32(0)
        dummy_sums = self._dummy_sums(inputs)
        for index, cells in enumerate(self.cells(Call(tap, 0, 0, 0))):
            columns = columns + self.shifted(_sums(cells, inputs), index)
            dummy = dummy + self.shifted(dummy_sums, index)
        result: Array = columns - dummy
        return result

    def tap(self, tap: int) -> Array:
        xp = namespace_of(self.vectors)
        rest = xp.rint(xp.float32(2**self.flags.wl_activate - 1) * self.vectors[:, tap :: self.taps])
        total = xp.float32(0)
        kept = None if self.flags.draws else self._all_cells(tap, 0)
        for bit in range(self.flags.wl_activate):
            pulses = xp.fmod(rest, xp.float32(2))
            rest = xp.rint((rest - pulses) / xp.float32(2))
            cells = kept if kept is not None else self._all_cells(tap, bit)
            summed = xp.float32(0)
            for block, of_block in zip(self.blocks, cells, strict=True):
                summed = summed + self._block(pulses[:, block], of_block)
            total = total + summed * xp.float32(2**bit)
        result: Array = total / xp.float32(2**self.flags.wl_activate)
        return result

    def _block(self, pulses: Array, cells: list[Array]) -> Array:
        columns = dummy = namespace_of(pulses).float32(0)
        dummy_level = self.adc.convert(self._dummy_sums(pulses), self.flags.slices)
        for index, of_slice in enumerate(cells):
            columns = columns + self.shifted(self.adc.convert(_sums(of_slice, pulses), index), index)
            dummy = dummy + self.shifted(dummy_level, index)
        result: Array = columns - dummy
        return result

    def _all_cells(self, tap: int, bit: int) -> list[list[Array]]:
        return [list(self.cells(Call(tap, bit, block, 0))) for block in range(len(self.blocks))]

    def cells(self, call: Call) -> Iterator[Array]:
        digits = self.digits[:, call.tap :: self.taps][:, self.blocks[call.block]]
        covers_layer = digits.shape == self.digits.shape
        return cells_of(digits, self.flags, self.draws, call, covers_layer)

    def _dummy_sums(self, inputs: Array) -> Array:
        """Return the sum of a column of cells half-way between the ends, (groups, 1, M)."""
        xp = namespace_of(inputs)
        cells = xp.full((inputs.shape[0], inputs.shape[1], 1), self.flags.dummy_level, dtype=xp.float32)
        return _sums(cells, inputs)

    def shifted(self, levels: Array, index: int) -> Array:
        xp = namespace_of(levels)
        weight = xp.float32(2 ** (self.flags.cell_bit * index))
        shifted: Array = levels * weight * xp.float32(2) / xp.float32(1.0 - 1.0 / self.flags.onoffratio)
        return shifted


def _sums(cells: Array, inputs: Array) -> Array:
    product: Array = namespace_of(cells).matmul(cells.swapaxes(1, 2), inputs)
    return product


def whole_layer_product(vectors: Array, weight: Array, flags: Flags, adc: Quantizer, draws: Draws) -> Array:
    """Return the product of a layer, as the wrapper computes it for all networks but VGG8.

    Nothing is cut into cells, blocks and bits: one ADC converts the whole layer's output.

    Parameters
    ----------
    vectors : Array of float32, (groups, K, M)
        Activations of a whole batch.
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    flags : Flags
        Of which word lengths and retention count.
    adc : Quantizer
        Converts the product.
    draws : Draws
        Random numbers.

    Returns
    -------
    Array of float32, (groups, N, M)
        Before ``output / scale`` and the rounding of activations.
    """
    kept = whole_weights_as_read(weight, flags, draws)
    return adc.convert(_sums(kept, grid(vectors, flags.wl_activate)), 0)


def whole_weights_as_read(weight: Array, flags: Flags, draws: Draws) -> Array:
    """Return the weights of a layer that is not cut into cells.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    flags : Flags
        Word length and retention.
    draws : Draws
        Random numbers.

    Returns
    -------
    Array of float32, (groups, K, N)
        Rounded, and drifted.
    """
    return drifted(quantized_weights(weight, flags.wl_weight), flags, draws, Call(0, 0, 0, 0), covers_layer=True)
