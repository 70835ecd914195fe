"""Arrays whose rows are gated by the input, with wires that resist: every vector of every column is solved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.inputs import InputCoding
from nnsreport.engine.crossbar.mapping import Mapping
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.wiring import circuits, wires_of_arrays
from nnsreport.engine.parasitics import WireSettings, array_rows, column_currents, rows_around


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
    planes, inputs = devices.shape[0], devices.shape[-1]
    groups = devices.shape[2]
    by_lines = devices.swapaxes(1, 2).reshape(planes, groups, -1, inputs)
    return GatedOperand(
        without_wires, tuple(circuits(by_lines, mapping)), wires_of_arrays(wires, mapping), mapping.cell.step_s
    )
