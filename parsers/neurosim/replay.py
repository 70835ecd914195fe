"""Reads a C++ part that has the same lines as one before it, but for the numbers, at once.

Logs repeat themselves: every epoch of a training, and every log of a sweep over one network, has the same labels in the
same order. The first is read line by line (:mod:`nnsreport.parsers.neurosim.hardware`), which knows what each line
means. What it made of the lines is kept, and serves wherever exactly these lines come again. Anything else, however
small, is read line by line.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
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
_SEPARATORS = ("x", ",")
"""Between the numbers of a size, and of a row of a table."""
_OF_SIZES = b"0123456789x \n"
_SIZE = re.compile(r" ?\d+(?:x\d+)+ *")


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """The lines with numbers of one form.

    Attributes
    ----------
    choose : callable
        Picks their texts from those of all lines.
    ending : str
        What stands behind each number; where there are several in a line, what stands between them.
    counts : tuple of int
        Numbers of each line.
    """

    choose: Callable[[Sequence[str]], tuple[str, ...]]
    ending: str
    counts: tuple[int, ...]

    def numbers(self, tails: Sequence[str]) -> str | None:
        """Return the numbers, one a line; None if the lines have another form."""
        chosen = self.choose(tails)
        if self.ending in _SEPARATORS:
            if tuple(text.count(self.ending) + 1 for text in chosen) != self.counts:
                return None
            text = "\n".join(chosen)
            if self.ending == "x" and text.encode().translate(None, _OF_SIZES):
                return None
            return text.replace(self.ending, "\n") + "\n"
        text = "\n".join(chosen) + "\n"
        if not self.ending:
            return text
        if text.count(self.ending + "\n") != len(chosen):
            return None
        return text.replace(self.ending + "\n", "\n")


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
        Lines with numbers of no such form, which are read one by one.
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
        pieces = [group.numbers(tails) for group in self.groups]
        if None in pieces:
            return None
        text = "".join(piece for piece in pieces if piece is not None)
        values = read_numbers(text, len(self.order))
        if values is None:
            return None
        shift(values, self.exponents, text.split("\n"))
        values = values[self.order]
        for first, second in self.repeated:
            if not np.array_equal(values[first], values[second], equal_nan=True):
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
    columns, start = records.metrics, recording.first_number
    if len(columns) - start != len(recording.numbers):
        return None
    lines_with: dict[int, list[tuple[int, Quantity | None]]] = {}
    for kind, line, number in zip(columns.kind[start:], columns.line[start:], recording.numbers, strict=True):
        if line != number[0]:
            return None
        lines_with.setdefault(line - first_line, []).append((kind, number[1]))
    tails = [line.rpartition(":")[2] for line in lines]
    forms: dict[tuple[str, int], list[int]] = {}
    for place, numbers in lines_with.items():
        form = _form(tails[place], [quantity for _, quantity in numbers])
        if form is not None:
            forms.setdefault(form, []).append(place)
    grouped = {place for places in forms.values() for place in places}
    apart = tuple(place for place in lines_with if place not in grouped)
    if len(lines) < _FEWEST_LINES or not grouped or any(lines[place].startswith("layer") for place in apart):
        return None
    return _template(
        lines,
        tails,
        {place: [kind for kind, _ in lines_with[place]] for place in grouped},
        forms,
        apart,
        columns,
        tuple((name, value, line - first_line) for name, value, line in recording.settings),
    )


def _form(tail: str, quantities: Sequence[Quantity | None]) -> tuple[str, int] | None:
    """Return what a group of lines has in common: ending or separator, and power of ten."""
    if len(quantities) == 1 and quantities[0] is not None:
        return _ending(tail, quantities[0]), quantities[0].exponent
    if _SIZE.fullmatch(tail) and tail.count("x") + 1 == len(quantities):
        return "x", 0
    return (",", 0) if tail.count(",") + 1 == len(quantities) > 1 else None


def _template(
    lines: Sequence[str],
    tails: Sequence[str],
    kinds_of: Mapping[int, Sequence[int]],
    forms: Mapping[tuple[str, int], Sequence[int]],
    apart: tuple[int, ...],
    columns: MetricColumns,
    settings: tuple[tuple[str, str, int], ...],
) -> Template:
    import numpy as np

    # Numbers in the order of the lines, and where each stands when the lines are taken form by form.
    numbers = [(place, rank) for place in sorted(kinds_of) for rank in range(len(kinds_of[place]))]
    by_form = [(place, rank) for places in forms.values() for place in places for rank in range(len(kinds_of[place]))]
    position = {number: index for index, number in enumerate(by_form)}
    kinds = [kinds_of[place][rank] for place, rank in numbers]
    places = [place for place, _ in numbers]
    taken = {*places, *apart}
    fixed = [place for place in range(len(lines)) if place not in taken]
    block = _block(kinds, columns)
    counts = {form: tuple(len(kinds_of[place]) for place in chosen) for form, chosen in forms.items()}
    return Template(
        heads=tuple(line.rpartition(":")[0] for line in lines),
        choose_fixed=_chooser(fixed),
        fixed=tuple(tails[place] for place in fixed),
        groups=tuple(_Group(_chooser(chosen), form[0], counts[form]) for form, chosen in forms.items()),
        order=np.array([position[number] for number in numbers], dtype=np.int64),
        exponents=np.repeat([exponent for _, exponent in forms], [sum(counts[form]) for form in forms]),
        block=block,
        places=np.array(places, dtype=np.int64),
        repeated=_repeated(kinds),
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
        alike = self._templates.setdefault(place, [])
        # Lines whose numbers have an unusual form are read one by one each time, and would be kept each time.
        if not any(known.heads == template.heads and known.fixed == template.fixed for known in alike):
            alike.append(template)
        self._templates.move_to_end(place)
        while sum(map(len, self._templates.values())) > _KEPT:
            oldest = next(iter(self._templates))
            del self._templates[oldest]
