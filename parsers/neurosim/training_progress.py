"""How far each epoch of a training came: counts and first examples only, however long the log is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from nnsreport.parsers.neurosim.training_clock import Told
from nnsreport.parsers.neurosim.training_order import CHIP, LAYERS, UTILIZATION, About
from nnsreport.parsers.neurosim.training_section import Section

_SHOWN = 6

_PHASES_OF_TRAINING = tuple(
    ("chip", None, component, metric)
    for component, metric in (
        ("activation_gradient", "epoch_read_dynamic_energy"),
        ("weight_gradient", "epoch_read_dynamic_energy"),
        ("weight_update", "epoch_write_dynamic_energy"),
    )
)


@dataclass(slots=True)
class Examples:
    """How often something was found, and where first.

    Attributes
    ----------
    count : int
        How often.
    shown : list of str
        The first, in words.
    line : int or None
        Of the first.
    """

    count: int = 0
    shown: list[str] = field(default_factory=list)
    line: int | None = None

    def add(self, text: str, line: int | None = None) -> None:
        """Count one more."""
        if not self.count:
            self.line = line
        self.count += 1
        if len(self.shown) < _SHOWN and text not in self.shown:
            self.shown.append(text)

    def __str__(self) -> str:
        """Return the first ones, each once, and whether there are more."""
        return ", ".join(self.shown) + (", ..." if self.count > len(self.shown) else "")


@dataclass(slots=True)
class TrainingProgress:
    """What a training has done so far.

    Attributes
    ----------
    expected_in_chip, expected_in_layer : frozenset of (str, str)
        Component and metric of every number of a whole C++ part.
    epoch, step, line : int or None
        The wrapper's latest epoch, images of it seen, and their line.
    finished : int
        C++ parts that came to their end.
    stopped : Examples
        Epochs in which NeuroSim did not come to its end.
    where : str or None
        Where the latest C++ part stopped; None if it came to its end.
    unestimated : Examples
        Tested epochs that NeuroSim printed nothing about.
    missing : Examples
        Expected numbers that C++ parts lack.
    not_finite : Examples
        Numbers of C++ parts that are inf or nan.
    diverged : Examples
        Losses that are inf or nan.
    contradicted : Examples
        Numbers of C++ parts that have another value in the same epoch.
    mixed : Examples
        C++ parts into which an inference printed.
    is_for_one_image : bool
        Only the forward pass was estimated.
    """

    expected_in_chip: frozenset[tuple[str, str]] = frozenset()
    expected_in_layer: frozenset[tuple[str, str]] = frozenset()
    epoch: int | None = None
    step: int | None = None
    line: int | None = None
    tested: int = 0
    finished: int = 0
    latest_section: int | None = None
    where: str | None = None
    stopped: Examples = field(default_factory=Examples)
    unestimated: Examples = field(default_factory=Examples)
    missing: Examples = field(default_factory=Examples)
    not_finite: Examples = field(default_factory=Examples)
    diverged: Examples = field(default_factory=Examples)
    contradicted: Examples = field(default_factory=Examples)
    mixed: Examples = field(default_factory=Examples)
    is_for_one_image: bool = False
    _awaited: int | None = None
    _expected: tuple[int, frozenset[About]] = (-1, frozenset())
    _latest: tuple[frozenset[About], int] = (frozenset(), 0)
    _lacking: tuple[frozenset[About] | None, list[str]] = (None, [])

    def note(self, told: Told) -> None:
        """Take a line of the wrapper; NeuroSim is started after one that tells the accuracy."""
        epoch = told.epoch
        if self.epoch is None or epoch >= self.epoch:
            self.epoch, self.line, self.step = epoch, told.line, told.step
        for metric, value in zip(told.metrics, told.values, strict=True):
            if not math.isfinite(value) and metric in ("train_loss", "test_loss"):
                self.diverged.add(f"epoch {epoch}", told.line)
        if told.is_test:
            self._note_test(epoch)

    def note_epochs(self, epochs: range, line: int, step: int | None, *, is_tested: bool) -> None:
        """Take all lines of epochs without inf and nan; the last that names one has the given number and step.

        Of several epochs, each is followed by its C++ part.
        """
        if self.epoch is None or epochs[-1] >= self.epoch:
            self.epoch, self.line, self.step = epochs[-1], line, step
        if is_tested:
            self._note_test(epochs[0])
            self.tested += len(epochs) - 1

    def _note_test(self, epoch: int) -> None:
        if epoch != self._awaited:
            self._note_silence()
            self.tested += 1
            self._awaited = epoch

    def note_section(self, section: Section, epoch: int) -> None:
        """Take a C++ part that is over.

        Parameters
        ----------
        section : Section
            What was read of it.
        epoch : int
            What it is about.
        """
        self.latest_section = epoch
        if self._awaited is not None and self._awaited <= epoch:
            self._awaited = None
        about = section.all_about()
        layers = self._count_layers(about)
        self.where = None if section.is_finished else _where(section, layers)
        if section.is_finished:
            self.finished += 1
            for name in self._missing_in(about, layers):
                self.missing.add(f"{name} in epoch {epoch}")
        else:
            self.stopped.add(f"epoch {epoch} ({self.where})", section.numbers[-1].line if section.numbers else None)
        self._note_not_finite(section, epoch)
        if section.is_mixed:
            self.mixed.add(f"epoch {epoch}", section.numbers[0].line if section.numbers else None)
        if section.is_finished and self.finished == 1:
            values = dict(section.all_values())
            self.is_for_one_image = [values.get(about) for about in _PHASES_OF_TRAINING] == [0, 0, 0]

    def is_usual(self, about: frozenset[About]) -> bool:
        """Tell whether there is nothing to say of C++ parts with some numbers but that they came to their end."""
        return self.finished > 0 and not self._missing_in(about, self._count_layers(about))

    def note_sections(self, last: Section, epochs: range) -> None:
        """Take C++ parts that are over, one an epoch, and that :meth:`is_usual`; of the last, what was read."""
        self.finished += len(epochs) - 1
        self.note_section(last, epochs[-1])

    def note_contradiction(self, about: About, line: int) -> None:
        """Take a number that has another value in the same epoch."""
        scope, layer, component, metric = about
        self.contradicted.add(" ".join(part for part in (layer or scope, component, metric) if part), line)

    def note_end(self) -> None:
        """Take the end of the log."""
        self._note_silence()

    def _note_silence(self) -> None:
        if self._awaited is not None:
            self.unestimated.add(f"epoch {self._awaited}")
            self._awaited = None

    def _count_layers(self, about: frozenset[About]) -> int:
        if about is not self._latest[0]:  # they are the same object where a C++ part was read at once
            self._latest = about, sum(scope == "layer" and metric == "tiles" for scope, _, _, metric in about)
        return self._latest[1]

    def _missing_in(self, about: frozenset[About], layers: int) -> list[str]:
        if about is not self._lacking[0]:
            missing = self._expected_with(layers) - about
            parts = (
                (layer or "chip", None if component == "total" else component, metric)
                for _, layer, component, metric in sorted(missing, key=str)
            )
            self._lacking = about, [" ".join(filter(None, part)) for part in parts]
        return self._lacking[1]

    def _expected_with(self, layers: int) -> frozenset[About]:
        if self._expected[0] != layers:
            chip = {("chip", None, component, metric) for component, metric in self.expected_in_chip}
            self._expected = (
                layers,
                frozenset(
                    chip.union(
                        ("layer", f"layer{number}", component, metric)
                        for number in range(1, layers + 1)
                        for component, metric in self.expected_in_layer
                    )
                ),
            )
        return self._expected[1]

    def _note_not_finite(self, section: Section, epoch: int) -> None:
        for number in section.numbers:
            if not math.isfinite(number.value):
                self.not_finite.add(f"epoch {epoch}", number.line)
        if section.block is not None:
            import numpy as np

            is_finite = np.isfinite(section.block.value)
            for position in [] if is_finite.all() else np.flatnonzero(~is_finite).tolist():
                self.not_finite.add(f"epoch {epoch}", int(section.block.line[position]))


def _where(section: Section, layers: int) -> str:
    place = section.last_place
    if place is None or place.part < UTILIZATION:
        return "in its floor plan"
    if place.part == UTILIZATION:
        return "before it prints a layer"
    if place.part == CHIP or (place.part == LAYERS and section.ends_layer and place.layer == layers):
        return "in its summary"
    layer = place.layer + 1 if section.ends_layer else place.layer
    return f"in layer{layer} of {layers}"
