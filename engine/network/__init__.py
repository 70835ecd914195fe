"""Networks: read from ONNX, simplified, executed with any kind of matrix product."""

from __future__ import annotations

from nnsreport.engine.network.executor import (
    LayerShape,
    Multiply,
    bytes_of_an_image,
    describe_shape,
    execute,
    float_multiply,
    layer_shapes,
)
from nnsreport.engine.network.graph import Graph, GraphInput, Node
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.engine.network.onnx_reader import load_graph

__all__ = [
    "Graph",
    "GraphInput",
    "LayerShape",
    "LinearLayer",
    "Multiply",
    "Node",
    "bytes_of_an_image",
    "describe_shape",
    "execute",
    "float_multiply",
    "layer_shapes",
    "load_graph",
]
