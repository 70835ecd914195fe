"""Settings to the flags of NeuroSim V1.4's wrapper; what it has no flag for is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping as Map

from nnsreport.engine.crossbar.settings import CrossbarSettings
from nnsreport.engine.peers.wrapper_options import Flags
from nnsreport.errors import ConfigurationError

# What the wrapper has a flag for, and what it fixes; everything else has to keep its default.
_FREE: Map[str, tuple[str, ...]] = {
    "weights": ("bits",),
    "activations": ("bits", "range", "percentile"),
    "mapping": ("cell_bits", "rows"),
    "device": ("name", "conductance_max_s", "on_off_ratio", "programming", "drift"),
    "adc": ("bits",),
}
_FIXED: Map[str, Map[str, object]] = {
    "mapping": {"signs": "offset", "reference": "column", "dac_bits": 1},
    "adc": {"kind": "neurosim-linear"},
}
_SECTIONS = (*_FREE, "compensation", "sram", "wires")


def uses_neurosim(settings: CrossbarSettings) -> bool:
    """Return whether layers are computed as the wrapper does.

    Parameters
    ----------
    settings : CrossbarSettings
        Complete.

    Returns
    -------
    bool
        Whether ``neurosim.arithmetic`` is other than ``none``.
    """
    return settings.neurosim.arithmetic != "none"


def check_neurosim(settings: CrossbarSettings) -> None:
    """Refuse settings that the wrapper has no flag for.

    Parameters
    ----------
    settings : CrossbarSettings
        Complete.

    Raises
    ------
    ConfigurationError
        A setting is other than what the wrapper does.
    """
    if not uses_neurosim(settings):
        return
    for section in _SECTIONS:
        found = getattr(settings, section)
        default = type(found)()
        for name in (entry.name for entry in dataclasses.fields(found)):
            wanted = _FIXED.get(section, {}).get(name, getattr(default, name))
            if name not in _FREE.get(section, ()) and getattr(found, name) != wanted:
                _refuse(f"{section}.{name}", getattr(found, name), wanted)
    device = settings.device
    for name, kind, known in (
        ("programming", device.programming.kind, ("none", "proportional")),
        ("drift", device.drift.kind, ("none", "neurosim-1.4")),
    ):
        if kind not in known:
            _refuse(f"device.{name}.kind", kind, known[1])
    if device.programming.distribution != "normal":
        _refuse("device.programming.distribution", device.programming.distribution, "normal")
    if not settings.mapping.cell_bits or not settings.mapping.rows:
        name = "rows" if settings.mapping.cell_bits else "cell_bits"
        _refuse(f"mapping.{name}", 0, 128 if name == "rows" else 1)


def flags_of(settings: CrossbarSettings, time_s: float) -> Flags:
    """Return the wrapper's flags.

    Parameters
    ----------
    settings : CrossbarSettings
        That :func:`check_neurosim` accepts.
    time_s : float
        ``t``, in s; at 0 nothing has drifted, where the wrapper would divide by zero.

    Returns
    -------
    Flags
        For :func:`nnsreport.engine.peers.neurosim_wrapper.layer_product`.
    """
    programming, drift = settings.device.programming, settings.device.drift
    drifts = drift.kind != "none" and time_s > 0.0
    return Flags(
        wl_weight=settings.weights.bits,
        wl_activate=settings.activations.bits,
        cell_bit=settings.mapping.cell_bits,
        rows=settings.mapping.rows,
        onoffratio=settings.device.on_off_ratio,
        vari=programming.std if programming.kind != "none" else 0.0,
        t=time_s,
        v=drift.v if drifts else 0.0,
        detect=1 if drift.direction == "target" else 0,
        target=drift.target,
        keeps_remainder=settings.neurosim.remainder_channels == "kept",
        drift_spreads=settings.neurosim.drift == "spreads",
    )


def _refuse(name: str, found: object, wanted: object) -> None:
    shown = f'"{wanted}"' if isinstance(wanted, str) else wanted
    remedy = f"write {name.rpartition('.')[2]} = {shown}"
    if dataclasses.is_dataclass(wanted) or isinstance(wanted, tuple):
        remedy = f"leave out {name}"
    raise ConfigurationError(
        "is what NeuroSim V1.4's wrapper has no option for"
        if remedy.startswith("leave")
        else f"is {found!r}, which NeuroSim V1.4's wrapper has no option for",
        field=name,
        remedy=remedy,
    )
