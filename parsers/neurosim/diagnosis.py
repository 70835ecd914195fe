"""What is wrong with a run as a whole: where it stopped, what is missing, what is not to be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.neurosim.hardware import HardwareReader
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.wrapper import WrapperReader

ABSURD_ENERGY_J = 1.0
"""Dynamic energy of one image above which a result is an error: the largest genuine chips need about a millijoule."""

_SHOWN_MISSING = 6
_TIME_REMEDY = "look at the end of the job (sacct): usually the time limit, or memory"
_NOT_FINITE_REMEDY = (
    "NeuroSim gives these for synchronous = false with register-file buffers, numColMuxed = 1 with SRAM, and "
    "operationmode = 1 with RRAM or FeFET; the other numbers can be used"
)


def diagnose(records: RunBuilder, hardware: HardwareReader, wrapper: WrapperReader, *, is_explained: bool) -> None:
    """File the problems that only show at the end of a run.

    Parameters
    ----------
    records : RunBuilder
        All numbers of the run; receives the problems.
    hardware, wrapper : HardwareReader and WrapperReader
        How far each part came.
    is_explained : bool
        A message in the log may already tell why it ends where it does.
    """
    if hardware.stage is Stage.FINISHED:
        _report_missing(records, hardware)
        _note_clock(records)
    elif hardware.stage is Stage.NOTHING:
        _explain_silence(records, wrapper, is_explained=is_explained)
    else:
        _explain_stop(records, hardware, None if is_explained else _TIME_REMEDY)
    _report_untrustworthy(records)


def _explain_silence(records: RunBuilder, wrapper: WrapperReader, *, is_explained: bool) -> None:
    if wrapper.has_result and not is_explained:
        records.problem(
            "the wrapper came to its end, but NeuroSim printed nothing",
            remedy="NeuroSim ends without a word when technode in Param.cpp is not 130, 90, 65, 45, 32, 22, 14, 10, 7, "
            "5, 3, 2 or 1 (28 is not known), or when NeuroSIM/main was not built",
        )
    elif wrapper.has_flags and not wrapper.has_result:
        remedy = "set PYTHONUNBUFFERED=1 to see how far the wrapper came; " + _TIME_REMEDY
        records.problem("the log ends before the accuracy", remedy=None if is_explained else remedy)


def _explain_stop(records: RunBuilder, hardware: HardwareReader, remedy: str | None) -> None:
    count = len(hardware.layers)
    if hardware.stage is Stage.STARTED:
        where = "before its floor plan"
    elif hardware.stage is Stage.FLOOR_PLAN:
        where = "in its floor plan"
    elif hardware.stage is Stage.FLOOR_PLAN_DONE:
        where = "after its floor plan, while it looked for the clock period, which prints nothing"
    elif hardware.stage is Stage.CLOCK or (hardware.stage is Stage.LAYERS and hardware.layer is None):
        where = "before the first layer was estimated"
    elif hardware.stage is Stage.LAYERS:
        where = f"in {hardware.layer} of {count}"
    elif hardware.stage is Stage.SUMMARY:
        where = "in its summary"
    else:
        where = "shortly before its end"
    records.problem(f"the log is cut off: NeuroSim stops {where}", remedy=remedy)


def _report_missing(records: RunBuilder, hardware: HardwareReader) -> None:
    present: dict[str | None, set[tuple[str, str]]] = {}
    for key in records.metrics.keys:
        if key.component is not None and key.scope in ("chip", "layer"):
            present.setdefault(key.layer, set()).add((key.component, key.metric))
    missing = list(_names(None, hardware.dialect.expected_in_chip - present.get(None, set())))
    for layer in hardware.layers:
        missing.extend(_names(layer, hardware.dialect.expected_in_layer - present.get(layer, set())))
    if missing:
        more = f" and {len(missing) - _SHOWN_MISSING} more" if len(missing) > _SHOWN_MISSING else ""
        records.problem(
            f"{len(missing)} expected values are not in the log: {', '.join(missing[:_SHOWN_MISSING])}{more}",
            remedy="look for lines that are missing or damaged",
        )


def _names(layer: str | None, pairs: Iterable[tuple[str, str]]) -> Iterable[str]:
    for component, metric in sorted(pairs):
        part = "" if component == "total" else f"{component} "
        yield f"{layer or 'chip'} {part}{metric}"


def _note_clock(records: RunBuilder) -> None:
    clocks = [record.line for record in records.metrics if record.metric == "clock_period"]
    latencies = [record.line for record in records.metrics if record.metric == "read_latency"]
    if not clocks and latencies:
        records.setting("neurosim.synchronous", "false", latencies[-1])
    elif clocks and latencies and min(clocks) > min(latencies):
        records.problem(
            "there is no `clkPeriod` line, as in NeuroSim V1.3, whose other lines are the same; read as V1.4",
            min(clocks),
        )


def _report_untrustworthy(records: RunBuilder) -> None:
    not_finite = [record for record in records.metrics if not math.isfinite(record.value)]
    if not_finite:
        first = min(record.line for record in not_finite)
        records.problem(f"{len(not_finite)} values are inf or nan", first, _NOT_FINITE_REMEDY)
    for record in records.metrics:
        if record.scope != "chip" or record.component != "total":
            continue
        if record.metric == "read_dynamic_energy" and ABSURD_ENERGY_J < record.value < math.inf:
            records.problem(
                f"the chip's energy of {record.value:.3g} J for one image is absurd",
                record.line,
                "NeuroSim read beyond the weights of a trace file: use traces as wide as the network's CSV says",
            )
        if record.metric == "read_latency" and record.value == 0:
            records.problem(
                "the chip's latency is 0 s: it was not estimated", record.line, "see numColMuxed in Param.cpp"
            )
