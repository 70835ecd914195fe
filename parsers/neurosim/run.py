"""One run within a log: every line is offered to the readers in turn, and lands somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import NO_EPOCH
from nnsreport.parsers.failures import TracebackReader, find_failure
from nnsreport.parsers.neurosim.ahead import ReadAhead
from nnsreport.parsers.neurosim.diagnosis import diagnose
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.hardware import HardwareReader, Recording, looks_like_quantity
from nnsreport.parsers.neurosim.messages import find_message
from nnsreport.parsers.neurosim.noise import is_meaningless
from nnsreport.parsers.neurosim.phased_wrapper import PhasedWrapperReader
from nnsreport.parsers.neurosim.recurrence import RecurringLog, Section, learn_log
from nnsreport.parsers.neurosim.replay import Memory, Template, learn
from nnsreport.parsers.neurosim.stages import Stage, Verdict
from nnsreport.parsers.neurosim.starts import BEFORE_FLOOR_PLAN, ENDS, EXITS, FLOOR_PLAN, START_HEADS
from nnsreport.parsers.neurosim.training_diagnosis import diagnose_training
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_scan import EpochsAhead, EpochsBetween
from nnsreport.parsers.neurosim.training_section import Block
from nnsreport.parsers.neurosim.training_wrapper import TrainingWrapperReader
from nnsreport.parsers.neurosim.wrapper import FLAGS_BANNER, WrapperReader
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_MEMORY = Memory()


@dataclass(slots=True)
class Run:
    """The readers of one run and what they have found.

    Attributes
    ----------
    records : RunBuilder
        The numbers.
    dialect : Dialect
        The lines of this version.
    sections : list of Section
        C++ parts whose templates are known.
    """

    records: RunBuilder
    dialect: Dialect
    hardware: HardwareReader = field(init=False)
    wrapper: WrapperReader = field(init=False)
    sections: list[Section] = field(default_factory=list)
    _has_exited: bool = False
    _is_explained: bool = False
    _latest_epoch: int = -1
    _traceback: TracebackReader = field(default_factory=TracebackReader)

    def __post_init__(self) -> None:
        """Let the readers file into the same records."""
        self.hardware = HardwareReader(self.records, self.dialect)
        if isinstance(self.records, TrainingRecords):
            self.wrapper = TrainingWrapperReader(self.records, self.dialect)
        else:
            wrapper = PhasedWrapperReader if self.dialect.evaluates_in_phases else WrapperReader
            self.wrapper = wrapper(self.records, self.dialect)

    @classmethod
    def begin(cls, dialect: Dialect, cut_line: int | None) -> Run:
        """Return a run without numbers."""
        if dialect.is_training:
            return cls(TrainingRecords.begin(dialect, cut_line), dialect)
        return cls(RunBuilder(dialect.name, cut_line), dialect)

    @property
    def has_hardware(self) -> bool:
        """Whether the C++ part printed anything."""
        return self.hardware.stage is not Stage.NOTHING or self._has_exited

    def is_over_at(self, text: str) -> bool:
        """Tell whether a line begins another run.

        Parameters
        ----------
        text : str
            A line, not blank.

        Returns
        -------
        bool
            The wrapper began again, or the C++ part did after its floor plan.
        """
        if text[:5] in START_HEADS:
            if text.startswith(FLAGS_BANNER):
                return self.wrapper.has_flags or self.has_hardware
            if self.dialect.is_training:
                return False
            is_next = text.startswith((*FLOOR_PLAN, *EXITS, *BEFORE_FLOOR_PLAN))
            return is_next and (self._has_exited or self.hardware.stage >= Stage.FLOOR_PLAN)
        return self.has_hardware and self.wrapper.is_other_log_folder(text)

    def repeats_at(self, text: str) -> bool:
        """Tell whether the wrapper begins another evaluation of the same network with a line."""
        is_done = self.dialect.repeats_wrapper and self.hardware.stage is Stage.FINISHED
        return is_done and self.wrapper.begins_again_at(text)

    def next(self, text: str, cut_line: int | None) -> Run:
        """Return the run that begins with a line."""
        run = Run.begin(self.dialect, cut_line)
        if self.dialect.repeats_wrapper and not text.startswith(FLAGS_BANNER):
            run.wrapper.follow(self.wrapper)
        return run

    def begin_section(self) -> None:
        """Prepare for the first line of a C++ part."""
        if self.dialect.is_training:
            self._latest_epoch = max(
                self._latest_epoch, NO_EPOCH if self.hardware.epoch is None else self.hardware.epoch
            )
            self.hardware.begin_section(self.wrapper.epoch_of_next_section(self.hardware.epoch))
        self.hardware.begin_lines()
        self.hardware.recording = Recording(len(self.records.metrics))

    def read_section(self, ahead: ReadAhead, text: LogText, start: int) -> Template | None:
        """Read a C++ part at once, if one with the same lines was read before.

        Parameters
        ----------
        ahead : ReadAhead
            The C++ parts of the text.
        text : LogText
            The log.
        start : int
            Index of the part's first line.

        Returns
        -------
        Template or None
            Its lines; None if they have to be read one by one.
        """
        epoch = self.hardware.epoch
        if self.hardware.stage > Stage.STARTED or (epoch is not None and epoch <= self._latest_epoch):
            return None
        known = ahead.read(self.dialect.name, _MEMORY, text, start)
        if known is None:
            return None
        template, values = known
        self._file_section(template, values, text, start)
        self._note_section(template, start)
        return template

    def _file_section(self, template: Template, values: npt.NDArray[np.float64], text: LogText, start: int) -> None:
        hardware, first_line, known = self.hardware, text.numbers[start], self.hardware.layers
        hardware.recording = None
        for place in template.apart:
            self.read(text.lines[start + place], first_line + place)
        self.records.extend(template.block, values, template.places + first_line, epoch=hardware.epoch)
        for name, value, place in template.settings:
            self.records.setting(name, value, first_line + place)
        hardware.skip_section([(name, first_line + place) for name, place in template.layers if name not in known])
        self.wrapper.leave()

    def learn_section(self, text: LogText, start: int, end: int) -> None:
        """Keep what was made of a C++ part that has just ended, for others with the same lines."""
        recording = self.hardware.recording
        self.hardware.recording = None
        if recording is None or not text.is_consecutive(start, end):
            return
        template = learn(text.lines[start:end], text.numbers[start], recording, self.records)
        if template is not None:
            _MEMORY.keep(self.dialect.name, template)
            self._note_section(template, start)

    def _note_section(self, template: Template, start: int) -> None:
        if not self.dialect.is_training:
            self.sections.append(Section(template, start))

    def read(self, text: str, line: int) -> None:
        """Read one line.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.
        """
        verdict = self.hardware.read(text, line)
        if verdict is Verdict.READ:
            self.wrapper.leave()
            return
        recording, self.hardware.recording = self.hardware.recording, None  # somebody else prints into the C++ part
        if verdict is Verdict.NOT_MINE:
            verdict = self.wrapper.read(text, line)
        if verdict is not Verdict.READ:
            self._read_other(text, line, verdict, recording)

    def read_usual(self, text: str, line: int) -> bool:
        """Read a line of those that the wrapper prints in every epoch, or tell that it is none."""
        verdict = self.wrapper.read_usual(text, line)
        if verdict is Verdict.NOT_MINE:
            return False
        self.hardware.recording = None
        if verdict is Verdict.UNREADABLE:
            self._read_other(text, line, verdict, None)
        return True

    def read_epoch(self, epochs: EpochsAhead, index: int) -> int:
        """Read the lines of a training's epoch at once.

        Parameters
        ----------
        epochs : EpochsAhead
            What is known of the log's lines.
        index : int
            Of the line that may be the first.

        Returns
        -------
        int
            Lines read; 0 if they have to be read one by one.
        """
        if not isinstance(self.wrapper, TrainingWrapperReader):
            return 0
        printed = epochs.at(index)
        if printed is None or not self.wrapper.count_expected(printed) or not self.wrapper.take_epochs(printed):
            return 0
        self.hardware.recording = None
        return printed.shape.lines

    def read_epochs(self, template: Template, ahead: ReadAhead, between: EpochsBetween, rank: int) -> int:
        """Read epochs and their C++ parts behind a part that was read at once, if nothing but numbers changes.

        Parameters
        ----------
        template : Template
            Of that part.
        ahead : ReadAhead
            The C++ parts of the text.
        between : EpochsBetween
            The lines between them.
        rank : int
            Of that part.

        Returns
        -------
        int
            C++ parts read.
        """
        import numpy as np

        wrapper = self.wrapper
        if not isinstance(wrapper, TrainingWrapperReader) or not self._says_nothing_new(template):
            return 0
        values = ahead.following(template, rank + 1)
        printed = between.behind(rank, len(template.lines), len(values)) if len(values) else None
        if printed is None:
            return 0
        is_finite = np.isfinite(values).all(axis=1)
        count = min(wrapper.count_expected(printed), len(values) if is_finite.all() else int(np.argmin(is_finite)))
        if not count:
            return 0
        first_lines = np.array([between.text.numbers[start] for start in between.bounds[rank + 1 : rank + count + 1]])
        lines = first_lines[:, None] + template.places
        if not wrapper.take_epochs(printed.until(count), Block(template.block, values[:count], lines)):
            return 0
        ahead.drop(rank + 1, rank + count + 1)
        self._end_section(printed.first + count - 1)
        return count

    def _says_nothing_new(self, template: Template) -> bool:
        """Tell whether a C++ part says nothing but its numbers, once one with the same lines was read."""
        settings, layers = self.records.setting_values, self.hardware.layers
        return (
            not template.apart
            and all(settings.get(name) == value for name, value, _ in template.settings)
            and all(name in layers for name, _ in template.layers)
        )

    def _end_section(self, epoch: int) -> None:
        """Go to the end of the C++ part of an epoch, of which everything is filed."""
        self._latest_epoch = max(self._latest_epoch, epoch - 1)
        self.hardware.begin_section(epoch)
        self.hardware.begin_lines()
        self.hardware.recording = None
        self.hardware.skip_section(())
        self.wrapper.leave()

    def _read_other(self, text: str, line: int, verdict: Verdict, recording: Recording | None) -> None:
        if verdict is Verdict.UNREADABLE or looks_like_quantity(text):
            self.records.unreadable(text, line)
            self._read_message(text, line)
        elif not self._read_message(text, line):
            if is_meaningless(text):
                self.hardware.recording = recording
            else:
                self.records.unrecognised.append(line)
        self._has_exited = self._has_exited or text.startswith((*EXITS, *ENDS))
        if "\x00" in text:
            self.hardware.forget_place(is_cut=True)
            self.wrapper.leave()

    def _read_message(self, text: str, line: int) -> bool:
        is_inside, explained = self._traceback.read(text)
        if not is_inside:
            explained = find_message(text) or find_failure(text)
        if explained is not None:
            message, remedy = explained
            self.records.problem(message, line, remedy)
            self._is_explained = True
        return is_inside or explained is not None

    def finish(self, run: str, source: Path | None) -> ParsedLog:
        """Return what was found.

        Parameters
        ----------
        run : str
            Identifier of the run.
        source : Path or None
            The file.

        Returns
        -------
        ParsedLog
            Complete when NeuroSim printed its run time; a training, when it did in every tested epoch.
        """
        hardware = self.hardware
        hardware.close(is_cut=True)
        has_floor_plan = hardware.stage >= Stage.FLOOR_PLAN_DONE
        self.wrapper.finish(len(hardware.layers) if has_floor_plan else None)
        records, wrapper, is_explained = self.records, self.wrapper, self._is_explained
        if isinstance(records, TrainingRecords) and isinstance(wrapper, TrainingWrapperReader):
            is_complete = diagnose_training(records, hardware, wrapper, is_explained=is_explained)
        else:
            diagnose(records, hardware, wrapper, is_explained=is_explained)
            is_complete = hardware.stage is Stage.FINISHED
        return records.finish(run, source, is_complete=is_complete)

    def learn(self, text: LogText, log: ParsedLog) -> RecurringLog | None:
        """Return what others with the same lines can be read by; None if there is more in the log than this run.

        Parameters
        ----------
        text : LogText
            The whole log.
        log : ParsedLog
            What :meth:`finish` returned.

        Returns
        -------
        RecurringLog or None
            None where numbers are anywhere but in one C++ part and in lines of the wrapper.
        """
        if len(self.sections) != 1:
            return None
        return learn_log(text, log, self.dialect, self.sections[0], has_flags=self.wrapper.has_flags)
