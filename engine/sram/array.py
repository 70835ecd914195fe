"""SRAM arrays that compute: programmed once, then read block by block.

This is where the architectures meet the crossbar engine. Its block sums ``cells @ pulses`` are those of
:class:`SramArray`'s cells with the pulses of :meth:`SramArray.word_lines`, and pass through
:meth:`SramArray.bit_lines` before they are converted:

========== ============================================ ====================== ==========================
kind       cells                                        pulses                 sums
========== ============================================ ====================== ==========================
QS-Arch    0 or 1, a line for each weight bit           0 or 1, a bit a cycle  counts of unit discharges
QR-Arch    0 or 1, a line for each weight bit           whole inputs           products with weight bits
CM         signed words, a pair of lines                whole inputs           products with words
========== ============================================ ====================== ==========================
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import ModuleType

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.random import Purpose, normals, stream
from nnsreport.engine.sram.bit_cell import channel_noise, current_mismatch, headroom_units, pulse_jitter
from nnsreport.engine.sram.capacitor import capacitor_mismatch
from nnsreport.engine.sram.charge_redistribution import (
    evaluation_variance,
    needs_squares,
    redistributed_charge,
    total_gains,
)
from nnsreport.engine.sram.charge_summing import jittered_pulses, mismatched_cells, summed_charge
from nnsreport.engine.sram.evaluation import Evaluation
from nnsreport.engine.sram.operands import Operands
from nnsreport.engine.sram.settings import SramSettings
from nnsreport.engine.sram.word_reading import read_words, word_powers

# Bounds the float64 numbers held while a layer's cells are drawn; even, because random numbers come in pairs.
_CELLS_AT_A_TIME = 1 << 22


@dataclass(frozen=True, slots=True)
class SramArray:
    """A layer's cells as its bit lines see them.

    Attributes
    ----------
    settings : SramSettings
        What it is made of; its kind is not ``none``.
    blocks : tuple of slice
        Rows K read together.
    full_input : float
        Input that a pulse of full length or the supply voltage stands for: 2^bits.
    cells : Array of float32, (groups, lines, K)
        What block sums multiply pulses with; deviating, where mismatch is frozen.
    gains : Array of float32, (blocks, groups, lines), or None
        Of charge shared among capacitors whose actual total counts.
    powers : Array of float32, (groups, lines, K), or None
        What :meth:`bit_lines` needs multiplied with squared pulses.
    """

    settings: SramSettings
    blocks: tuple[slice, ...]
    full_input: float
    cells: Array
    gains: Array | None
    powers: Array | None

    def word_lines(self, pulses: Array, evaluation: Evaluation) -> Array:
        """Return the pulses that word lines carry.

        Parameters
        ----------
        pulses : Array of float32, (cycles, groups, rows, m)
            Nominal, of one block.
        evaluation : Evaluation
            Identity of the random numbers.

        Returns
        -------
        Array of float32, as ``pulses``
            The same array, where nothing deviates.
        """
        jitter = pulse_jitter(self.settings)
        if self.settings.kind != "QS-Arch" or jitter == 0.0:
            return pulses
        deviates = evaluation.normals(Purpose.SRAM_PULSE, pulses.shape, namespace_of(pulses))
        return jittered_pulses(pulses, jitter, deviates)

    def bit_lines(self, sums: Array, squares: Array | None, evaluation: Evaluation) -> Array:
        """Return what bit lines deliver to converters.

        Parameters
        ----------
        sums : Array of float32, (cycles, groups, lines, m)
            Of one block.
        squares : Array of float32, as ``sums``, or None
            Block sums of ``powers`` and squared pulses; None if there are no powers.
        evaluation : Evaluation
            Identity of the random numbers.

        Returns
        -------
        Array of float32, as ``sums``
            Noisy, and clipped where there is no headroom left.
        """
        if self.settings.kind == "QS-Arch":
            return self._summed_charge(sums, evaluation)
        if self.settings.kind == "QR-Arch":
            return self._redistributed_charge(sums, squares, evaluation)
        if squares is None:
            return sums
        xp = namespace_of(sums)
        noisy: Array = sums + xp.sqrt(squares) * evaluation.normals(Purpose.SRAM_EVALUATION, sums.shape, xp)
        return noisy

    def block_sums(self, pulses: Array, evaluation: Evaluation) -> Array:
        """Return what the bit lines of one block deliver for given pulses.

        Parameters
        ----------
        pulses : Array of float32, (cycles, groups, rows, m)
            Nominal.
        evaluation : Evaluation
            Identity of the block and of the random numbers.

        Returns
        -------
        Array of float32, (cycles, groups, lines, m)
            To be converted.
        """
        xp = namespace_of(pulses)
        block = self.blocks[evaluation.block]
        carried = self.word_lines(pulses, evaluation)
        sums = xp.matmul(self.cells[None, :, :, block], carried)
        squares = None
        if self.powers is not None:
            squares = xp.matmul(self.powers[None, :, :, block], carried * carried)
        return self.bit_lines(sums, squares, evaluation)

    def _summed_charge(self, sums: Array, evaluation: Evaluation) -> Array:
        xp = namespace_of(sums)
        mismatch = current_mismatch(self.settings.cell) if self.settings.mismatch == "independent" else 0.0
        deviation = math.hypot(mismatch, channel_noise(self.settings))
        deviates = evaluation.normals(Purpose.SRAM_EVALUATION, sums.shape, xp) if deviation else None
        return summed_charge(sums, deviation, headroom_units(self.settings), deviates)

    def _redistributed_charge(self, sums: Array, squares: Array | None, evaluation: Evaluation) -> Array:
        xp = namespace_of(sums)
        block = self.blocks[evaluation.block]
        rows = block.stop - block.start
        if self.gains is not None:
            sums = sums * self.gains[evaluation.block][None, :, :, None]
        variance = evaluation_variance(sums, squares, rows, self.full_input, self.settings)
        deviates = evaluation.normals(Purpose.SRAM_EVALUATION, sums.shape, xp)
        return redistributed_charge(sums, variance, rows, self.full_input, self.settings, deviates)


def program_array(
    cells: Array,
    settings: SramSettings,
    blocks: tuple[slice, ...],
    operands: Operands,
    evaluation: Evaluation,
) -> SramArray:
    """Store weights in an array, and draw what its cells keep.

    Parameters
    ----------
    cells : Array of int32, (groups, lines, K)
        Weight bits, 0 or 1; for ``CM`` signed words.
    settings : SramSettings
        What the array is made of; its kind is not ``none``.
    blocks : tuple of slice
        Rows K read together.
    operands : Operands
        Bits of inputs and weights.
    evaluation : Evaluation
        Its seed, trial and layer identify the draw.

    Returns
    -------
    SramArray
        The same for the same arguments, on every backend.
    """
    if settings.kind == "CM":
        return _word_array(cells, settings, blocks, operands, evaluation)
    xp = namespace_of(cells)
    nominal = cells.astype(xp.float32)
    full_input = float(2**operands.input_bits)
    mismatch = current_mismatch(settings.cell)
    gains, powers = None, None
    if settings.kind == "QR-Arch":
        mismatch = capacitor_mismatch(settings.capacitor)
        powers = nominal if needs_squares(settings) else None
    if settings.mismatch == "independent":
        return SramArray(settings, blocks, full_input, nominal, gains, powers)
    deviates = _cell_normals(evaluation, cells.shape, xp)
    if settings.kind == "QR-Arch" and settings.capacitor.total == "actual":
        gains = total_gains(deviates, mismatch, blocks)
    return SramArray(settings, blocks, full_input, mismatched_cells(nominal, mismatch, deviates), gains, powers)


def _word_array(
    words: Array, settings: SramSettings, blocks: tuple[slice, ...], operands: Operands, evaluation: Evaluation
) -> SramArray:
    xp = namespace_of(words)
    bits = operands.weight_bits - 1
    mismatch, limit = current_mismatch(settings.cell), headroom_units(settings)
    deviates, powers = None, None
    if settings.mismatch == "frozen":
        deviates = _cell_normals(evaluation, (bits, *words.shape), xp)
    else:
        powers = word_powers(words, bits, limit) * xp.float32(mismatch**2)
    read = read_words(words, bits, mismatch, limit, deviates)
    return SramArray(settings, blocks, float(2**operands.input_bits), read, None, powers)


def _cell_normals(evaluation: Evaluation, shape: tuple[int, ...], xp: ModuleType) -> Array:
    source = stream(evaluation.seed, evaluation.trial, evaluation.layer, int(Purpose.SRAM_CELL))
    drawn: Array = xp.empty(math.prod(shape), dtype=xp.float32)
    for first in range(0, drawn.size, _CELLS_AT_A_TIME):
        part = drawn[first : first + _CELLS_AT_A_TIME]
        part[...] = normals(source, part.shape, xp, first)
    return drawn.reshape(shape)
