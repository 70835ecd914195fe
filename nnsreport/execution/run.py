"""A configuration becomes a run in the store, from wherever an earlier attempt left off."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from nnsreport import slurm
from nnsreport.configuration.dump import flatten
from nnsreport.configuration.identity import configuration_hash, file_hashes
from nnsreport.configuration.reader import ResolvedConfiguration
from nnsreport.configuration.schema import Configuration
from nnsreport.costs.model import CostModel
from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.errors import RunInterrupted
from nnsreport.execution.chip_cost import chip_of, chip_part
from nnsreport.execution.early_stop import TrialAccuracies
from nnsreport.execution.evaluate import set_up
from nnsreport.execution.plan import BASELINE, CHIP, common_parts, evaluations, part_names
from nnsreport.execution.progress import Progress, Silence
from nnsreport.execution.stopping import StopRequest
from nnsreport.execution.workload import Workload, prepare
from nnsreport.store.environment import git_commit, hardware, software
from nnsreport.store.folder import RunFolder, now, open_run
from nnsreport.store.record import Attempt, Reference, RunRecord

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_+-]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a run.

    Attributes
    ----------
    folder : Path
        Where it is kept.
    was_complete : bool
        Whether there was nothing to do.
    """

    folder: Path
    was_complete: bool


def execute_run(
    resolved: ResolvedConfiguration,
    *,
    runs: Path,
    run: str | None = None,
    command: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    stop: StopRequest | None = None,
) -> Outcome:
    """Begin a run, or resume it, and complete it.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        What to evaluate.
    runs : Path
        Folder of all runs.
    run : str, optional
        Identifier; else the SLURM job's, else one made of the configuration (:func:`default_run_id`).
    command : sequence of str
        The command line, for the record.
    environment : Mapping of str to str, optional
        Environment variables, for SLURM's.
    progress : Progress, optional
        Hears what is done.
    stop : StopRequest, optional
        Looked at after each batch.

    Returns
    -------
    Outcome
        Of a complete run.

    Raises
    ------
    RunInterrupted
        ``stop`` asked for it; finished parts are kept.
    NnsreportError
        Something is wrong with the configuration, a file, the device or the run's folder.
    """
    configuration = resolved.configuration
    context = slurm.read_context(environment or {})
    hashes = file_hashes(configuration)
    identity = configuration_hash(configuration, hashes)
    wanted = RunRecord(
        run=run or default_run_id(resolved, identity, context),
        configuration_hash=identity,
        settings=flatten(configuration),
        files=hashes,
        parts=part_names(configuration),
        seed=configuration.run.seed,
        references=tuple(
            Reference(f"{preset.section} {preset.name}", f"{preset.title}: {preset.citation}")
            for preset in resolved.presets
        ),
    )
    attempt = Attempt(
        started=now(),
        command=tuple(command),
        software=software(),
        commit=git_commit(resolved.source.parent),
        slurm=slurm.describe(context) if context else {},
    )
    with open_run(runs, wanted, attempt) as folder:
        if folder.record.state == "complete":
            return Outcome(folder.path, was_complete=True)
        _Session(folder, configuration, progress or Silence(), stop or StopRequest()).finish_parts()
        folder.complete()
        return Outcome(folder.path, was_complete=False)


def default_run_id(resolved: ResolvedConfiguration, identity: str, context: slurm.SlurmContext | None) -> str:
    """Return the identifier of a run that was given none.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        What to evaluate.
    identity : str
        Its hash.
    context : SlurmContext or None
        Of this process.

    Returns
    -------
    str
        The SLURM job's id; elsewhere such as ``digits-1f00ba12``, so that the same configuration resumes and another
        one is another run.
    """
    if context is not None:
        return slurm.run_id(context)
    name = _NOT_IN_NAMES.sub("-", resolved.configuration.run.name or resolved.source.stem).strip("-_+") or "run"
    return f"{name[:64]}-{identity[:8]}"


@dataclass(frozen=True, slots=True)
class _Session:
    """One process at work on a run."""

    folder: RunFolder
    configuration: Configuration
    progress: Progress
    stop: StopRequest

    def finish_parts(self) -> None:
        """Evaluate and keep every part that is not there yet."""
        missing = [name for name in self.folder.record.parts if name not in self.folder.finished]
        if not missing:
            return
        workload = prepare(self.configuration)
        chip = chip_of(self.configuration, workload) if CHIP in missing else None
        self.folder.describe(
            hardware(workload.backend.device), *workload.notes, *self._notes(workload), *(chip.notes if chip else ())
        )
        self._evaluate(workload, frozenset(missing), chip)

    def _notes(self, workload: Workload) -> tuple[str, ...]:
        return (*_device_notes(self.configuration), *_compensation_notes(self.configuration, workload))

    def _evaluate(self, workload: Workload, missing: frozenset[str], chip: CostModel | None) -> None:
        bench = set_up(self.folder.record.run, self.configuration, workload, self.progress, self.check)
        if BASELINE in missing:
            self.folder.add_part(BASELINE, bench.baseline())
        if chip is not None:
            self.folder.add_part(CHIP, chip_part(bench, chip))
        accuracies = TrialAccuracies()
        for trial, times in groupby(evaluations(self.configuration), key=lambda evaluation: evaluation.trial):
            if accuracies.suffice(trial, self.configuration.run):
                self._end_after(trial)
                return
            planned = tuple(times)
            wanted = [evaluation for evaluation in planned if evaluation.part in missing]
            if wanted:
                programmed = bench.program(trial)
                for evaluation in wanted:
                    self.folder.add_part(evaluation.part, bench.evaluate(programmed, evaluation))
            if self.configuration.run.interval_width:
                for evaluation in planned:
                    accuracies.add(self.folder.part_table(evaluation.part, "trials"))

    def _end_after(self, trials: int) -> None:
        """Leave out the trials that are not needed."""
        run = self.configuration.run
        kept = [evaluation.part for evaluation in evaluations(self.configuration) if evaluation.trial < trials]
        width = f"{run.interval_width * 100:g} percentage points"
        self.folder.end_with(
            (*common_parts(self.configuration), *kept),
            f"{trials} of up to {run.trials} trials: no 95 % interval of a mean accuracy is wider than {width}",
        )

    def check(self) -> None:
        """Stop if a signal has asked for it."""
        number = self.stop.signal_number
        if number is None:
            return
        record = self.folder.record
        finished = f"{len(self.folder.finished)} of {len(record.parts)} parts"
        raise RunInterrupted(
            f"stopped by {signal.Signals(number).name}: {finished} of run {record.run} are finished",
            signal_number=number,
            remedy=f"run the same configuration with --id {record.run} to resume it",
        )


def _device_notes(configuration: Configuration) -> tuple[str, ...]:
    if configuration.run.trials > 1 and is_noiseless(configuration.device):
        return ("the device has no random errors, so all trials are equal",)
    return ()


def _compensation_notes(configuration: Configuration, workload: Workload) -> tuple[str, ...]:
    settings, available = configuration.compensation, len(workload.calibration)
    if settings.recalibrates and available < settings.images:
        return (f"statistics are restored from {available} images, all that there are for calibration",)
    return ()
