"""One process at work on a run: it computes its share, and where it leads, puts together what all have computed."""

from __future__ import annotations

import signal
from dataclasses import dataclass, field

from nnsreport.configuration.schema import Configuration
from nnsreport.costs.model import CostModel
from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.errors import RunInterrupted
from nnsreport.execution.chip_cost import chip_of, chip_part
from nnsreport.execution.division import Team, Work, at_once, in_groups, shares, work_of
from nnsreport.execution.early_stop import StopRule
from nnsreport.execution.evaluate import Bench, set_up
from nnsreport.execution.measurement import Measured, decode, encode, joined
from nnsreport.execution.plan import CHIP, Evaluation, common_parts, evaluations
from nnsreport.execution.progress import Progress
from nnsreport.execution.stopping import StopRequest
from nnsreport.execution.workers import same_products
from nnsreport.execution.workload import Workload, prepare
from nnsreport.store.environment import hardware
from nnsreport.store.folder import RunFolder


@dataclass(slots=True)
class Session:
    """One process at work on a run.

    Attributes
    ----------
    folder : RunFolder
        Of the run.
    configuration : Configuration
        Of the run.
    progress : Progress
        Hears what is done.
    stop : StopRequest
        Looked at after each batch.
    team : Team
        Who works on the run, and which of them this process is.
    local_task : int
        Index of this process among those of its machine.
    """

    folder: RunFolder
    configuration: Configuration
    progress: Progress
    stop: StopRequest
    team: Team = field(default_factory=Team)
    local_task: int = 0
    _bench: Bench | None = None
    _evaluations: dict[str, Evaluation] = field(init=False)

    def __post_init__(self) -> None:
        """Find evaluations by the names of their parts."""
        self._evaluations = {evaluation.part: evaluation for evaluation in evaluations(self.configuration)}

    @property
    def missing(self) -> tuple[str, ...]:
        """Parts that are not there yet."""
        finished = self.folder.finished
        return tuple(name for name in self.folder.record.parts if name not in finished)

    def work(self, missing: tuple[str, ...]) -> str:
        """Evaluate and keep what this process has to.

        Parameters
        ----------
        missing : tuple of str
            Parts that are not there, the same for all who work on the run.

        Returns
        -------
        str
            What it was computed on, in words; empty where there was nothing to do.
        """
        if not missing:
            return ""
        workload = prepare(self.configuration, self.local_task)
        chip = chip_of(self.configuration, workload) if CHIP in missing else None
        if self.team.leads:
            notes = (*_device_notes(self.configuration), *_compensation_notes(self.configuration, workload))
            of_chip = chip.notes_on(chip.parameters()) if chip else ()
            self.folder.describe(hardware(workload.backend.device), *workload.notes, *notes, *of_chip)
        works = work_of(self.team, missing, self.configuration, len(workload.test), workload.batch_size)
        with same_products():
            bench = set_up(self.folder.record.run, self.configuration, workload, self.progress, self.check)
            self._bench = bench
            self._evaluate(bench, works, chip)
        return workload.backend.device

    def finish(self) -> tuple[str, ...]:
        """Put shares together, and leave out the trials that are not needed.

        Returns
        -------
        tuple of str
            Parts that are missing all the same.
        """
        if (enough := StopRule(self.folder, self.configuration).enough()) is not None:
            self._end_after(enough)
        if self._bench is not None:
            for part in self.missing:
                self._join(self._bench, part)
        return self.missing

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

    def _evaluate(self, bench: Bench, works: tuple[Work, ...], chip: CostModel | None) -> None:
        rule = StopRule(self.folder, self.configuration)
        for group in in_groups(works, bench.trials_at_once):
            if group[0].evaluation is None:
                self._do_common(bench, group[0], chip)
                continue
            if rule.enough() is not None:
                return
            self._do_trials(bench, [work for work in group if not self._is_kept(work)])

    def _do_trials(self, bench: Bench, works: list[Work]) -> None:
        trials = dict.fromkeys(work.evaluation.trial for work in works if work.evaluation is not None)
        programmed = {trial: bench.program(trial) for trial in trials}
        for together in at_once(works):
            evaluations = [work.evaluation for work in together if work.evaluation is not None]
            draws = [programmed[evaluation.trial] for evaluation in evaluations]
            for work, measured in zip(together, bench.measure(draws, evaluations, together[0].images), strict=True):
                self._keep(bench, work, measured)

    def _do_common(self, bench: Bench, work: Work, chip: CostModel | None) -> None:
        if chip is not None and work.part == CHIP:
            self.folder.add_part(CHIP, chip_part(bench, chip))
        elif not self._is_kept(work):
            self._keep(bench, work, bench.measure_baseline(work.images))

    def _is_kept(self, work: Work) -> bool:
        data = self.folder.share(work.part, work.images)
        return data is not None and decode(data) is not None

    def _keep(self, bench: Bench, work: Work, measured: Measured) -> None:
        if len(work.images) < len(bench.workload.test):
            self.folder.add_share(work.part, work.images, encode(measured))
        else:
            self._add(bench, work.part, measured)

    def _add(self, bench: Bench, part: str, measured: Measured) -> None:
        evaluation = self._evaluations.get(part)
        tables = bench.baseline(measured) if evaluation is None else bench.evaluation(evaluation, measured)
        self.folder.add_part(part, tables)

    def _join(self, bench: Bench, part: str) -> None:
        """Make a part of the shares of all tasks, if they are there."""
        found = []
        for images in shares(len(bench.workload.test), bench.workload.batch_size, self.team.tasks):
            data = self.folder.share(part, images)
            if data is None:
                return
            measured = decode(data)
            if measured is None:
                self.folder.drop_share(part, images)
                return
            found.append(measured)
        self._add(bench, part, joined(found))

    def _end_after(self, trials: int) -> None:
        """Leave out the trials that are not needed."""
        run = self.configuration.run
        kept = [part for part, evaluation in self._evaluations.items() if evaluation.trial < trials]
        width = f"{run.interval_width * 100:g} percentage points"
        self.folder.end_with(
            (*common_parts(self.configuration), *kept),
            f"{trials} of up to {run.trials} trials: no 95 % interval of a mean accuracy is wider than {width}",
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
