"""The numbers of one chip by what they are about, for the checks at the end of a run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import MetricColumns, MetricKey

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_KEPT = 64

Subject = tuple[str, str]
"""Component and metric."""


@dataclass(frozen=True, eq=False)
class Places:
    """Where the numbers of a chip and of its layers stand, by what they are about.

    Attributes
    ----------
    of : Mapping of Subject to Mapping of str or None to int
        Index of the key by layer; None for the chip.
    """

    of: Mapping[Subject, Mapping[str | None, int]]

    @classmethod
    def among(cls, keys: Sequence[MetricKey]) -> Places:
        """Return the places among the keys of a run."""
        found: dict[Subject, dict[str | None, int]] = {}
        for index, key in enumerate(keys):
            if key.component is not None and key.scope in ("chip", "layer"):
                found.setdefault((key.component, key.metric), {})[key.layer] = index
        return cls(found)

    @cached_property
    def layers(self) -> frozenset[str]:
        """Every layer that a number is about."""
        return frozenset(layer for places in self.of.values() for layer in places if layer is not None)

    @cached_property
    def of_layers(self) -> Mapping[Subject, npt.NDArray[np.int64]]:
        """Indices of the keys of all layers, in their order, of what is there for the chip and every layer."""
        import numpy as np

        return {
            subject: np.array([index for layer, index in places.items() if layer is not None], dtype=np.int64)
            for subject, places in self.of.items()
            if None in places and len(places) == len(self.layers) + 1 > 1
        }

    @cached_property
    def hardware(self) -> npt.NDArray[np.int64]:
        """Indices of all keys about hardware."""
        import numpy as np

        return np.array([index for places in self.of.values() for index in places.values()], dtype=np.int64)

    def of_metric(self, metric: str) -> npt.NDArray[np.int64]:
        """Return the indices of the keys of one metric, whatever the part."""
        return self._by_metric.get(metric, self.hardware[:0])

    @cached_property
    def _by_metric(self) -> Mapping[str, npt.NDArray[np.int64]]:
        import numpy as np

        found: dict[str, list[int]] = {}
        for (_, metric), places in self.of.items():
            found.setdefault(metric, []).extend(places.values())
        return {metric: np.array(indices, dtype=np.int64) for metric, indices in found.items()}

    @cached_property
    def subjects(self) -> Mapping[int, tuple[Subject, str | None]]:
        """What each key is about."""
        return {index: (subject, layer) for subject, places in self.of.items() for layer, index in places.items()}


_known: OrderedDict[int, tuple[tuple[MetricKey, ...], Places]] = OrderedDict()
"""By the identity of keys that several runs share (and that are kept here, so that it stays theirs)."""


def places_of(columns: MetricColumns) -> Places:
    """Return the places of a run's numbers; runs that share their keys share the places too."""
    keys = columns.keys
    if not isinstance(keys, tuple):
        return Places.among(keys)
    if id(keys) not in _known:
        _known[id(keys)] = (keys, Places.among(keys))
        if len(_known) > _KEPT:
            _known.popitem(last=False)
    return _known[id(keys)][1]


@dataclass(frozen=True, eq=False)
class Findings:
    """The numbers of one chip.

    Attributes
    ----------
    places : Places
        Where they stand.
    values : numpy.ndarray of float64, shape (keys,)
        The number of each key, in its metric's unit; nan where there is none.
    lines : numpy.ndarray of int64, shape (keys,)
        Its line; 0 if that is not known any more, because the numbers of a very long log were handed over.
    """

    places: Places
    values: npt.NDArray[np.float64]
    lines: npt.NDArray[np.int64]

    @classmethod
    def among(cls, records: RunBuilder) -> Findings:
        """Return the numbers of a run with one chip.

        Parameters
        ----------
        records : RunBuilder
            All that was filed. Of a key that occurs several times the last number counts.

        Returns
        -------
        Findings
            By key.
        """
        import numpy as np

        columns = records.metrics
        values = np.full(len(columns.keys), np.nan)
        lines = np.zeros(len(columns.keys), dtype=np.int64)
        if len(columns) < len(columns.keys):  # others were handed over already, and their lines with them
            for place, value in records.values.items():
                values[place[0]] = value
        kinds = np.array(columns.kind, dtype=np.int64)
        values[kinds] = np.array(columns.value)
        lines[kinds] = np.array(columns.line, dtype=np.int64)
        return cls(places_of(columns), values, lines)

    def value(self, component: str, metric: str, layer: str | None = None) -> float | None:
        """Return a number; None if it is not there."""
        index = self.places.of.get((component, metric), {}).get(layer)
        return None if index is None else float(self.values[index])

    def of_layers(self, component: str, metric: str) -> dict[str, float]:
        """Return a number of each layer that has it."""
        places = self.places.of.get((component, metric), {})
        return {layer: float(self.values[index]) for layer, index in places.items() if layer is not None}

    def line(self, component: str, metric: str, layer: str | None = None) -> int | None:
        """Return the line of a number that is there; None if it is not known any more."""
        return self.first_line([self.places.of[component, metric][layer]])

    def first_line(self, indices: Sequence[int]) -> int | None:
        """Return the first line of several numbers; None if none is known any more."""
        return min((int(self.lines[index]) for index in indices if self.lines[index]), default=None)
