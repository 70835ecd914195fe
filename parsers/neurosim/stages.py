"""How far a log of NeuroSim came, and what a reader makes of a line."""

from __future__ import annotations

from enum import Enum, IntEnum


class Stage(IntEnum):
    """How far the C++ part came, by what it printed."""

    NOTHING = 0
    STARTED = 1
    FLOOR_PLAN = 2
    FLOOR_PLAN_DONE = 3
    CLOCK = 4
    LAYERS = 5
    SUMMARY = 6
    PERFORMANCE = 7
    FINISHED = 8


class Verdict(Enum):
    """What a reader makes of a line."""

    READ = "read"
    UNREADABLE = "unreadable"
    NOT_MINE = "not mine"
