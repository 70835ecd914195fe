"""The ``0: `` that ``srun --label`` puts before the lines of each task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from nnsreport.parsers.reading.text import LogText

_LABEL_STARTS = frozenset(" 0123456789")
_LABEL = re.compile(r"\s*(\d+): ?")
_WINDOW_LINES = 4
_WINDOWS = 16


def has_labels(lines: Sequence[str]) -> bool:
    """Tell whether most of the lines begin with a task's label; SLURM's own messages have none.

    Parameters
    ----------
    lines : sequence of str
        Of a log, or of its beginning.

    Returns
    -------
    bool
        Looks at all lines only if there is a label in one of some windows spread over them.
    """
    step = max(len(lines) // _WINDOWS, _WINDOW_LINES)
    if not any(
        _is_labelled(line) for start in range(0, len(lines), step) for line in lines[start : start + _WINDOW_LINES]
    ):
        return False
    filled = sum(1 for line in lines if line)
    return sum(map(_is_labelled, lines)) * 2 > filled


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


def _is_labelled(line: str) -> bool:
    return line[:1] in _LABEL_STARTS and _LABEL.match(line) is not None
