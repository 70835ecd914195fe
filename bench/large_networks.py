"""Run networks of ImageNet's size, and tell what they take: core-milliseconds an image, and memory beyond the weights.

    OPENBLAS_NUM_THREADS=1 python bench/large_networks.py [--networks resnet18 vit-b16] [--images 8] [--trials 2]

Writes ONNX files in the shape of ResNet-18, 34 and 50 and of ViT-B/16 with random weights into a temporary folder, and
makes a run of each with `execute_run` in a process of its own: 4 slices of 2 bits in differential pairs,
bit-serial inputs, 128 rows, 8-bit ADCs, 5 % programming error, drift. Each row is another process, so that peaks are
its own. What is proportional to the weights is told apart from the rest: the goal is a rest below 1 GB.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

NETWORKS = ("resnet18", "resnet34", "resnet50", "vit-b16")
BATCH_SIZES = (1, 256)
GOAL_MB = 1000
_MB = 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """What one run took.

    Attributes
    ----------
    network : str
        One of :data:`NETWORKS`.
    batch_size : int
        As configured.
    weights : int
        Of all crossbar layers.
    core_ms : float
        Processor time of all threads for an image on crossbars, in ms.
    peak_mb : float
        Largest resident memory of the process, in MB.
    idle_mb : float
        Resident memory before the network was read: Python and its libraries, in MB.
    weights_mb : float
        What grows with the number of weights, in MB: :func:`bytes_of_a_weight` for each.
    """

    network: str
    batch_size: int
    weights: int
    core_ms: float
    peak_mb: float
    idle_mb: float
    weights_mb: float

    @property
    def rest_mb(self) -> float:
        """Peak without libraries and weights, in MB: what depends on images."""
        return self.peak_mb - self.idle_mb - self.weights_mb


class Watch:
    """Progress that adds up the processor time of passes over crossbars."""

    def __init__(self) -> None:
        self.crossbars_s = 0.0
        self._is_on_crossbars = False
        self._began_s = 0.0

    def start(self, title: str, images: int) -> None:  # noqa: ARG002 - as Progress has it
        """Begin to count, if these are crossbars."""
        self._is_on_crossbars = title.startswith("trial")
        self._began_s = time.process_time()

    def advance(self, images: int) -> None:
        """Do nothing."""

    def finish(self, result: str) -> None:  # noqa: ARG002 - as Progress has it
        """Add what was counted."""
        if self._is_on_crossbars:
            self.crossbars_s += time.process_time() - self._began_s


def bytes_of_a_weight(planes: int, slices: int) -> int:
    """Return the bytes that are held for each weight while a network is evaluated.

    Parameters
    ----------
    planes : int
        Devices of a pair.
    slices : int
        Of a weight.

    Returns
    -------
    int
        The weight, its integer, and that again for the quantised network: 4 each; 4 for each device as programmed;
        4 for each slice as read, pairs subtracted.
    """
    return 4 + 4 + 4 + 4 * planes * slices + 4 * slices


def settings(size: int, batch_size: int, trials: int) -> str:
    """Return the configuration of a run."""
    return f"""
[network]
file = "network.onnx"
[data]
test = "test.npz"
calibration = "calibration.npz"
[run]
trials = {trials}
times_s = [25]
batch_size = {batch_size}
device = "cpu"
[mapping]
cell_bits = 2
dac_bits = 1
[device]
name = "{size} x {size} pixels"
[device.programming]
kind = "proportional"
std = 0.05
[device.drift]
kind = "power-law"
nu_mean_offset = 0.05
"""


def write_workload(folder: Path, network: str, size: int, images: int, width: int | None = None) -> None:
    """Write a network and its images.

    Parameters
    ----------
    folder : Path
        Where.
    network : str
        One of :data:`NETWORKS`.
    size : int
        Of images, in pixels.
    images : int
        Number of test images; for calibration there are 2.
    width : int, optional
        Channels of a ResNet's first stage, or length of a transformer's vectors; else as published.
    """
    import onnx
    from random_networks import resnet, vision_transformer

    if network == "vit-b16":
        model = vision_transformer(size, **({} if width is None else {"width": width}))
    else:
        model = resnet(int(network.removeprefix("resnet")), size, **({} if width is None else {"width": width}))
    for key, value in (("nnsreport.pixel_scale", "255"),):
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, folder / "network.onnx")
    generator = np.random.default_rng(1)
    for name, count in (("test", images), ("calibration", 2)):
        pixels = generator.integers(0, 256, (count, 3, size, size), np.uint8)
        np.savez(folder / f"{name}.npz", images=pixels, labels=np.arange(count) % 1000)


def measure(folder: Path, network: str, size: int, batch_size: int, images: int, trials: int) -> Row:
    """Make a run in this process, whose peak of memory then is the run's.

    Parameters
    ----------
    folder : Path
        From :func:`write_workload`.
    network : str
        One of :data:`NETWORKS`.
    size : int
        Of images, in pixels.
    batch_size, images, trials : int
        Of the run.

    Returns
    -------
    Row
        What it took.
    """
    from nnsreport.configuration.reader import read_configuration
    from nnsreport.execution.run import execute_run
    from nnsreport.store.load import load_run

    path = folder / f"batch{batch_size}.toml"
    path.write_text(settings(size, batch_size, trials))
    resolved = read_configuration(path)
    idle_mb, watch = resident_mb(), Watch()
    outcome = execute_run(resolved, runs=folder / "runs", progress=watch)
    core_ms = watch.crossbars_s * 1e3 / (images * trials)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB
    layers = load_run(outcome.folder).layers
    weights = int((layers["inputs"] * layers["outputs"] * layers["groups"]).sum())
    devices = int(layers["devices"].sum())
    slices = int(layers["weight_slices"].max())
    weights_mb = weights * bytes_of_a_weight(round(devices / weights / slices), slices) / _MB
    return Row(network, batch_size, weights, core_ms, peak_mb, idle_mb, weights_mb)


def resident_mb() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB


def in_a_process(arguments: Sequence[str]) -> Row:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--row", *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Row(**json.loads(done.stdout))


def line(row: Row) -> str:
    """Return a row of the table."""
    cells = (
        row.network,
        f"{row.weights / 1e6:.1f}",
        str(row.batch_size),
        f"{row.core_ms:.0f}",
        f"{row.peak_mb:.0f}",
        f"{row.weights_mb:.0f}",
        f"{row.rest_mb:.0f}",
        "yes" if row.rest_mb < GOAL_MB else "NO",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=NETWORKS, choices=NETWORKS)
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--trials", type=int, default=2)
    parser.add_argument("--size", type=int, default=224, help="of the images, in pixels")
    parser.add_argument("--width", type=int, help="channels or vectors, to try it out with small networks")
    parser.add_argument("--batch-sizes", nargs="+", type=int, default=BATCH_SIZES)
    parser.add_argument("--row", nargs=6, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.row:
        folder, network, *numbers = arguments.row
        print(json.dumps(asdict(measure(Path(folder), network, *map(int, numbers)))))
        return
    from nnsreport.engine.backend import select_backend

    print(f"{select_backend('cpu').device}; {arguments.images} images of {arguments.size} x {arguments.size} pixels, ")
    print(
        f"{arguments.trials} trials, 4 slices of 2 bits in pairs, bit-serial, 8-bit ADC, programming error and drift\n"
    )
    print("| network | million weights | batch | core-ms/image | peak MB | weights MB | rest MB | below 1 GB |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for network in arguments.networks:
        with tempfile.TemporaryDirectory() as folder:
            write_workload(Path(folder), network, arguments.size, arguments.images, arguments.width)
            for batch_size in arguments.batch_sizes:
                numbers = (arguments.size, batch_size, arguments.images, arguments.trials)
                print(line(in_a_process([folder, network, *map(str, numbers)])), flush=True)


if __name__ == "__main__":
    main()
