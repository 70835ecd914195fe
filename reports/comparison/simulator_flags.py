"""Flags for runs of two simulators, of two epochs, or of settings that nobody told."""

from __future__ import annotations

from collections.abc import Iterable

from nnsreport.reports.comparison.flag import ACCURACY, HARDWARE, OF_AN_EPOCH, Flag, Reach
from nnsreport.reports.epochs import align
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import Family, Simulator, simulator_of
from nnsreport.vocabulary import METRICS

_TOLD_BY = ("neurosim.technode", "neurosim.memcelltype", "neurosim.deviceroadmap", "neurosim.temp")
_UNTOLD = "not in the log"
_CUMULATIVE = frozenset(name for name in OF_AN_EPOCH if name.startswith("cumulative_"))
_OF_ALL_EPOCHS = frozenset({"best_accuracy", "elapsed_time"})
_OF_THE_END = frozenset(METRICS) - _CUMULATIVE
_NOT_NEUROSIM = frozenset({Family.OWN, Family.RESULTS, Family.OTHER})

_TWO_MODELS = "part of the difference is that of the two models"
_ARCHITECTURES: tuple[tuple[Family, str], ...] = (
    (
        Family.SYSTOLIC,
        "a systolic array fetches its weights from buffers, and its energy includes DRAM and standby; fair as a choice "
        "of architecture, not as one of circuits",
    ),
    (
        Family.STACKED,
        "the area of a chip of several tiers is its footprint, and its models were recalibrated; fair as a choice of "
        "integration",
    ),
    (
        Family.DIGITAL,
        "digital adders in the place of analog sums and ADCs; fair as a choice of architecture",
    ),
)
"""Why numbers of inference differ in kind, the most telling family first."""


def simulator_flags(a: RunData, b: RunData) -> Iterable[Flag]:
    """Yield what follows from two simulators, or two versions of one.

    Parameters
    ----------
    a, b : RunData
        Base and other.

    Yields
    ------
    Flag
        At most one. Files that a simulator writes beside its log are of the same simulator; they tell no version.
    """
    one, other = simulator_of(a), simulator_of(b)
    if one.is_training != other.is_training:
        yield _flag(
            "simulator", one, other, "one trains on the chip, the other infers: epochs against images", blocks=True
        )
    elif one.family is not other.family or one.product != other.product:
        yield _between_families(one, other)
    elif one.version and other.version and one.version != other.version:
        yield _between_versions(one, other)


def _between_families(one: Simulator, other: Simulator) -> Flag:
    if one.is_training and {one.family, other.family} == {Family.TRAINING, Family.PERCEPTRON}:
        explanation = "one counts the latency and energy of each epoch, the other all since the start, of other chips"
        return _flag("simulator", one, other, explanation, blocks=True)
    if {one.family, other.family} & _NOT_NEUROSIM:
        return _flag("simulator", one, other, _TWO_MODELS)
    explanation = next(text for family, text in _ARCHITECTURES if family in (one.family, other.family))
    return _flag("architecture", one, other, explanation)


def _between_versions(one: Simulator, other: Simulator) -> Flag:
    if one.family is Family.STACKED:
        explanation = "memory tiers on a tier of logic against circuits divided between two tiers"
        return _flag("architecture", one, other, explanation)
    explanation = "models were recalibrated between versions, so part of the difference is the simulator's"
    return _flag("simulator version", one, other, explanation)


def _flag(subject: str, one: Simulator, other: Simulator, explanation: str, *, blocks: bool = False) -> Flag:
    if blocks:
        return Flag(subject, one.name, other.name, explanation, (Reach(HARDWARE),), (Reach(ACCURACY),))
    return Flag(subject, one.name, other.name, explanation, warns=(Reach(HARDWARE | ACCURACY),))


def epoch_flags(a: RunData, b: RunData) -> Iterable[Flag]:
    """Yield which epochs of two trainings are compared, where it is not the last one of both.

    Parameters
    ----------
    a, b : RunData
        Base and other, with all their epochs.

    Yields
    ------
    Flag
        At most one.
    """
    aligned = align(a, b)
    if aligned.epoch_a is None or aligned.epoch_b is None:
        return
    value_a = _epoch(aligned.epoch_a, aligned.last_a)
    value_b = _epoch(aligned.epoch_b, aligned.last_b)
    if not aligned.is_common:
        yield Flag(
            "epoch",
            value_a,
            value_b,
            "no epoch is complete in both, so other amounts of training are compared",
            blocks=(Reach(_CUMULATIVE),),
            warns=(Reach(_OF_THE_END),),
        )
    elif (aligned.epoch_a, aligned.epoch_b) != (aligned.last_a, aligned.last_b):
        yield Flag(
            "epoch",
            value_a,
            value_b,
            "the last epoch that both completed is compared, not how the longer training ended",
            warns=(Reach(_OF_ALL_EPOCHS),),
        )


def _epoch(epoch: int, last: int | None) -> str:
    return f"{epoch}, the last" if epoch == last else f"{epoch} (the last is {last})"


def configuration_flags(a: RunData, b: RunData) -> Iterable[Flag]:
    """Yield that parameters of NeuroSim are not known of a run.

    Parameters
    ----------
    a, b : RunData
        Base and other.

    Yields
    ------
    Flag
        At most one; about no row in particular.
    """
    value_a, value_b = (_told(run) for run in (a, b))
    if _UNTOLD in (value_a, value_b):
        yield Flag(
            "Param.cpp",
            value_a,
            value_b,
            "technology, memory cell, ADC and buffers may differ without a word in the settings",
        )


def _told(run: RunData) -> str:
    if simulator_of(run).family in _NOT_NEUROSIM:
        return "not used"
    return "known" if any(name in run.settings for name in _TOLD_BY) else _UNTOLD
