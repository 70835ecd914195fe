"""Factors that NeuroSim's validated mode applies to what its formulas give."""

from __future__ import annotations

from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.quantity import Quantity
from nnsreport.engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Factors of a group; all 1 where it is not validated.

    Attributes
    ----------
    sensing_latency : float or Array
        On the time of a sensing step.
    flip_flop_activity, adder_activity : float or Array
        Shares of accumulators' gates that switch.
    control_activity : float or Array
        Share of the accesses in which decoders switch.
    """

    sensing_latency: Quantity
    flip_flop_activity: Quantity
    adder_activity: Quantity
    control_activity: Quantity


def calibration(parameters: Parameters) -> Calibration:
    """Return the factors of a group of design points.

    Parameters
    ----------
    parameters : Parameters
        Of the design points.

    Returns
    -------
    Calibration
        Scalars or arrays of shape (points,).

    References
    ----------
    NeuroSim V1.4, Param.cpp: beta, gamma, delta and epsilon.
    """
    if not parameters.is_validated:
        return Calibration(sensing_latency=1.0, flip_flop_activity=1.0, adder_activity=1.0, control_activity=1.0)
    return Calibration(
        sensing_latency=parameters.sensing_latency_factor,
        flip_flop_activity=parameters.flip_flop_activity,
        adder_activity=parameters.adder_activity,
        control_activity=parameters.control_activity,
    )
