"""A sub-array of any kind of cells."""

from __future__ import annotations

from nnsreport.engine.cost.given import MemoryCell
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import namespace_among
from nnsreport.engine.cost.sub_array.resistive_layout import resistive_sub_array
from nnsreport.engine.cost.sub_array.results import SubArray
from nnsreport.engine.cost.sub_array.sram import sram_sub_array
from nnsreport.engine.cost.technology import Technology
from nnsreport.errors import ConfigurationError


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
        Of SRAM, RRAM or FeFET, as ``parameters.cell`` says. Areas are nan at those points of a group where a circuit is
        longer than the side of the array that it lies at.

    Raises
    ------
    ConfigurationError
        At no point the circuits fit.
    """
    build = sram_sub_array if parameters.cell is MemoryCell.SRAM else resistive_sub_array
    part: SubArray = build(parameters, technology)
    area_m2 = part.areas.outline.area_m2
    if bool(namespace_among(area_m2).isnan(area_m2).all()):
        raise ConfigurationError(
            "a circuit at the edge of the sub-array is longer than the array: NeuroSim divides by 0",
            field="numColSubArray",
            remedy="raise numRowSubArray or numColSubArray, or make the cells larger",
        )
    return part
