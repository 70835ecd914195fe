"""What is wrong with a run as a whole: where it stopped, what is missing, what is not to be trusted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.findings import Findings, Places
from nnsreport.parsers.neurosim.hardware import HardwareReader
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.trust import report_untrustworthy
from nnsreport.parsers.neurosim.versions import settle_version
from nnsreport.parsers.neurosim.wrapper import WrapperReader
from nnsreport.parsers.silence import NEUROSIM_SILENCE

_SHOWN_MISSING = 6
_FEWEST_OF_MIXTURE = 3
"""Fewer numbers that contradict others may be damaged ones."""
_MIXTURE_REMEDY = "let each job write a file of its own: #SBATCH --output=output_%j.txt"
_TIME_REMEDY = "look at the end of the job (sacct): usually the time limit, or memory"
_SILENCE_REMEDY = f"{NEUROSIM_SILENCE}; or NeuroSIM/main was not built"


def diagnose(records: RunBuilder, hardware: HardwareReader, wrapper: WrapperReader, *, is_explained: bool) -> None:
    """File the problems that only show at the end of a run, and the version as far as the numbers tell it.

    Parameters
    ----------
    records : RunBuilder
        All numbers of the run; receives the problems.
    hardware, wrapper : HardwareReader and WrapperReader
        How far each part came.
    is_explained : bool
        A message in the log may already tell why it ends where it does.
    """
    findings = Findings.among(records)
    _report_mixture(records)
    if hardware.stage is Stage.FINISHED:
        _report_missing(records, hardware, findings.places)
        _note_clock(records, hardware, findings)
    elif hardware.stage is Stage.NOTHING:
        _explain_silence(records, wrapper, is_explained=is_explained)
    else:
        _explain_stop(records, hardware, None if is_explained else _TIME_REMEDY)
    report_untrustworthy(records, hardware.dialect, findings, is_complete=hardware.stage is Stage.FINISHED)
    if is_explained or hardware.stage is not Stage.NOTHING or len(records.metrics) or records.settings:
        settle_version(records, hardware, findings, has_flags=wrapper.has_flags)


def _report_mixture(records: RunBuilder) -> None:
    if records.contradictions >= _FEWEST_OF_MIXTURE:
        records.problem(
            f"{records.contradictions} numbers are there twice with different values, as where two jobs write into one "
            "file: which run the first ones are of is not known",
            records.first_contradiction,
            _MIXTURE_REMEDY,
        )


def _explain_silence(records: RunBuilder, wrapper: WrapperReader, *, is_explained: bool) -> None:
    if wrapper.has_result and not is_explained:
        records.problem("the wrapper came to its end, but NeuroSim printed nothing", remedy=_SILENCE_REMEDY)
    elif wrapper.has_flags and not wrapper.has_result:
        remedy = "set PYTHONUNBUFFERED=1 to see how far the wrapper came; " + _TIME_REMEDY
        records.problem("the log ends before the accuracy", remedy=None if is_explained else remedy)


def _explain_stop(records: RunBuilder, hardware: HardwareReader, remedy: str | None) -> None:
    count = len(hardware.layers)
    if hardware.stage is Stage.STARTED:
        where = "before its floor plan"
    elif hardware.stage is Stage.FLOOR_PLAN:
        where = "in its floor plan"
    elif hardware.stage is Stage.FLOOR_PLAN_DONE and hardware.dialect.has_clock:
        where = "after its floor plan, while it looked for the clock period, which prints nothing"
    elif hardware.stage is Stage.FLOOR_PLAN_DONE:
        where = "after its floor plan"
    elif hardware.stage is Stage.CLOCK or (hardware.stage is Stage.LAYERS and hardware.layer is None):
        where = "before the first layer was estimated"
    elif hardware.stage is Stage.LAYERS:
        where = f"in {hardware.layer} of {count}"
    elif hardware.stage is Stage.SUMMARY:
        where = "in its summary"
    else:
        where = "shortly before its end"
    records.problem(f"the log is cut off: NeuroSim stops {where}", remedy=remedy)


def _report_missing(records: RunBuilder, hardware: HardwareReader, places: Places) -> None:
    missing = _missing(hardware.dialect, places, tuple(hardware.layers))
    if missing:
        more = f" and {len(missing) - _SHOWN_MISSING} more" if len(missing) > _SHOWN_MISSING else ""
        records.problem(
            f"{len(missing)} expected values are not in the log: {', '.join(missing[:_SHOWN_MISSING])}{more}",
            remedy="look for lines that are missing or damaged",
        )


@lru_cache(maxsize=64)
def _missing(dialect: Dialect, places: Places, layers: tuple[str, ...]) -> tuple[str, ...]:
    """Name the numbers of a complete log that are not there; logs of one network share their places."""
    missing = list(_names(None, dialect.expected_in_chip, places))
    for layer in layers:
        missing.extend(_names(layer, dialect.expected_in_layer, places))
    return tuple(missing)


def _names(layer: str | None, expected: Iterable[tuple[str, str]], places: Places) -> Sequence[str]:
    absent = [subject for subject in expected if layer not in places.of.get(subject, ())]
    return [
        f"{layer or 'chip'} {'' if component == 'total' else f'{component} '}{metric}"
        for component, metric in sorted(absent)
    ]


def _note_clock(records: RunBuilder, hardware: HardwareReader, findings: Findings) -> None:
    """File whether the chip has a clock, for versions in which it may have one."""
    if not hardware.dialect.has_clock or findings.value("total", "read_latency") is None:
        return
    if findings.value("total", "clock_period") is None:
        records.setting("neurosim.synchronous", "false", findings.line("total", "read_latency") or 1)
    elif hardware.dialect.has_early_clock and _has_late_clock_only(records, findings):
        records.problem(
            "there is no `clkPeriod` line, though the chip has a clock",
            findings.line("total", "clock_period"),
            "the line is lost, or the log is of NeuroSim V1.3, which prints the rest alike",
        )


def _has_late_clock_only(records: RunBuilder, findings: Findings) -> bool:
    index = findings.places.of["total", "clock_period"][None]
    clock, latency = (findings.line("total", metric) for metric in ("clock_period", "read_latency"))
    is_once = records.metrics.kind.count(index) == 1
    return is_once and clock is not None and latency is not None and clock == latency - 1
