"""Two programs that take turns, each in a process of its own, so that a machine's other load hits both alike."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
from peer_networks import Material, NetworkRow, Program, built, peak_mb

from nnsreport.engine.backend import Array, select_backend
from nnsreport.execution.workers import ordered_map, same_products, worker_count

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that libraries take their number of threads from, when they are loaded."""
_LONGEST_END_S = 30.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a row's images.

    Attributes
    ----------
    logits, labels : Array
        Of the images.
    core_ms, wall_ms : float
        An image: of the processor, all threads together, and of the clock. Without programming.
    programming_s : float
        Of the processor, to program the network and read it, once for all images.
    peak_mb : float
        Largest memory of the process so far, in MB; calibration by the engine is part of it.
    """

    logits: Array
    labels: Array
    core_ms: float
    wall_ms: float
    programming_s: float
    peak_mb: float


class Runner:
    """A program in a process of its own, which makes a pass whenever it is asked.

    Parameters
    ----------
    program : Program
        What programs the network.
    row : NetworkRow
        What to run.
    material : Material
        With what.
    threads : int
        Of every library, and batches that are evaluated at a time where a program leaves that to its caller.
    shares_batches : bool
        Whether batches are given to threads, as ``nnsreport run`` does with the engine's; else the libraries share
        every product.
    """

    def __init__(
        self, program: Program, row: NetworkRow, material: Material, threads: int, shares_batches: bool
    ) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._connection, theirs = spawn.Pipe()
        arguments = (theirs, program, row, material, shares_batches)
        self._process = spawn.Process(target=_serve, args=arguments, daemon=True)
        with _environment(threads):
            self._process.start()
        theirs.close()

    def run(self, trial: int) -> Pass:
        """Program a trial, and return what a pass over all images took and gave."""
        self._connection.send(trial)
        found = self._connection.recv()
        assert isinstance(found, Pass)
        return found

    def close(self) -> None:
        """End the process."""
        with contextlib.suppress(BrokenPipeError):
            self._connection.send(None)
        self._process.join(_LONGEST_END_S)
        self._process.kill()
        self._process.join()
        self._process.close()
        self._connection.close()


@contextlib.contextmanager
def _environment(threads: int) -> Iterator[None]:
    """Set how many threads the libraries of a process that starts in the body have."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(connection: Connection, program: Program, row: NetworkRow, material: Material, shares_batches: bool) -> None:
    warnings.simplefilter("ignore")  # of other programs, about themselves
    with same_products():  # both programs get the same network, to the last bit
        network, images, labels = built(row, material)
    workers = worker_count(select_backend("cpu"), os.environ) if shares_batches else 1
    starts, is_warm = range(0, len(images), row.batch), False
    while (trial := connection.recv()) is not None:
        begin = time.process_time()
        infer = program(row, material, network, trial)
        programming_s = time.process_time() - begin
        if not is_warm:  # libraries choose algorithms and fill caches at the first call
            infer(images[:1], 0)
            is_warm = True
        with ordered_map(workers) as over_batches:
            begin, wall = time.process_time(), time.perf_counter()
            logits = list(
                over_batches(lambda first, infer=infer: infer(images[first : first + row.batch], first), starts)
            )
            taken = time.process_time() - begin, time.perf_counter() - wall
        core_ms, wall_ms = (1e3 * seconds / len(images) for seconds in taken)
        connection.send(Pass(np.concatenate(logits), labels, core_ms, wall_ms, programming_s, peak_mb()))


def alternate(runners: tuple[Runner, ...], repeats: int) -> tuple[list[Pass], ...]:
    """Let programs make passes in turn.

    Parameters
    ----------
    runners : tuple of Runner
        Which are closed in the end.
    repeats : int
        Passes of each; each is a trial of its own.

    Returns
    -------
    tuple of list of Pass
        Of each program.

    Raises
    ------
    EOFError
        A program's process ended; it has written why.
    """
    passes: tuple[list[Pass], ...] = tuple([] for _ in runners)
    try:
        for trial in range(repeats):
            for runner, found in zip(runners, passes, strict=True):
                found.append(runner.run(trial))
    finally:
        for runner in runners:
            runner.close()
    return passes
