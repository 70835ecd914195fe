"""Reads where a buffer of nvDRAM keeps the data: three lines below each of weights, inputs and outputs.

V1.0 prints them for nvDRAM only, which its shipped sources cannot finish; the lines are those of ``evaluate.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.systolic.labels import COUNT, DATA_KINDS, DATA_MODES, SHARE

_MODE = re.compile(r"(-----[^:]*):(.* %) \((\d+) layer\) ?")
_MODES = tuple(DATA_MODES)


@dataclass(slots=True)
class BufferModeReader:
    """Place among the lines, as the mode of each line repeats for each kind of data.

    Attributes
    ----------
    records : RunBuilder
        Receives the numbers.
    is_at_end : bool
        The last line was read.
    """

    records: RunBuilder
    is_at_end: bool = False
    _kind: str | None = None
    _next: int = 0

    def read(self, text: str, line: int) -> bool:
        """Read one line.

        Parameters
        ----------
        text : str
            The line, not blank.
        line : int
            Its number.

        Returns
        -------
        bool
            Whether it is of this kind.
        """
        if text in DATA_KINDS:
            self._kind, self._next = DATA_KINDS[text], 0
            return True
        if not text.startswith(_MODES):
            self._kind = None
            return False
        match = _MODE.fullmatch(text)
        share = SHARE.read(match.group(2)) if match else None
        layers = COUNT.read(match.group(3)) if match else None
        is_next = match is not None and self._next < len(_MODES) and match.group(1) == _MODES[self._next]
        if self._kind is None or share is None or layers is None or match is None or not is_next:
            self.records.unreadable(text, line)
            self._kind = None
            return True
        component = f"{self._kind}_{DATA_MODES[match.group(1)]}"
        self.records.metric("chip", None, component, "data_share", share, line)
        self.records.metric("chip", None, component, "data_layers", layers, line)
        self._next += 1
        self.is_at_end = self._kind == "output" and self._next == len(_MODES)
        return True
