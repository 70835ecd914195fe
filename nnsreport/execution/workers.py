"""Evaluating batches side by side on the cores of a processor.

The matrices of a batch are too small for a BLAS that splits each product over all cores: its threads wait for each
other longer than they work. One batch a core, each with a BLAS of one thread, does not wait, and its results do not
depend on the number of cores.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

from nnsreport import slurm
from nnsreport.engine.backend import Backend

Item = TypeVar("Item")
Result = TypeVar("Result")


def worker_count(backend: Backend, environment: Mapping[str, str]) -> int:
    """Return how many batches to evaluate at a time.

    Parameters
    ----------
    backend : Backend
        A GPU takes one batch at a time: it is parallel inside.
    environment : Mapping of str to str
        Such as ``os.environ``; ``OMP_NUM_THREADS`` and ``SLURM_CPUS_PER_TASK`` limit the number. Where the latter is
        not set, the tasks of a node share its cores.

    Returns
    -------
    int
        At least one, and at most the cores that this process may use.
    """
    if backend.name != "cpu":
        return 1
    limits = [
        int(text)
        for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK")
        if (text := environment.get(name, "")).isdigit()
    ]
    return max(1, min([_usable_cores(), *limits, *_own_cores(environment)]))


@contextlib.contextmanager
def same_products() -> Iterator[None]:
    """Let the BLAS use one thread: with how many it multiplies shows in the last bit of what it gives.

    Yields
    ------
    None
        In the body, products are the same on any number of cores.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@contextlib.contextmanager
def ordered_map(workers: int) -> Iterator[Callable[[Callable[[Item], Result], Iterable[Item]], Iterator[Result]]]:
    """Give a ``map`` that works on several items at a time, and yields in their order.

    Parameters
    ----------
    workers : int
        Items at a time; 1 works on them in this thread, with the BLAS as it is.

    Yields
    ------
    Callable
        Like :func:`map`. An exception of an item is raised where its result is due; items not begun are dropped.
    """
    if workers == 1:
        yield map
        return
    pool = ThreadPoolExecutor(workers, thread_name_prefix="batch")
    try:
        with same_products():
            yield pool.map
    finally:
        pool.shutdown(cancel_futures=True)


def _own_cores(environment: Mapping[str, str]) -> tuple[int, ...]:
    """Return how many of the node's cores are this task's, if several tasks may share them."""
    context = slurm.read_context(environment)
    if context is None or context.cpus_per_task or context.cpus_on_node is None or context.tasks_on_node is None:
        return ()
    return (context.cpus_on_node // context.tasks_on_node,)


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
