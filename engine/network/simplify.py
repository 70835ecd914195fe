"""Passes that make a graph smaller without changing what it computes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.network.graph import Graph, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.operators import Call, evaluate, table
from nnsreport.engine.network.operators.normalization import affine_of_batch_normalization


def fold_constants(graph: Graph) -> Graph:
    """Evaluate every node that depends on constants only.

    Parameters
    ----------
    graph : Graph
        Any graph.

    Returns
    -------
    Graph
        Without those nodes; their outputs are constants.
    """
    constants, kept = dict(graph.constants), []
    remaining = graph.uses()
    for node in graph.nodes:
        if node.operator not in table() or any(name not in constants for name in node.inputs if name):
            kept.append(node)
            continue
        inputs = tuple(constants[name] if name else None for name in node.inputs)
        constants.update(zip(node.outputs, evaluate(node, inputs, graph.opset), strict=False))
        remaining.subtract(node.inputs)
        for name in node.inputs:
            if remaining[name] <= 0:
                constants.pop(name, None)
    return dataclasses.replace(graph, nodes=tuple(kept), constants=constants)


def remove_identities(graph: Graph) -> Graph:
    """Drop ``Identity`` and ``Dropout`` nodes, which do nothing at inference.

    Parameters
    ----------
    graph : Graph
        With its constants folded.

    Returns
    -------
    Graph
        Readers of a dropped node read its input instead. A ``Dropout`` stays where its mask is read, or where it
        would drop something.
    """
    uses = graph.uses()
    source: dict[str, str] = {}
    kept = []
    for node in graph.nodes:
        if node.operator == "Identity" or _drops_nothing(node, graph, uses):
            source[node.outputs[0]] = source.get(node.inputs[0], node.inputs[0])
        else:
            kept.append(dataclasses.replace(node, inputs=tuple(source.get(name, name) for name in node.inputs)))
    outputs = tuple(source.get(name, name) for name in graph.outputs)
    return dataclasses.replace(graph, nodes=tuple(kept), outputs=outputs)


def _drops_nothing(node: Node, graph: Graph, uses: Mapping[str, int]) -> bool:
    if node.operator != "Dropout" or any(uses[name] for name in node.outputs[1:]):
        return False
    training = node.inputs[2] if len(node.inputs) > 2 else ""
    return not training or not np.any(graph.constants.get(training, True))


def remove_unused(graph: Graph) -> Graph:
    """Drop nodes and constants that no output depends on.

    Parameters
    ----------
    graph : Graph
        Any graph.

    Returns
    -------
    Graph
        With the same outputs.
    """
    needed = set(graph.outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            kept.append(node)
            needed.update(node.inputs)
    constants = {name: value for name, value in graph.constants.items() if name in needed}
    return dataclasses.replace(graph, nodes=tuple(reversed(kept)), constants=constants)


def fold_batch_normalization(graph: Graph) -> Graph:
    """Merge each ``BatchNormalization`` into the convolution or ``Gemm`` before it.

    Parameters
    ----------
    graph : Graph
        With its linear layers extracted.

    Returns
    -------
    Graph
        A normalisation stays digital where it follows something else (as in DenseNet, where it stands before the
        convolution), or where the layer's output is read elsewhere too.
    """
    layers = {layer.name: layer for layer in graph.linear_layers}
    uses = graph.uses()
    producers: dict[str, Node] = {}
    kept: dict[str, Node] = {}
    for node in graph.nodes:
        merged = node
        producer = producers.get(node.inputs[0]) if node.inputs else None
        if producer is not None and uses[node.inputs[0]] == 1 and _is_affine(node, graph, layers[producer.name]):
            layers[producer.name] = layers[producer.name].scaled(*_affine(node, graph))
            merged = dataclasses.replace(producer, outputs=node.outputs)
        kept[merged.name] = merged
        if merged.operator in ("Conv", "Gemm") and merged.name in layers:
            producers[merged.outputs[0]] = merged
    return dataclasses.replace(graph, nodes=tuple(kept.values()), linear_layers=tuple(layers.values()))


def _is_affine(node: Node, graph: Graph, layer: LinearLayer) -> bool:
    if node.operator != "BatchNormalization" or len(node.outputs) > 1:
        return False  # further outputs are the statistics of a training step
    parameters = [graph.constants.get(name) for name in node.inputs[1:]]
    return all(values is not None and values.shape == (layer.groups * layer.outputs,) for values in parameters)


def _affine(node: Node, graph: Graph) -> tuple[Array, Array]:
    scale, bias, mean, variance = (graph.constants[name] for name in node.inputs[1:5])
    epsilon = Call(node, (), graph.opset).attribute("epsilon", 1e-5)
    return affine_of_batch_normalization(np, scale, bias, mean, variance, epsilon)
