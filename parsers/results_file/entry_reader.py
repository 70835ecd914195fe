"""Collects the entries of a results file, one by one or thousands at once, and files their numbers together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import NO_EPOCH, UNCONDITIONAL, MetricColumns
from nnsreport.parsers.results_file.entries import CheckedEntry, Entry, check
from nnsreport.parsers.results_file.entry_values import RefusedError, Remedy

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from nnsreport.parsers.results_file.entry_columns import EntryColumns

    Integers = npt.NDArray[np.int64]

_SHOWN_REFUSALS = 20
_FEWEST_AT_ONCE = 1000


@dataclass(slots=True)
class EntryReader:
    """Files entries; what is wrong with the others becomes problems, of which a long file shows the first ones.

    Attributes
    ----------
    records : RunBuilder
        Receives numbers and problems.
    entries : int
        Entries seen.
    """

    records: RunBuilder
    entries: int = 0
    _refused: int = field(default=0)
    _renamed: dict[str, dict[str, int]] = field(default_factory=dict)
    _found: MetricColumns = field(default_factory=MetricColumns)

    def read(self, entry: Entry) -> None:
        """Check an entry, and keep it or file the problem with it."""
        try:
            checked = check(entry.fields)
        except RefusedError as refused:
            self.entries += 1
            self.refuse(refused.message, entry.line, refused.remedy)
        else:
            self._keep(checked, entry.line)

    def _keep(self, entry: CheckedEntry, line: int) -> None:
        self.entries += 1
        condition = entry.condition
        self._found.append(
            self.records.kind(*entry.about.key),
            entry.value,
            line,
            NO_EPOCH if entry.epoch is None else entry.epoch,
            NO_EPOCH if entry.step is None else entry.step,
            condition,
        )
        if entry.written is not None and condition.compensation is not None:
            self._call(condition.compensation, entry.written, line)

    def keep_many(self, entries: EntryColumns, lines: Integers) -> None:
        """Keep entries that were found good.

        Parameters
        ----------
        entries : EntryColumns
            Good ones only.
        lines : numpy.ndarray of int64, shape (entries,)
            1-based in the source.
        """
        import numpy as np

        self.entries += len(lines)
        told, about = np.unique(entries.about, return_inverse=True)
        abouts = (entries.abouts[index] for index in told)
        kinds = [self.records.kind(*known.key) for known in abouts if known is not None]
        conditions, condition = np.unique(entries.condition, return_inverse=True)
        self._found.extend_each(
            np.array(kinds, np.int64)[about],
            entries.value,
            lines,
            entries.epoch,
            entries.step,
            [entries.conditions[index] for index in conditions],
            condition,
        )
        for index, first in zip(*np.unique(entries.name, return_index=True), strict=True):
            name = entries.names[index]
            if name is not None:
                canonical, written = name
                self._call(canonical, written, int(lines[first]))

    def _call(self, canonical: str, written: str, line: int) -> None:
        """Remember what a compensation is called in the file, if that is another name."""
        if written != canonical:
            self._renamed.setdefault(canonical, {}).setdefault(written, line)

    def refuse(self, message: str, line: int, remedy: Remedy) -> None:
        """File the problem with an entry that is left out."""
        self._refused += 1
        if self._refused <= _SHOWN_REFUSALS:
            told = remedy if isinstance(remedy, str) else remedy()
            self.records.problem(f"an entry is left out: {message}", line, told)

    def finish(self) -> None:
        """File the numbers, how many more entries were left out than are shown, and how compensations are called."""
        if self._are_distinct():
            self._found.keys = self.records.metrics.keys
            self.records.metrics = self._found
        else:
            self._file_one_by_one()
        for canonical, names in self._renamed.items():
            line = min(names.values())
            self.records.setting(f"results.compensation.{canonical}", ", ".join(names), line)
        if self._refused > _SHOWN_REFUSALS:
            self.records.problem(f"{self._refused - _SHOWN_REFUSALS} more entries are left out")

    def _are_distinct(self) -> bool:
        """Tell whether there are many numbers, and no two are about the same."""
        import numpy as np

        found = self._found
        if len(found) < _FEWEST_AT_ONCE:
            return False
        place = np.array(found.kind)
        for column in (found.epoch, found.step, *((found.condition,) if found.conditions else ())):
            distinct, rank = np.unique(np.array(column), return_inverse=True)
            _, place = np.unique(place * len(distinct) + rank, return_inverse=True)
        return int(place.max()) + 1 == len(place)

    def _file_one_by_one(self) -> None:
        found, keys = self._found, self.records.metrics.keys
        for index, kind in enumerate(found.kind):
            scope, layer, component, metric, _ = keys[kind]
            epoch, step = found.epoch[index], found.step[index]
            self.records.metric(
                scope,
                layer,
                component,
                metric,
                found.value[index],
                found.line[index],
                epoch=None if epoch == NO_EPOCH else epoch,
                step=None if step == NO_EPOCH else step,
                condition=found.conditions[found.condition[index]] if found.conditions else UNCONDITIONAL,
            )
