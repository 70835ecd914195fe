"""Sub-arrays of SRAM."""

from __future__ import annotations

from nnsreport.engine.cost.given import OperationMode
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.sub_array.results import SubArray
from nnsreport.engine.cost.sub_array.sram_parallel import parallel_sram
from nnsreport.engine.cost.sub_array.sram_sequential import sequential_sram
from nnsreport.engine.cost.technology import Technology


def sram_sub_array(parameters: Parameters, technology: Technology) -> SubArray:
    """Return a sub-array of SRAM.

    What its reads take depends on the number of active rows alone, not on what the cells hold.

    Parameters
    ----------
    parameters : Parameters
        Of the design points, in one of the conventional modes.
    technology : Technology
        Of the transistors.

    Returns
    -------
    SubArray
        Read in parallel or row by row.

    References
    ----------
    NeuroSim V1.4, SubArray.cpp.
    """
    if parameters.mode is OperationMode.CONVENTIONAL_PARALLEL:
        return parallel_sram(parameters, technology)
    return sequential_sram(parameters, technology)
