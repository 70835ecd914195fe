"""The ``0: `` that ``srun --label`` puts before the lines of each task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nnsreport.parsers.reading.text import LogText

_LABEL = re.compile(r"\s*(\d+):(?: |$)")
_SUSPECT = re.compile(r"\n[ \t]*\d+:(?:[ \n]|$)")


def has_labels(lines: Sequence[str], sample: str) -> bool:
    """Tell whether most of the lines begin with a task's label; SLURM's own messages have none.

    Parameters
    ----------
    lines : sequence of str
        Of a log, or of its beginning.
    sample : str
        Some of them, each behind a newline: if none has a label, no other line is looked at.

    Returns
    -------
    bool
        False for a log as a simulator writes it.
    """
    if _SUSPECT.search(sample) is None:
        return False
    filled = sum(map(bool, lines))
    return sum(_LABEL.match(line) is not None for line in lines) * 2 > filled


@dataclass(slots=True)
class TaskLabels:
    """Remembers, from chunk to chunk, whose the lines without a label are: of the task that was heard last."""

    _task: int = 0

    def tasks(self, text: LogText) -> Iterator[tuple[int, str, int]]:
        """Yield task, line without label, and number of each line."""
        for line, number in zip(text.lines, text.numbers, strict=True):
            label = _LABEL.match(line)
            if label is not None:
                self._task = int(label.group(1))
                yield self._task, line[label.end() :], number
            else:
                yield self._task, line, number


def tasks_together(text: LogText) -> LogText:
    """Return a text without labels, the lines of each task together."""
    tasks: dict[int, tuple[list[str], list[int]]] = {}
    for task, line, number in TaskLabels().tasks(text):
        lines, numbers = tasks.setdefault(task, ([], []))
        lines.append(line)
        numbers.append(number)
    ordered = [tasks[task] for task in sorted(tasks)]
    return replace(
        text,
        lines=[line for lines, _ in ordered for line in lines],
        numbers=[number for _, numbers in ordered for number in numbers],
    )
