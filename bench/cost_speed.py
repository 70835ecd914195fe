"""Time the cost model: one chip with traces, beside NeuroSim's own program, and sweeps with a stated density.

    OPENBLAS_NUM_THREADS=1 python bench/cost_speed.py --samples ../shared/neurosim [--neurosim MAIN] [--points 10000]

One chip: DenseNet40 as V1.4 is distributed, from the text of its traces to the log; both programs in a process of their
own, start-up included, the least of three. The others in one process, the least of three, on one core.
"""

from __future__ import annotations

import argparse
import functools
import math
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from cost_samples import Sample, TraceStore, samples

from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.estimate_inputs import LayerTrace
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.printout import printout
from nnsreport.engine.cost.traces import read_inputs

REPEATS = 3
ONE_CHIP = "dn40_default"
RRAM = {"memcelltype": 2}
SHARING = 500
"""Design points that share traces."""

AXES: Mapping[str, Sequence[float]] = {
    "numColMuxed": (4, 8, 16),
    "levelOutput": (16, 32, 64),
    "clkFreq": (1e8, 1e9),
    "inputtoggle": (0.1, 0.3),
    "maxGlobalBusWidth": (512, 2048),
    "localBusDelayTolerance": (0.1, 0.2),
}
FLOOR_PLANS: Mapping[str, Sequence[float]] = {
    "numRowSubArray": (64, 128),
    "synapseBit": (4, 8),
    "speedUpDegree": (2, 8),
}
MANY_FLOOR_PLANS: Mapping[str, Sequence[float]] = {
    "numRowSubArray": (32, 64, 128),
    "numColSubArray": (32, 64, 128),
    "synapseBit": (2, 3, 4, 5, 6, 7, 8),
    "speedUpDegree": (1, 2, 4, 8),
}


def least(work: Callable[[], object]) -> tuple[float, float]:
    """Return the least seconds, by the clock and of this process and its children, that work took."""
    taken = []
    for _ in range(REPEATS):
        before, start = _processor_s(), time.perf_counter()
        work()
        taken.append((time.perf_counter() - start, _processor_s() - before))
    return min(clock for clock, _ in taken), min(processor for _, processor in taken)


def _processor_s() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def one_chip(sample: Sample, archives: Path, neurosim: Path | None, folder: Path) -> None:
    """Print how long a chip takes from its files to its log."""
    with tarfile.open(archives / f"{sample.traces}.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    traces = folder / sample.traces
    networks = archives.parent / "networks"
    command: list[str | Path] = [sys.executable, Path(__file__), "--one", networks / sample.network, traces]
    print_row("nnsreport, cold", *least(lambda: _run(command)))
    if neurosim is not None:
        files = [traces / name for name in (traces / "trace_args.txt").read_text(encoding="utf-8").split()]
        numbers = [str(int(sample.arguments[name])) for name in ("synapseBit", "numBitInput", "numRowSubArray")]
        command = [neurosim, networks / sample.network, *numbers, str(int(sample.arguments["numRowParallel"])), *files]
        print_row("NeuroSim", *least(lambda: _run(command)))


def _run(command: Sequence[str | Path]) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


def print_chip(network: Path, traces: Path) -> None:
    """Print the log of a chip as V1.4 is distributed, as NeuroSim does."""
    inputs = (traces / "trace_args.txt").read_text(encoding="utf-8").split()[1::2]
    layers = read_network(network.read_text(encoding="utf-8"))
    bits = (LayerTrace(read_inputs(traces / name)) for name in inputs)
    print(printout(estimate(layers, Parameters.from_values({}), bits), run_time_s=0), end="")


def shared_traces(sample: Sample, folder: Path, store: TraceStore) -> None:
    """Print how long a chip of arrays takes, and a further design point that shares its traces."""
    layers = sample.layers(folder)
    traces = list(store.layers(sample, with_weights=True))
    for values in ({}, RRAM):
        groups = [_points(count, AXES, values) for count in (1, SHARING + 1)]
        times = [least(functools.partial(estimate, layers, group, traces))[1] for group in groups]
        print_row(f"  {_cell(values)}, traces read, start-up left out", times[0], times[0])
        print_row("  a design point more", (times[1] - times[0]) / SHARING, (times[1] - times[0]) / SHARING)


def sweep(
    network: Path, points: int, values: Mapping[str, float], distribution: str, plans: Mapping[str, Sequence[float]]
) -> None:
    """Print how many design points a second are estimated."""
    layers = read_network(network.read_text(encoding="utf-8"))
    parameters = _points(points, {**AXES, **plans, **({"resistanceOn": ()} if values else {})}, values)
    clock, processor = least(lambda: estimate(layers, parameters, ActivitySettings(input_distribution=distribution)))
    count = math.prod(len(choices) for choices in plans.values())
    name = f"{network.stem[8:]}, {_cell(values)}, {distribution}, {count} floor plan{'s' if plans else ''}"
    print(f"{name:44} {points:8} {clock:9.3f} {points / processor:10.0f}", flush=True)


def _cell(values: Mapping[str, float]) -> str:
    return "RRAM" if values else "SRAM"


def _points(count: int, axes: Mapping[str, Sequence[float]], values: Mapping[str, float]) -> Parameters:
    random = np.random.default_rng(0)
    drawn = {
        name: random.choice(np.asarray(choices, dtype=np.float64), count)
        if choices
        else random.uniform(6e3, 2e5, count)
        for name, choices in axes.items()
    }
    return Parameters.from_values(values, drawn)


def print_row(name: str, clock_s: float, processor_s: float) -> None:
    """Print a row of the first table."""
    print(f"{name:44} {clock_s:9.5f} {processor_s:10.5f}", flush=True)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--samples", type=Path, help="folder with logs, networks and traces")
    arguments.add_argument("--neurosim", type=Path, help="NeuroSim's main, built with the Param.cpp of V1.4")
    arguments.add_argument("--points", type=int, default=10_000)
    arguments.add_argument("--one", type=Path, nargs=2, metavar=("NETWORK", "TRACES"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.one:
        print_chip(*chosen.one)
        return
    (sample,) = (each for each in samples(chosen.samples) if each.path.stem == ONE_CHIP)
    print(f"{os.cpu_count()} cores, NumPy {np.__version__}")
    print(f"{'DenseNet40 with traces':44} {'s':>9} {'core-s':>10}")
    with tempfile.TemporaryDirectory() as temporary:
        one_chip(sample, chosen.samples / "traces", chosen.neurosim, Path(temporary))
        shared_traces(sample, chosen.samples, TraceStore(chosen.samples / "traces", Path(temporary) / "arrays"))
    print(f"{'stated density':44} {'points':>8} {'s':>9} {'points/s':>10}")
    for name in ("NetWork_VGG8.csv", "NetWork_DenseNet40.csv"):
        for values in ({}, RRAM):
            for distribution in ("mean", "binomial"):
                for plans in ({}, FLOOR_PLANS):
                    sweep(chosen.samples / "networks" / name, chosen.points, values, distribution, plans)
            sweep(chosen.samples / "networks" / name, chosen.points, values, "binomial", MANY_FLOOR_PLANS)


if __name__ == "__main__":
    main()
