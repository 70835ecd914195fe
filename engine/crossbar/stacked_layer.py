"""A layer of several networks as read, which a GPU's kernel multiplies in one launch: trials as further columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.compensation import ChannelCorrection
from nnsreport.engine.converters.noise import NoiseSource
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.fused import Rescaling
from nnsreport.engine.crossbar.layer import UNFOLDED_BYTES_ON_DEVICE, CrossbarLayer
from nnsreport.engine.crossbar.places import Batch
from nnsreport.engine.crossbar.reading import ReadLayer
from nnsreport.engine.cuda.launching import is_launchable, launched_product
from nnsreport.engine.cuda.packing import PackedCells, stacked


@dataclass(frozen=True, slots=True)
class StackedLayer:
    """A layer with the conductances of several trials.

    Attributes
    ----------
    reading : ReadLayer
        Of the first trial, for all that they have in common.
    packed : PackedCells
        Of all trials.
    converter : UniformConverter
        The same for all.
    sources : tuple of NoiseSource
        Where the noise of each trial comes from; none without.
    rescaling : Rescaling
        What follows, (trials * groups, columns).
    correction : ChannelCorrection or None
        What restores the statistics of channels, likewise, if anything does.
    """

    reading: ReadLayer
    packed: PackedCells
    converter: UniformConverter
    sources: tuple[NoiseSource, ...]
    rescaling: Rescaling
    correction: ChannelCorrection | None

    @property
    def trials(self) -> int:
        """How many."""
        return self.packed.trials

    @property
    def layer(self) -> CrossbarLayer:
        """The layer."""
        return self.reading.layer

    def multiply(self, x: Array, batch: Batch, clipped: Array, *, is_shared: bool) -> Array:
        """Return the layer's products.

        Parameters
        ----------
        x : Array
            The node's input, the same for all trials; or those of all, trial after trial along the first axis.
        batch : Batch
            Which images these are, of one trial.
        clipped : Array of int64, (trials,)
            Conversions outside the ADC's range are added here, on the device.
        is_shared : bool
            Whether the input is the same for all.

        Returns
        -------
        Array of float32, (groups, trials * M, N)
            Before the bias, trial after trial.
        """
        linear, xp = self.layer.linear, namespace_of(x)
        alone = x if is_shared else x[: x.shape[0] // self.trials]
        at = self.reading.vectors_of(alone, batch)
        shape = self.trials * linear.groups, linear.outputs, linear.rows(tuple(alone.shape))
        product: Array = xp.empty(shape, dtype=xp.float32)
        for part, vectors in self._vectors(x, is_shared=is_shared):
            here = None if at is None else at.part(part)
            product[..., part] = launched_product(
                vectors, self.packed, self.converter, clipped, self.sources, here, self.rescaling
            )
        if self.correction is not None:
            self.correction.apply(product.swapaxes(1, 2))
        by_trial = product.reshape(self.trials, linear.groups, linear.outputs, -1)
        columns: Array = by_trial.transpose(1, 2, 0, 3).reshape(linear.groups, linear.outputs, -1)
        return columns.swapaxes(1, 2)

    def _vectors(self, x: Array, *, is_shared: bool) -> Iterator[tuple[slice, Array]]:
        """Yield activation levels of a few images, (groups, K, m) or (trials * groups, K, m), and which of M."""
        linear, budget = self.layer.linear, UNFOLDED_BYTES_ON_DEVICE // (1 if is_shared else self.trials)
        levels = self.layer.quantizer.quantize(x)
        if is_shared:
            yield from linear.unfold_parts(levels, budget)
            return
        length = x.shape[0] // self.trials
        rows = linear.rows((length, *x.shape[1:])) // length
        step = max(1, budget // max(levels.itemsize * linear.groups * linear.inputs * rows, 1))
        each = levels.reshape(self.trials, length, *x.shape[1:])
        for first in range(0, length, step):
            images = each[:, first : first + step]
            vectors = linear.unfold(images.reshape(-1, *x.shape[1:])).swapaxes(1, 2)
            by_trial = vectors.reshape(linear.groups, linear.inputs, self.trials, -1).transpose(2, 0, 1, 3)
            part = slice(first * rows, first * rows + by_trial.shape[3])
            yield part, by_trial.reshape(-1, linear.inputs, by_trial.shape[3])


def stacked_layer(readings: Sequence[ReadLayer]) -> StackedLayer | None:
    """Put the trials of a layer side by side, for one launch.

    Parameters
    ----------
    readings : sequence of ReadLayer
        Of one layer, one for each trial.

    Returns
    -------
    StackedLayer or None
        None for one trial, and where the kernel does not compute all of them, or not in one launch.
    """
    operands = [reading.operand for reading in readings]
    first, converter = readings[0], readings[0].converter
    blocks = [operand for operand in operands if isinstance(operand, BlockOperand)]
    packed = [operand.packed for operand in blocks if operand.packed is not None]
    if len(readings) < 2 or len(packed) < len(readings) or not isinstance(converter, UniformConverter):
        return None
    rescalings = [reading.layer.rescaling(reading.gain) for reading in readings]
    known = [rescaling for rescaling in rescalings if rescaling is not None]
    corrections = [reading.correction for reading in readings if reading.correction is not None]
    if (
        any(reading.converter != converter for reading in readings)
        or len(known) < len(readings)
        or len(corrections) not in (0, len(readings))
    ):
        return None
    xp = namespace_of(packed[0].cells)
    if not is_launchable(xp.empty(0, dtype=first.layer.quantizer.dtype), converter):
        return None
    try:
        together = stacked(packed)
    except ValueError:  # of other variants of the kernel, or too many
        return None
    return StackedLayer(
        first,
        together,
        converter,
        tuple(operand.noise.source for operand in blocks if operand.noise is not None),
        Rescaling(
            xp.concatenate([rescaling.gains for rescaling in known]),
            xp.concatenate([rescaling.scales for rescaling in known]),
            known[0].reference,
        ),
        ChannelCorrection(
            xp.concatenate([correction.scale for correction in corrections]),
            xp.concatenate([correction.shift for correction in corrections]),
        )
        if corrections
        else None,
    )
