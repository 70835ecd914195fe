"""One run within a log: every line is offered to the readers in turn, and lands somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
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
from nnsreport.parsers.neurosim.training_diagnosis import diagnose_training
from nnsreport.parsers.neurosim.training_epoch import EpochsAhead
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_wrapper import TrainingWrapperReader
from nnsreport.parsers.neurosim.wrapper import FLAGS_BANNER, WrapperReader
from nnsreport.parsers.reading import LogText
from nnsreport.parsers.records import ParsedLog

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_EXITS = (
    *("ERROR!: RRAM-CIM is", "ERROR!: HP technology", "ERROR!: only 300K", "ERROR!: sync_data_transfer"),
    *("ERROR!: nvCap-CIM is", "As pipeline system need more comprehensive floorplan"),
)
_ENDS = (
    *("Error: the input file", "Error: the fileone", "Error: CMOS Technology", "Error: Temperature is"),
    *("operationmode ERROR",),
)
"""Exits that may come in the middle of a C++ part as well."""
_RULE = f"{'-' * 30} "
_FLOOR_PLAN = tuple(f"{_RULE}{title}FloorPlan ---" for title in ("", "Heterogeneous 3D ", "2D "))
_BEFORE_FLOOR_PLAN = ("ERROR!: Memory precision", "User assigned speed-up degree")


def section_starts(text: LogText) -> list[int]:
    """Return the indices of the lines that are the first of a C++ part."""
    return text.that_begin_with(_FLOOR_PLAN, "FloorPlan ---")


START_HEADS = frozenset(text[:5] for text in (FLAGS_BANNER, *_FLOOR_PLAN, *_EXITS, *_BEFORE_FLOOR_PLAN))
"""The first five characters of every line that may begin a run."""


_MEMORY = Memory()


class Start(Enum):
    """What begins with a line."""

    WRAPPER = "the wrapper"
    HARDWARE = "the C++ part"


def start_of(text: str) -> Start | None:
    """Tell which part's first characteristic line this is, if any.

    Parameters
    ----------
    text : str
        Any line.

    Returns
    -------
    Start or None
        ``HARDWARE`` for the floor plan, and for the messages with which the C++ part ends before it.
    """
    if text.startswith(FLAGS_BANNER):
        return Start.WRAPPER
    return Start.HARDWARE if text.startswith((*_FLOOR_PLAN, *_EXITS)) else None


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
            is_next = text.startswith((*_FLOOR_PLAN, *_EXITS, *_BEFORE_FLOOR_PLAN))
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

    def read_section(self, ahead: ReadAhead, text: LogText, start: int) -> int:
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
        int
            Lines read; 0 if they have to be read one by one.
        """
        epoch = self.hardware.epoch
        if self.hardware.stage > Stage.STARTED or (epoch is not None and epoch <= self._latest_epoch):
            return 0
        known = ahead.read(self.dialect.name, _MEMORY, text, start)
        if known is None:
            return 0
        template, values = known
        count = len(template.lines)
        self._file_section(template, values, text, start)
        self._note_section(template, start)
        return count

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
        if printed is None or not self.wrapper.read_epoch(printed):
            return 0
        self.hardware.recording = None
        return printed.shape.lines

    def _read_other(self, text: str, line: int, verdict: Verdict, recording: Recording | None) -> None:
        if verdict is Verdict.UNREADABLE or looks_like_quantity(text):
            self.records.unreadable(text, line)
            self._read_message(text, line)
        elif not self._read_message(text, line):
            if is_meaningless(text):
                self.hardware.recording = recording
            else:
                self.records.unrecognised.append(line)
        self._has_exited = self._has_exited or text.startswith((*_EXITS, *_ENDS))
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
