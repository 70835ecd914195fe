"""One layer on crossbars: quantised, mapped, and multiplied."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.compensation import Gain, scaled_columns
from nnsreport.engine.converters.analog import Converter
from nnsreport.engine.converters.clipping import Count
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.arithmetic import (
    BlockOperand,
    Operand,
    collapsed_product,
    converted_product,
    fused_product,
    input_sums,
    kernel_product,
)
from nnsreport.engine.crossbar.conductance import Draw
from nnsreport.engine.crossbar.converter import ConverterDesign
from nnsreport.engine.crossbar.fused import Rescaling
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.mapping import Mapping, lines_of_groups
from nnsreport.engine.crossbar.planner import Plan
from nnsreport.engine.crossbar.quantization import ActivationQuantizer, QuantizedWeight
from nnsreport.engine.crossbar.tiling import Tiling
from nnsreport.engine.crossbar.whole_cells import whole_cells
from nnsreport.engine.cuda.launching import packed_on_device
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.taps import Taps

# Unfolded activations at a time: what stays in a processor's cache until it is multiplied, or bounds a GPU's memory.
_UNFOLDED_BYTES = 1 << 23
UNFOLDED_BYTES_ON_DEVICE = 1 << 30
_LARGEST_TOTAL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class CrossbarLayer:
    """A layer's integers and their place on crossbars, before any device is drawn.

    Attributes
    ----------
    linear : LinearLayer
        The network's layer.
    weight : QuantizedWeight
        Its integer weights.
    quantizer : ActivationQuantizer
        Of its input.
    mapping : Mapping
        Weights to devices.
    cycles : InputCoding
        Activations to pulses.
    converter : UniformConverter, ConverterDesign or None
        Complete, or to be drawn at each read; None where block sums need not be formed.
    exact_plan, plan : Plan
        How the layer is computed with ideal devices and ADC, and with the configured ones.
    image_shape : tuple of int
        Shape of the layer's input for one image.
    neurosim_limits : tuple of (float, float)
        Calibrated ADC ranges of each slice and of the dummy column, where NeuroSim's arithmetic has any.
    """

    linear: LinearLayer
    weight: QuantizedWeight
    quantizer: ActivationQuantizer
    mapping: Mapping
    cycles: InputCoding
    converter: UniformConverter | ConverterDesign | None
    exact_plan: Plan
    plan: Plan
    image_shape: tuple[int, ...] = ()
    neurosim_limits: tuple[tuple[float, float], ...] = ()
    _conversions_of_vector: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Count what every batch asks for again."""
        columns = self.linear.groups * (self.linear.outputs + self.mapping.reference_column)
        conversions = columns * self.row_blocks * self.weight_slices * self.input_cycles
        object.__setattr__(self, "_conversions_of_vector", conversions)

    @property
    def name(self) -> str:
        """Name of the network's node."""
        return self.linear.name

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows of each block of word lines."""
        return self.mapping.blocks(self.linear.inputs)

    @property
    def row_blocks(self) -> int:
        """Number of blocks of word lines."""
        return len(self.blocks)

    @property
    def weight_slices(self) -> int:
        """Number of cells (or pairs) of a weight."""
        return self.mapping.slices.count

    @property
    def input_cycles(self) -> int:
        """Number of cycles of an activation."""
        return self.cycles.count

    @property
    def devices(self) -> int:
        """Number of memory devices, reference columns included."""
        return self.mapping.devices(self.linear.groups, self.linear.outputs, self.linear.inputs)

    @property
    def tiling(self) -> Tiling:
        """Physical arrays that the layer takes."""
        return self.mapping.tiling(self.linear.groups, self.linear.outputs, self.linear.inputs)

    @property
    def weight_scale(self) -> float:
        """Weight of one integer step; the largest, where channels differ."""
        return float(self.weight.scale.max())

    @property
    def activation_scale(self) -> float:
        """Activation of one integer step."""
        return self.quantizer.scale

    @property
    def adc_steps(self) -> tuple[float, ...]:
        """Sum of one ADC code for each slice (or each of its columns), in level units times input digits.

        Empty for an ideal ADC.
        """
        return self.converter.steps if self.converter else ()

    @property
    def full_scale(self) -> tuple[float, ...]:
        """Largest sum a block can give for each slice, in level units times input digits."""
        longest = max(block.stop - block.start for block in self.blocks)
        return self.mapping.full_scale(longest, max(self.cycles.tops))

    def conversions(self, vectors: int) -> int:
        """Return the number of analog-to-digital conversions.

        Parameters
        ----------
        vectors : int
            M of the product.

        Returns
        -------
        int
            Those of the hardware, whether or not the plan computes each; reference columns included.
        """
        return vectors * self._conversions_of_vector

    def vectors(self, x: Array) -> Iterator[tuple[slice, Array]]:
        """Quantise and unfold an input, a few images at a time.

        Parameters
        ----------
        x : Array
            The node's input.

        Yields
        ------
        part : slice
            Of M.
        vectors : Array of integers, (groups, K, m)
            Activation levels.
        """
        budget = _UNFOLDED_BYTES if namespace_of(x) is np else UNFOLDED_BYTES_ON_DEVICE
        return self.linear.unfold_parts(self.quantizer.quantize(x), budget)

    def empty_product(self, x: Array) -> Array:
        """Return room for the product of an input.

        Parameters
        ----------
        x : Array
            The node's input.

        Returns
        -------
        Array of float32, (groups, N, M)
            Not initialised.
        """
        xp = namespace_of(x)
        shape = (self.linear.groups, self.linear.outputs, self.linear.rows(x.shape))
        product: Array = xp.empty(shape, dtype=xp.float32)
        return product

    def block_operand(self, conductances: Array, noise: ReadNoise | None = None) -> BlockOperand:
        """Return conductances arranged for multiplication block by block.

        Parameters
        ----------
        conductances : Array of float32, (slices, groups, columns, K)
            In level units.
        noise : ReadNoise, optional
            What every read adds.

        Returns
        -------
        BlockOperand
            A copy.
        """
        cells = lines_of_groups(conductances)
        packed = None
        if isinstance(self.converter, UniformConverter):
            slices = self.mapping.slices
            packed = packed_on_device(cells, noise, self.blocks, slices, self.cycles, self.converter)
        whole = whole_cells(cells, self.blocks, self.cycles) if noise is None else None  # the loops know no noise
        return BlockOperand(cells, self.blocks, self.mapping.slices, self.cycles, noise, whole, packed)

    def drawn_converter(self, draw: Draw, time_s: float) -> Converter | None:
        """Return the layer's converters in one trial.

        Parameters
        ----------
        draw : Draw
            Identity of what is frozen in them.
        time_s : float
            Evaluation time, in s, which noise depends on.

        Returns
        -------
        Converter or None
            None where block sums need not be formed.
        """
        if isinstance(self.converter, ConverterDesign):
            return self.converter.drawn(draw, time_s, namespace_of(self.weight.levels))
        return self.converter

    def converted_product(
        self, vectors: Array, operand: Operand, converter: Converter, gain: Gain, at: Vectors | None = None
    ) -> tuple[Array, Count]:
        """Return what the layer's converters deliver.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, m)
            Activation levels.
        operand : Operand
            From :meth:`block_operand`.
        converter : Converter
            From :meth:`drawn_converter`.
        gain : Gain
            Digital factor of drift compensation, of the layer or of each column, applied before the digital reference
            is subtracted.
        at : Vectors, optional
            Which vectors these are; needed where there is noise.

        Returns
        -------
        product : Array of float32, (groups, N, m)
            Of activations and weights.
        clipped : int or Array of int64, ()
            Conversions outside the ADC's range; on a device an array, so that nobody waits for it.
        """
        rescaling = self.rescaling(gain) if isinstance(operand, BlockOperand) and operand.packed else None
        launched = None if rescaling is None else kernel_product(vectors, operand, converter, at, rescaling)
        if launched is not None:
            return launched
        product, clipped = converted_product(vectors, operand, converter, at)
        product = scaled_columns(product, gain, self.mapping.reference_column)
        if self.mapping.reference:
            product -= self.mapping.reference * input_sums(vectors)
        return self._rescaled(product), clipped

    def fused(self, operand: Operand, converter: Converter, gain: Gain) -> Callable[[Taps], tuple[Array, int]] | None:
        """Return what makes products of quantised inputs in the loops in C.

        Parameters
        ----------
        operand : Operand
            From :meth:`block_operand`.
        converter : Converter
            From :meth:`drawn_converter`.
        gain : Gain
            Digital factor of drift compensation.

        Returns
        -------
        callable or None
            From :meth:`taps`, or some vectors of them, to what :meth:`converted_product` gives for all vectors, and
            how many conversions were clipped; None where the loops do not apply, as on a device.
        """
        fused = fused_product(namespace_of(self.weight.levels), self.quantizer.dtype, operand, converter)
        rescaling = None if fused is None else self.rescaling(gain)
        return None if fused is None or rescaling is None else functools.partial(fused.of, rescaling=rescaling)

    def rescaling(self, gain: Gain) -> Rescaling | None:
        """Return what follows the sum over slices.

        Parameters
        ----------
        gain : Gain
            Digital factor of drift compensation.

        Returns
        -------
        Rescaling or None
            For the loops in C and the GPU's kernel; None where a column of references is subtracted, or a vector's
            activations may add up to more than their integers hold.
        """
        if self.mapping.reference_column or self.linear.inputs * self.quantizer.top > _LARGEST_TOTAL:
            return None
        xp = namespace_of(self.weight.scale)
        scales = self.weight.scale * xp.float32(self.quantizer.scale)
        gains: Array = xp.empty(scales.shape, dtype=xp.float32)
        gains[...] = gain
        return Rescaling(gains, scales, float(self.mapping.reference))

    def taps(self, x: Array) -> Taps:
        """Return a quantised input as the loops in C take it, in a processor's memory."""
        return self.linear.taps(x, self.quantizer.quantize, self.quantizer.quantize_padded)

    def collapsed_product(self, vectors: Array, weights: Array, plan: Plan) -> Array:
        """Return the product without conversion.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, m)
            Activation levels.
        weights : Array of the plan's type, (groups, N, K)
            In units of integer weights.
        plan : Plan
            ``exact_plan`` for whole numbers, ``plan`` for weights as read.

        Returns
        -------
        Array of float32, (groups, N, m)
            Of activations and weights.
        """
        return self._rescaled(collapsed_product(vectors, weights, plan.chunks))

    def column_weights(self, conductances: Array) -> Array:
        """Return the digital sum of the slices of each column, which the array multiplies inputs with.

        Parameters
        ----------
        conductances : Array of float32, (slices, groups, columns, K)
            In level units; of a pair, positive minus negative.

        Returns
        -------
        Array of float64, (groups, columns, K)
            In units of integer weights, any offset included.
        """
        xp = namespace_of(conductances)
        total: Array = xp.zeros(conductances.shape[1:], dtype=xp.float64)
        for index, weight in enumerate(self.mapping.slices.weights):
            total += weight * conductances[index].astype(xp.float64)
        return total

    def weights_as_read(self, column_weights: Array, gain: Gain) -> Array:
        """Return the weights that the layer's output shows, after its reference is subtracted.

        Parameters
        ----------
        column_weights : Array of float64, (groups, columns, K)
            From :meth:`column_weights`.
        gain : Gain
            Digital factor of drift compensation, of the layer or of each column.

        Returns
        -------
        Array of float64, (groups, N, K)
            In units of integer weights.
        """
        return scaled_columns(column_weights, gain, self.mapping.reference_column) - self.mapping.reference

    def _rescaled(self, product: Array) -> Array:
        xp = namespace_of(product)
        scale = self.weight.scale[:, :, None] * xp.float32(self.quantizer.scale)
        result: Array = product.astype(xp.float32, copy=False)
        result *= scale
        return result
