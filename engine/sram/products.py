"""Whole dot products through an SRAM array: bit planes, block sums, conversion, shift and add.

Plain and complete, for studies of one dot product and as the reference of the crossbar engine's own path.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.sram.array import program_array
from nnsreport.engine.sram.evaluation import Evaluation
from nnsreport.engine.sram.operands import Operands
from nnsreport.engine.sram.settings import SramSettings


class Converter(Protocol):
    """What an ADC does; :class:`nnsreport.engine.converters.uniform.UniformConverter` is one."""

    @property
    def steps(self) -> tuple[float, ...]:
        """Sum that one code stands for, for each plane of weight bits."""

    def convert(self, sums: Array) -> int:
        """Replace sums (cycles, groups, planes * columns, M) by codes, and return how many were clipped."""


@dataclass(frozen=True, slots=True)
class DotProducts:
    """What an array made of dot products.

    Attributes
    ----------
    exact : Array of float64, (groups, N, M)
        Of integer inputs and weights.
    pre_adc : Array of float64, as ``exact``
        As analog sums would give it, shifted and added without conversion.
    output : Array of float64, as ``exact``
        As converted; the same as ``pre_adc`` without a converter.
    clipped : int
        Conversions outside the converter's range.
    """

    exact: Array
    pre_adc: Array
    output: Array
    clipped: int


def weight_planes(weights: Array, bits: int) -> Array:
    """Return the bits of weights in two's complement.

    Parameters
    ----------
    weights : Array of integers, (groups, N, K)
        From -2^(bits - 1) to 2^(bits - 1) - 1.
    bits : int
        Sign included.

    Returns
    -------
    Array of int32, (groups, bits * N, K)
        Plane by plane, least significant first; the last has the negative place.
    """
    xp = namespace_of(weights)
    planes: Array = xp.concatenate([(weights >> index) & 1 for index in range(bits)], axis=1)
    return planes.astype(xp.int32)


def dot_products(
    weights: Array,
    inputs: Array,
    operands: Operands,
    settings: SramSettings,
    evaluation: Evaluation,
    *,
    rows: int = 0,
    converter: Converter | None = None,
) -> DotProducts:
    """Multiply weights and inputs in an SRAM array.

    Parameters
    ----------
    weights : Array of integers, (groups, N, K)
        Signed, of ``operands.weight_bits`` in two's complement; for ``CM`` of magnitude below 2^(weight_bits - 1).
    inputs : Array of integers, (groups, K, M)
        Unsigned, of ``operands.input_bits``.
    operands : Operands
        Their bits.
    settings : SramSettings
        The array; its kind is not ``none``.
    evaluation : Evaluation
        Identity of cells and evaluations; blocks are counted from 0.
    rows : int
        Word lines read together; 0 reads all.
    converter : Converter, optional
        With one step for each plane of weight bits (``CM``: one).

    Returns
    -------
    DotProducts
        In units of integer weight times integer input.
    """
    xp = namespace_of(weights)
    inner = weights.shape[2]
    height = rows or inner
    blocks = tuple(slice(k, min(k + height, inner)) for k in range(0, inner, height))
    words = settings.kind == "CM"
    cells = weights if words else weight_planes(weights, operands.weight_bits)
    array = program_array(cells, settings, blocks, operands, evaluation)
    serial = settings.kind == "QS-Arch"
    cycles = [2.0**index for index in range(operands.input_bits)] if serial else [1.0]
    planes = [1.0] if words else _weight_places(operands.weight_bits)
    exact = xp.matmul(weights.astype(xp.float64), inputs.astype(xp.float64))
    pre_adc, output, clipped = xp.zeros_like(exact), xp.zeros_like(exact), 0
    for index, block in enumerate(blocks):
        at = replace(evaluation, block=index)
        sums = array.block_sums(_pulses(inputs[:, block], len(cycles)), at)
        pre_adc += _shifted_and_added(sums, cycles, planes)
        if converter is not None:
            clipped += converter.convert(sums)
            steps = [step * place for step, place in zip(converter.steps, planes, strict=True)]
            output += _shifted_and_added(sums, cycles, steps)
    return DotProducts(exact, pre_adc, pre_adc if converter is None else output, clipped)


def _weight_places(bits: int) -> list[float]:
    return [2.0**index for index in range(bits - 1)] + [-(2.0 ** (bits - 1))]


def _pulses(inputs: Array, cycles: int) -> Array:
    """Return what word lines carry, (cycles, groups, rows, M): input bits, or whole inputs for one cycle."""
    xp = namespace_of(inputs)
    digits = [inputs] if cycles == 1 else [(inputs >> index) & 1 for index in range(cycles)]
    pulses: Array = xp.stack(digits)
    return pulses.astype(xp.float32)


def _shifted_and_added(sums: Array, cycles: list[float], planes: list[float]) -> Array:
    """Add up (cycles, groups, planes * N, M) by place to (groups, N, M), in float64."""
    groups, lines, vectors = sums.shape[1:]
    xp = namespace_of(sums)
    by_plane = sums.reshape(len(cycles), groups, len(planes), lines // len(planes), vectors).astype(xp.float64)
    total: Array = xp.zeros(by_plane.shape[1:2] + by_plane.shape[3:], dtype=xp.float64)
    for cycle, cycle_place in enumerate(cycles):
        for plane, plane_place in enumerate(planes):
            total += cycle_place * plane_place * by_plane[cycle, :, plane]
    return total
