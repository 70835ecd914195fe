"""The order in which NeuroSim V2 prints the numbers of one epoch: whether text is missing shows in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from nnsreport.parsers.neurosim.dialect import Dialect, Measure
from nnsreport.parsers.neurosim.training_mixture import Kind, kinds_of_both, label_of, labels_of_inference

About = tuple[str, str | None, str | None, str]
"""Scope, layer, component and metric."""

SIZES, TABLES, LAST_TABLE, UTILIZATION, LAYERS, CHIP, RUN_TIME = 0, 1, 3, 4, 5, 6, 7
"""Pieces of a C++ part; the three tables of the floor plan are numbered from ``TABLES`` on."""


class Place(NamedTuple):
    """Where a number stands in what is printed for one epoch."""

    part: int
    layer: int
    rank: int


@dataclass(frozen=True, slots=True)
class PrintedOrder:
    """The places of all numbers of a C++ part.

    Attributes
    ----------
    places : Mapping of (str, str or None, str) to tuple of (int, int)
        Part and rank of a number; two where it is printed twice.
    last : Mapping of int to int
        Last rank of a part.
    novel : range
        Ranks of the sizes that only the novel mapping has.
    breakdowns : Mapping of int to range
        Ranks of the lines that do not name what they are about, by part.
    of_both : frozenset of (str, str or None, str)
        What an inference prints with the same words.
    labels_of_inference : frozenset of str
        What only an inference prints before its numbers.
    """

    places: Mapping[Kind, tuple[tuple[int, int], ...]]
    last: Mapping[int, int]
    novel: range
    breakdowns: Mapping[int, range]
    of_both: frozenset[Kind]
    labels_of_inference: frozenset[str]

    @classmethod
    def of(cls, dialect: Dialect) -> PrintedOrder:
        """Return the order of a version."""
        sizes: list[Kind] = [
            ("chip", component, metric) for component, metrics in dialect.size_labels.values() for metric in metrics
        ]
        tables: list[list[Kind]] = [
            [("layer", "total", metric)] for metrics in dialect.table_titles.values() for metric in metrics
        ]
        chip = list(_kinds("chip", dialect.chip_labels.values()))
        breakdown = list(dialect.breakdown_labels.values())
        rates = [kind for kind in chip if kind[2].endswith(("efficiency", "throughput", "rate"))]
        totals = [kind for kind in chip if kind not in rates and kind[2] != "memory_utilization"]
        parts: dict[int, list[Kind]] = {
            SIZES: sizes,
            **{TABLES + number: table for number, table in enumerate(tables)},
            UTILIZATION: [("chip", "total", "memory_utilization")],
            LAYERS: [*_kinds("layer", dialect.layer_labels.values()), *_kinds("layer", breakdown)],
            CHIP: [*totals, *_kinds("chip", breakdown), *rates],
            RUN_TIME: [("simulation", None, "simulation_time")],
        }
        places: dict[Kind, tuple[tuple[int, int], ...]] = {}
        for part, kinds in parts.items():
            for rank, kind in enumerate(kinds):
                places[kind] = (*places.get(kind, ()), (part, rank))
        novel = [rank for rank, kind in enumerate(sizes) if kind[1] == "novel_mapping"]
        last = {part: len(kinds) - 1 for part, kinds in parts.items()}
        count = len(dict.fromkeys(_kinds("chip", breakdown)))
        starts = {LAYERS: last[LAYERS] + 1 - count, CHIP: len(totals)}
        breakdowns = {part: range(start, start + count) for part, start in starts.items()}
        novel_ranks = range(novel[0], novel[-1] + 1)
        return cls(places, last, novel_ranks, breakdowns, kinds_of_both(dialect), labels_of_inference(dialect))

    def place(self, about: About, after: Place | None) -> Place:
        """Return where a number stands; of one that is printed twice, the place nearest to ``after``.

        Parameters
        ----------
        about : tuple
            Of a number in :attr:`places`.
        after : Place or None
            Of the number before it.

        Returns
        -------
        Place
            Its place.
        """
        scope, layer, component, metric = about
        number = int(layer.removeprefix("layer")) if layer is not None else 0
        places = [Place(part, number, rank) for part, rank in self.places[scope, component, metric]]
        if after is not None and places[0][:2] == after[:2]:
            return min(places, key=lambda place: (abs(place.rank - after.rank), -place.rank))
        return next((place for place in places if after is None or place > after), places[-1])

    def names_layer(self, about: About) -> bool:
        """Tell whether every line with a number names what it is about; those of breakdowns do not."""
        scope, _, component, metric = about
        return not any(rank in self.breakdowns.get(part, ()) for part, rank in self.places[scope, component, metric])

    def is_of_inference(self, text: str) -> bool:
        """Tell whether only an inference prints a line, by the label before its number."""
        return label_of(text) in self.labels_of_inference

    def may_be_of_inference(self, about: About) -> bool:
        """Tell whether an inference prints a number with the same words."""
        scope, _, component, metric = about
        return (scope, component, metric) in self.of_both

    def distance(self, place: Place, previous: Place | None, layers: int) -> int:
        """Return how many numbers further on a number stands.

        Parameters
        ----------
        place, previous : Place
            Of a number and of the one before it; None at the beginning.
        layers : int
            Number of layers.

        Returns
        -------
        int
            1 if nothing is missing between them; negative where the order goes back.
        """
        if previous is None:
            return self._position(place, layers) + 1
        distance = self._position(place, layers) - self._position(previous, layers)
        skips_novel = place.part == previous.part == SIZES and range(previous.rank + 1, place.rank) == self.novel
        return 1 if skips_novel else distance

    def _position(self, place: Place, layers: int) -> int:
        before = sum(
            (last + 1) * (layers if part in (*range(TABLES, UTILIZATION), LAYERS) else 1)
            for part, last in self.last.items()
            if part < place.part
        )
        return before + max(place.layer - 1, 0) * (self.last[place.part] + 1) + place.rank


def _kinds(scope: str, measures: Iterable[Measure]) -> Iterable[Kind]:
    """Return what the numbers are about, each once: some versions have two labels for one number."""
    return dict.fromkeys((scope, measure.component, measure.metric) for measure in measures)
