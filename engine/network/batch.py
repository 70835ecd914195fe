"""Running a network with any batch size, whatever size it was exported for.

Exporters that fix the batch size write it into the targets of ``Reshape``. Which axis of a target holds the batch
cannot always be read off the target (attention merges it with the heads), so it is found by experiment: the network
is run with the fixed batch and with twice as many images, and where a tensor has doubled shows where its batch is.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.executor import float_multiply, run_node
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.errors import DataError, NetworkError

_REMEDY = (
    "export the network with a free batch axis: dynamic_shapes of torch.onnx.export(..., dynamo=True), "
    "or dynamic_axes={'input': {0: 'batch'}} without dynamo"
)


def free_batch(graph: Graph) -> Graph:
    """Return a graph that takes any number of images at once.

    Parameters
    ----------
    graph : Graph
        Simplified, with its linear layers extracted.

    Returns
    -------
    Graph
        With its batch axis free. Where the file fixes the batch size, the axis of each ``Reshape`` target that holds
        the batch and does not grow with it is left to be computed (-1); a batch of twice the size is then run to prove
        that its first half gives what the fixed size gives.

    Raises
    ------
    NetworkError
        The batch size is fixed in some other way, so that the proof fails; or it cannot be tried, because the size of
        the images is free.
    """
    declared = graph.inputs[0]
    if declared.shape is None or not declared.shape or not isinstance(declared.shape[0], int):
        return graph
    freed = dataclasses.replace(graph, inputs=(dataclasses.replace(declared, shape=(None, *declared.shape[1:])),))
    if not all(isinstance(length, int) for length in declared.shape):
        if not any(_has_constant_target(node, graph) for node in graph.nodes):
            return freed
        raise NetworkError(
            f"the batch size is fixed to {declared.shape[0]}, but the size of the images is not", remedy=_REMEDY
        )
    return _Probe(freed, tuple(n for n in declared.shape if isinstance(n, int))).run()


def _has_constant_target(node: Node, graph: Graph) -> bool:
    return node.operator == "Reshape" and node.inputs[1] in graph.constants


def _trial_images(random: np.random.Generator, size: tuple[int, ...], dtype: str) -> Array:
    if dtype == "float32":
        return random.standard_normal(size).astype(dtype)
    # Wide integers are words, of which a small vocabulary has few; narrow ones are pixels.
    return random.integers(0, 128 if dtype in ("uint8", "int8") else 2, size).astype(dtype)


class _Probe:
    """The network run side by side with the batch size of the file and with twice that size."""

    def __init__(self, graph: Graph, shape: tuple[int, ...]) -> None:
        random, size = np.random.default_rng(0), (2 * shape[0], *shape[1:])
        images = _trial_images(random, size, graph.inputs[0].dtype)
        self.graph = graph
        self.layers = graph.layers_by_name
        self.batch = shape[0]
        self.constants = dict(graph.constants)
        self.once: dict[str, Array] = {graph.inputs[0].name: images[: self.batch]}
        self.twice: dict[str, Array] = {graph.inputs[0].name: images}

    def run(self) -> Graph:
        """Return the graph with its targets freed, once proved equal."""
        nodes = tuple(self._step(node) for node in self.graph.nodes)
        for name in self.graph.outputs:
            once, twice = self.once.get(name), self.twice.get(name)
            if once is None or twice is None:
                continue  # a constant
            if twice.shape[:1] != (2 * self.batch,) or not _agree(twice[: self.batch], once):
                raise self._refusal(f"output {name!r} does not hold one row for each image of a larger batch")
        return dataclasses.replace(self.graph, nodes=nodes, constants=self.constants)

    def _step(self, node: Node) -> Node:
        self.once.update(run_node(self.graph, node, self.once, self.layers, float_multiply))
        try:
            followed = self._freed(node) if self._is_bound(node) else node
            graph = dataclasses.replace(self.graph, constants=self.constants)
            self.twice.update(run_node(graph, followed, self.twice, self.layers, float_multiply))
        except (NetworkError, DataError) as error:
            raise self._refusal(error.message) from error
        return followed

    def _is_bound(self, node: Node) -> bool:
        """Whether a node reshapes something that grows with the batch to a target that does not."""
        if node.operator != "Reshape" or node.inputs[0] not in self.once:
            return False
        source, target = node.inputs[:2]
        once, twice = (
            values[target] if target in values else self.constants[target] for values in (self.once, self.twice)
        )
        return self.once[source].shape != self.twice[source].shape and bool(np.array_equal(once, twice))

    def _refusal(self, reason: str) -> NetworkError:
        return NetworkError(
            f"works only with the batch size of {self.batch} that it was exported for ({reason})", remedy=_REMEDY
        )

    def _freed(self, node: Node) -> Node:
        """Return a ``Reshape`` whose target leaves the axis of the batch to be computed."""
        source = node.inputs[0]
        inner = _elements_inside_batch(self.once[source], self.twice[source])
        target = list(self.once[node.outputs[0]].shape)
        target[_axis_of_batch(tuple(target), inner, self.batch)] = -1
        name = f"{node.name}/target_for_any_batch"
        self.constants[name] = np.array(target, dtype=np.int64)
        return dataclasses.replace(node, inputs=(source, name))


def _elements_inside_batch(once: Array, twice: Array) -> int:
    """Return how many consecutive elements of a tensor belong to one batch, in row-major order.

    The batch can be merged into an axis, before (batch x heads) or after (tokens x batch) the other factor.
    """
    doubled = [axis for axis, (n, m) in enumerate(zip(once.shape, twice.shape, strict=True)) if n != m]
    if len(doubled) == 1 and twice.shape[doubled[0]] == 2 * once.shape[doubled[0]]:
        axis, length = doubled[0], once.shape[doubled[0]]
        for inner in (n for n in range(length, 0, -1) if length % n == 0):
            split = twice.reshape(*twice.shape[:axis], length // inner, 2, inner, *twice.shape[axis + 1 :])
            first = split.take(0, axis=axis + 1).reshape(once.shape)
            if _agree(first, once):
                return inner * math.prod(once.shape[axis + 1 :])
    raise NetworkError(f"a tensor of shape {once.shape} becomes {twice.shape} with twice as many images")


def _axis_of_batch(target: tuple[int, ...], inner: int, batch: int) -> int:
    """Return the axis of a target shape that grows with the batch.

    On the border between two axes either could grow: then exporters mean the left one of a matrix (tokens x batch,
    whose rows are multiplied with weights), and the right one of a tensor with more axes (batch x heads).
    """
    candidates = []
    for axis, length in enumerate(target):
        behind = math.prod(target[axis + 1 :])
        if inner % behind == 0 and length % (inner // behind) == 0:
            candidates.append((axis, inner // behind))
    exact = [axis for axis, factor in candidates if target[axis] == factor == batch]
    if exact:
        return exact[0]
    if not candidates:
        raise NetworkError(f"a Reshape to {target} mixes the images of a batch")
    return candidates[0][0] if len(target) == 2 else candidates[-1][0]


def _agree(found: Array, expected: Array) -> bool:
    if found.dtype.kind != "f":
        return bool(np.array_equal(found, expected))
    tolerance = 1e-5 * float(np.max(np.abs(expected), initial=1e-30))
    return bool(np.allclose(found, expected, rtol=1e-4, atol=tolerance, equal_nan=True))
