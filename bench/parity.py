"""Compare every number of every sample log of NeuroSim V1.4 with the estimate of the cost model.

    python bench/parity.py --samples ../shared/neurosim [--log dn40_default ...] [--worst 20] [--keep FOLDER]

Both texts, NeuroSim's and the one that the estimate prints, go through nnsreport's own parser, so that a number is
compared with the number of the same name, in the digits that NeuroSim prints. Exit code 1 if a log that is an oracle
differs by more than 0.1 %.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from cost_samples import Sample, TraceStore, samples

from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.floorplan import FloorPlan, floor_plan
from nnsreport.engine.cost.given import MemoryCell, OperationMode
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printout
from nnsreport.engine.cost.refusals import refusals
from nnsreport.errors import NnsreportError
from nnsreport.parsers.registry import parse_bytes

TOLERANCE = 1e-3
"""Relative difference up to which two numbers agree."""

_FOREIGN = (
    "RRAM or FeFET whose kernel positions do not fill the tiles that they are cut into: NeuroSim reads foreign memory "
    "for the conductance of columns; here each tile has its own rows and columns"
)
_MISSING = (
    "the traces have fewer columns of weights than the network has outputs: NeuroSim reads foreign memory; here the "
    "columns are repeated"
)
_NO_TRACES = "its traces are not stored: energies, which depend on them, are left out"
_ENERGIES = frozenset({"read_dynamic_energy", "energy_efficiency"})
_NOT_OF_THE_CHIP = frozenset({"simulation_time"})

Key = tuple[str, str | None, str | None, str, int]
"""Scope, layer, component and metric of a number, and which of several equal ones it is."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two numbers of the same name."""

    key: Key
    printed: float
    estimated: float

    @property
    def relative(self) -> float:
        """Their relative difference; inf where only one is a number, or only one is 0."""
        if self.printed == self.estimated or (math.isnan(self.printed) and math.isnan(self.estimated)):
            return 0.0
        if not math.isfinite(self.printed - self.estimated) or self.printed == 0:
            return math.inf
        return abs(self.estimated / self.printed - 1)

    @property
    def text(self) -> str:
        """The number's name, what was estimated and what was printed."""
        scope, layer, component, metric, _ = self.key
        name = " ".join(part for part in (scope, layer, component, metric) if part)
        return f"{name}: {self.estimated:.6g} for {self.printed:.6g}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of a log.

    Attributes
    ----------
    name : str
        Of the log.
    reason : str
        Why it is no oracle; empty if it is one.
    differences : tuple of Difference
        All numbers that were compared, those that agree included.
    seconds : float
        That the estimate took, with its traces at hand.
    """

    name: str
    reason: str
    differences: tuple[Difference, ...] = ()
    seconds: float = 0.0

    @property
    def is_oracle(self) -> bool:
        """Whether a difference is a fault of the model."""
        return not self.reason or self.reason == _NO_TRACES

    @property
    def differing(self) -> tuple[Difference, ...]:
        """The numbers that differ, worst first."""
        return tuple(sorted((each for each in self.differences if each.relative), key=lambda each: -each.relative))


def compare(sample: Sample, folder: Path, store: TraceStore) -> Comparison:
    """Return what comes of a log.

    Parameters
    ----------
    sample : Sample
        The log.
    folder : Path
        Of all samples of NeuroSim.
    store : TraceStore
        Of their traces.

    Returns
    -------
    Comparison
        Without numbers where NeuroSim or the model has none.
    """
    name = sample.path.stem
    try:
        parameters = sample.parameters()
        layers = sample.layers(folder)
        plan = floor_plan(layers, parameters)
    except NnsreportError as error:
        return Comparison(name, f"refused: {error}")
    refused = "".join(f"refused: {refusal.message}" for refusal in refusals(parameters)[:1])
    if not sample.is_complete:
        return Comparison(name, refused or "NeuroSim did not come to its end")
    if parameters.mode not in (OperationMode.CONVENTIONAL_PARALLEL, OperationMode.CONVENTIONAL_SEQUENTIAL):
        return Comparison(name, refused)
    traces = list(store.layers(sample, with_weights=parameters.cell is not MemoryCell.SRAM))
    started = time.perf_counter()
    with np.errstate(all="ignore"):
        text = printout(estimate(layers, parameters, traces), run_time_s=0)
    seconds = time.perf_counter() - started
    reason = refused or (_undefined(layers, plan, parameters, traces) if sample.has_own_traces else _NO_TRACES)
    left_out = _ENERGIES if reason == _NO_TRACES else frozenset[str]()
    return Comparison(name, reason, tuple(_differences(sample.text, text, left_out)), seconds)


def _undefined(
    layers: Sequence[CostLayer], plan: FloorPlan, parameters: Parameters, traces: Sequence[LayerTrace]
) -> str:
    """Return why NeuroSim reads foreign memory, or nothing."""
    for layer, trace in zip(layers, traces, strict=True):
        if trace.weights is not None and trace.weights.shape[1] < layer.output_channels:
            return _MISSING
    size, is_resistive = float(plan.novel_element_size), parameters.cell is not MemoryCell.SRAM
    for layer, is_novel in zip(layers, plan.is_novel.tolist(), strict=True):
        columns = layer.output_channels * float(parameters.columns_per_weight) if is_resistive else 0.0
        if is_novel and any(side > size and side % size for side in (layer.input_channels, columns)):
            return _FOREIGN
    return ""


def _differences(printed: str, estimated: str, left_out: frozenset[str]) -> Iterator[Difference]:
    theirs, ours = _numbers(printed), _numbers(estimated)
    for key, value in ours.items():
        if key[3] not in left_out:
            yield Difference(key, theirs.get(key, math.nan), value)


def _numbers(text: str) -> Mapping[Key, float]:
    """Return the numbers of a log by what they are about."""
    (run,) = parse_bytes(text.encode(), run="parity")
    numbers: dict[Key, float] = {}
    for record in run.metrics:
        about = record.scope, record.layer, record.component, record.metric
        if record.metric not in _NOT_OF_THE_CHIP:
            place = 0
            while (*about, place) in numbers:
                place += 1
            numbers[(*about, place)] = record.value
    return numbers


HEADER = f"{'log':46} {'numbers':>7} {'differ':>6} {'worst':>9} {'s':>6}"


def row(found: Comparison) -> str:
    """Return the line of a log."""
    if not found.differences:
        return f"{found.name:46} {'-':>7} {'-':>6} {'-':>9} {'-':>6}  {found.reason}"
    differing = found.differing
    largest = differing[0].relative if differing else 0.0
    counts = f"{len(found.differences):7} {len(differing):6}"
    return f"{found.name:46} {counts} {largest:9.2g} {found.seconds:6.2f}  {found.reason}"


def summary(found: Sequence[Comparison], worst: int) -> Iterator[str]:
    """Yield the worst differences of logs that are oracles, then sums over the logs."""
    oracles = [each for each in found if each.is_oracle and each.differences]
    listed = sorted(
        ((each.name, one) for each in oracles for one in each.differing), key=lambda pair: -pair[1].relative
    )
    if listed:
        yield "worst first, of logs that are oracles:"
    yield from (f"{one.relative:9.2g} {name}: {one.text}" for name, one in listed[:worst])
    numbers = sum(len(each.differences) for each in oracles)
    beyond = sum(one.relative > TOLERANCE for _, one in listed)
    yield (
        f"{len(oracles)} logs are oracles: {numbers} numbers, {numbers - len(listed)} equal in all digits, "
        f"{beyond} beyond {TOLERANCE:.1%}"
    )
    undefined, refused = _others(found)
    yield f"{len(undefined)} logs depend on foreign memory: {_counts(undefined)}"
    yield f"{len(refused)} logs with inf and nan, which nnsreport refuses unless it is told not to: {_counts(refused)}"
    yield f"{sum(not each.differences for each in found)} logs have no result, in NeuroSim or here"


def _others(found: Sequence[Comparison]) -> tuple[list[Comparison], list[Comparison]]:
    """Return the logs that are no oracles: those that depend on foreign memory, and those that are refused."""
    others = [each for each in found if each.differences and not each.is_oracle]
    is_refused = [each.reason.startswith("refused") for each in others]
    return (
        [each for each, refused in zip(others, is_refused, strict=True) if not refused],
        [each for each, refused in zip(others, is_refused, strict=True) if refused],
    )


def _counts(found: Sequence[Comparison]) -> str:
    return (
        f"{sum(len(each.differences) for each in found)} numbers, {sum(len(each.differing) for each in found)} differ"
    )


def main() -> int:
    """Print the report."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--samples", type=Path, required=True, help="folder with logs, networks and traces")
    arguments.add_argument("--log", nargs="+", default=[], help="names of logs; all if not given")
    arguments.add_argument("--worst", type=int, default=20, help="differences to list")
    arguments.add_argument("--keep", type=Path, help="folder for traces as arrays; a temporary one if not given")
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        store = TraceStore(chosen.samples / "traces", chosen.keep or Path(temporary))
        found = []
        print(HEADER)
        for sample in samples(chosen.samples):
            if not chosen.log or sample.path.stem in chosen.log:
                found.append(compare(sample, chosen.samples, store))
                print(row(found[-1]), flush=True)
    print("\n".join(summary(found, chosen.worst)))
    return int(any(one.relative > TOLERANCE for each in found if each.is_oracle for one in each.differences))


if __name__ == "__main__":
    sys.exit(main())
