"""Rows of the floor plan's tables, lines of a layer, and breakdowns: believed where their order confirms their subject.

NeuroSim counts its layers from 1 without a gap. A row whose number does not follow has lost the rows before it, or its
own number is damaged; the next row tells which. The lines of a breakdown name nothing: they are those of the layer, or
the chip, whose last line stands before them; where that line is missing, many may be.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nnsreport.parsers.neurosim.dialect import Measure

_END = "end"
TABLE_ORDERS = (("tiles", "speed_up", "memory_utilization"), ("memory_arrays", "memory_tier", "speed_up"))
"""Which table follows which, by the first metric of each: in two dimensions, and in a memory cube."""

_SHARE = "memory_utilization"
_FARTHEST_ROW = 3
_FARTHEST_HEADING = 2
"""Lines from the last row of a table to the first of the next, and to its heading: a blank one is between."""

_ENERGY = "read_dynamic_energy"
_LATENCY = "read_latency"
_PARTS = 3
_FEWEST_PARTS = 4
"""Of the six lines of a breakdown."""
_PRINT_PRECISION = 5.1e-6
"""Half a unit of the last of six digits, relative to the smallest number with these, and some rounding."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    number : int
        Of the layer, as printed.
    values : tuple of float
        The rest of the row.
    text : str
        The whole line.
    line : int
        Its number.
    """

    number: int
    values: tuple[float, ...]
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class LayerLine:
    """A line such as ``layer7's readLatency is: 4ns``.

    Attributes
    ----------
    layer : str
        As printed.
    measure : Measure
        What it is.
    value : float
        In the metric's unit.
    text : str
        The whole line.
    line : int
        Its number.
    """

    layer: str
    measure: Measure
    value: float
    text: str
    line: int


@dataclass(slots=True)
class Table:
    """A table of the floor plan.

    Attributes
    ----------
    metrics : tuple of str
        What each number of a row is; empty where the heading is missing, and nothing tells.
    heading_line : int
        Line of the heading; 0 where that is missing.
    sound, doubtful : list of Row
        Those that are what they say, and those of which that is not known.
    is_over : bool
        It begins again without a heading: what follows is another table.
    """

    metrics: tuple[str, ...]
    heading_line: int = 0
    sound: list[Row] = field(default_factory=list)
    doubtful: list[Row] = field(default_factory=list)
    is_over: bool = False
    last_row: int = 0
    _gap: int | None = None
    _open: Row | None = None

    @property
    def rows(self) -> list[Row]:
        """Every row."""
        return [*self.sound, *self.doubtful, *([self._open] if self._open is not None else [])]

    @property
    def is_whole(self) -> bool:
        """Whether its rows are those of the layers from 1 on, one a line, and nothing else."""
        if self.doubtful or self._open is not None:
            return False
        return all(
            (row.number, row.line) == (rank, self.sound[0].line + rank - 1) for rank, row in enumerate(self.sound, 1)
        )

    def take(self, row: Row) -> None:
        """Judge a row, and the one before it if that was out of order.

        Parameters
        ----------
        row : Row
            The next one.
        """
        before, self._open = self._open, None
        expected = self.last_row + 1
        if before is None and row.number == expected:
            self._believe(row)
        elif before is None and self.sound and row.text == self.sound[-1].text:
            return  # a doubled line
        elif before is None:
            self._open = row
        elif row.number == before.number + 1 and before.number < expected:
            self.is_over = True
            self.doubtful += [before, row]
        elif row.number == before.number + 1:
            self._gap = len(self.sound) if self._gap is None else self._gap
            self._believe(before)
            self._believe(row)
        elif row.number in (expected, expected + 1):
            self.doubtful.append(before)
            self._believe(row)
        else:
            self.doubtful.append(before)
            self._open = row

    def _believe(self, row: Row) -> None:
        self.sound.append(row)
        self.last_row = row.number

    def miss(self, number: int) -> None:
        """Note a row that cannot be read but for its layer."""
        if number == self.last_row + 1 and self._open is None:
            self.last_row = number

    def leave_out_impossible(self) -> None:
        """Leave out rows that are another table's: a share above 1, or a count that is none."""
        is_share = self.metrics == (_SHARE,)
        impossible = [row for row in self.sound if any(value > 1 if is_share else value % 1 for value in row.values)]
        self.sound = [row for row in self.sound if row not in impossible]
        self.doubtful += impossible

    def settle(self, layers: int, *, is_followed: bool) -> None:
        """Judge what could not be judged before the other tables were read.

        Parameters
        ----------
        layers : int
            How many the chip has: the last row is theirs. 0 where the log ends, and tells nothing of the last row.
        is_followed : bool
            The next heading is that of the next table. Otherwise it is missing, and where the rows go on to the last
            layer, some are those of another table.
        """
        row, self._open = self._open, None
        if row is not None and row.number == layers > self.last_row:
            self._gap = len(self.sound) if self._gap is None else self._gap
            self._believe(row)
        elif row is not None:
            self.doubtful.append(row)
        if not is_followed and not self.is_over and self.last_row == layers:
            self.doubtful += self.sound[self._gap or 0 :]
            del self.sound[self._gap or 0 :]


def name_of(metrics: tuple[str, ...]) -> str:
    """Return what a table is called in :data:`TABLE_ORDERS`; V1.0 has rows and columns of the speed-up."""
    return metrics[0].removesuffix("_rows")


@dataclass(slots=True)
class FloorPlan:
    """The tables of a floor plan, as they come."""

    tables: list[Table] = field(default_factory=list)
    is_open: bool = False

    @property
    def row_length(self) -> int:
        """How many numbers the next row has."""
        return len(self.tables[-1].metrics) or 1 if self.is_open else 1

    def begin(self, metrics: tuple[str, ...], line: int) -> None:
        """Note the heading of a table."""
        self.tables.append(Table(metrics, line))
        self.is_open = True

    def take(self, row: Row) -> None:
        """Judge a row; where it begins a table whose heading is missing, keep it until the others are known."""
        if not self.is_open:
            self.begin((), 0)
        table = self.tables[-1]
        table.take(row)
        if table.is_over:
            first = table.doubtful[-2:]
            del table.doubtful[-2:]
            self.begin((), 0)
            for again in first:
                self.tables[-1].take(again)

    def miss(self, number: int) -> None:
        """Note a row that cannot be read but for its layer."""
        if self.is_open:
            self.tables[-1].miss(number)

    def settled(self, titled: Iterable[tuple[str, ...]], *, is_cut: bool) -> list[Table]:
        """Return the tables, judged as a whole, and forget them.

        Parameters
        ----------
        titled : iterable of tuple of str
            The metrics of each table that this version prints.
        is_cut : bool
            The log ends here: there is no further table to be missed.
        """
        tables, self.tables, self.is_open = self.tables, [], False
        _name_without_heading(tables, {name_of(metrics): metrics for metrics in titled})
        layers = max((table.last_row for table in tables if table.metrics), default=0)
        named = [table for table in tables if table.metrics]
        names = [name_of(table.metrics) for table in named]
        orders = [(*order, _END) for order in TABLE_ORDERS if set(names) <= set(order)]
        neighbours = set(itertools.pairwise(orders[0])) if len(orders) == 1 else set()
        for table, pair in zip(named, itertools.pairwise([*names, _END]), strict=True):
            is_last = is_cut and table is tables[-1]
            table.settle(0 if is_last else layers, is_followed=pair in neighbours or is_last)
        for table in tables:
            if not table.metrics:
                table.sound, table.doubtful = [], table.rows
        return tables


def _name_without_heading(tables: Sequence[Table], titled: Mapping[str, tuple[str, ...]]) -> None:
    """Tell what a table without a heading is, if the two others are whole, and it stands where the third must."""
    names = [name_of(table.metrics) if table.metrics else None for table in tables]
    orders = [order for order in TABLE_ORDERS if sum(map(_is_same, names, order)) == len(order) - 1]
    if len(tables) != len(TABLE_ORDERS[0]) or names.count(None) != 1 or len(orders) != 1:
        return
    rank = names.index(None)
    metrics = titled.get(orders[0][rank], ())
    if len(metrics) == 1 and _is_surely(metrics[0], rank, tables):
        tables[rank].metrics = metrics


def _is_same(name: str | None, known: str) -> bool:
    return name == known


def _is_surely(metric: str, rank: int, tables: Sequence[Table]) -> bool:
    table, others = tables[rank], [other for other in tables if other.metrics]
    values = [row.values for row in table.sound]
    if not values or not all(known.is_whole and len(known.sound) == len(values) for known in tables):
        return False
    if any([row.values for row in other.sound] == values for other in others):
        return False  # perhaps that one again
    is_behind = rank == 0 or table.sound[0].line - tables[rank - 1].sound[-1].line <= _FARTHEST_ROW
    if rank + 1 < len(tables):
        is_before = 0 < tables[rank + 1].heading_line - table.sound[-1].line <= _FARTHEST_HEADING
        return is_behind and is_before and all(value >= 1 and value % 1 == 0 for (value,) in values)
    return is_behind and metric == _SHARE and all(value <= 1 for (value,) in values)


@dataclass(slots=True)
class Breakdown:
    """The lines of a breakdown.

    Attributes
    ----------
    totals : dict of str to float
        Latency and energy of the layer or chip that was named last, of which these are the parts.
    lines : list of LayerLine
        Those that are not judged; their layer is empty.
    is_whole : bool
        Nothing is missing between the lines, and between them and those of their layer or chip.
    """

    totals: dict[str, float] = field(default_factory=dict)
    lines: list[LayerLine] = field(default_factory=list)
    is_whole: bool = True

    def clear(self) -> None:
        """Forget all of it."""
        self.totals.clear()
        self.lines.clear()
        self.is_whole = True

    def note(self, measure: Measure, value: float) -> None:
        """Remember what parts must add up to."""
        if measure.component == "total":
            self.totals[measure.metric] = value

    def judge(
        self, *, is_followed: bool, adds_up: bool, is_suspect: bool = False
    ) -> tuple[list[LayerLine], list[LayerLine]]:
        """Return the lines that are known to be of the layer or chip that was named last, and the others.

        Where a piece of a log is lost, lines of one layer may be followed by those of another. Energies are parts of
        their total; latencies too, though in some chips their total is another.

        Parameters
        ----------
        is_followed : bool
            What comes behind the breakdown is what comes behind that of this layer or chip.
        adds_up : bool
            Energies do so in this version.
        is_suspect : bool
            Lines of several runs are mixed: order alone proves nothing.

        Returns
        -------
        list of LayerLine
            Those that are known. Of two with different numbers for the same, neither is.
        list of LayerLine
            The others.
        """
        told = [line for line in self.lines if not self._is_contradicted(line)]
        is_placed = is_followed and not is_suspect and (self.is_whole or self._lacks_little())
        if is_placed or (adds_up and self._is_sum(_ENERGY)):
            kept = told
        else:
            kept = [line for line in told if line.measure.metric == _LATENCY] if self._is_sum(_LATENCY) else []
        return kept, [line for line in self.lines if line not in kept]

    def _is_contradicted(self, line: LayerLine) -> bool:
        # nan equals nan
        return any(line.measure == other.measure and repr(line.value) != repr(other.value) for other in self.lines)

    def _lacks_little(self) -> bool:
        """Tell whether most lines are there, and their energies may be parts of the total."""
        energies = {line.measure: line.value for line in self.lines if line.measure.metric == _ENERGY}
        total = self.totals.get(_ENERGY)
        # written so that nan, of which nothing can be told, passes
        may_be_parts = total is not None and not math.fsum(energies.values()) > total * (1 + _PRINT_PRECISION)
        return may_be_parts and len({line.measure for line in self.lines}) >= _FEWEST_PARTS

    def _is_sum(self, metric: str) -> bool:
        """Tell whether all parts are there and add up."""
        parts = {(line.measure.component, line.value) for line in self.lines if line.measure.metric == metric}
        total = self.totals.get(metric)
        if total is None or len(parts) != _PARTS or not math.isfinite(total):
            return False
        values = [value for _, value in parts]
        return abs(math.fsum(values) - total) <= _PRINT_PRECISION * (math.fsum(map(abs, values)) + abs(total))
