"""Recognises NeuroSim V1.4 by its text; there is no version in it, so relatives are told by what only they print."""

from __future__ import annotations

import re

_OWN = re.compile(
    r"^(?:parallelRead: \d|User assigned speed-up |Tile and PE size are opt|Desired Conventional (?:Ma|PE)|"
    r"User-defined SubArray|Memory Utilization of W|ChipArea : |Chip total CIM array|Chip pipeline-system|"
    r"Chip layer-by-layer|layer\d+'s (?:readLat|readDyn|leakage|buffer|ic )|clkPeriod: |Total Run-time of Neuro|"
    r"quantize layer  |fan_in +\d+, float_limi|Test set: Average loss|ERROR!: (?:Memory|RRAM|HP te|only 3|sync_)|"
    r"ERROR: SubArray Size is| --- Hardware Properties)",
    re.MULTILINE,
)
_WITH_FLAGS = re.compile(r"^parallelRead: ", re.MULTILINE)
_RELATIVES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(f"^(?:{pattern})", re.MULTILINE), name)
    for pattern, name in (
        (r"-{20,}(?:NeuroSIM r|TPU GB)|-{22}[NT]", "the digital systolic array of NeuroSim"),
        (r"Total SubArray \(synaptic", "MLP+NeuroSim"),
        (
            r"Train Epoch: \d|nonlinearityLTP: |Chip readLatency of Forw|layer\d+'s \w+ of (?:$|[FAW])",
            "NeuroSim V2 (training)",
        ),
        (r"\d+-Tier (?:Chip Area|Memory)|Chip Operation Temperatu|For layer-by-layer schem", "3D NeuroSim"),
        (r"Top Tier: |Bottom Tier: ", "3D NeuroSim"),
        (r"adc_precision: |sub_array: |ppa: |Running in-memory comput", "NeuroSim V1.5"),
        (r"Chip total readLatency i|layer\d+: \d+, \d", "NeuroSim V1.0"),
    )
)
_PERFORMANCE = re.compile(r"^Energy Efficiency TOPS/W", re.MULTILINE)
_NEWER_THAN_V12 = re.compile(r"^(?:Chip total CIM array|Compute efficiency TOPS/)", re.MULTILINE)


def relative_of(heads: str) -> str | None:
    """Name the other version of NeuroSim that a text comes from, or None.

    Parameters
    ----------
    heads : str
        Beginnings of its lines.

    Returns
    -------
    str or None
        Such as ``NeuroSim V2 (training)``.
    """
    for pattern, name in _RELATIVES:
        if pattern.search(heads):
            return name
    if _PERFORMANCE.search(heads) and not _NEWER_THAN_V12.search(heads):
        return "NeuroSim V1.2"
    return None


def confidence_of(heads: str) -> float:
    """Return how sure it is that a text comes from NeuroSim V1.4, 0 to 1.

    Parameters
    ----------
    heads : str
        Beginnings of its lines.

    Returns
    -------
    float
        1 with the wrapper's flags; 0.9 with the C++ part alone, which V1.3, V1.5 and DCIM print likewise.
    """
    if not _OWN.search(heads) or relative_of(heads) is not None:
        return 0.0
    return 1.0 if _WITH_FLAGS.search(heads) else 0.9
