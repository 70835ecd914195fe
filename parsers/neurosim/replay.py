"""Reads a C++ part that has the same lines as one before it, but for the numbers, at once.

Logs repeat themselves: every epoch of a training, and every log of a sweep over one network, has the same labels in the
same order. The first is read line by line (:mod:`nnsreport.parsers.neurosim.hardware`), which knows what each line
means. What it made of the lines is kept, and serves wherever exactly these lines come again. Anything else, however
small, is read line by line.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import KeyBlock, MetricColumns
from nnsreport.parsers.neurosim.hardware import Recording
from nnsreport.parsers.neurosim.numbers import read_numbers, shift
from nnsreport.parsers.quantities import Quantity

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_KEPT = 64
_FEWEST_LINES = 20


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The numbers with one unit.

    Attributes
    ----------
    choose : callable
        Picks their texts from those of all lines.
    ending : str
        What stands behind each number.
    """

    choose: Callable[[Sequence[str]], tuple[str, ...]]
    ending: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """What a C++ part meant.

    Attributes
    ----------
    heads : tuple of str
        Text before the last colon of each line.
    choose_fixed : callable
        Picks, from the texts behind the last colon, those that are no number.
    fixed : tuple of str
        These texts.
    groups : tuple of _Group
        The numbers, by unit.
    order : numpy.ndarray of int64, shape (numbers,)
        Where each number, in the order of the lines, stands in the order of the groups.
    exponents : numpy.ndarray of int64, shape (numbers,)
        Power of ten that leads to the stored unit, in the order of the groups.
    block : KeyBlock
        What the numbers are about, in the order of the lines.
    places : numpy.ndarray of int64, shape (numbers,)
        Line of each number within the part.
    repeated : tuple of (int, int)
        Numbers that are about the same, and must be the same.
    apart : tuple of int
        Lines with numbers of another kind, which are read one by one.
    settings : tuple of (str, str, int)
        Name, value and line of each setting.
    layers : tuple of (str, int)
        Name and line of each layer.
    """

    heads: tuple[str, ...]
    choose_fixed: Callable[[Sequence[str]], tuple[str, ...]]
    fixed: tuple[str, ...]
    groups: tuple[_Group, ...]
    order: npt.NDArray[np.int64]
    exponents: npt.NDArray[np.int64]
    block: KeyBlock
    places: npt.NDArray[np.int64]
    repeated: tuple[tuple[int, int], ...]
    apart: tuple[int, ...]
    settings: tuple[tuple[str, str, int], ...]
    layers: tuple[tuple[str, int], ...]

    def read(self, lines: Sequence[str]) -> npt.NDArray[np.float64] | None:
        """Read the numbers of a C++ part.

        Parameters
        ----------
        lines : sequence of str
            As many as the template has.

        Returns
        -------
        numpy.ndarray of float64, shape (numbers,), or None
            In the order of the lines, in the stored units; None when the lines are not those of the template.
        """
        import numpy as np

        heads, _, tails = zip(*[line.rpartition(":") for line in lines], strict=True)
        if heads != self.heads or self.choose_fixed(tails) != self.fixed:
            return None
        pieces = []
        for group in self.groups:
            piece = "\n".join(group.choose(tails)) + "\n"
            if group.ending:
                if piece.count(group.ending + "\n") != group.count:
                    return None
                piece = piece.replace(group.ending + "\n", "\n")
            pieces.append(piece)
        text = "".join(pieces)
        values = read_numbers(text, len(self.order))
        if values is None:
            return None
        shift(values, self.exponents, text.split("\n"))
        values = values[self.order]
        for first, second in self.repeated:
            if values[first] != values[second]:
                return None
        return np.ascontiguousarray(values)


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
    import numpy as np

    columns, start = records.metrics, recording.first_number
    if len(columns) - start != len(recording.numbers):
        return None
    filed = list(zip(columns.kind[start:], columns.line[start:], recording.numbers, strict=True))
    if len(lines) < _FEWEST_LINES or any(line != number[0] for _, line, number in filed):
        return None
    single = [(kind, line - first_line, quantity) for kind, line, (_, quantity) in filed if quantity is not None]
    apart = tuple(dict.fromkeys(line - first_line for _, line, (_, quantity) in filed if quantity is None))
    places = [place for _, place, _ in single]
    if not single or len({*places, *apart}) != len(places) + len(apart):
        return None
    if any(lines[place].startswith("layer") for place in apart):
        return None  # rows of several numbers, which mean nothing without the banner above them
    tails = [line.rpartition(":")[2] for line in lines]
    forms: dict[tuple[str, int], list[int]] = {}
    for position, (_, place, quantity) in enumerate(single):
        forms.setdefault((_ending(tails[place], quantity), quantity.exponent), []).append(position)
    order = np.empty(len(single), dtype=np.int64)
    order[[position for positions in forms.values() for position in positions]] = np.arange(len(single))
    taken = {*places, *apart}
    fixed = [place for place in range(len(lines)) if place not in taken]
    kinds = [kind for kind, _, _ in single]
    block = _block(kinds, columns)
    return Template(
        heads=tuple(line.rpartition(":")[0] for line in lines),
        choose_fixed=_chooser(fixed),
        fixed=tuple(tails[place] for place in fixed),
        groups=tuple(
            _Group(_chooser([places[position] for position in positions]), ending, len(positions))
            for (ending, _), positions in forms.items()
        ),
        order=order,
        exponents=np.repeat([exponent for _, exponent in forms], [len(positions) for positions in forms.values()]),
        block=block,
        places=np.array(places, dtype=np.int64),
        repeated=_repeated(kinds),
        apart=apart,
        settings=tuple((name, value, line - first_line) for name, value, line in recording.settings),
        layers=_layers(block, places),
    )


def _block(kinds: Sequence[int], columns: MetricColumns) -> KeyBlock:
    import numpy as np

    index = {kind: position for position, kind in enumerate(dict.fromkeys(kinds))}
    keys = tuple(columns.keys[kind] for kind in index)
    return KeyBlock(keys, np.array([index[kind] for kind in kinds], dtype=np.int64))


def _layers(block: KeyBlock, places: Sequence[int]) -> tuple[tuple[str, int], ...]:
    first: dict[str, int] = {}
    for kind, place in zip(block.kind.tolist(), places, strict=True):
        layer = block.keys[kind].layer
        if layer is not None:
            first.setdefault(layer, place)
    return tuple(first.items())


def _ending(tail: str, quantity: Quantity) -> str:
    """Return the unit with the spaces around it, exactly as printed."""
    number = tail.rstrip().removesuffix(quantity.suffix.strip()).rstrip()
    return tail[len(number) :]


def _chooser(places: Sequence[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return a function that picks some of many texts, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda texts: tuple(texts[place] for place in places)


def _repeated(kinds: Sequence[int]) -> tuple[tuple[int, int], ...]:
    first: dict[int, int] = {}
    return tuple((first[kind], place) for place, kind in enumerate(kinds) if first.setdefault(kind, place) != place)


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
        place = (name, len(template.heads), template.heads[-1])
        self._templates.setdefault(place, []).append(template)
        self._templates.move_to_end(place)
        while sum(map(len, self._templates.values())) > _KEPT:
            oldest = next(iter(self._templates))
            del self._templates[oldest]
