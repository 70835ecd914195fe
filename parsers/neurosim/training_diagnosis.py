"""What is wrong with a training as a whole: where it stopped, what is missing, what is not to be trusted."""

from __future__ import annotations

from nnsreport.parsers.neurosim.hardware import HardwareReader
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.neurosim.training_progress import TrainingProgress
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_wrapper import TrainingWrapperReader
from nnsreport.parsers.silence import NEUROSIM_SILENCE

_TIME_REMEDY = "look at the end of the job (sacct): usually the time limit, or memory"
_PIPELINE_REMEDY = (
    "with pipeline = true, main.cpp of V2.0 and V2.1 reads coreLatencyADCPerLayer[i] and its neighbours before it "
    "fills them, and crashes: move these lines behind the push_back, or set pipeline = false in Param.cpp"
)


def diagnose_training(
    records: TrainingRecords, hardware: HardwareReader, wrapper: TrainingWrapperReader, *, is_explained: bool
) -> bool:
    """File the problems that only show at the end of a training.

    Parameters
    ----------
    records : TrainingRecords
        Closed; receives the problems.
    hardware, wrapper : HardwareReader and TrainingWrapperReader
        How far each part came.
    is_explained : bool
        A message in the log may already tell why it ends where it does.

    Returns
    -------
    bool
        Whether the training came to its end, and NeuroSim in every tested epoch.
    """
    progress = records.progress
    progress.note_end()
    is_complete = _is_complete(records, wrapper, is_explained=is_explained)
    is_told = not is_complete and _explain_stop(records, hardware, wrapper, is_explained=is_explained)
    if progress.stopped.count > is_told:
        records.problem(
            f"NeuroSim did not come to its end in {progress.stopped}", progress.stopped.line, "see the messages there"
        )
    _report_numbers(records, progress)
    if progress.diverged.count:
        records.problem(
            f"the training diverged: {progress.diverged.count} losses are inf or nan, the first in "
            f"{progress.diverged.shown[0]}",
            progress.diverged.line,
            "lower the learning rate (--grad_scale), or raise the precision of gradients and errors",
        )
    return is_complete


def _is_complete(records: TrainingRecords, wrapper: TrainingWrapperReader, *, is_explained: bool) -> bool:
    progress = records.progress
    if not progress.finished or progress.stopped.count or progress.unestimated.count:
        return False
    if wrapper.asked_epochs is not None:
        return progress.finished >= len(range(0, wrapper.asked_epochs, wrapper.test_interval))
    if progress.epoch is None:
        return True
    return records.has_ended and not is_explained


def _explain_stop(
    records: TrainingRecords, hardware: HardwareReader, wrapper: TrainingWrapperReader, *, is_explained: bool
) -> bool:
    """File where the log ends; tell whether that is within a C++ part."""
    progress = records.progress
    remedy = None if is_explained else _TIME_REMEDY
    of_all = f" of {wrapper.asked_epochs}" if wrapper.asked_epochs is not None else ""
    is_in_section = progress.where is not None and (progress.epoch or 0) <= (progress.latest_section or 0)
    if is_in_section and not records.has_ended:
        if hardware.stage is Stage.LAYERS and hardware.layer is None and progress.where == "before it prints a layer":
            remedy = _PIPELINE_REMEDY
        where = f"in {hardware.layer}" if progress.where == "before it prints a layer" and hardware.layer else None
        records.problem(
            f"the log is cut off: NeuroSim stops {where or progress.where} in epoch {progress.latest_section}{of_all}",
            remedy=remedy,
        )
        return True
    if hardware.stage is Stage.NOTHING and not progress.finished and not progress.stopped.count:
        _explain_silence(records, wrapper, remedy)
    elif progress.epoch is not None and not records.has_ended:
        seen = f" after {progress.step} images" if progress.step is not None else ""
        records.problem(
            f"the log is cut off: the training stops in epoch {progress.epoch}{of_all}{seen}", remedy=remedy
        )
    elif progress.epoch is not None and wrapper.asked_epochs not in (None, progress.epoch + 1):
        records.problem(
            f"the training ends in epoch {progress.epoch}{of_all}", progress.line, "look for the message before its end"
        )
    return False


def _explain_silence(records: TrainingRecords, wrapper: TrainingWrapperReader, remedy: str | None) -> None:
    if wrapper.has_result:
        records.problem(
            "the wrapper tested its network, but NeuroSim printed nothing",
            remedy=f"look for its output in another file, and whether NeuroSIM/main was built; {NEUROSIM_SILENCE}",
        )
    elif wrapper.has_flags:
        records.problem("the log ends before the first test", remedy=remedy)


def _report_numbers(records: TrainingRecords, progress: TrainingProgress) -> None:
    if progress.unestimated.count and progress.finished + progress.stopped.count:
        records.problem(f"NeuroSim printed nothing about {progress.unestimated}")
    if progress.missing.count:
        records.problem(
            f"{progress.missing.count} expected values are not in the log: {progress.missing}",
            remedy="look for lines that are missing or damaged",
        )
    if progress.contradicted.count:
        records.problem(
            f"{progress.contradicted.count} numbers have another value in the same epoch; none of them is kept: "
            f"{progress.contradicted}",
            progress.contradicted.line,
            "look for a missing, doubled or damaged piece of the log",
        )
    if progress.mixed.count:
        records.problem(
            f"an inference printed into {progress.mixed}: what a training prints with the same words is left out",
            progress.mixed.line,
            "let each program write into a file of its own",
        )
    if progress.not_finite.count:
        records.problem(
            f"{progress.not_finite.count} values are inf or nan, the first in {progress.not_finite.shown[0]}",
            progress.not_finite.line,
        )
    if progress.is_for_one_image:
        records.problem(
            "activation gradients, weight gradients and updates take no energy: latencies and energies are for "
            "one image, not for an epoch",
            remedy="set trainingEstimation = true in Param.cpp",
        )
