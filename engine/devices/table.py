"""The measured states of a device: what each conducts, how it spreads, drifts and fluctuates.

A state is a row of a CSV file (:mod:`nnsreport.engine.devices.table_file`). Between states everything is interpolated
linearly in the conductance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.errors import ConfigurationError

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.settings import DeviceSettings

# How far a table may fall short of the device's range: decimals of a file.
_TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class DeviceTable:
    """States of a device, in rising order of conductance.

    Attributes
    ----------
    conductances_s : tuple of float
        What each state is meant to conduct, in S.
    times_s : tuple of float
        Times after programming at which the states were measured, in rising order from 0, in s.
    means_s, stds_s : tuple of tuple of float
        For each time, mean and standard deviation of each state, in S; no deviations where the file has none.
    nu_mean, nu_std : tuple of float
        Mean and standard deviation of each state's drift exponent; empty where the file has none.
    read_std_s : tuple of float
        Standard deviation of one read of each state, in S; empty where the file has none.
    path : Path or None
        The file, for messages.
    """

    conductances_s: tuple[float, ...]
    times_s: tuple[float, ...]
    means_s: tuple[tuple[float, ...], ...]
    stds_s: tuple[tuple[float, ...], ...] = ()
    nu_mean: tuple[float, ...] = ()
    nu_std: tuple[float, ...] = ()
    read_std_s: tuple[float, ...] = ()
    path: Path | None = field(default=None, compare=False)

    def interpolated(self, conductance_s: Array, values: Sequence[float]) -> Array:
        """Return a property of devices that lie between the states.

        Parameters
        ----------
        conductance_s : Array of float64
            Of the devices, in S.
        values : sequence of float
            The property of each state.

        Returns
        -------
        Array of float64
            Linear between neighbouring states.
        """
        xp = namespace_of(conductance_s)
        result: Array = xp.interp(conductance_s, xp.asarray(self.conductances_s), xp.asarray(tuple(values)))
        return result

    def mean_and_std_s(self, time_s: float, time_axis: str, reference_time_s: float) -> tuple[list[float], list[float]]:
        """Return mean and standard deviation of each state at a time.

        Parameters
        ----------
        time_s : float
            Since the end of programming, in s.
        time_axis : str
            ``linear`` interpolates in t, ``logarithmic`` in ln(t + t0).
        reference_time_s : float
            t0, in s.

        Returns
        -------
        two lists of float
            In S.

        Raises
        ------
        ConfigurationError
            The time lies beyond the last that was measured.
        """
        self.check_time(time_s)
        after = next(index for index, measured in enumerate(self.times_s) if time_s <= measured)
        before = max(after - 1, 0)
        share = self._share(time_s, before, after, time_axis, reference_time_s)
        return _between(self.means_s, before, after, share), _between(self.stds_s, before, after, share)

    def _share(self, time_s: float, before: int, after: int, time_axis: str, reference_time_s: float) -> float:
        """Return how far a time is from one measurement to the next."""
        if before == after:
            return 1.0
        start, stop = self.times_s[before], self.times_s[after]
        if time_axis == "linear":
            return (time_s - start) / (stop - start)
        start, now, stop = (math.log(t + reference_time_s) for t in (start, time_s, stop))
        return (now - start) / (stop - start)

    def check_time(self, time_s: float) -> None:
        """Refuse a time that lies beyond the last measurement.

        Parameters
        ----------
        time_s : float
            Since the end of programming, in s.

        Raises
        ------
        ConfigurationError
            Nothing is known of the devices then.
        """
        if time_s > self.times_s[-1]:
            raise self._error(
                f"ends {self.times_s[-1]:g} s after programming, but devices are read after {time_s:g} s",
                "evaluate earlier times (run.times_s), or add what was measured later",
            )

    def check(self, device: DeviceSettings) -> None:
        """Refuse to serve a device whose settings ask for what the table does not have.

        Parameters
        ----------
        device : DeviceSettings
            Of the device.

        Raises
        ------
        ConfigurationError
            A column is missing, the states do not reach as far as the device's conductances, or settings say another
            range than the table's levels.
        """
        needed = (
            (device.programming.kind == "table", self.stds_s, "std_s", 'programming.kind = "table"'),
            (device.drift.kind == "measured", self.stds_s, "std_s", 'drift.kind = "measured"'),
            (device.drift.kind == "power-law-table", self.nu_mean, "nu_mean", 'drift.kind = "power-law-table"'),
            (device.white_noise.kind == "table", self.read_std_s, "read_std_s", 'white_noise.kind = "table"'),
        )
        for reads, values, column, setting in needed:
            if reads and not values:
                raise self._error(f"has no column {column}, which {setting} reads", f"add a column {column}")
        if device.levels == "table":
            self._check_levels(device)
        lowest_s = (
            self.conductances_s[0] if device.levels == "table" else device.conductance_max_s / device.on_off_ratio
        )
        slack = _TOLERANCE * device.conductance_max_s
        if self.conductances_s[0] > lowest_s + slack or self.conductances_s[-1] < device.conductance_max_s - slack:
            raise self._error(
                f"reaches from {self.conductances_s[0]:g} to {self.conductances_s[-1]:g} S, but levels lie from "
                f"{lowest_s:g} to {device.conductance_max_s:g} S",
                "choose conductance_max_s and on_off_ratio within the table",
            )

    def _check_levels(self, device: DeviceSettings) -> None:
        highest_s = self.conductances_s[-1]
        if abs(device.conductance_max_s - highest_s) > _TOLERANCE * highest_s:
            raise self._error(
                f"has its highest level at {highest_s:g} S, but conductance_max_s is {device.conductance_max_s:g}",
                f"write conductance_max_s = {highest_s!r}",
            )
        if math.isfinite(device.on_off_ratio):
            raise self._error(
                f"has the lowest level, but on_off_ratio is {device.on_off_ratio:g}", "write on_off_ratio = inf"
            )

    def _error(self, message: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(message, path=self.path, field="device.table", remedy=remedy)


def _between(rows: Sequence[Sequence[float]], before: int, after: int, share: float) -> list[float]:
    return [a + share * (b - a) for a, b in zip(rows[before], rows[after], strict=True)]
