"""What one version of NeuroSim prints: data for the readers, which are the same for all versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from nnsreport.parsers.measure import Measure as CommonMeasure
from nnsreport.parsers.neurosim.stages import Stage


@dataclass(frozen=True, slots=True)
class Measure(CommonMeasure):
    """A number that a label announces, and the place of that label in a log.

    Attributes
    ----------
    process : str or None
        The process that only this label occurs in.
    order : int
        Place within its breakdown.
    is_printed_twice : bool
        Another line of a complete log prints the same number.
    """

    process: str | None = None
    order: int = 0
    is_printed_twice: bool = False

    @property
    def ends_section(self) -> bool:
        """Whether it stands last among the numbers of a layer, or of the chip, with its breakdown behind it."""
        return (self.component, self.metric) == ("interconnect", "read_dynamic_energy")


@dataclass(frozen=True, slots=True)
class LinePattern:
    """A line whose label itself varies.

    Attributes
    ----------
    pattern : re.Pattern
        Matches the whole line.
    measures : Mapping of str to Measure
        By the name of the group that holds the number; about the whole chip.
    settings : Mapping of str to str
        Setting's name by the name of the group that holds its value.
    stage : Stage or None
        Where in the log the line stands; None if it tells nothing.
    """

    pattern: re.Pattern[str]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    stage: Stage | None = None


@dataclass(frozen=True, eq=False)
class Dialect:
    """The lines of one version.

    Attributes
    ----------
    name, title, citation : str
        As in :class:`nnsreport.parsers.registry.LogFormat`.
    layer_labels : Mapping of str to Measure
        Text between ``layer7's `` and the last colon.
    breakdown_labels : Mapping of str to Measure
        Text before the last colon; of a layer or of the chip, by the lines before.
    chip_labels : Mapping of str to Measure
        Text before the last colon.
    size_labels : Mapping of str to tuple
        Sizes such as ``512x512``: the component, and the metric of each factor.
    table_titles : Mapping of str to tuple of str
        Tables of ``layer7: v`` or ``layer7: v, w`` lines: the metrics of a row, by banner.
    banners : Mapping of str to Stage
        Other banners, without their dashes.
    process_banners : Mapping of str to str
        Process that only a chip of this banner has.
    patterns : tuple of LinePattern
        Lines with a varying label.
    prose : tuple of str
        Beginnings of sentences that carry no number and no error.
    flags : frozenset of str
        What the Python wrapper prints below its banner FLAGS; users add their own.
    properties : Mapping of str to str
        What the wrapper prints under ``Hardware Properties``, each with its value on the next line: the flag that it
        repeats.
    evaluates_in_phases : bool
        The wrapper evaluates the network as it is, then quantised, then with hardware, batch by batch.
    repeats_wrapper : bool
        The wrapper evaluates network and chip again and again, each time at the temperature of the chip before.
    is_training : bool
        One C++ part is printed for each epoch of a run.
    has_tensorflow_wrapper : bool
        There is a wrapper for TensorFlow beside that for PyTorch.
    breakdown_adds_up : bool
        The energies of a breakdown add up to their layer's, or the chip's.
    unprinted : frozenset of (str, str)
        Component and metric of numbers that a complete log may lack.
    """

    name: str
    title: str
    citation: str
    layer_labels: Mapping[str, Measure]
    breakdown_labels: Mapping[str, Measure]
    chip_labels: Mapping[str, Measure]
    size_labels: Mapping[str, tuple[str, tuple[str, ...]]]
    table_titles: Mapping[str, tuple[str, ...]]
    banners: Mapping[str, Stage]
    process_banners: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[LinePattern, ...] = ()
    prose: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()
    properties: Mapping[str, str] = field(default_factory=dict)
    evaluates_in_phases: bool = False
    repeats_wrapper: bool = False
    is_training: bool = False
    has_tensorflow_wrapper: bool = False
    breakdown_adds_up: bool = True
    unprinted: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def expected_in_chip(self) -> frozenset[tuple[str, str]]:
        """Component and metric of every number of the chip that a complete log has; not all chips have a clock."""
        measures = [*self.chip_labels.values(), *self.breakdown_labels.values()]
        measures += [measure for pattern in self.patterns for measure in pattern.measures.values()]
        pairs = {(measure.component, measure.metric) for measure in measures if measure.metric != "clock_period"}
        return frozenset(pairs - self.unprinted)

    @cached_property
    def expected_in_layer(self) -> frozenset[tuple[str, str]]:
        """The same for each layer."""
        measures = [*self.layer_labels.values(), *self.breakdown_labels.values()]
        rows = {("total", metric) for metrics in self.table_titles.values() for metric in metrics}
        return frozenset({(measure.component, measure.metric) for measure in measures} | rows) - self.unprinted

    @cached_property
    def has_clock(self) -> bool:
        """Whether a synchronous chip's log has its clock period."""
        return any(measure.metric == "clock_period" for measure in self.chip_labels.values())

    @cached_property
    def has_early_clock(self) -> bool:
        """Whether it is printed before the layers already."""
        return "clkPeriod" in self.chip_labels

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every text that only stands before a number."""
        return (*self.chip_labels, *self.breakdown_labels, *self.size_labels, RUN_TIME_LABEL)

    @cached_property
    def schema(self) -> frozenset[str]:
        """Canonical names of the metrics in the C++ part."""
        pairs = self.expected_in_chip | self.expected_in_layer | self.unprinted
        sizes = {metric for _, metrics in self.size_labels.values() for metric in metrics}
        clock = {"clock_period"} if self.has_clock else set()
        return frozenset({metric for _, metric in pairs} | sizes | clock | {"simulation_time"})


RUN_TIME_LABEL = "Total Run-time of NeuroSim"
