"""Count conversions and analog multiplications a second of one layer, beside the device's own matrix product.

    python bench/conversion_rate.py [--device cuda] [--columns 64 --inputs 1152 --vectors 262144]

Bit-serial inputs of 8 bits, 4 slices of 2 bits, blocks of 128 rows, an ADC of 8 bits. A multiplication is one of a cell
and a pulse, with its addition: what the device's own product is counted in too, in half precision on a GPU and in
single precision on a processor. Times are the least of several passes, waiting for the device. Needs the engine only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnsreport.engine.backend import Array, Backend, select_backend
from nnsreport.engine.converters.noise import NoiseSource, Vectors
from nnsreport.engine.converters.read_noise import ReadNoise
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar.arithmetic import BlockOperand, converted_product
from nnsreport.engine.crossbar.inputs import input_coding
from nnsreport.engine.crossbar.signs import Slices
from nnsreport.engine.crossbar.whole_cells import whole_cells
from nnsreport.engine.cuda.launching import packed_on_device
from nnsreport.engine.random import Purpose

ROWS = {"ideal cells": (0.0, 0.0), "5 % programming error": (0.05, 0.0), "the same, read noise 5 %": (0.05, 0.05)}
"""Standard deviations of cells and of reads, in units of the highest level."""
SLICES = Slices((1.0, 4.0, 16.0, 64.0), (3, 3, 3, 3))
CYCLES = input_coding(8, False, 1, "bipolar")
CONVERTER = UniformConverter((2.0,) * SLICES.count, -127, 127)
BLOCK, TOP = 128, 3
_PASSES = 5


@dataclass(frozen=True, slots=True)
class Layer:
    """Sizes of a product.

    Attributes
    ----------
    columns, inputs, vectors : int
        Of the weights, N and K, and how many vectors of activations.
    """

    columns: int
    inputs: int
    vectors: int

    @property
    def conversions(self) -> int:
        """Of all slices, cycles and blocks."""
        return self.columns * SLICES.count * CYCLES.count * len(self.blocks) * self.vectors

    @property
    def multiplications(self) -> int:
        """Of cells and pulses."""
        return self.columns * SLICES.count * CYCLES.count * self.inputs * self.vectors

    @property
    def blocks(self) -> tuple[slice, ...]:
        """Rows read together."""
        return tuple(slice(first, min(first + BLOCK, self.inputs)) for first in range(0, self.inputs, BLOCK))


def operand(layer: Layer, deviation: float, noise: float, backend: Backend) -> BlockOperand:
    """Return random cells: whole numbers where they do not deviate."""
    rng, xp = np.random.default_rng(0), backend.xp
    shape = 1, SLICES.count * layer.columns, layer.inputs
    cells = rng.integers(-TOP, TOP + 1, shape) + deviation * TOP * rng.standard_normal(shape)
    own = xp.asarray(cells.astype(np.float32))
    read_noise = None
    if noise:
        source = NoiseSource(0, 0, 0, Purpose.WHITE_READ_NOISE, 20.0)
        read_noise = ReadNoise(xp.full(shape, (noise * TOP) ** 2, dtype=xp.float32), source)
    packed = packed_on_device(own, read_noise, layer.blocks, SLICES, CYCLES, CONVERTER)
    whole = whole_cells(own, layer.blocks, CYCLES)
    return BlockOperand(own, layer.blocks, SLICES, CYCLES, read_noise, whole, packed)


def least_seconds(work: Callable[[], object], backend: Backend) -> float:
    """Return the time of the fastest of several passes, in s; the first, which compiles, does not count."""
    taken = []
    for _ in range(1 + _PASSES):
        begin = time.perf_counter()
        work()
        if backend.name == "cuda":
            backend.xp.cuda.get_current_stream().synchronize()
        taken.append(time.perf_counter() - begin)
    return min(taken[1:])


def matrix_rate(backend: Backend) -> float:
    """Return the multiplications a second of the library's own matrix product, on random numbers."""
    size, kind = (8192, np.float16) if backend.name == "cuda" else (1024, np.float32)
    first = backend.xp.asarray(np.random.default_rng(1).standard_normal((size, size)).astype(kind))
    out = backend.xp.empty_like(first)
    return size**3 / least_seconds(lambda: backend.xp.matmul(first, first, out=out), backend)


def conversion_time_s(layer: Layer, deviation: float, noise: float, backend: Backend) -> tuple[float, str]:
    """Return how long a product takes, in s, and in what it was computed."""
    cells = operand(layer, deviation, noise, backend)
    levels = np.random.default_rng(2).integers(0, 256, (1, layer.inputs, layer.vectors)).astype(np.uint8)
    vectors: Array = backend.xp.asarray(levels)
    at = Vectors(backend.xp.arange(layer.vectors))
    way = cells.packed.shape.type_name if cells.packed else "no kernel"
    return least_seconds(lambda: converted_product(vectors, cells, CONVERTER, at), backend), way


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--columns", type=int, default=64)
    parser.add_argument("--inputs", type=int, default=1152)
    parser.add_argument("--vectors", type=int, default=None, help="262144 on a GPU, 1024 on a processor")
    arguments = parser.parse_args()
    backend = select_backend(arguments.device)
    vectors = arguments.vectors or (262144 if backend.name == "cuda" else 1024)
    layer = Layer(arguments.columns, arguments.inputs, vectors)
    own = matrix_rate(backend)
    print(f"{backend.device}; its own matrix product: {own:.3g} multiplications/s\n")
    print(f"{layer.columns} columns, {layer.inputs} inputs, {layer.vectors} vectors\n")
    print("| cells | variant of the kernel | ms | conversions/s | multiplications/s | of its own product |")
    print("|---|---|---|---|---|---|")
    for name, (deviation, noise) in ROWS.items():
        seconds, way = conversion_time_s(layer, deviation, noise, backend)
        rates = layer.conversions / seconds, layer.multiplications / seconds
        print(f"| {name} | {way} | {seconds * 1e3:.3g} | {rates[0]:.3g} | {rates[1]:.3g} | {rates[1] / own:.1%} |")


if __name__ == "__main__":
    main()
