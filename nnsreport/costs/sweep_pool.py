"""Groups of design points on several processes, with results in their order."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import ModuleType

import numpy as np
from threadpoolctl import threadpool_limits

from nnsreport.costs.groups import PointGroup
from nnsreport.costs.model import CostModel
from nnsreport.costs.sweep import GroupResults, evaluate
from nnsreport.errors import RunError

_GROUPS_AHEAD = 2  # a process; bounds the memory that results wait in
_MODEL: list[CostModel] = []
"""In a process of the pool: the one model that it works on, sent once."""


def evaluated(groups: Iterator[PointGroup], model: CostModel, jobs: int, xp: ModuleType = np) -> Iterator[GroupResults]:
    """Evaluate groups.

    Parameters
    ----------
    groups : iterator of PointGroup
        Taken as they are needed.
    model : CostModel
        Of the sweep.
    jobs : int
        Processes; with 1 everything is done in this one. A script that asks for more must protect its main program with
        ``if __name__ == "__main__"``, as always with processes.
    xp : module
        NumPy; CuPy to estimate on a GPU, from this process.

    Yields
    ------
    GroupResults
        In the order of the groups, and the same for any number of jobs.

    Raises
    ------
    RunError
        A process was killed.
    """
    if jobs == 1 or xp is not np:
        for group in groups:
            with threadpool_limits(
                limits=1, user_api="blas"
            ):  # its products are small: threads would wait for each other
                results = evaluate(group, model, xp)
            yield results
        return
    pool = _start_pool(jobs, model)
    submitted: deque[Future[GroupResults]] = deque()
    try:
        for group in groups:
            submitted.append(pool.submit(_evaluate, group))
            if len(submitted) >= jobs * _GROUPS_AHEAD:
                yield submitted.popleft().result()
        while submitted:
            yield submitted.popleft().result()
    except BrokenProcessPool as error:
        raise RunError(
            "a process of the sweep was killed", remedy="look for a lack of memory; fewer --jobs need less"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _start_pool(jobs: int, model: CostModel) -> ProcessPoolExecutor:
    """Return processes that are not copies of this one: threads of libraries do not survive a fork."""
    methods: Sequence[str] = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(model,))


def _begin(model: CostModel) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    threadpool_limits(limits=1, user_api="blas")  # a process is one core's
    _MODEL.append(model)


def _evaluate(group: PointGroup) -> GroupResults:
    return evaluate(group, _MODEL[0])
