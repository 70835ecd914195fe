"""What speaks against holding a run's number beside a published one.

The rules are those of the papers' own conditions: chip against macro, training against inference, other node,
precision, network or data set, time after programming and compensation. A grave objection makes the two not
comparable; the others are told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nnsreport.reports.references.result import Level, PublishedResult
from nnsreport.reports.references.run_facts import RunFacts, names_the_same, plain, same_family

_ACCURACIES = frozenset({"accuracy", "float_accuracy", "quantized_accuracy"})
_PER_OPERATION = frozenset({"energy_efficiency", "throughput", "compute_efficiency"})
_OF_PROCESS = frozenset({"read_latency", "throughput", "frame_rate", "leakage_energy", "compute_efficiency"})
_SAME_TIME = math.log(2)
_SAME_WEIGHTS = 1e-3


class Objection(NamedTuple):
    """A reason; grave ones make numbers not comparable."""

    is_grave: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The run's number: what it is of and under which conditions."""

    facts: RunFacts
    metric: str
    time_s: float | None
    compensation: str | None

    @property
    def is_accuracy(self) -> bool:
        """Whether the number is of a network rather than of a chip."""
        return self.metric in _ACCURACIES


def objections(subject: Subject, result: PublishedResult) -> tuple[Objection, ...]:
    """Return what speaks against a comparison.

    Parameters
    ----------
    subject : Subject
        The run's number.
    result : PublishedResult
        A published number of the same metric.

    Returns
    -------
    tuple of Objection
        The grave ones first.
    """
    found = [objection for check in _CHECKS for objection in check(subject, result)]
    return tuple(sorted(found, key=lambda objection: not objection.is_grave))


def _level(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if result.level is Level.MACRO and not subject.is_accuracy:
        yield Objection(True, "a macro, without the buffers, interconnect and leakage of a chip")


def _phase(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if result.phase and result.phase != subject.facts.phase:
        yield Objection(True, f"{result.phase}, against {subject.facts.phase} in the run")


def _architecture(subject: Subject, _: PublishedResult) -> Iterator[Objection]:
    if subject.facts.architecture and not subject.is_accuracy:
        yield Objection(False, f"published of another kind of chip; the run is of {subject.facts.architecture}")


def _process(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if subject.metric not in _OF_PROCESS:
        return
    process = subject.facts.process
    if result.process and process and result.process != process:
        yield Objection(True, f"{result.process}, against {process} in the run")
    elif not (result.process and process):
        yield Objection(False, "whether both are pipelined is not known")


def _estimate(_: Subject, result: PublishedResult) -> Iterator[Objection]:
    if result.estimate == "post-layout":
        yield Objection(True, "post-layout; simulators estimate before layout")
    elif result.estimate == "before calibration":
        yield Objection(False, "before the simulator was calibrated with silicon")


def _network(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if not result.network:
        return
    name = subject.facts.network
    if not name:
        yield Objection(False, f"{result.network}; the run does not name its network")
    elif names_the_same(name, result.network):
        yield from _widths(subject.facts, result)
    else:
        likeness = "same family, other network" if same_family(name, result.network) else "other network"
        yield Objection(subject.metric not in _PER_OPERATION, f"{likeness}: {result.network}, against {name}")


def _widths(facts: RunFacts, result: PublishedResult) -> Iterator[Objection]:
    if result.weights is None:
        return
    if facts.weights is None:
        yield Objection(False, f"{result.weights:,} weights; those of the run are not known")
    elif abs(facts.weights - result.weights) > _SAME_WEIGHTS * result.weights:
        yield Objection(False, f"same family, other widths: {result.weights:,} weights, against {facts.weights:,}")


def _dataset(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if not result.dataset:
        return
    name = subject.facts.dataset
    if not name:
        yield Objection(False, f"{result.dataset}; the run does not name its data set")
    elif not names_the_same(name, result.dataset):
        yield Objection(subject.is_accuracy, f"other data: {result.dataset}, against {name}")
    elif subject.is_accuracy and len(name) > len(result.dataset):
        yield Objection(False, f"{result.dataset}; the run's data are named {name}")


def _technology(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if subject.is_accuracy or result.technology_nm is None:
        return
    node = subject.facts.technology_nm
    if node is None:
        yield Objection(False, f"{result.technology_nm} nm {result.device}; the run does not name its technology")
    elif node != result.technology_nm:
        yield Objection(True, f"other node: {result.technology_nm} nm, against {node} nm")


def _device(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if subject.metric != "accuracy" or not result.device:
        return
    device = subject.facts.device
    if not device:
        yield Objection(False, f"{result.device}; the run does not name its device")
    elif plain(result.device) not in plain(device):
        yield Objection(True, f"other device: {result.device}, against {device}")


def _precision(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    facts = subject.facts
    for what, published, own in (
        ("weights", result.weight_bits, facts.weight_bits),
        ("activations", result.activation_bits, facts.activation_bits),
        ("cells", result.cell_bits, facts.cell_bits),
        ("ADC", result.adc_bits, facts.adc_bits),
    ):
        if published is None or subject.metric == "float_accuracy":
            continue
        if own is None:
            yield Objection(False, f"{published}-bit {what}; the run has no such number")
        elif own != published:
            changes_operation = what in {"weights", "activations"} and subject.metric in _PER_OPERATION
            yield Objection(changes_operation, f"other precision: {published}-bit {what}, against {own}")


def _time(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if subject.metric != "accuracy":
        return
    if result.time_s is None:
        if subject.time_s is not None:
            yield Objection(False, f"time after programming not published, {subject.time_s:g} s in the run")
    elif subject.time_s is None:
        yield Objection(True, f"{result.time_s:g} s after programming; the run has no drift")
    elif subject.time_s <= 0 or abs(math.log(subject.time_s / result.time_s)) > _SAME_TIME:
        yield Objection(True, f"{result.time_s:g} s after programming, against {subject.time_s:g} s")
    if result.compensation and result.compensation != (subject.compensation or "none"):
        yield Objection(True, f"compensation {result.compensation}, against {subject.compensation or 'none'}")


def _simulator(subject: Subject, result: PublishedResult) -> Iterator[Objection]:
    if result.simulator:
        yield Objection(False, f"estimated with {result.simulator}, the run with {subject.facts.simulator}")


def _caveat(_: Subject, result: PublishedResult) -> Iterator[Objection]:
    if result.caveat:
        yield Objection(False, result.caveat)


_CHECKS: tuple[Callable[[Subject, PublishedResult], Iterator[Objection]], ...] = (
    _level,
    _phase,
    _architecture,
    _network,
    _dataset,
    _process,
    _estimate,
    _technology,
    _device,
    _precision,
    _time,
    _simulator,
    _caveat,
)
