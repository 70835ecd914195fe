"""Which versions of NeuroSim could have printed a run: several print the same, and only some values tell them apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.findings import Findings
from nnsreport.parsers.neurosim.hardware import HardwareReader
from nnsreport.parsers.neurosim.labels import PIPELINED
from nnsreport.parsers.neurosim.stages import Stage

_PRINT_PRECISION = 3e-5
"""Three numbers of six digits, multiplied."""

_NAMES: Mapping[str, str] = {
    "neurosim-dcim-1.0": "DCIM",
    "neurosim-3d-heterogeneous-1.0": "3D heterogeneous",
    "neurosim-3d-monolithic-1.0": "3D monolithic",
}


class Leakage(Enum):
    """How a version charges leakage energy."""

    TO_V13 = "of the idle time"
    FROM_V14 = "of the whole time"
    OPEN = "the values fit both, or are inf"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run can have been printed by.

    Attributes
    ----------
    format : str
        Name of the most likely version's format.
    others : tuple of str
        Other versions, for people.
    reason : str
        Why they are possible, or what decided.
    """

    format: str
    others: tuple[str, ...] = ()
    reason: str = ""

    def __str__(self) -> str:
        """Return the setting's text, such as ``1.2, or 1.1: both print the same``."""
        name = _NAMES.get(self.format, self.format.removeprefix("neurosim-"))
        others = " or ".join(filter(None, (", ".join(self.others[:-1]), *self.others[-1:])))
        text = f"{name}, or {others}" if others else name
        return f"{text}: {self.reason}" if self.reason else text


def settle_version(records: RunBuilder, hardware: HardwareReader, findings: Findings, *, has_flags: bool) -> None:
    """File which versions could have printed a run, and correct the format's name where the values decide.

    Parameters
    ----------
    records : RunBuilder
        All numbers of the run; receives the setting ``neurosim.version``.
    hardware : HardwareReader
        How far the C++ part came, and what the text as a whole was recognised as.
    findings : Findings
        The run's numbers.
    has_flags : bool
        The wrapper printed its flags, which tell V1.3 from its successors.
    """
    verdict = judge(records.format_name, Evidence(hardware.stage, findings, has_flags, records.setting_values))
    records.format_name = verdict.format
    records.setting("neurosim.version", str(verdict), min(records.metrics.line, default=1))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What tells versions apart that print the same lines.

    Attributes
    ----------
    stage : Stage
        How far the C++ part came.
    findings : Findings
        The run's numbers.
    has_flags : bool
        The wrapper printed its flags.
    settings : Mapping of str to str
        Name and value of the run's settings.
    """

    stage: Stage
    findings: Findings
    has_flags: bool
    settings: Mapping[str, str]

    @property
    def has_clock(self) -> bool:
        """Whether the chip has a clock."""
        return self.findings.value("total", "clock_period") is not None

    @property
    def process(self) -> str | None:
        """How layers follow each other; None if that is not known."""
        return self.settings.get("neurosim.process")


def judge(format_name: str, evidence: Evidence) -> Verdict:
    """Return what a run can have been printed by.

    Parameters
    ----------
    format_name : str
        What the text as a whole was recognised as.
    evidence : Evidence
        What else is known.

    Returns
    -------
    Verdict
        With the same format, or that of another version where the values decide.
    """
    known = _JUDGES.get(format_name)
    return Verdict(format_name) if known is None else known(evidence)


_UNTIL_HERE = "they print the same until here"
_TOO_EARLY = "the log ends before anything tells them apart"


def _judge_v13(evidence: Evidence) -> Verdict:
    if evidence.has_flags or evidence.has_clock:
        return Verdict("neurosim-1.3")
    if leakage_of(evidence.findings, evidence.process) is Leakage.FROM_V14:
        return Verdict("neurosim-1.4", ("1.5", "DCIM"), "the C++ part alone of an asynchronous chip prints the same")
    if evidence.stage >= Stage.SUMMARY:
        return _judge_asynchronous(evidence)
    if evidence.stage >= Stage.LAYERS:
        return Verdict("neurosim-1.3", ("1.1", "1.2", "asynchronous 1.4", "1.5", "DCIM"), _UNTIL_HERE)
    if evidence.stage >= Stage.FLOOR_PLAN:
        return Verdict("neurosim-1.3", ("1.1", "1.2", "2.0", "2.1", "3D monolithic"), _UNTIL_HERE)
    return Verdict("neurosim-1.3", ("another version",), _TOO_EARLY)


def _judge_v14(evidence: Evidence) -> Verdict:
    if is_digital(evidence.findings):
        return Verdict("neurosim-dcim-1.0", reason="it has no ADC, and adders larger than the memory")
    if "wrapper.parallelRead" in evidence.settings:
        return Verdict("neurosim-1.4", ("DCIM",), "with memories of other kinds than DCIM it prints the same")
    if evidence.has_clock:
        return Verdict("neurosim-1.4", ("1.5", "DCIM"), _alike(evidence.findings))
    if evidence.stage >= Stage.SUMMARY:
        return _judge_asynchronous(evidence)
    if evidence.stage >= Stage.FLOOR_PLAN:
        others = ("1.1", "1.2", "1.3", "1.5", "2.0", "2.1", "DCIM", "3D monolithic")
        return Verdict("neurosim-1.4", others, _UNTIL_HERE)
    return Verdict("neurosim-1.4", ("another version",), _TOO_EARLY)


def _alike(findings: Findings) -> str:
    if findings.value("adc", "area") == 0:
        return "the C++ part alone prints the same; with no ADC and few adders operationmode is likely 3 to 6"
    return "the C++ part alone prints the same"


def _judge_asynchronous(evidence: Evidence) -> Verdict:
    """Judge a chip without a clock, of which V1.3 and its successors print the same lines."""
    leakage = leakage_of(evidence.findings, evidence.process)
    if leakage is Leakage.FROM_V14:
        return Verdict("neurosim-1.4", ("1.5", "DCIM"), "the C++ part alone of an asynchronous chip prints the same")
    if leakage is Leakage.TO_V13 and evidence.process == PIPELINED:
        return Verdict("neurosim-1.3", reason="the slowest layer of its pipeline has no leakage energy")
    if leakage is Leakage.TO_V13:
        others = ("1.4", "1.5", "DCIM")
        return Verdict("neurosim-1.3", others, "with RRAM or FeFET an asynchronous chip prints the same")
    return Verdict("neurosim-1.4", ("1.3", "1.5", "DCIM"), "the C++ part alone of an asynchronous chip prints the same")


def _judge_monolithic(evidence: Evidence) -> Verdict:
    if evidence.stage is Stage.NOTHING:
        return Verdict("neurosim-3d-monolithic-1.0", ("3D heterogeneous",), "both print the same until here")
    return Verdict("neurosim-3d-monolithic-1.0")


_JUDGES = {
    "neurosim-1.1": lambda _: Verdict("neurosim-1.1", ("1.2",), "both print the same"),
    "neurosim-1.2": lambda _: Verdict("neurosim-1.2", ("1.1",), "both print the same"),
    "neurosim-1.3": _judge_v13,
    "neurosim-1.4": _judge_v14,
    "neurosim-2.0": lambda _: Verdict("neurosim-2.0", ("2.1",), "both print the same"),
    "neurosim-2.1": lambda _: Verdict("neurosim-2.1", ("2.0",), "both print the same"),
    "neurosim-3d-monolithic-1.0": _judge_monolithic,
}


def is_digital(findings: Findings) -> bool:
    """Tell whether a chip computes in adder trees beside its memory, as only digital compute-in-memory does.

    NeuroSim V1.4 has no area of ADCs either for operationmode 3 to 6; its adders are then a fraction of the memory.

    Parameters
    ----------
    findings : Findings
        Of the chip.

    Returns
    -------
    bool
        False where the areas are not there.
    """
    if findings.value("adc", "area") != 0:
        return False
    adders, memory = findings.value("accumulation", "area"), findings.value("cim_array", "area")
    return adders is not None and memory is not None and adders > memory


def leakage_of(findings: Findings, process: str | None) -> Leakage:
    """Tell how a chip's leakage energy was computed, from its layers.

    Up to V1.3 a layer leaks while it waits for the others: (period - its own latency) in a pipeline, and the tiles of
    all other layers during its latency otherwise. From V1.4 on it leaks all the time, except that layer by layer
    only the unused part of its own SRAM does (nothing for other memories).

    Parameters
    ----------
    findings : Findings
        Of the run.
    process : str or None
        How layers follow each other; None if that is not known, as before the summary.

    Returns
    -------
    Leakage
        ``OPEN`` where numbers are missing or not finite.
    """
    if process is None:
        return Leakage.OPEN
    if process == PIPELINED:
        return _pipelined_leakage(findings)
    judgements = _sequential_leakage(findings)
    if Leakage.FROM_V14 in judgements:
        return Leakage.FROM_V14
    return judgements.pop() if len(judgements) == 1 else Leakage.OPEN


def _pipelined_leakage(findings: Findings) -> Leakage:
    period = findings.value("total", "read_latency")
    power = findings.of_layers("total", "leakage_power")
    if period is None or not power:
        return Leakage.OPEN
    if math.isinf(period):  # an average over an infinite period is nan; up to V1.3 there is no average
        return Leakage.FROM_V14 if any(math.isnan(value) for value in power.values()) else Leakage.TO_V13
    energy = findings.of_layers("total", "leakage_energy")
    for layer, latency in findings.of_layers("total", "read_latency").items():
        if latency == period and power.get(layer, 0.0) > 0 and layer in energy:
            return Leakage.TO_V13 if energy[layer] == 0 else Leakage.FROM_V14
    return Leakage.OPEN


def _sequential_leakage(findings: Findings) -> set[Leakage]:
    tiles = findings.of_layers("total", "tiles")
    total = sum(tiles.values())
    judgements = set()
    power, energy = (findings.of_layers("total", f"leakage_{what}") for what in ("power", "energy"))
    for layer, latency in findings.of_layers("total", "read_latency").items():
        if not (tiles.get(layer) and layer in power and math.isfinite(latency)) or layer not in energy:
            continue
        of_others = (total - tiles[layer]) * power[layer] / tiles[layer] * latency
        if abs(energy[layer] - of_others) <= _PRINT_PRECISION * max(of_others, energy[layer]):
            judgements.add(Leakage.TO_V13)
        else:
            judgements.add(Leakage.FROM_V14 if energy[layer] > of_others else Leakage.OPEN)
    return judgements
