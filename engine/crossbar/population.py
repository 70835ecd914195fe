"""The devices of one layer and draw: what happens to them, in what order, with which random numbers.

Programming: the target, each device's own deviation from it (frozen for a seed), the error of this programming, then
faults. Reading: drift, faults again (stuck devices do not drift), slow read noise. Everything is in level units.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.cell import Cell
from nnsreport.engine.crossbar.settings import DeviceSettings, ProgrammingSettings, VariationSettings
from nnsreport.engine.devices.drift import drift_exponent, drift_factor, tabulated_exponent
from nnsreport.engine.devices.faults import with_faults
from nnsreport.engine.devices.measured import relaxed_s
from nnsreport.engine.devices.read_noise import read_noise_std
from nnsreport.engine.devices.retention import random_directions, retained, target_directions
from nnsreport.engine.devices.spread import deviates, spread_std_s
from nnsreport.engine.random import Purpose, Stream, device_stream, normals, uniforms

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.conductance import Draw

# A stream's identity costs as much as thousands of its numbers, and each part of a layer asks for it.
_stream_of = functools.lru_cache(maxsize=64)(device_stream)

_States = tuple[Sequence[float], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Population:
    """The devices of one layer and draw.

    Attributes
    ----------
    cell : Cell
        What levels conduct.
    device : DeviceSettings
        Errors of the devices.
    draw : Draw
        Identity of their random numbers.
    """

    cell: Cell
    device: DeviceSettings
    draw: Draw

    def programmed(self, target: Array, first: int) -> Array:
        """Return what programming achieves.

        Parameters
        ----------
        target : Array of float64, (m,)
            What some devices are meant to conduct, in level units.
        first : int
            Number of the first of them in the layer; even.

        Returns
        -------
        Array of float64, (m,)
            In level units, at least 0.
        """
        xp = namespace_of(target)
        state = target
        if self.device.variation.kind != "none":
            # Trial 0 stands for all: the deviation belongs to the device, not to its programming.
            source = _stream_of(self.draw.seed, 0, self.draw.layer, Purpose.VARIATION)
            state = xp.maximum(target + self._deviation(target, self.device.variation, source, first), 0.0)
        if self.device.programming.kind != "none":
            if self.device.programming.kind == "table":
                state = state + self._mean_error(target)
            error = self._deviation(target, self.device.programming, self._stream(Purpose.PROGRAMMING), first)
            state = xp.maximum(state + error, 0.0)
        return self._with_faults(state, first)

    def _deviation(
        self, target: Array, spread: ProgrammingSettings | VariationSettings, source: Stream, first: int
    ) -> Array:
        table = self.cell.table
        measured = table.stds_s[0] if table is not None and table.stds_s else ()
        std = spread_std_s(target / self.cell.maximum, spread, self.device, table, measured)
        std *= deviates(spread.distribution, source, target.shape, namespace_of(target), first) / self.cell.step_s
        return std

    def _mean_error(self, target: Array) -> Array:
        table = self.cell.table
        assert table is not None, "settings that read a table have one"
        errors = [mean - meant for mean, meant in zip(table.means_s[0], table.conductances_s, strict=True)]
        return table.interpolated(target * self.cell.step_s, errors) / self.cell.step_s

    def _with_faults(self, state: Array, first: int) -> Array:
        if not self.device.faults.any:
            return state
        uniform = uniforms(self._stream(Purpose.FAULT), state.shape, namespace_of(state), first)
        return with_faults(state, uniform, self.device.faults, self.cell.offset, self.cell.maximum)

    def read(self, programmed: Array, target: Array, first: int, moment: Moment) -> Array:
        """Return what devices conduct at a time.

        Parameters
        ----------
        programmed : Array of float64, (m,)
            From :meth:`programmed`, in level units; may be overwritten.
        target : Array of float64, (m,)
            What they are meant to conduct, in level units.
        first : int
            Number of the first of them in the layer; even.
        moment : Moment
            From :meth:`moment`.

        Returns
        -------
        Array of float64, (m,)
            In level units, at least 0.
        """
        xp = namespace_of(programmed)
        noise = None
        if self.device.read_noise.kind != "none":
            since, settings = self.device.drift.reference_time_s, self.device.read_noise
            noise = read_noise_std(programmed * (1.0 / self.cell.maximum), moment.time_s, settings, since)
            noise *= normals(self._stream(Purpose.READ, moment.time_s), noise.shape, xp, first)
        state = programmed
        if self.device.drift.kind != "none":
            state = self._with_faults(self._drifted(programmed, target, first, moment), first)
        if noise is not None:
            state = state * xp.maximum(1.0 + noise, 0.0)
        return state

    def moment(self, programmed: Array, time_s: float) -> Moment:
        """Return what all devices have in common at a time.

        Parameters
        ----------
        programmed : Array of float32
            All devices of the layer, in level units.
        time_s : float
            Since the end of programming, in s.

        Returns
        -------
        Moment
            For :meth:`read`.
        """
        drift, table = self.device.drift, self.cell.table
        if drift.kind == "measured":
            assert table is not None, "settings that read a table have one"
            return Moment(time_s, states=table.mean_and_std_s(time_s, drift.time_axis, drift.reference_time_s))
        if drift.kind == "neurosim-1.5":
            return Moment(time_s, limits=(float(programmed.min()), float(programmed.max())))
        return Moment(time_s, limits=(0.0, float(self.cell.levels - 1)))

    def _drifted(self, programmed: Array, target: Array, first: int, moment: Moment) -> Array:
        drift, xp = self.device.drift, namespace_of(programmed)
        if drift.kind.startswith("neurosim"):
            return self._retained(programmed, target, first, moment)
        normal = normals(self._stream(Purpose.DRIFT), target.shape, xp, first)
        if drift.kind == "measured":
            return self._relaxed(programmed, target, normal, moment)
        if drift.kind == "power-law":
            exponent = drift_exponent(target * (1.0 / self.cell.maximum), normal, drift)
        else:
            assert self.cell.table is not None, "settings that read a table have one"
            exponent = tabulated_exponent(target * self.cell.step_s, normal, self.cell.table)
        return programmed * drift_factor(exponent, moment.time_s, drift.reference_time_s)

    def _relaxed(self, programmed: Array, target: Array, normal: Array, moment: Moment) -> Array:
        table, step_s = self.cell.table, self.cell.step_s
        assert table is not None, "settings that read a table have one"
        return relaxed_s(programmed * step_s, target * step_s, normal, moment.states, table) / step_s

    def _retained(self, programmed: Array, target: Array, first: int, moment: Moment) -> Array:
        """Age as NeuroSim does: V1.4 the level that is then written with its variation, V1.5 what was written."""
        drift, xp = self.device.drift, namespace_of(programmed)
        state = programmed if drift.kind == "neurosim-1.5" else target - self.cell.offset
        if drift.direction == "random":
            directions = random_directions(uniforms(self._stream(Purpose.DRIFT), target.shape, xp, first))
        else:
            directions = target_directions(state, drift.target, *moment.limits, drift.kind)
        aged = retained(state, directions, moment.time_s, drift.v, moment.limits, drift.kind)
        if drift.kind == "neurosim-1.5":
            return aged
        aged += self.cell.offset
        conducts = target > 0.0
        share = programmed / xp.where(conducts, target, 1.0)
        result: Array = xp.where(conducts, aged * share, programmed + aged)
        return result

    def _stream(self, purpose: Purpose, time_s: float | None = None) -> Stream:
        return _stream_of(self.draw.seed, self.draw.trial, self.draw.layer, purpose, time_s)


@dataclass(frozen=True, slots=True)
class Moment:
    """What all devices of a layer have in common when they are read.

    Attributes
    ----------
    time_s : float
        Since the end of programming, in s.
    states : tuple of lists
        Mean and deviation of each measured state then, in S.
    limits : tuple of float
        Between which NeuroSim's retention stays: levels, or conductances in level units.
    """

    time_s: float
    states: _States = ((), ())
    limits: tuple[float, float] = (0.0, 0.0)
