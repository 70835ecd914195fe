"""Batches as CUDA graphs: what a device is to do for a batch is captured once, and replayed for each one of its shape.

A batch of a few images is a hundred launches, each of which takes the processor longer to ask for than the device to
carry out. Within a capture nothing may be read from the device or sent to it, and CuPy refuses cuBLAS; where a network
needs either, batches are launched as they are, and a line of the log says why.

Source: CuPy 14, ``cupy.cuda.Stream.begin_capture`` and ``cupy.cuda.Graph``; CUDA Programming Guide, CUDA Graphs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Generic, TypeAlias, TypeVar

from nnsreport.engine.backend import Array, namespace_of

Host = TypeVar("Host")

FirstImage: TypeAlias = "int | Array"
"""Number of a batch's first image in the data set; an array of int64 without axes where it is to stay on a device."""

Evaluate: TypeAlias = Callable[[Array, Array], tuple[Sequence[Array], Host]]

_MOST_GRAPHS = 4
"""Of one network: full batches and the short last one are two."""


@dataclass(frozen=True, slots=True)
class _Graph(Generic[Host]):
    """A captured batch, and all the memory that it works on.

    Attributes
    ----------
    graph : cupy.cuda.Graph
        To be launched.
    images, first_image : Array
        Where it reads from.
    outputs : tuple of Array
        Where it writes to.
    host : Host
        What else the evaluation returned.
    pool : cupy.cuda.MemoryPool
        Owns everything in between; nobody else takes memory from it.
    """

    graph: Any
    images: Array
    first_image: Array
    outputs: tuple[Array, ...]
    host: Host
    pool: Any


class Replayed(Generic[Host]):
    """Evaluates batch after batch: the first of a shape as it is, the second captured, all further ones replayed.

    Parameters
    ----------
    evaluate : callable
        From images and the number of the first, both on a device, to arrays there, and whatever else follows from the
        shape of the images alone. Always launches the same for images of one shape.
    """

    def __init__(self, evaluate: Evaluate[Host]) -> None:
        self._evaluate = evaluate
        self._seen: set[tuple[object, ...]] = set()
        self._graphs: dict[tuple[object, ...], _Graph[Host]] = {}
        self._is_capturable = True

    def __call__(self, images: Array, first_image: int) -> tuple[tuple[Array, ...], Host]:
        """Evaluate a batch.

        Parameters
        ----------
        images : Array
            On a device.
        first_image : int
            Number of the first of them in the data set.

        Returns
        -------
        tuple of Array
            New ones, on the device.
        Host
            What else the evaluation returns.
        """
        shape = (*images.shape, str(images.dtype))
        if shape in self._seen and shape not in self._graphs and self._may_capture(images):
            self._try_to_capture(images, shape)
        self._seen.add(shape)
        found = self._graphs.get(shape)
        if found is None:
            # On the device too, so that nothing is compiled for the first time within a capture.
            xp = namespace_of(images)
            outputs, host = self._evaluate(images, xp.full((), first_image, dtype=xp.int64))
            return tuple(outputs), host
        found.images[...] = images
        found.first_image.fill(first_image)
        found.graph.launch()
        return tuple(output.copy() for output in found.outputs), found.host

    def _may_capture(self, images: Array) -> bool:
        return self._is_capturable and len(self._graphs) < _MOST_GRAPHS and hasattr(namespace_of(images), "cuda")

    def _try_to_capture(self, images: Array, shape: tuple[object, ...]) -> None:
        try:
            self._graphs[shape] = _captured(self._evaluate, images, namespace_of(images))
        except Exception as error:  # whatever cannot be captured can be launched, or fails there with its own message
            self._is_capturable = False
            reason = next(iter(str(error).splitlines()), "") or type(error).__name__
            logging.getLogger(__name__).warning(
                "batches are launched step by step, not as a CUDA graph, which is slower for small ones: %s", reason
            )


def _captured(evaluate: Evaluate[Host], images: Array, xp: ModuleType) -> _Graph[Host]:
    """Capture a batch; whatever is raised meanwhile leaves the device as it was."""
    own_images, first_image = images.copy(), xp.zeros((), dtype=xp.int64)
    pool, stream = xp.cuda.MemoryPool(), xp.cuda.Stream(non_blocking=True)
    with stream, xp.cuda.using_allocator(pool.malloc):
        stream.begin_capture()
        try:
            outputs, host = evaluate(own_images, first_image)
        except BaseException:
            _abandon(stream)
            raise
        graph = stream.end_capture()
    return _Graph(graph, own_images, first_image, tuple(outputs), host, pool)


def _abandon(stream: Any) -> None:
    try:
        stream.end_capture()
    except Exception as error:  # as it does after an operation that has made the capture void
        logging.getLogger(__name__).debug("the capture ended with %s", error)
