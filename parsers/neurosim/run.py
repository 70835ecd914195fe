"""One run within a log: every line is offered to the readers in turn, and lands somewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.failures import TracebackReader, find_failure
from nnsreport.parsers.neurosim.diagnosis import diagnose
from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.hardware import HardwareReader, looks_like_quantity
from nnsreport.parsers.neurosim.messages import find_message, is_meaningless
from nnsreport.parsers.neurosim.stages import Stage, Verdict
from nnsreport.parsers.neurosim.training_wrapper import TrainingWrapperReader
from nnsreport.parsers.neurosim.wrapper import FLAGS_BANNER, WrapperReader
from nnsreport.parsers.records import ParsedLog

_EXITS = ("ERROR!: RRAM-CIM is", "ERROR!: HP technology", "ERROR!: only 300K", "ERROR!: sync_data_transfer")
_FLOOR_PLAN = tuple(f"{'-' * 30} {title}FloorPlan ---" for title in ("", "Heterogeneous 3D ", "2D "))
_BEFORE_FLOOR_PLAN = ("ERROR!: Memory precision", "User assigned speed-up degree")


START_HEADS = frozenset(text[:5] for text in (FLAGS_BANNER, *_FLOOR_PLAN, *_EXITS, *_BEFORE_FLOOR_PLAN))
"""The first five characters of every line that may begin a run."""


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
    """

    records: RunBuilder
    dialect: Dialect
    hardware: HardwareReader = field(init=False)
    wrapper: WrapperReader = field(init=False)
    _has_exited: bool = False
    _is_explained: bool = False
    _traceback: TracebackReader = field(default_factory=TracebackReader)

    def __post_init__(self) -> None:
        """Let the readers file into the same records."""
        self.hardware = HardwareReader(self.records, self.dialect)
        wrapper = TrainingWrapperReader if self.dialect.is_training else WrapperReader
        self.wrapper = wrapper(self.records, self.dialect)

    @classmethod
    def begin(cls, dialect: Dialect, cut_line: int | None) -> Run:
        """Return a run without numbers."""
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

    def read(self, text: str, line: int) -> None:
        """Read one line.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.
        """
        if self.dialect.is_training and text.startswith(_FLOOR_PLAN):
            self.hardware.begin_section(self.wrapper.epoch_of_next_section(self.hardware.epoch))
        verdict = self.hardware.read(text, line)
        if verdict is Verdict.READ:
            self.wrapper.leave()
            return
        if verdict is Verdict.NOT_MINE:
            verdict = self.wrapper.read(text, line)
            if verdict is Verdict.READ:
                return
        if verdict is Verdict.UNREADABLE or looks_like_quantity(text):
            self.records.unreadable(text, line)
            self._read_message(text, line)
        elif not self._read_message(text, line) and not is_meaningless(text):
            self.records.unrecognised.append(line)
        self._has_exited = self._has_exited or text.startswith(_EXITS)
        if "\x00" in text:
            self.hardware.forget_place()
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
            Complete when NeuroSim printed its run time.
        """
        hardware = self.hardware
        has_floor_plan = hardware.stage >= Stage.FLOOR_PLAN_DONE
        self.wrapper.finish(len(hardware.layers) if has_floor_plan else None)
        diagnose(self.records, hardware, self.wrapper, is_explained=self._is_explained)
        return self.records.finish(run, source, is_complete=hardware.stage is Stage.FINISHED)
