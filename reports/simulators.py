"""Which simulator made a run, and what its numbers are of: images or epochs, analog or digital, one tier or several."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from nnsreport.reports.run_data import RunData


class Family(StrEnum):
    """Simulators whose numbers mean the same."""

    OWN = "nnsreport"
    INFERENCE = "NeuroSim, inference"
    DIGITAL = "NeuroSim, digital compute-in-memory"
    STACKED = "3D+NeuroSim"
    SYSTOLIC = "NeuroSim, systolic array"
    TRAINING = "NeuroSim, training"
    PERCEPTRON = "MLP+NeuroSim"
    RESULTS = "another simulator, by its results file"
    OTHER = "another simulator"


_FAMILIES: tuple[tuple[re.Pattern[str], Family], ...] = (
    (re.compile(r"nnsreport"), Family.OWN),
    (re.compile(r"neurosim-1\.\d+(?P<file>-.+)?"), Family.INFERENCE),
    (re.compile(r"neurosim-dcim-[\d.]+(?P<file>-.+)?"), Family.DIGITAL),
    (re.compile(r"neurosim-3d-(?:(?:heterogeneous|monolithic)-[\d.]+|(?P<file>.+))"), Family.STACKED),
    (re.compile(r"neurosim-systolic-[\d.]+(?P<file>-.+)?"), Family.SYSTOLIC),
    (re.compile(r"neurosim-2(?:\.\d+|(?P<file>-.+))"), Family.TRAINING),
    (re.compile(r"mlp-neurosim-[\d.]+(?P<file>-.+)?"), Family.PERCEPTRON),
    (re.compile(r"results-\d+"), Family.RESULTS),
)
_TRAINING = frozenset({Family.TRAINING, Family.PERCEPTRON})


@dataclass(frozen=True, slots=True)
class Simulator:
    """What made a run.

    Attributes
    ----------
    family : Family
        Its relatives.
    name : str
        For people: ``neurosim-1.4``, or what a results file says, such as ``aihwkit 0.9.2``.
    product : str
        The name without a version; runs of one family and product differ in their version only.
    version : str
        As far as the run tells; a file that NeuroSim writes beside its log does not.
    is_training : bool
        Whether it trains on the chip, and so counts epochs.
    """

    family: Family
    name: str
    product: str
    version: str
    is_training: bool

    @property
    def first_epoch(self) -> int:
        """The number of the first epoch: MLP+NeuroSim counts from 1, the others from 0."""
        return 1 if self.family is Family.PERCEPTRON else 0


def simulator_of(run: RunData) -> Simulator:
    """Return what made a run.

    Parameters
    ----------
    run : RunData
        Any run or log.

    Returns
    -------
    Simulator
        Told from the format; for a results file, from its settings.
    """
    for pattern, family in _FAMILIES:
        match = pattern.fullmatch(run.kind)
        if match is None:
            continue
        if family is Family.RESULTS:
            return _of_results(run)
        is_file = bool(match.groupdict().get("file"))
        version = "" if is_file or family is Family.OWN else run.kind
        return Simulator(family, run.kind, family.value, version, family in _TRAINING)
    return Simulator(Family.OTHER, run.kind, run.kind, "", _has_epochs(run))


def simulator_name(run: RunData) -> str:
    """Return the name of what made a run, for people."""
    return simulator_of(run).name


def _of_results(run: RunData) -> Simulator:
    product, version = (str(run.settings.get(f"results.{key}", "")) for key in ("simulator", "simulator_version"))
    name = f"{product} {version}".strip() if product else run.kind
    return Simulator(Family.RESULTS, name, product.lower() or run.kind, version, _has_epochs(run))


def _has_epochs(run: RunData) -> bool:
    return run.metrics["epoch"].null_count() < run.metrics.height
