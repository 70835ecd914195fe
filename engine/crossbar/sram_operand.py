"""SRAM arrays that compute in the place of conductances: which mapping they need, and how their sums are formed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.settings import CrossbarSettings
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.white_noise import has_white_noise
from nnsreport.engine.sram import Evaluation, Operands, SramArray, program_array
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.conductance import Draw
    from nnsreport.engine.crossbar.layer import CrossbarLayer
    from nnsreport.engine.sram import SramSettings

# What each architecture stores and is driven with: signs, cell_bits, dac_bits.
_MAPPINGS = {
    "QS-Arch": ("twos-complement", 1, 1),
    "QR-Arch": ("twos-complement", 1, 0),
    "CM": ("differential", 0, 0),
}


@dataclass(frozen=True, slots=True)
class SramOperand:
    """A layer's SRAM cells as its word-line blocks see them.

    Attributes
    ----------
    array : SramArray
        With what its cells keep.
    slices : Slices
        How weights are cut.
    cycles : InputCoding
        How activations are applied.
    evaluation : Evaluation
        Identity of what is drawn at evaluations.
    """

    array: SramArray
    slices: Slices
    cycles: InputCoding
    evaluation: Evaluation

    @property
    def cells(self) -> Array:
        """Array of float32, (groups, slices * columns, K)."""
        return self.array.cells

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows K read together."""
        return self.array.blocks

    @property
    def is_noisy(self) -> bool:
        """Whether sums draw numbers; all architectures may."""
        return True

    def sums(self, vectors: Array, at: Vectors | None = None) -> Iterator[Array]:
        """Yield what the bit lines of each block deliver.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, m)
            A part of the quantised activations.
        at : Vectors
            Which vectors these are.

        Yields
        ------
        Array of float32, (cycles, groups, slices * columns, m)
            Free to overwrite.
        """
        assert at is not None, "noise needs to know which images it falls on"
        for index, block in enumerate(self.array.blocks):
            pulses = self.cycles.pulses(vectors[:, block])
            here = replace(self.evaluation, block=index, numbers=at.numbers, occasion=at.occasion)
            yield self.array.block_sums(pulses, here)


def sram_operand(
    layer: CrossbarLayer, settings: SramSettings, conductances: Array, draw: Draw, time_s: float
) -> SramOperand:
    """Store a layer's weights in SRAM arrays, and draw what their cells keep.

    Parameters
    ----------
    layer : CrossbarLayer
        Mapped as :func:`check_sram` demands.
    settings : SramSettings
        What the arrays are made of; the kind is not ``none``.
    conductances : Array of float32, (slices, groups, columns, K)
        Of ideal devices, in level units: the bits, or signed words.
    draw : Draw
        Identity of the random numbers.
    time_s : float
        Evaluation time, in s, which noise depends on; what cells keep does not.

    Returns
    -------
    SramOperand
        The same for the same arguments, on every backend.
    """
    operands = Operands(layer.quantizer.magnitude_bits, layer.mapping.weight_bits)
    evaluation = Evaluation(draw.seed, draw.trial, draw.layer, time_s=time_s)
    cells = layer.block_operand(conductances).cells.astype("int32")
    array = program_array(cells, settings, layer.blocks, operands, evaluation)
    return SramOperand(array, layer.mapping.slices, layer.cycles, evaluation)


def stored_conductances(operand: SramOperand, groups: int) -> Array:
    """Return what the cells of an array hold, frozen mismatch included.

    Parameters
    ----------
    operand : SramOperand
        The array.
    groups : int
        Of the layer.

    Returns
    -------
    Array of float32, (slices, groups, columns, K)
        In level units.
    """
    by_slice = operand.cells.reshape(groups, operand.slices.count, -1, operand.cells.shape[2])
    return by_slice.swapaxes(0, 1)


def check_sram(settings: CrossbarSettings) -> None:
    """Refuse settings that an SRAM array has no meaning with.

    Parameters
    ----------
    settings : CrossbarSettings
        Complete.

    Raises
    ------
    ConfigurationError
        The mapping is not that of the architecture, or memory devices are not ideal: there are none.
    """
    kind = settings.sram.kind
    if kind == "none":
        return
    mapping, device = settings.mapping, settings.device
    for name, wanted in zip(("signs", "cell_bits", "dac_bits"), _MAPPINGS[kind], strict=True):
        found = getattr(mapping, name)
        if found != wanted:
            raise ConfigurationError(
                f'is {found!r}, but an SRAM array of kind "{kind}" needs {wanted!r}',
                field=f"mapping.{name}",
                remedy=f"write {name} = {_toml(wanted)}",
            )
    if mapping.pairs != 1 or mapping.reference != "digital" or mapping.subtraction != "analog":
        raise ConfigurationError(
            "several pairs, digital subtraction and reference columns have no meaning in an SRAM array",
            field="mapping",
            remedy='write pairs = 1, subtraction = "analog" and reference = "digital"',
        )
    if not is_noiseless(device) or has_white_noise(device) or not math.isinf(device.on_off_ratio):
        raise ConfigurationError(
            f'is not ideal, but an SRAM array of kind "{kind}" has no memory devices',
            field="device",
            remedy="leave out the section [device]",
        )


def check_sram_inputs(settings: CrossbarSettings, layer: str, cycles: InputCoding) -> None:
    """Refuse word lines that are driven with a sign.

    Parameters
    ----------
    settings : CrossbarSettings
        Complete.
    layer : str
        Name of the layer.
    cycles : InputCoding
        How its activations are applied.

    Raises
    ------
    ConfigurationError
        The layer's activations are signed, and an SRAM array is to take them as they are.
    """
    if settings.sram.kind != "none" and cycles.has_negative_pulses:
        raise ConfigurationError(
            f'is "bipolar", but word lines of an SRAM array have no sign, and layer {layer!r} has negative inputs',
            field="mapping.input_signs",
            remedy='write input_signs = "two-passes"',
        )


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
