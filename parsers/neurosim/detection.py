"""Tells the versions of NeuroSim apart: none is printed, so each is known by what only it prints."""

from __future__ import annotations

import re
from functools import lru_cache

_OWN = re.compile(
    r"^(?:parallelRead: \d|User assigned speed-up |Tile and PE size are opt|Desired Conventional (?:Ma|PE)|"
    r"User-defined SubArray|Memory Utilization of W|ChipArea : |Chip total (?:CIM array|readLatency i)|"
    r"Chip pipeline-system|Chip layer-by-layer|layer\d+'s (?:PEAK )?(?:readLat|readDyn|writeLat|leakage|buffer|ic )|"
    r"clkPeriod: |Total Run-time of Neuro|quantize layer  |fan_in +\d+, float_limi|"
    r"\t?(?:Epoch \d+ )?Test set: Average l|ERROR!: (?:Memory|RRAM|HP te|only 3|sync_|nvCap)|ERROR: SubArray Size is|"
    r" --- Hardware Properties|Train Epoch: \d|wl_weight: \d|mem_states_file: |Running in-memory comput|-{30} [H2])",
    re.MULTILINE,
)


def _rule(name: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return name, re.compile(f"^(?:{pattern})", re.MULTILINE)


_ONLY_PRINTED_BY = (
    _rule(
        "neurosim-2.1",
        r"Train Epoch: \d|nonlinearityLTP: |Chip readLatency of Forw|Chip total CIM \(Forw|layer\d+'s PEAK|"
        r"layer\d+'s \w+ of (?:$|[FAW])|----------- (?:Buffer (?:bu|la|re)|DRAM da|Synaptic A)|"
        r"Peak (?:Energy E|Throughput)",
    ),
    _rule("neurosim-3d-heterogeneous-1.0", r"\d+-Tier (?:Chip Area|Memory)|-{30} [H2]|For layer-by-layer schem"),
    _rule("neurosim-3d-monolithic-1.0", r"Top Tier: |Bottom Tier: |Chip Operation Temperatu|-+ Monolithic|temp: \d"),
    _rule("neurosim-1.5", r"adc_precision: |sub_array: |ppa: |mem_states_file: |Running in-memory comput"),
    _rule("neurosim-1.0", r"Chip total readLatency i|layer\d+: \d+, \d"),
)
"""What one version prints and no other; the first that is found decides."""

_EARLY_CLOCK = re.compile(r"^(?:clkPeriod: |parallelRead: )", re.MULTILINE)
_PERFORMANCE = re.compile(r"^Energy Efficiency TOPS/W", re.MULTILINE)
_FROM_V13 = re.compile(r"^(?:Chip total CIM array|Compute efficiency TOPS/|Chip clock period)", re.MULTILINE)
_CLOCK = re.compile(r"^Chip clock period", re.MULTILINE)
_FLAGS_TO_V12 = re.compile(r"^type: ", re.MULTILINE)
_FLAGS_OF_V12 = re.compile(r"^ADCprecision: ", re.MULTILINE)
_FLAGS_FROM_V13 = re.compile(r"^dataset: ", re.MULTILINE)


@lru_cache(maxsize=4)
def recognise(heads: str) -> tuple[str, float]:
    """Name the version of NeuroSim that printed a text.

    Parameters
    ----------
    heads : str
        Beginnings of its lines, as in :class:`nnsreport.parsers.glance.Glance`.

    Returns
    -------
    str
        Name of the version; empty if it is no output of NeuroSim.
    float
        How sure it is: 1 when something was found that only this version prints; 0.9 when several print the same, and
        the version named is the latest of them that is widespread.
    """
    if not _OWN.search(heads):
        return "", 0.0
    for name, pattern in _ONLY_PRINTED_BY:
        if pattern.search(heads):
            return name, 1.0
    if _EARLY_CLOCK.search(heads):
        return "neurosim-1.4", 1.0
    if _FLAGS_TO_V12.search(heads):
        return ("neurosim-1.2" if _FLAGS_OF_V12.search(heads) else "neurosim-1.0"), 1.0
    if _PERFORMANCE.search(heads) and not _FROM_V13.search(heads):
        return "neurosim-1.2", 1.0
    if _CLOCK.search(heads) or _FLAGS_FROM_V13.search(heads):
        return "neurosim-1.3", 1.0
    return "neurosim-1.4", 0.9
