"""Arrays whose rows are gated by the input, with wires that resist: every vector of every column is solved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.converters.wired_noise import GatedLosses
from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.mapping import Mapping, lines_of_groups
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.wiring import circuits, wires_of_arrays
from nnsreport.engine.parasitics import WireSettings, array_rows, column_currents, rows_around

# In level units: of a column without any conductance nothing is lost.
_LEAST_CONDUCTANCE = 1e-30


@dataclass(frozen=True, slots=True)
class GatedOperand:
    """A layer's devices as its word-line blocks see them, on gated arrays.

    Attributes
    ----------
    without_wires : BlockOperand
        The same layer, were wires ideal; its noise is added here too.
    circuits : tuple of (float, Array of float32 (planes, groups, slices * columns, K))
        Devices whose currents meet in the wires, in level units, and what these currents count for.
    wires : WireSettings
        With the rows of an array, or 0 if each block is one.
    unit_s : float
        Of conductances, in S.
    """

    without_wires: BlockOperand
    circuits: tuple[tuple[float, Array], ...]
    wires: WireSettings
    unit_s: float

    @property
    def cells(self) -> Array:
        """Array of float32, (groups, slices * columns, K): without wires."""
        return self.without_wires.cells

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows K read together."""
        return self.without_wires.blocks

    @property
    def slices(self) -> Slices:
        """How weights are cut."""
        return self.without_wires.slices

    @property
    def cycles(self) -> InputCoding:
        """How activations are applied."""
        return self.without_wires.cycles

    @property
    def is_noisy(self) -> bool:
        """Whether sums draw numbers, so that they have to know of which vectors."""
        return self.without_wires.is_noisy

    def sums(self, vectors: Array, at: Vectors | None = None) -> Iterator[Array]:
        """Yield the currents of the columns of each block.

        Parameters
        ----------
        vectors : Array of integers, (groups, K, m)
            A part of the quantised activations.
        at : Vectors, optional
            Which vectors these are; needed where reads are noisy.

        Yields
        ------
        Array of float32, (cycles, groups, slices * columns, m)
            Free to overwrite.
        """
        xp = namespace_of(vectors)
        arrays = array_rows(self.blocks, self.wires)
        for index, block in enumerate(self.blocks):
            pulses = self.cycles.pulses(vectors[:, block])
            sums = self._currents(pulses, block, arrays).astype(xp.float32)
            if self.without_wires.noise is not None:
                self.without_wires.noise.add(sums, pulses, block, index, at)
            yield sums

    def _currents(self, pulses: Array, block: slice, arrays: tuple[slice, ...]) -> Array:
        before, after = rows_around(block, arrays)
        currents = (
            factor
            * column_currents(
                # All cycles meet the same devices.
                devices[:, None, :, :, block],
                pulses,
                self.wires,
                self.unit_s,
                signed=self.cycles.has_negative_pulses,
                rows_before=before,
                rows_after=after,
            )
            for factor, devices in self.circuits
        )
        total: Array = next(currents)
        for further in currents:
            total += further
        return total

    def lost(self) -> Array:
        """Return how much of a column's current wires cost when all rows of a block are open.

        Returns
        -------
        Array of float32, (blocks, groups, slices * columns)
            As a share of the current with ideal wires; of pairs, of both devices together, each by itself.
        """
        xp = namespace_of(self.cells)
        arrays = array_rows(self.blocks, self.wires)
        each = xp.concatenate([devices for _, devices in self.circuits])[None]
        shares: Array = xp.empty((len(self.blocks), *self.cells.shape[:2]), dtype=xp.float32)
        for index, block in enumerate(self.blocks):
            before, after = rows_around(block, arrays)
            part = each[..., block]
            opened = xp.ones((part.shape[-1], 1), dtype=xp.float32)
            kept = column_currents(
                part, opened, self.wires, self.unit_s, signed=False, rows_before=before, rows_after=after
            )
            ideal = part.sum(axis=(0, 1, -1))
            shares[index] = (ideal - kept.sum(axis=(0, -1))) / xp.maximum(ideal, xp.float32(_LEAST_CONDUCTANCE))
        return shares


def gated_operand(without_wires: BlockOperand, devices: Array, mapping: Mapping, wires: WireSettings) -> GatedOperand:
    """Put the devices of a layer on gated arrays.

    Parameters
    ----------
    without_wires : BlockOperand
        The same layer, were wires ideal.
    devices : Array of float32, (planes, slices, groups, columns, K)
        What each device conducts, in level units.
    mapping : Mapping
        Of the devices.
    wires : WireSettings
        With ``select = "gated"``.

    Returns
    -------
    GatedOperand
        The devices are copied.
    """
    by_lines = lines_of_groups(devices)
    operand = GatedOperand(
        without_wires, tuple(circuits(by_lines, mapping)), wires_of_arrays(wires, mapping), mapping.cell.step_s
    )
    if without_wires.noise is None:
        return operand
    noise = replace(without_wires.noise, losses=GatedLosses(operand.lost()))
    return replace(operand, without_wires=replace(without_wires, noise=noise))
