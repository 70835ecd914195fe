"""Whole networks on this engine and on another program, each in a process of its own."""

from __future__ import annotations

import math
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from inference_speed import load_images

from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.network import execute, float_multiply, load_graph
from nnsreport.engine.parasitics import WireSettings
from nnsreport.reports.statistics import mean_and_std

CALIBRATION_IMAGES = 256

_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True)
class Material:
    """Files of a comparison.

    Attributes
    ----------
    network : Path
        ONNX.
    images, calibration : Path
        NPZ files with ``images`` and ``labels``.
    """

    network: Path
    images: Path
    calibration: Path


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """A network with its settings, in a table.

    Attributes
    ----------
    settings : CrossbarSettings
        For both programs.
    images, trials : int
        How many of each: as many as the slower program does in a minute or two.
    batch : int
        Images at once, which bounds the other program's memory.
    time_s : float
        Since the end of programming.
    method : str
        Compensation of drift.
    mended : bool
        Whether known defects of the other program are undone.
    """

    settings: CrossbarSettings
    images: int = 1000
    trials: int = 1
    batch: int = 50
    time_s: float = 0.0
    method: str = "none"
    mended: bool = True

    def scaled(self, share: float) -> NetworkRow:
        """Return the row with a share of its images, and at least one."""
        return replace(self, images=max(1, round(share * self.images)))


def chosen_rows(rows: dict[str, NetworkRow], words: Sequence[str], share: float) -> dict[str, NetworkRow]:
    """Return the rows whose names have any of some words, with a share of their images."""
    return {name: row.scaled(share) for name, row in rows.items() if any(word in name for word in words)}


Infer = Callable[[Array, int], Array]
"""Outputs of a batch, given the number of its first image."""

Program = Callable[[NetworkRow, Material, CrossbarNetwork, int], Infer]
"""Programs a row's network, quantised and calibrated, in some trial; a function that another process can import."""

RunRow = Callable[[NetworkRow, Material], "Outputs"]
"""What a program makes of a row; a function that another process can import."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What one program made of one row.

    Attributes
    ----------
    logits : Array of float32, (trials, images, classes)
        Of the network.
    ideal : Array of float32, (images, classes)
        Of the quantised network, which deviations are counted from.
    labels : Array, (images,)
        True classes.
    core_ms : float
        Processor time of an image, in ms, all threads together; set-up and programming left out.
    peak_mb : float
        Largest memory of the process so far, in MB.
    """

    logits: Array
    ideal: Array
    labels: Array
    core_ms: float
    peak_mb: float

    @property
    def correct(self) -> Array:
        """Whether each image was classified rightly, (trials, images)."""
        return self.logits.argmax(axis=2) == self.labels

    @property
    def accuracies(self) -> list[float]:
        """Share of right images in each trial."""
        return [float(trial.mean()) for trial in self.correct]

    @property
    def spreads(self) -> list[float]:
        """RMS deviation of each trial's outputs from the quantised network's, over the RMS of those."""
        scale = float(np.sqrt(np.mean(self.ideal**2)))
        return [float(np.sqrt(np.mean((trial - self.ideal) ** 2))) / scale for trial in self.logits]


def run_both(
    rows: dict[str, NetworkRow], material: Material, run_peer: RunRow
) -> Iterator[tuple[str, Outputs, Outputs]]:
    """Run rows on both programs, one after the other, each in one process for all rows.

    Parameters
    ----------
    rows : dict of str to NetworkRow
        What to run.
    material : Material
        With what.
    run_peer : RunRow
        The other program.

    Yields
    ------
    name : str
        Of the row.
    engine, peer : Outputs
        Of the programs.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn) as engine, ProcessPoolExecutor(1, spawn) as peer:
        for name, row in rows.items():
            ours = engine.submit(run_engine, row, material).result()
            yield name, ours, peer.submit(run_peer, row, material).result()


def program_engine(row: NetworkRow, _: Material, network: CrossbarNetwork, trial: int) -> Infer:
    """Program one trial on this engine."""
    read = network.program(seed=0, trial=trial).read(row.time_s, (row.method,))[row.method]
    return lambda batch, first: read.infer(batch, first).outputs


def program_float(_: NetworkRow, __: Material, network: CrossbarNetwork, ___: int) -> Infer:
    """Take the network as it is, in floating point, on this engine."""
    return lambda batch, _: execute(network.graph, batch, float_multiply)


def run_engine(row: NetworkRow, material: Material) -> Outputs:
    """Run one row on this engine."""
    return run_trials(row, material, program_engine)


def run_trials(row: NetworkRow, material: Material, program: Program) -> Outputs:
    """Run all trials of a row on one program.

    Parameters
    ----------
    row : NetworkRow
        What to run.
    material : Material
        With what.
    program : Program
        Programs the network.

    Returns
    -------
    Outputs
        Of all trials.
    """
    network, images, labels = built(row, material)
    starts = range(0, len(images), row.batch)
    trials, taken_s = [], 0.0
    for trial in range(row.trials):
        infer = program(row, material, network, trial)
        begin = time.process_time()
        trials.append(np.concatenate([infer(images[first : first + row.batch], first) for first in starts]))
        taken_s += time.process_time() - begin
    return Outputs(
        logits=np.stack(trials),
        ideal=np.concatenate([network.infer_quantized(images[f : f + row.batch]).outputs for f in starts]),
        labels=labels,
        core_ms=1e3 * taken_s / row.trials / len(images),
        peak_mb=peak_mb(),
    )


def peak_mb() -> float:
    """Return the largest memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def built(row: NetworkRow, material: Material) -> tuple[CrossbarNetwork, Array, Array]:
    """Return a row's network, quantised and calibrated without errors of devices, and its images and labels."""
    graph = load_graph(material.network)
    calibration, _ = load_images(material.calibration, CALIBRATION_IMAGES)
    images, labels = load_images(material.images, row.images)
    quiet = replace(row.settings, device=without_chance(row.settings.device), wires=WireSettings())
    return build(graph, calibrate(graph, [calibration], quiet), row.settings), images, labels


def without_chance(device: DeviceSettings) -> DeviceSettings:
    """Return a device whose cells are as they were meant to be."""
    return DeviceSettings(on_off_ratio=device.on_off_ratio)


@dataclass(frozen=True, slots=True)
class NetworkComparison:
    """Two programs on one row.

    Attributes
    ----------
    accuracy_z : float
        Difference of the accuracies, second minus first, in its standard errors: over trials (Welch), or for one trial
        each over the images on which they disagree (McNemar). 0 where they do not differ at all.
    difference, error : float
        That difference and its standard error.
    same_class : float
        Share of images that both classify alike, for one trial each; nan for several, which are different devices.
    equal_images : float
        Share of images whose outputs are equal but for rounding, for one trial each; nan for several.
    output_difference : float
        RMS difference of the outputs over their RMS, for one trial each; nan for several.
    spread_z : float
        Difference of the mean spreads in its standard errors, over trials; nan for one.
    """

    accuracy_z: float
    difference: float
    error: float
    same_class: float = math.nan
    equal_images: float = math.nan
    output_difference: float = math.nan
    spread_z: float = math.nan


def compare_networks(first: Outputs, second: Outputs) -> NetworkComparison:
    """Compare two programs on the same images.

    Parameters
    ----------
    first, second : Outputs
        Of equally many trials.

    Returns
    -------
    NetworkComparison
        Paired for one trial each; of several, means over trials.
    """
    if len(first.logits) == 1:
        return _paired(first, second)
    z, difference, error = in_standard_errors(first.accuracies, second.accuracies)
    return NetworkComparison(z, difference, error, spread_z=in_standard_errors(first.spreads, second.spreads)[0])


def in_standard_errors(first: list[float], second: list[float]) -> tuple[float, float, float]:
    """Return the difference of two means, second minus first, in standard errors; itself; and its standard error."""
    (mean_a, std_a), (mean_b, std_b) = mean_and_std(first), mean_and_std(second)
    error = math.sqrt(std_a**2 / len(first) + std_b**2 / len(second))
    difference = mean_b - mean_a
    return (
        (difference / error if error else math.copysign(math.inf, difference) if difference else 0.0),
        difference,
        error,
    )


def _paired(first: Outputs, second: Outputs) -> NetworkComparison:
    a, b = first.correct[0], second.correct[0]
    only_first, only_second = int((a & ~b).sum()), int((b & ~a).sum())
    discordant = only_first + only_second
    scale = float(np.sqrt(np.mean(first.logits**2)))
    apart = np.abs(first.logits[0] - second.logits[0]).max(axis=1)
    return NetworkComparison(
        accuracy_z=(only_second - only_first) / math.sqrt(discordant) if discordant else 0.0,
        difference=(only_second - only_first) / len(a),
        error=math.sqrt(discordant) / len(a),
        same_class=float((first.logits.argmax(axis=2) == second.logits.argmax(axis=2)).mean()),
        equal_images=float((apart < _ROUNDING * scale).mean()),
        output_difference=float(np.sqrt(np.mean((first.logits - second.logits) ** 2))) / scale,
    )
