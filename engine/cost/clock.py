"""The clock of a synchronous chip."""

from __future__ import annotations

import numpy as np

from nnsreport.engine.cost.corrections import Correction
from nnsreport.engine.cost.estimate_points import design_points, over_points
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity, namespace_among
from nnsreport.engine.cost.sub_array.results import ReadInputs, SubArray


def clock_period_s(sub_array: SubArray) -> Quantity:
    """Return the period of the clock: the longest step of a read.

    NeuroSim looks for it among all reads of all layers, but no step of its sub-arrays depends on what is read.

    Parameters
    ----------
    sub_array : SubArray
        Of a group; all sub-arrays of a chip are alike.

    Returns
    -------
    float or Array, (...,)
        In seconds.

    References
    ----------
    NeuroSim V1.4, main.cpp and ProcessingUnit.cpp, clkPeriod.
    """
    one_read = over_points(np.ones(1), sub_array.parameters)
    step_s = sub_array.sensing_latency_s(ReadInputs(active_rows=one_read))
    xp, points = namespace_among(step_s), design_points(sub_array.parameters)
    period_s: Quantity = xp.max(step_s, axis=-1)
    return period_s if points is None else xp.broadcast_to(period_s, (points,))


def clock_hz(period_s: Quantity, wanted_hz: Quantity) -> Quantity:
    """Return the frequency at which circuits count cycles.

    It is never above what the period allows. A slower clock that a user wants changes the number of cycles, but
    NeuroSim still takes them to be as long as the period.

    Parameters
    ----------
    period_s : float or Array, (...,)
        In seconds.
    wanted_hz : float or Array, (...,)
        In hertz.

    Returns
    -------
    float or Array, (...,)
        In hertz.

    References
    ----------
    NeuroSim V1.4, main.cpp, clkFreq.
    """
    frequency_hz: Quantity = namespace_among(period_s, wanted_hz).minimum(wanted_hz, 1 / period_s)
    return frequency_hz


def cycle_s(period_s: Quantity, parameters: Parameters) -> Quantity:
    """Return how long a cycle is taken to last; see :func:`clock_hz`.

    Parameters
    ----------
    period_s : float or Array, (...,)
        The shortest that is possible, in seconds.
    parameters : Parameters
        With the clock that a user wants.

    Returns
    -------
    float or Array, (...,)
        In seconds.
    """
    if Correction.SLOW_CLOCK not in parameters.corrections:
        return period_s
    wanted_hz = parameters.clock_frequency_hz
    lasting_s: Quantity = namespace_among(period_s, wanted_hz).maximum(period_s, 1 / wanted_hz)
    return lasting_s
