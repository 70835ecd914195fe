"""Reads a C++ part that has the same lines as one before it, but for the numbers, at once.

Logs repeat themselves: every epoch of a training, and every log of a sweep over one network, has the same labels in the
same order. The first is read line by line (:mod:`nnsreport.parsers.neurosim.hardware`), which knows what each line
means. What it made of the lines is kept, and serves wherever exactly these lines come again. Anything else, however
small, is read line by line.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import KeyBlock, MetricColumns
from nnsreport.parsers.neurosim.hardware import Recording
from nnsreport.parsers.quantities import STREAMED, Quantity
from nnsreport.parsers.recurring import Field, Mould

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_KEPT = 64
_FEWEST_LINES = 20
_SIZE = re.compile(r" ?\d+(?:x\d+)+ *")
_ROW = re.compile(r" ?[^\s,]+(?:, ?[^\s,]+)+ *")
_OF_SIZE = re.compile(r"\d+")
_OF_ROW = re.compile(r"[^\s,]+")


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What a C++ part meant.

    Attributes
    ----------
    lines : tuple of str
        What it was learned from.
    fields : tuple of Field
        Where its numbers stand in these.
    mould : Mould
        Made of both.
    block : KeyBlock
        What the numbers are about, in the order of the lines.
    places : numpy.ndarray of int64, shape (numbers,)
        Line of each number within the part.
    repeated : numpy.ndarray of int64, shape (pairs, 2)
        Numbers that are about the same, and must be the same.
    apart : tuple of int
        Lines with numbers of no such form, which are read one by one.
    settings : tuple of (str, str, int)
        Name, value and line of each setting.
    layers : tuple of (str, int)
        Name and line of each layer.
    """

    lines: tuple[str, ...]
    fields: tuple[Field, ...]
    mould: Mould
    block: KeyBlock
    places: npt.NDArray[np.int64]
    repeated: npt.NDArray[np.int64]
    apart: tuple[int, ...]
    settings: tuple[tuple[str, str, int], ...]
    layers: tuple[tuple[str, int], ...]

    @property
    def last_head(self) -> str:
        """The last line up to its number."""
        return self.lines[-1].rpartition(":")[0]


def agree(values: npt.NDArray[np.float64], repeated: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell of each text whether its numbers that are about the same are the same.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (texts, numbers)
        All numbers.
    repeated : numpy.ndarray of int64, shape (pairs, 2)
        Which of them are about the same.

    Returns
    -------
    numpy.ndarray of bool, shape (texts,)
        Two that are nan are the same.
    """
    first, second = values[:, repeated[:, 0]], values[:, repeated[:, 1]]
    agreed: npt.NDArray[np.bool_] = ((first == second) | ((first != first) & (second != second))).all(axis=1)
    return agreed


def learn(lines: Sequence[str], first_line: int, recording: Recording, records: RunBuilder) -> Template | None:
    """Return the template of a C++ part that was read line by line, or None if it is of an unusual form.

    Parameters
    ----------
    lines : sequence of str
        From the floor plan to the run time.
    first_line : int
        Number of the first of them.
    recording : Recording
        What the reader made of them.
    records : RunBuilder
        The numbers of the recording are the last that it holds.

    Returns
    -------
    Template or None
        For :meth:`Memory.keep`.
    """
    columns, start = records.metrics, recording.first_number
    if len(columns) - start != len(recording.numbers) or len(lines) < _FEWEST_LINES:
        return None
    lines_with: dict[int, list[tuple[int, Quantity | None]]] = {}
    for kind, line, number in zip(columns.kind[start:], columns.line[start:], recording.numbers, strict=True):
        if line != number[0] or line < first_line:
            return None
        lines_with.setdefault(line - first_line, []).append((kind, number[1]))
    fields_of = {
        place: _fields(place, lines[place], [quantity for _, quantity in numbers])
        for place, numbers in sorted(lines_with.items())
    }
    apart = tuple(place for place, fields in fields_of.items() if not fields)
    kinds = [kind for place, fields in fields_of.items() if fields for kind, _ in lines_with[place]]
    if not kinds or any(lines[place].startswith("layer") for place in apart):
        return None
    fields = tuple(field for fields in fields_of.values() for field in fields)
    settings = tuple((name, value, line - first_line) for name, value, line in recording.settings)
    return _template(lines, fields, kinds, apart, columns, settings)


def _fields(place: int, line: str, quantities: Sequence[Quantity | None]) -> list[Field]:
    """Return where the numbers of a line stand; nothing if it has another form than most."""
    start = line.rfind(":") + 1
    tail = line[start:]
    if len(quantities) == 1 and quantities[0] is not None:
        if quantities[0].number != STREAMED:
            return []
        number = tail.rstrip().removesuffix(quantities[0].suffix.rstrip())
        return [Field(place, start + len(tail) - len(tail.lstrip()), start + len(number), quantities[0].exponent)]
    is_size = _SIZE.fullmatch(tail) is not None
    form = _OF_SIZE if is_size else _OF_ROW if _ROW.fullmatch(tail) else None
    spans = [match.span() for match in form.finditer(tail)] if form is not None else []
    if len(spans) != len(quantities):
        return []
    return [Field(place, start + first, start + end, 0, is_size) for first, end in spans]


def _template(
    lines: Sequence[str],
    fields: tuple[Field, ...],
    kinds: Sequence[int],
    apart: tuple[int, ...],
    columns: MetricColumns,
    settings: tuple[tuple[str, str, int], ...],
) -> Template:
    import numpy as np

    block = _block(kinds, columns)
    places = [field.line for field in fields]
    return Template(
        lines=tuple(lines),
        fields=fields,
        mould=Mould.of(lines, fields, apart),
        block=block,
        places=np.array(places, dtype=np.int64),
        repeated=repeated_among(kinds),
        apart=apart,
        settings=settings,
        layers=_layers(block, places),
    )


def _block(kinds: Sequence[int], columns: MetricColumns) -> KeyBlock:
    import numpy as np

    index = {kind: position for position, kind in enumerate(dict.fromkeys(kinds))}
    keys = tuple(columns.keys[kind] for kind in index)
    numbers = np.array([index[kind] for kind in kinds], dtype=np.int64)
    return KeyBlock(keys, numbers, frozenset(key[:4] for key in keys))


def _layers(block: KeyBlock, places: Sequence[int]) -> tuple[tuple[str, int], ...]:
    first: dict[str, int] = {}
    for kind, place in zip(block.kind.tolist(), places, strict=True):
        layer = block.keys[kind].layer
        if layer is not None:
            first.setdefault(layer, place)
    return tuple(first.items())


def repeated_among(kinds: Sequence[int]) -> npt.NDArray[np.int64]:
    """Return the pairs of numbers that are about the same.

    Parameters
    ----------
    kinds : sequence of int
        What each number is about.

    Returns
    -------
    numpy.ndarray of int64, shape (pairs, 2)
        The first of its kind, and another.
    """
    import numpy as np

    first: dict[int, int] = {}
    pairs = [(first[kind], place) for place, kind in enumerate(kinds) if first.setdefault(kind, place) != place]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


class Memory:
    """The templates used last; one for all logs that a process reads."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._templates: OrderedDict[tuple[str, int, str], list[Template]] = OrderedDict()

    def find(self, name: str, lines: Sequence[str], start: int) -> Iterable[Template]:
        """Return the templates that a C++ part may have.

        Parameters
        ----------
        name : str
            Of the dialect.
        lines : sequence of str
            Of the log.
        start : int
            Where the part begins.

        Returns
        -------
        iterable of Template
            Those whose last line is where the log has it, the one used last first.
        """
        for (known, count, last), templates in reversed(list(self._templates.items())):
            end = start + count
            if known == name and end <= len(lines) and lines[end - 1].startswith(last):
                self._templates.move_to_end((known, count, last))
                yield from templates

    def keep(self, name: str, template: Template) -> None:
        """Remember a template; the one that was not used for the longest time is forgotten."""
        place = (name, len(template.lines), template.last_head)
        alike = self._templates.setdefault(place, [])
        # Lines whose numbers have an unusual form are read one by one each time, and would be kept each time.
        if not any(known.mould.pieces == template.mould.pieces for known in alike):
            alike.append(template)
        self._templates.move_to_end(place)
        while sum(map(len, self._templates.values())) > _KEPT:
            oldest = next(iter(self._templates))
            del self._templates[oldest]
