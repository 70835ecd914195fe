"""A sub-array of any kind of cells."""

from __future__ import annotations

from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.sub_array.resistive_layout import resistive_sub_array
from nnsreport.engine.cost.sub_array.results import SubArray
from nnsreport.engine.cost.sub_array.sram import sram_sub_array
from nnsreport.engine.cost.technology import Technology


def sub_array(parameters: Parameters, technology: Technology) -> SubArray:
    """Return a sub-array.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.
    technology : Technology
        Of their node, roadmap and temperature.

    Returns
    -------
    SubArray
        Of SRAM, RRAM or FeFET, as ``parameters.cell`` says.
    """
    if parameters.cell is MemoryCell.SRAM:
        return sram_sub_array(parameters, technology)
    return resistive_sub_array(parameters, technology)
