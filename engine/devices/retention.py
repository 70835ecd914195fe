"""Retention as the wrappers of NeuroSim V1.4 and V1.5 model it, with their ``t``, ``v``, ``detect`` and ``target``.

Sources: DNN+NeuroSim V1.4, ``Inference_pytorch/utee/wage_quantizer.py`` (``Retention``, on levels of cells before the
on/off ratio and the variation are applied), and V1.5, ``macro.py`` (``calc_drift``, on sampled conductances).
"""

from __future__ import annotations

from nnsreport.engine.backend import Array, namespace_of


def random_directions(uniform: Array) -> Array:
    """Return the direction in which each device drifts by chance (``detect = 0``).

    Parameters
    ----------
    uniform : Array of float64
        One number in [0, 1) for each device.

    Returns
    -------
    Array of float64
        -1, 0 or 1, each with a probability of a third.
    """
    directions: Array = namespace_of(uniform).floor(3.0 * uniform) - 1.0
    return directions


def target_directions(state: Array, target: float, lowest: float, highest: float, dialect: str) -> Array:
    """Return the direction in which each device drifts towards a target (``detect = 1``).

    Parameters
    ----------
    state : Array of float64
        Levels (V1.4) or conductances (V1.5).
    target : float
        Fraction of the range of states.
    lowest, highest : float
        Range of states.
    dialect : str
        ``neurosim-1.4`` measures the target from 0, ``neurosim-1.5`` from the lowest state.

    Returns
    -------
    Array of float64
        1 below the target, -1 above it, 0 at it.
    """
    goal = (highest - lowest) * target + (lowest if dialect == "neurosim-1.5" else 0.0)
    directions: Array = namespace_of(state).sign(goal - state)
    return directions


def retained(
    state: Array, directions: Array, time_s: float, v: float, limits: tuple[float, float], dialect: str
) -> Array:
    """Return states after a time.

    Parameters
    ----------
    state : Array of float64
        Levels (V1.4) or conductances (V1.5).
    directions : Array of float64
        1 for devices whose state grows, -1 for those whose state falls.
    time_s : float
        ``t`` in s; nothing changes at 0 and at 1 s, and before 1 s states move the other way, as in NeuroSim.
    v : float
        Drift coefficient.
    limits : tuple of float
        States stay between them.
    dialect : str
        ``neurosim-1.4`` multiplies the level plus 1, since its function was written for weights from -1 to 1;
        ``neurosim-1.5`` multiplies the conductance.

    Returns
    -------
    Array of float64
        ``clip((x + 1) * t^(v * direction) - 1)``, or ``clip(x * t^(v * direction))``.
    """
    xp = namespace_of(state)
    shift = 1.0 if dialect == "neurosim-1.4" else 0.0
    ratio = (time_s if time_s > 0.0 else 1.0) ** (v * directions)
    result: Array = xp.clip((state + shift) * ratio - shift, *limits)
    return result
