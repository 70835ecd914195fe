"""A sweep as a TOML file describes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from nnsreport.configuration.convert import to_settings
from nnsreport.configuration.origin import Origin, Place
from nnsreport.configuration.toml_file import read_toml
from nnsreport.costs.axes import Axis, Floats, read_axes
from nnsreport.costs.pareto import Objective, read_objectives
from nnsreport.costs.sampling import MOST_POINTS, Sampling, grid, sample
from nnsreport.engine.records import dataclass
from nnsreport.errors import ConfigurationError
from nnsreport.settings import setting

_SECTIONS = ("sweep", "axes")


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """Which design points are evaluated, and what they are judged by."""

    sampling: str = setting(
        Sampling.GRID.value,
        "grid: all combinations; random: independent and uniform along each axis; sobol: filling the space evenly.",
        choices=tuple(kind.value for kind in Sampling),
    )
    points: int = setting(1024, "Design points of a random or Sobol sample.", minimum=1, maximum=MOST_POINTS)
    seed: int = setting(0, "Of a random or Sobol sample.", minimum=0, maximum=2**32 - 1)
    objectives: tuple[str, ...] = setting(
        ("energy_efficiency", "compute_efficiency"),
        "Numbers of the chip, such as `energy_efficiency` or `area.adc`, in which no other point beats those of the "
        "Pareto front.",
    )


@dataclass(frozen=True, slots=True)
class Sweep:
    """A sweep, checked.

    Attributes
    ----------
    source : Path
        Its file.
    settings : SweepSettings
        Its section ``[sweep]``.
    axes : tuple of Axis
        Its section ``[axes]``.
    objectives : tuple of Objective
        Of the Pareto front.
    written : Mapping of str to object
        The sections as they are written, for the record.
    """

    source: Path
    settings: SweepSettings
    axes: tuple[Axis, ...]
    objectives: tuple[Objective, ...]
    written: Mapping[str, object]

    @property
    def parameters(self) -> tuple[str, ...]:
        """What differs between design points, by names of Param.cpp."""
        return tuple(name for axis in self.axes for name in axis.parameters)

    def design_points(self) -> Mapping[str, Floats]:
        """Return the values of each parameter at all points, (points,) each.

        Raises
        ------
        ConfigurationError
            An axis has no steps for a grid, or the grid is too large.
        """
        sampling = Sampling(self.settings.sampling)
        if sampling is not Sampling.GRID:
            return sample(self.axes, sampling, self.settings.points, self.settings.seed)
        try:
            return grid(self.axes)
        except ConfigurationError as error:
            raise ConfigurationError(error.message, path=self.source, field=error.field, remedy=error.remedy) from error


def read_sweep(path: Path) -> tuple[Sweep, dict[str, object]]:
    """Read a sweep.

    Parameters
    ----------
    path : Path
        A TOML file with the sections ``[sweep]`` and ``[axes]``.

    Returns
    -------
    tuple of Sweep and dict
        The sweep, and the file's other sections: those of a configuration, unchecked.

    Raises
    ------
    ConfigurationError
        The file cannot be read, or one of the two sections is wrong.
    """
    table = read_toml(path)
    name = str(path)
    axes = table.get("axes")
    if not isinstance(axes, dict) or not axes:
        raise ConfigurationError(
            "has no axes", path=name, field="axes", remedy="write [axes] and below it such as technode = [22, 14, 7]"
        )
    content = table.get("sweep", {})
    if not isinstance(content, dict):
        raise ConfigurationError("is no table", path=name, field="sweep", remedy="write [sweep] and its settings below")
    settings = to_settings(SweepSettings, content, Origin(Place(name, path.parent)), "sweep")
    written = {"sweep": dataclasses.asdict(settings), "axes": axes}
    sweep = Sweep(path, settings, read_axes(axes, name), read_objectives(settings.objectives, name), written)
    return sweep, {section: value for section, value in table.items() if section not in _SECTIONS}
