"""One layer as the Python wrapper of NeuroSim V1.4 computes it, operation by operation in float32.

Source: DNN+NeuroSim V1.4, ``Inference_pytorch/modules/quantization_cpu_np_infer.py`` (``QConv2d``, ``QLinear``) and
``utee/wage_quantizer.py`` (``Q``, ``Retention``, ``LinearQuantizeOut``). Only the order in which a matrix product adds
its terms is the library's own, in the wrapper as here; it is exact where levels are (an on/off ratio of 2, 4, ...).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from nnsreport.engine.backend import Array, namespace_of

# Q leaves numbers of more bits as they are.
_MOST_ROUNDED_BITS = 15
_IMAGE_CHANNELS = 3


class Call(NamedTuple):
    """Which of the wrapper's products: it computes each kernel position, block of rows, bit and slice by itself."""

    tap: int
    bit: int
    block: int
    slice: int


class Draws(Protocol):
    """Random numbers of the cells that take part in one product."""

    def normals(self, call: Call, like: Array) -> Array:
        """Return standard normal numbers, float32, of the shape of ``like``."""

    def directions(self, call: Call, like: Array) -> Array:
        """Return -1, 0 or 1 with equal chances, float32, of the shape of ``like``."""


class Quantizer(Protocol):
    """Converts the sums of all columns and vectors of one product at once."""

    def convert(self, sums: Array, slice_index: int) -> Array:
        """Return converted sums, float32; the index after that of the last slice is the dummy column's."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The wrapper's options.

    Attributes
    ----------
    wl_weight, wl_activate : int
        Bits of weights and activations.
    cell_bit : int
        Bits of a cell.
    rows : int
        Rows read together: the smaller of ``subArray`` and ``parallelRead``.
    onoffratio : float
        Highest over lowest conductance.
    vari : float
        Standard deviation of a cell over its conductance.
    t, v : float
        Retention time in s, above 0 where there is drift (at 0 the wrapper divides by it), and drift coefficient.
    detect : int
        1 for drift towards a target, 0 for drift in a random direction.
    target : float
        Fraction of the range of levels.
    keeps_remainder : bool
        Whether channels that do not fill a block are computed in one of their own; the wrapper leaves them out.
    drift_spreads : bool
        Whether what a cell has drifted by is subtracted from the digits of the next cells, as in the wrapper.
    """

    wl_weight: int = 8
    wl_activate: int = 8
    cell_bit: int = 1
    rows: int = 128
    onoffratio: float = 10.0
    vari: float = 0.0
    t: float = 0.0
    v: float = 0.0
    detect: int = 0
    target: float = 0.0
    keeps_remainder: bool = False
    drift_spreads: bool = True

    def __post_init__(self) -> None:
        """Refuse drift at time 0, to whose negative power the wrapper raises."""
        if self.v > 0.0 and not self.t > 0.0:
            raise ValueError(f"v is {self.v:g}, which needs t above 0, but t is {self.t:g}")

    @property
    def slices(self) -> int:
        """Cells of a weight; highest bits are lost where ``cell_bit`` does not divide ``wl_weight``."""
        return self.wl_weight // self.cell_bit

    @property
    def dummy_level(self) -> float:
        """Conductance of the dummy column's cells, half-way between the ends."""
        levels: int = 2**self.cell_bit
        return (levels - 1) * (1.0 + 1.0 / self.onoffratio) / 2.0

    @property
    def draws(self) -> bool:
        """Whether cells differ from one product to the next."""
        return self.vari > 0.0 or (self.v > 0.0 and self.detect != 1)

    def is_analog(self, channels: int, is_convolution: bool) -> bool:
        """Return whether a layer is taken for the first: not cut into bits, and not converted."""
        return is_convolution and channels == _IMAGE_CHANNELS and channels < self.rows

    def blocks(self, channels: int) -> tuple[slice, ...]:
        """Return the channels of each block of rows; all of them where they do not fill one."""
        count = math.ceil(channels / self.rows) if self.keeps_remainder else channels // self.rows
        if count == 0:
            return (slice(0, channels),)
        return tuple(slice(s * self.rows, min((s + 1) * self.rows, channels)) for s in range(count))


@dataclass(frozen=True, slots=True)
class BatchRange:
    """The wrapper's ADC, ``LinearQuantizeOut``: its range is that of the numbers it is given.

    Attributes
    ----------
    bits : int
        ``ADCprecision``.
    """

    bits: int

    def convert(self, sums: Array, slice_index: int) -> Array:  # noqa: ARG002 (every call has a range of its own)
        """Return sums rounded down to multiples of a step above the least of them.

        Parameters
        ----------
        sums : Array of float32
            Of all images of a batch, all positions and all columns.
        slice_index : int
            Of no effect.

        Returns
        -------
        Array of float32
            ``clip(floor((x - min) / step), 0, 2^bits - 1) * step + min``.
        """
        low = sums.min()
        return rounded_down(sums, float(low), float(sums.max() - low), self.bits)


def rounded_down(sums: Array, low: float, width: float, bits: int) -> Array:
    """Return sums as NeuroSim's linear ADC delivers them.

    Parameters
    ----------
    sums : Array of float32
        Before conversion.
    low, width : float
        Lower end and width of the range; nothing is converted where the width is 0.
    bits : int
        Resolution.

    Returns
    -------
    Array of float32
        ``clip(floor((x - low) / step), 0, 2^bits - 1) * step + low`` with ``step = width / 2^bits``.
    """
    if not width > 0.0:
        return sums
    xp = namespace_of(sums)
    step = xp.float32(width * 2.0**-bits)
    codes = xp.clip(xp.floor((sums - xp.float32(low)) / step), 0.0, 2.0**bits - 1.0)
    converted: Array = codes * step + xp.float32(low)
    return converted


def wage_scale(inputs: int, bits: int) -> float:
    """Return the power of two by which WAGE divides a layer's output.

    Parameters
    ----------
    inputs : int
        Weights of one output (``fan_in``).
    bits : int
        Of a weight.

    Returns
    -------
    float
        ``wage_init_`` with a factor of 1.
    """
    limit = (1.0 - 2.0 ** (1 - bits)) if bits > 2 else 0.75
    return float(2.0 ** math.ceil(math.log2(limit / math.sqrt(3.0) / math.sqrt(3.0 / inputs))))


def quantized_weights(weight: Array, bits: int) -> Array:
    """Return weights on the wrapper's grid, with the rounding errors of its detour.

    Parameters
    ----------
    weight : Array of float32, (groups, K, N)
        Between -1 and 1.
    bits : int
        ``wl_weight``.

    Returns
    -------
    Array of float32, (groups, K, N)
        ``round(w * 2^(bits-1)) / 2^(bits-1)``.
    """
    xp = namespace_of(weight)
    scale = xp.float32(wage_scale(weight.shape[1], bits))
    detour = weight * scale + (weight - weight * scale)
    result: Array = detour + (grid(detour, bits) - detour)
    return result


def grid(numbers: Array, bits: int) -> Array:
    """Return numbers as WAGE's ``Q`` rounds them.

    Parameters
    ----------
    numbers : Array of float32
        Any.
    bits : int
        Sign included; at least 2.

    Returns
    -------
    Array of float32
        Multiples of 2^(1 - bits); unchanged for more than 15 bits.
    """
    xp = namespace_of(numbers)
    if bits > _MOST_ROUNDED_BITS:
        return numbers
    steps = xp.float32(2.0 ** (bits - 1))
    rounded: Array = xp.rint(numbers * steps) / steps
    return rounded


def retained(levels: Array, flags: Flags, directions: Array, covers_layer: bool) -> Array:
    """Return levels after the retention time.

    Parameters
    ----------
    levels : Array of float32, (groups, rows, N)
        Of the cells of one block.
    flags : Flags
        ``t``, ``v``.
    directions : Array of float32, of the same shape
        -1, 0 or 1.
    covers_layer : bool
        Whether the block is all there is: the wrapper's function sees the whole layer, other blocks as zeros.

    Returns
    -------
    Array of float32
        ``clip((x + 1) * t^(v * direction) - 1, least, greatest)``.
    """
    xp = namespace_of(levels)
    low, high = _extent(levels, covers_layer)
    up, down = xp.float32(flags.t**flags.v), xp.float32(flags.t**-flags.v)
    ratio = xp.where(directions > 0, up, xp.where(directions < 0, down, xp.float32(1)))
    halved = (levels + xp.float32(1)) / xp.float32(2)
    drifted: Array = xp.clip(xp.float32(2) * halved * ratio - xp.float32(1), low, high)
    return drifted


def towards(levels: Array, target: float, covers_layer: bool) -> Array:
    """Return the direction to a target.

    Parameters
    ----------
    levels : Array of float32
        Of the cells of one block.
    target : float
        Fraction of the range of levels.
    covers_layer : bool
        Whether the block is all there is.

    Returns
    -------
    Array of float32
        1 below the target, -1 above it, 0 at it.
    """
    xp = namespace_of(levels)
    low, high = _extent(levels, covers_layer)
    goal = xp.float32(((high - low) * target + 1.0) / 2.0)
    directions: Array = xp.sign(goal - (levels + xp.float32(1)) / xp.float32(2))
    return directions


def _extent(levels: Array, covers_layer: bool) -> tuple[float, float]:
    low, high = float(levels.min()), float(levels.max())
    return (low, high) if covers_layer else (min(low, 0.0), max(high, 0.0))


def cells_of(digits: Array, flags: Flags, draws: Draws, call: Call, covers_layer: bool) -> Iterator[Array]:
    """Yield the conductances of each slice of a block of weights.

    Parameters
    ----------
    digits : Array of float32, (groups, rows, N)
        Weights as whole numbers from 0 to 2^wl_weight - 1.
    flags : Flags
        Cells, on/off ratio, retention, variation.
    draws : Draws
        Random numbers.
    call : Call
        Which product; the slice is filled in.
    covers_layer : bool
        Whether the block is all there is.

    Yields
    ------
    Array of float32, (groups, rows, N)
        Least significant slice first, in steps between levels times ``1 - 1/onoffratio``.
    """
    xp = namespace_of(digits)
    levels = xp.float32(2**flags.cell_bit)
    lowest = 1.0 / flags.onoffratio
    for index in range(flags.slices):
        here = call._replace(slice=index)
        digit = xp.fmod(digits, levels)
        kept = _drifted(digit, flags, draws, here, covers_layer)
        digits = xp.rint((digits - (kept if flags.drift_spreads else digit)) / levels)
        cells = xp.float32(1.0 - lowest) * kept + xp.float32((2**flags.cell_bit - 1) * lowest)
        if flags.vari > 0.0:
            cells = cells + cells * (draws.normals(here, digit) * xp.float32(flags.vari))
        yield cells


def _drifted(levels: Array, flags: Flags, draws: Draws, call: Call, covers_layer: bool) -> Array:
    if not flags.v > 0.0:
        return levels
    if flags.detect == 1:
        directions = towards(levels, flags.target, covers_layer)
    else:
        directions = draws.directions(call, levels)
    return retained(levels, flags, directions, covers_layer)


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
    return _drifted(quantized_weights(weight, flags.wl_weight), flags, draws, Call(0, 0, 0, 0), covers_layer=True)
