"""Time the solvers of resistive arrays, and measure how far the fast ones are from the exact ones.

Needs the engine only (NumPy, CuPy for a GPU), so it runs on a GPU node's bare Python:

    OPENBLAS_NUM_THREADS=1 python bench/ir_drop.py [--sizes 64 128 256 512] [--device cuda]

Square arrays of pairs with random levels up to 25 uS. Driven arrays: milliseconds for one array of one plane, once for
each programming. Gated arrays: microseconds for one vector on one column, at each read. Errors are the largest found,
as a share of a column's full scale; times are of the processor (all threads), or of the clock for a GPU.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nnsreport.engine.backend import Array, Backend, select_backend, to_numpy
from nnsreport.engine.parasitics import WireSettings, column_currents, effective_conductances, fast_error_bound

CONDUCTANCE_MAX_S = 25e-6
VECTORS = 64


def timed(compute: Callable[[], Array], backend: Backend, repeats: int) -> tuple[Array, float]:
    """Return a result and the least time it took in seconds."""
    clock = time.process_time if backend.name == "cpu" else time.perf_counter
    taken = []
    for _ in range(repeats):
        start = clock()
        result = compute()
        if backend.name == "cuda":
            backend.xp.cuda.get_current_stream().synchronize()
        taken.append(clock() - start)
    return to_numpy(result), min(taken)


def driven_row(size: int, wires: WireSettings, backend: Backend) -> str:
    """Return a row of the table of driven arrays."""
    random = np.random.default_rng(size)
    weights = random.uniform(-1, 1, (size, size))
    planes = np.stack([np.maximum(weights, 0), np.maximum(-weights, 0)])
    devices = backend.xp.asarray(planes)
    repeats = 3 if size <= 128 else 1
    exact, exact_s = timed(lambda: effective_conductances(devices, wires, CONDUCTANCE_MAX_S), backend, repeats)
    of_fast = replace(wires, solver="fast")
    fast, fast_s = timed(lambda: effective_conductances(devices, of_fast, CONDUCTANCE_MAX_S), backend, 3)
    voltages = random.integers(0, 2, (size, VECTORS))
    full_scale = planes.sum(axis=(0, 2))[:, None]
    loss = np.abs((exact - weights) @ voltages / full_scale).max()
    error = np.abs((exact - fast) @ voltages / full_scale).max()
    bound = float(fast_error_bound(devices, of_fast, CONDUCTANCE_MAX_S))
    times = f"{1e3 * exact_s / 2:10.1f} {1e3 * fast_s / 2:10.2f}"
    return f"{size:6} {wires.bit_line_ohm:6.1f} {times} {loss:9.1e} {error:9.1e} {bound:9.1e}"


def gated_row(size: int, wires: WireSettings, backend: Backend) -> str:
    """Return a row of the table of gated arrays."""
    random = np.random.default_rng(size)
    weights = random.uniform(-1, 1, (size, size))
    planes = np.stack([np.maximum(weights, 0), np.maximum(-weights, 0)])
    opened = random.integers(0, 2, (size, VECTORS))
    devices, inputs = backend.xp.asarray(planes), backend.xp.asarray(opened)
    found = []
    for chosen in (wires, replace(wires, solver="fast")):

        def compute(chosen: WireSettings = chosen) -> Array:
            return column_currents(devices, inputs, chosen, CONDUCTANCE_MAX_S, signed=False)

        found.append(timed(compute, backend, 3))
    (exact, exact_s), (fast, fast_s) = found
    full_scale = planes.sum(axis=(0, 2))[:, None]
    loss = np.abs((exact - weights @ opened) / full_scale).max()
    error = np.abs((exact - fast) / full_scale).max()
    columns = 2 * size * VECTORS
    times = f"{1e6 * exact_s / columns:10.2f} {1e6 * fast_s / columns:10.3f}"
    return f"{size:6} {wires.bit_line_ohm:6.1f} {times} {loss:9.1e} {error:9.1e}"


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", nargs="+", type=int, default=[64, 128, 256, 512])
    arguments.add_argument("--ohms", nargs="+", type=float, default=[1.0, 10.0])
    arguments.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu")
    chosen = arguments.parse_args()
    backend = select_backend(chosen.device)
    print(backend.device)
    print("driven, separate\n  size    ohm   exact ms    fast ms      loss fast err.     bound")
    for size in chosen.sizes:
        for ohm in chosen.ohms:
            print(driven_row(size, WireSettings(word_line_ohm=ohm, bit_line_ohm=ohm), backend), flush=True)
    print("gated, separate\n  size    ohm   exact us    fast us      loss fast err.")
    for size in chosen.sizes:
        for ohm in chosen.ohms:
            wires = WireSettings("gated", source_line_ohm=ohm, bit_line_ohm=ohm)
            print(gated_row(size, wires, backend), flush=True)


if __name__ == "__main__":
    main()
