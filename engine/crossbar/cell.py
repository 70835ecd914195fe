"""A memory cell: which conductance stands for which level.

Conductances are counted in *level units*: one unit is the mean step between neighbouring levels, so that level l of a
cell with even levels conducts ``l + g_off`` and sums of currents are integers but for the offset.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.engine.backend import Array, namespace_of
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.devices.spread import conductance_range_s
from nnsreport.engine.devices.table import DeviceTable
from nnsreport.engine.devices.table_file import load_table
from nnsreport.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Cell:
    """A memory cell in level units.

    Attributes
    ----------
    levels : int
        Number of conductance levels.
    step_s : float
        Conductance of one level unit, in S.
    offset : float
        Conductance of level 0, in level units: (levels - 1) / (on_off_ratio - 1).
    level_conductances : tuple of float
        Conductance of each level, in level units; empty where levels lie evenly.
    table : DeviceTable or None
        Measured states of the device, where settings read them.
    """

    levels: int
    step_s: float
    offset: float
    level_conductances: tuple[float, ...] = ()
    table: DeviceTable | None = None

    @property
    def maximum(self) -> float:
        """Conductance of the highest level, in level units."""
        return self.levels - 1 + self.offset

    def conductances(self, levels: Array) -> Array:
        """Return what cells are meant to conduct.

        Parameters
        ----------
        levels : Array
            From 0 to ``levels - 1``: integers, or real numbers where several pairs hold a weight.

        Returns
        -------
        Array of float32
            In level units: ``level + offset``, or from the table, between levels in proportion.
        """
        xp = namespace_of(levels)
        if self.level_conductances:
            known = xp.asarray(self.level_conductances)
            interpolated: Array = xp.interp(levels.astype(xp.float64), xp.arange(self.levels, dtype=xp.float64), known)
            return interpolated.astype(xp.float32)
        result: Array = levels.astype(xp.float32)
        result += xp.float32(self.offset)
        return result

    def conductance(self, level: int) -> float:
        """Return what a cell of one level is meant to conduct, in level units."""
        return self.level_conductances[level] if self.level_conductances else level + self.offset

    def swing(self, level: int) -> float:
        """Return how much more a cell of one level is meant to conduct than one of level 0, in level units."""
        known = self.level_conductances
        return known[level] - known[0] if known else float(level)


def make_cell(levels: int, device: DeviceSettings) -> Cell:
    """Return a cell of a device.

    Parameters
    ----------
    levels : int
        Number of levels; at least 2.
    device : DeviceSettings
        Range of conductances, and where levels lie in it.

    Returns
    -------
    Cell
        With the device's table, if settings read it.

    Raises
    ------
    ConfigurationError
        The table cannot be read, or has another number of levels.
    """
    table, top = load_table(device), levels - 1
    step_s = conductance_range_s(device, table) / top
    if device.levels != "table":
        return Cell(levels, step_s, top / (device.on_off_ratio - 1), table=table)
    assert table is not None, "settings that read a table have one"
    found = len(table.conductances_s)
    if found != levels:
        raise ConfigurationError(
            f"has {found} levels, but cells hold {levels}",
            path=device.table,
            field="device.table",
            remedy=f"list {levels} levels, or choose mapping.cell_bits so that cells hold {found}: they hold "
            "2^cell_bits levels, those of two-sided pairs 2^(cell_bits + 1) - 1",
        )
    in_units = tuple(conductance_s / step_s for conductance_s in table.conductances_s)
    return Cell(levels, step_s, in_units[0], in_units, table)
