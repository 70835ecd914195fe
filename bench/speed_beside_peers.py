"""Time noisy crossbar inference beside CrossSim, aihwkit and PyTorch: same images, same settings, in turns.

    PYTHONPATH=CROSSSIM python bench/speed_beside_peers.py --data ../shared/data [--images N] [--threads 1,all] \
        [--repeats R] [--batch B] [--network FILE] [--rows WORDS]

CROSSSIM is a checkout of github.com/sandialabs/cross-sim, version 3.2; aihwkit is installed as beside_aihwkit.py says.
A program that is not there is left out. Without --data the network of the bundled digits is run, which has no goals: it
is so small that calls take longer than products.

Both programs of a row run in processes of their own, and make one pass in turn, so that other load hits both alike;
digital operators are this engine's in all but PyTorch. Columns:

- core-ms an image: processor time of all threads, median over passes; ratio: median, least and greatest over turns.
- wall: ratio of the clock's times, likewise.
- programming: processor time to program and read all layers once, which an image's time leaves out.
- peak: largest memory of each process.
- accuracy: over all passes where devices have errors, each pass with other ones (Welch's 99 % interval of the
  difference); else of the first (McNemar's exact p, and the share of images that both classify alike).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median

import aihwkit_settings
import crosssim_settings
from aihwkit_tiles import program_aihwkit
from alternation import Pass, Runner, alternate
from crosssim_cores import program_crosssim
from inference_speed import EXAMPLE
from peer_arguments import versions
from peer_networks import Material, NetworkRow, Program, program_engine, program_float, without_chance
from torch_float import program_torch

from nnsreport.engine.backend import select_backend
from nnsreport.execution.workers import worker_count
from nnsreport.reports.statistics import mcnemar_exact, welch_interval

_CONFIDENCE = 0.99
_GOAL_MB = 1000.0
_HEAD = (
    "settings",
    "images x passes",
    "peer",
    "core-ms an image: engine, peer",
    "ratio",
    "goal",
    "wall",
    "programming, core-s",
    "peak, MB",
    "accuracy, %",
    "agree",
)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program.

    Attributes
    ----------
    name : str
        What it is called.
    module : str
        What Python must find.
    program : Program
        What programs a network on it.
    """

    name: str
    module: str
    program: Program

    @property
    def version(self) -> str | None:
        """Its version, or None where it is not installed."""
        if importlib.util.find_spec(self.module) is None:
            return None
        if self.module == "simulator":  # is a checkout, not a distribution
            from crosssim_cores import version

            return version()
        return importlib.metadata.version(self.module)


CROSSSIM = Peer("CrossSim", "simulator", program_crosssim)
AIHWKIT = Peer("aihwkit", "aihwkit", program_aihwkit)
PYTORCH = Peer("PyTorch", "torch", program_torch)
PEERS = (CROSSSIM, AIHWKIT, PYTORCH)


@dataclass(frozen=True, slots=True)
class SpeedRow:
    """A row of the table.

    Attributes
    ----------
    row : NetworkRow
        What is run, on as many images as the peer does in about ten seconds.
    peer : Peer
        Beside which program.
    goal : float
        Ratio of processor times to reach; 0 for none.
    engine : Program
        What programs a network on this engine.
    """

    row: NetworkRow
    peer: Peer
    goal: float
    engine: Program = program_engine


def speed_rows() -> dict[str, SpeedRow]:
    """Return the rows by what they are called."""
    crosssim, aihwkit = crosssim_settings.network_rows(), aihwkit_settings.network_rows()
    images_and_goals = {
        "differential, ADC range max": (200, 3),
        "offset": (200, 3),
        "bit-serial": (30, 10),
        "4 slices, bit-serial": (20, 10),
        "4 slices, bit-serial, programming 5 %": (20, 10),
        "read noise 2 %": (4, 10),
        "wires 1 ohm": (2, 10),
    }
    ideal = replace(crosssim["integers, ideal ADC"], images=200)
    rows = {"floating point": SpeedRow(ideal, PYTORCH, 0, program_float)}
    for name, (images, goal) in images_and_goals.items():
        rows[name] = SpeedRow(replace(crosssim[name], images=images), CROSSSIM, goal)
    pcm = "PCM, 1 day, global; aihwkit by device"
    return rows | {pcm: SpeedRow(replace(aihwkit[pcm], images=100), AIHWKIT, 10)}


def altered(asked: SpeedRow, most_images: int | None, batch: int | None) -> SpeedRow:
    """Return a row with fewer images at most, and another number of images in a batch."""
    images = min(asked.row.images, most_images or asked.row.images)
    return replace(asked, row=replace(asked.row, images=images, batch=batch or asked.row.batch))


def material_in(folder: Path | None, network: Path | None = None) -> Material:
    """Return images in a folder such as ``../shared/data``, or the bundled digits, and their network or another."""
    if folder is None:
        digits = EXAMPLE / "digits_test.npz"
        return Material(network or EXAMPLE / "digits_cnn.onnx", digits, digits)
    network = network or folder / "resnet20_cifar_jpeg.onnx"
    return Material(network, folder / "cifar10_jpeg_test.npz", folder / "cifar10_jpeg_calib.npz")


def measured(asked: SpeedRow, material: Material, threads: int, repeats: int) -> tuple[list[Pass], ...]:
    """Return the passes of the engine, and those of the peer if it is installed."""
    programs = [asked.engine] + ([asked.peer.program] if asked.peer.version else [])
    runners = (Runner(program, asked.row, material, threads, program is asked.engine) for program in programs)
    return alternate(tuple(runners), repeats)


def cells(name: str, asked: SpeedRow, ours: list[Pass], theirs: list[Pass]) -> list[str]:
    """Return the cells of a row; ``theirs`` is empty where the peer is not installed."""
    return [
        name,
        f"{asked.row.images} x {len(ours)}",
        asked.peer.name if theirs else f"({asked.peer.name})",
        _of_each(ours, theirs, lambda found: f"{median(one.core_ms for one in found):.3g}"),
        _ratio([(one.core_ms, other.core_ms) for one, other in zip(ours, theirs, strict=False)]),
        _verdict(asked.goal, ours, theirs),
        _ratio([(one.wall_ms, other.wall_ms) for one, other in zip(ours, theirs, strict=False)]),
        _of_each(ours, theirs, lambda found: f"{median(one.programming_s for one in found):.2g}"),
        _of_each(ours, theirs, lambda found: f"{max(one.peak_mb for one in found):.0f}"),
        _of_each(ours, theirs, lambda found: f"{100 * fmean(_accuracies(found)):.1f}"),
        agreement(asked.row, ours, theirs) if theirs else "",
    ]


def _of_each(ours: list[Pass], theirs: list[Pass], say) -> str:
    return ", ".join(say(found) for found in (ours, theirs) if found)


def _ratio(pairs: Sequence[tuple[float, float]]) -> str:
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    return f"{median(ratios):.3g} ({ratios[0]:.3g} to {ratios[-1]:.3g})" if ratios else ""


def _verdict(goal: float, ours: list[Pass], theirs: list[Pass]) -> str:
    """Say whether the median ratio reaches the goal, and memory stays below its own."""
    if not goal or not theirs:
        return ""
    ratio = median(other.core_ms / one.core_ms for one, other in zip(ours, theirs, strict=True))
    said = f"{goal:g}: " + ("met" if ratio >= goal else "**missed**")
    return said if max(one.peak_mb for one in ours) < _GOAL_MB else f"{said}; **memory**"


def _accuracies(passes: list[Pass]) -> list[float]:
    return [float((one.logits.argmax(axis=1) == one.labels).mean()) for one in passes]


def agreement(row: NetworkRow, ours: list[Pass], theirs: list[Pass]) -> str:
    """Say whether accuracies agree within statistical error.

    Parameters
    ----------
    row : NetworkRow
        Whose devices tell whether passes differ.
    ours, theirs : list of Pass
        Equally many.

    Returns
    -------
    str
        With the numbers that it follows from.
    """
    if row.settings.device == without_chance(row.settings.device):
        classes = ours[0].logits.argmax(axis=1), theirs[0].logits.argmax(axis=1)
        right = [found == ours[0].labels for found in classes]
        p = mcnemar_exact(int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum()))
        alike = 100 * float((classes[0] == classes[1]).mean())
        return f"{_yes(p >= 1 - _CONFIDENCE)}: p = {p:.2g}, {alike:.1f} % classified alike"
    interval = welch_interval(_accuracies(ours), _accuracies(theirs), _CONFIDENCE)
    if interval is None:
        return "one pass tells nothing"
    low, high = 100 * interval.low, 100 * interval.high
    return f"{_yes(not interval.excludes(0.0))}: {low:+.1f} to {high:+.1f} points"


def _yes(is_true: bool) -> str:
    return "yes" if is_true else "**no**"


def print_table(rows: dict[str, SpeedRow], material: Material, threads: int, repeats: int) -> None:
    """Measure rows, and print each as it is finished."""
    print(f"\n{threads} thread{'s' * (threads > 1)}\n")
    print(f"| {' | '.join(_HEAD)} |")
    print("|---" * len(_HEAD) + "|", flush=True)
    for name, asked in rows.items():
        ours, *theirs = measured(asked, material, threads, repeats)
        print(f"| {' | '.join(cells(name, asked, ours, theirs[0] if theirs else []))} |", flush=True)


def thread_counts(text: str) -> list[int]:
    """Return numbers of threads from text such as ``1,all``; each once."""
    cores = worker_count(select_backend("cpu"), {})
    return list(dict.fromkeys(cores if word == "all" else int(word) for word in text.split(",")))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of ResNet-20 and CIFAR-10; else the bundled digits are run")
    parser.add_argument("--network", type=Path, help="ONNX file that takes the same images; else ResNet-20")
    parser.add_argument("--images", type=int, help="at most so many of each row")
    parser.add_argument("--threads", type=thread_counts, default="1,all", help="numbers, or all; separated by commas")
    parser.add_argument("--batch", type=int, help="images evaluated together; else as many as suit each row")
    parser.add_argument("--repeats", type=int, default=3, help="passes of each program")
    parser.add_argument("--rows", nargs="+", default=[""], help="words; rows with any of them")
    asked = parser.parse_args(arguments)
    material = material_in(asked.data, asked.network)
    chosen = {name: row for name, row in speed_rows().items() if any(word in name for word in asked.rows)}
    chosen = {name: altered(row, asked.images, asked.batch) for name, row in chosen.items()}
    if asked.data is None:
        chosen = {name: replace(row, goal=0) for name, row in chosen.items()}
    print(versions(*(f"{peer.name} {peer.version}" for peer in PEERS if peer.version)))
    for peer in PEERS:
        if peer.version is None:
            print(f"{peer.name} is not installed, and left out")
    print(f"{select_backend('cpu').device}, load average {os.getloadavg()[0]:.1f}; {material.network.name}, ", end="")
    print(f"{material.images.name}; 8-bit weights, activations and ADCs; blocks of 128 rows, of all rows for aihwkit")
    for threads in asked.threads:
        print_table(chosen, material, threads, asked.repeats)
    print(f"\nload average at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
