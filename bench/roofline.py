"""Say what a core could do at best on each row of a network, and how far from it the loops in C are.

    OPENBLAS_NUM_THREADS=1 python bench/roofline.py --data ../shared/data [--rows WORDS]

The two numbers of a row, counted from every call of the loops: operations over the unit's rate (multiplications, and
conversions of sums to codes), and bytes over the bandwidth. The rates are measured on this machine, by loops that keep
their operands in registers (bench/ceilings.c, which needs a C compiler and a processor with AVX2), and by copying
memory. Needs the loops in C.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from peer_networks import built
from speed_beside_peers import material_in, speed_rows

from nnsreport.engine import native
from nnsreport.engine.backend import select_backend
from nnsreport.engine.crossbar.whole_cells import Adding

SOURCE = Path(__file__).with_name("ceilings.c")
_VECTORS = 10
"""Operations of a loop's round, each on a vector."""
_ROUNDS = 200_000
_PASSES = 5
_MEASURED_S = 1.5
_COPIED_BYTES = 64 << 20
_KINDS = {Adding.LOOKED_UP: "looked_up_macs", Adding.AS_BYTES: "bytes_macs", Adding.AS_WORDS: "words_macs"}
_ROWS = ("differential, ADC range max", "offset", "bit-serial", "4 slices, bit-serial", "programming 5 %")


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What one core does at most in a second.

    Attributes
    ----------
    looked_up_macs, bytes_macs, words_macs, floats_macs : float
        Multiplications with an addition: four for each sum that is looked up, of bytes, of words of 16 bits, and in
        single precision.
    conversions : float
        Of sums to codes.
    copied_bytes : float
        Read and written, of memory.
    """

    looked_up_macs: float
    bytes_macs: float
    words_macs: float
    floats_macs: float
    conversions: float
    copied_bytes: float


@dataclass(slots=True)
class Work:
    """What the loops in C were asked for, and how long they took.

    Attributes
    ----------
    looked_up_macs, bytes_macs, words_macs, floats_macs, conversions : int
        Of the calls that looked sums up, and multiplied bytes, words, and in single precision; conversions of all.
    moved_bytes : int
        Arrays that they read and write, once each.
    seconds : float
        Of the processor.
    """

    looked_up_macs: int = 0
    bytes_macs: int = 0
    words_macs: int = 0
    floats_macs: int = 0
    conversions: int = 0
    moved_bytes: int = 0
    seconds: float = 0.0

    def roof_s(self, ceilings: Ceilings) -> tuple[float, float]:
        """Return the seconds of the operations, and those of the bytes: the greater is the least possible."""
        operations = (
            self.looked_up_macs / ceilings.looked_up_macs
            + self.bytes_macs / ceilings.bytes_macs
            + self.words_macs / ceilings.words_macs
            + self.floats_macs / ceilings.floats_macs
            + self.conversions / ceilings.conversions
        )
        return operations, self.moved_bytes / ceilings.copied_bytes


def measured_ceilings() -> Ceilings:
    """Return the rates of this machine.

    Raises
    ------
    FileNotFoundError
        There is no C compiler.
    RuntimeError
        The processor is not one that the loops are for.
    """
    compiler = next((found for name in ("cc", "gcc", "clang") if (found := shutil.which(name))), None)
    if compiler is None:
        raise FileNotFoundError("the ceilings are measured by a small program in C: install a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "ceilings.so"
        subprocess.run([compiler, "-O3", "-Wno-psabi", "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        loops = ctypes.CDLL(str(library))
        if not loops.is_measurable():
            raise RuntimeError("the ceilings are those of AVX2, which this processor does not have")
        rates = [
            _VECTORS * lanes * _ROUNDS / _least_seconds(lambda loop=loop: loop(ctypes.c_int64(_ROUNDS)))
            for loop, lanes in (
                (loops.look_up_sums, 4 * 32),
                (loops.multiply_bytes, 32),
                (loops.multiply_words, 16),
                (loops.multiply_floats, 8),
                (loops.convert_sums, 8),
            )
        ]
    origin, copy = np.ones(_COPIED_BYTES, np.uint8), np.ones(_COPIED_BYTES, np.uint8)
    return Ceilings(*rates, 2 * _COPIED_BYTES / _least_seconds(lambda: np.copyto(copy, origin)))


def _least_seconds(work: Callable[[], object]) -> float:
    """Return processor time; the least, because other load takes caches and clock away."""
    taken, end = [], time.perf_counter() + _MEASURED_S
    while time.perf_counter() < end:
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return min(taken)


@contextmanager
def counted() -> Iterator[Work]:
    """Count what the loops are asked for in the body, and time them.

    Yields
    ------
    Work
        Grows with every call.

    Raises
    ------
    RuntimeError
        There are no loops.
    """
    convert, work = native.convert, Work()
    if convert is None:
        raise RuntimeError("there are no loops in C: they were not built, or NNSREPORT_LOOPS=off")

    def counting(product: Any, levels: Any, *rest: Any) -> int:
        _, _, cells, whole, _, _, _, _, cycles, blocks, shape, _, _, adding, *_ = rest
        groups, lines, _, rows, count = shape
        kind = _KINDS[Adding(adding)] if whole.size else "floats_macs"
        setattr(work, kind, getattr(work, kind) + groups * lines * rows * count * len(cycles))
        work.conversions += groups * lines * count * len(cycles) * len(blocks)
        work.moved_bytes += product.nbytes + levels.nbytes + (whole if whole.size else cells).nbytes
        begin = time.thread_time()
        clipped = convert(product, levels, *rest)
        work.seconds += time.thread_time() - begin
        return clipped

    native.convert = counting
    try:
        yield work
    finally:
        native.convert = convert


def measure(name: str, data: Path | None, images: int) -> tuple[Work, float]:
    """Return the work of a row for one image, and the processor time of all of it, in s.

    Parameters
    ----------
    name : str
        Of :func:`speed_beside_peers.speed_rows`.
    data : Path, optional
        Folder of the network; else the bundled digits.
    images : int
        How many; the least of five passes counts.

    Returns
    -------
    work : Work
        Of one image.
    seconds : float
        Of one image, unfolding, quantisation and digital operators included.
    """
    row = replace(speed_rows()[name].row, images=images)
    network, pictures, _ = built(row, material_in(data))
    read = network.program(seed=0, trial=0).read(row.time_s, (row.method,))[row.method]
    passes = []
    for _ in range(_PASSES):
        with counted() as work:
            begin = time.process_time()
            for first in range(0, len(pictures), row.batch):
                read.infer(pictures[first : first + row.batch], first)
            passes.append((time.process_time() - begin, work))
    seconds, work = min(passes, key=lambda found: found[0])
    share = 1.0 / len(pictures)
    for field in (*_KINDS.values(), "floats_macs", "conversions", "moved_bytes", "seconds"):
        setattr(work, field, getattr(work, field) * share)
    return work, seconds * share


def cells(name: str, work: Work, seconds: float, ceilings: Ceilings) -> list[str]:
    """Return the cells of a row."""
    operations, moving = work.roof_s(ceilings)
    roof = max(operations, moving)
    return [
        name,
        ", ".join(f"{getattr(work, field) / 1e6:.0f}" for field in (*_KINDS.values(), "floats_macs")),
        f"{work.conversions / 1e6:.2f}",
        f"{work.moved_bytes / 1e6:.1f}",
        f"{1e3 * operations:.2f}",
        f"{1e3 * moving:.2f}",
        f"{1e3 * work.seconds:.2f}",
        f"{100 * roof / work.seconds:.0f} %",
        f"{1e3 * seconds:.2f}",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of ResNet-20 and CIFAR-10; else the bundled digits are run")
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--rows", nargs="+", default=_ROWS, help="words; rows with any of them")
    asked = parser.parse_args(arguments)
    ceilings = measured_ceilings()
    print(f"{select_backend('cpu').device}, load average {os.getloadavg()[0]:.1f}; one core does in a second: ", end="")
    print(
        f"{ceilings.looked_up_macs / 1e9:.0f} G multiplications looked up, {ceilings.bytes_macs / 1e9:.0f} G of bytes, "
    )
    print(f"{ceilings.words_macs / 1e9:.0f} G of words, ", end="")
    print(
        f"{ceilings.floats_macs / 1e9:.0f} G in single precision, {ceilings.conversions / 1e9:.2f} G conversions, ",
        end="",
    )
    print(f"{ceilings.copied_bytes / 1e9:.1f} GB copied\n")
    head = (
        "settings",
        "million multiplications: looked up, bytes, words, floats",
        "million conversions",
        "MB",
        "operations, ms",
        "bytes, ms",
        "loops, ms",
        "roof over loops",
        "all, ms",
    )
    print(f"| {' | '.join(head)} |")
    print("|---" * len(head) + "|", flush=True)
    for name in speed_rows():
        if any(word in name for word in asked.rows):
            print(f"| {' | '.join(cells(name, *measure(name, asked.data, asked.images), ceilings))} |", flush=True)


if __name__ == "__main__":
    main()
