"""The lines with which a run, or a C++ part, of NeuroSim begins."""

from __future__ import annotations

from enum import Enum

from nnsreport.parsers.neurosim.wrapper import FLAGS_BANNER
from nnsreport.parsers.reading import LogText

EXITS = (
    *("ERROR!: RRAM-CIM is", "ERROR!: HP technology", "ERROR!: only 300K", "ERROR!: sync_data_transfer"),
    *("ERROR!: nvCap-CIM is", "As pipeline system need more comprehensive floorplan"),
)
"""Messages with which the C++ part ends before its floor plan."""
ENDS = (
    *("Error: the input file", "Error: the fileone", "Error: CMOS Technology", "Error: Temperature is"),
    *("operationmode ERROR",),
)
"""Exits that may come in the middle of a C++ part as well."""
FLOOR_PLAN = tuple(f"{'-' * 30} {title}FloorPlan ---" for title in ("", "Heterogeneous 3D ", "2D "))
"""The banner of the floor plan."""
BEFORE_FLOOR_PLAN = ("ERROR!: Memory precision", "User assigned speed-up degree")
"""Messages that come before it."""


def section_starts(text: LogText) -> list[int]:
    """Return the indices of the lines that are the first of a C++ part."""
    return text.that_begin_with(FLOOR_PLAN, "FloorPlan ---")


START_HEADS = frozenset(text[:5] for text in (FLAGS_BANNER, *FLOOR_PLAN, *EXITS, *BEFORE_FLOOR_PLAN))
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
    return Start.HARDWARE if text.startswith((*FLOOR_PLAN, *EXITS)) else None
