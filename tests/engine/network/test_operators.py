"""Every operator against onnxruntime, in each opset that changed its meaning."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network import execute, load_graph
from nnsreport.engine.network.graph import Node
from nnsreport.engine.network.operators import evaluate, table
from nnsreport.engine.network.operators.activation import erf
from nnsreport.errors import NetworkError, UnsupportedOperatorError

IMAGE = ("N", 4, 7, 6)

REDUCTIONS = (
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSumSquare",
)

# One line a case: (opsets, body). The input is a float image of shape IMAGE; constants are those of _constants.
ON_IMAGES = [
    ((7, 13, 14), "y = Add(x, x)"),
    ((7, 14), "y = Mul(x, m)"),
    ((7, 14), "y = Sub(m, x)"),
    ((7, 14), "y = Div(x, positive)"),
    ((7, 12, 15), "two = Constant<value = float {2.0}>() y = Pow(x, two)"),
    ((12, 15), "three = Constant<value = int64[1] {3}>() y = Pow(x, three)"),
    ((13,), "a = Abs(x) e = Constant<value = float {0.3}>() y = Pow(a, e)"),
    ((6 + 1, 13), "a = Abs(x) y = Sqrt(a)"),
    ((7, 13), "y = Exp(x)"),
    ((7, 13), "a = Abs(x) y = Log(a)"),
    ((7, 13), "y = Log(x)"),
    ((7, 13), "y = Neg(x)"),
    ((7, 13), "y = Reciprocal(x)"),
    ((7, 13), "y = Floor(x)"),
    ((7, 13), "y = Ceil(x)"),
    ((11, 22), "a = Floor(x) b = Add(a, half) y = Round(b)"),
    ((9, 13), "y = Erf(x)"),
    ((9, 13), "y = Sign(x)"),
    ((7, 22), "y = Sin(x)"),
    ((7, 22), "y = Cos(x)"),
    ((7, 13), "y = Tanh(x)"),
    ((7, 13), "y = Sigmoid(x)"),
    ((7, 22), "y = HardSigmoid<alpha = 0.3, beta = 0.4>(x)"),
    ((7,), "y = HardSigmoid(x)"),
    ((14, 22), "y = HardSwish(x)"),
    ((7, 14), "y = Relu(x)"),
    ((7, 16), "y = LeakyRelu<alpha = 0.2>(x)"),
    ((9, 16), "y = PRelu(x, slopes)"),
    ((10,), "y = ThresholdedRelu<alpha = 0.5>(x)"),
    ((7, 22), "y = Elu<alpha = 0.7>(x)"),
    ((7, 22), "y = Selu(x)"),
    ((12,), "y = Celu<alpha = 0.7>(x)"),
    ((20,), "y = Gelu(x)"),
    ((20,), 'y = Gelu<approximate = "tanh">(x)'),
    ((7, 22), "y = Softplus(x)"),
    ((7, 22), "y = Softsign(x)"),
    ((18, 22), "y = Mish(x)"),
    ((7,), "y = Clip<min = -0.3, max = 0.4>(x)"),
    ((7,), "y = Clip<max = 0.4>(x)"),
    ((11, 13), "a = Constant<value = float {-0.3}>() b = Constant<value = float {0.4}>() y = Clip(x, a, b)"),
    ((12,), "b = Constant<value = float {0.4}>() y = Clip(x, , b)"),
    ((8, 13), "a = Neg(x) y = Min(x, a, m)"),
    ((8, 13), "a = Neg(x) y = Max(x, a, m)"),
    ((8, 13), "a = Neg(x) y = Sum(x, a, m)"),
    ((8, 13), "a = Abs(x) y = Mean(x, a, m)"),
    ((9, 16), "t = Less(x, m) y = Where(t, x, m)"),
    ((9,), "t = Greater(x, m) u = Not(t) y = Where(u, x, m)"),
    ((16,), "a = Abs(x) t = LessOrEqual(x, a) u = GreaterOrEqual(m, x) v = And(t, u) y = Where(v, x, m)"),
    ((13,), "a = Abs(x) t = Equal(x, a) u = Less(m, x) v = Or(t, u) w = Xor(t, v) z = Or(v, w) y = Where(z, x, m)"),
    ((13,), "a = Log(x) t = IsNaN(a) y = Where(t, x, m)"),
    ((13,), "a = Cast<to = 7>(x) b = Cast<to = 1>(a) t = Cast<to = 9>(a) y = Where(t, b, x)"),
    ((13,), "a = Cast<to = 11>(x) y = Cast<to = 1>(a)"),
    ((15, 19), "a = Cast<to = 7>(x) y = CastLike(a, x)"),
    ((13,), "y = Mod<fmod = 1>(x, positive)"),
    *[((7, 22), f"a = Tanh(x) y = {name}(a)") for name in ("Acos", "Asin", "Atan", "Tan")],
    *[((9, 22), f"a = Tanh(x) y = {name}(a)") for name in ("Asinh", "Atanh", "Cosh", "Sinh")],
    ((9,), "a = Exp(x) b = Add(a, half) e = Add(b, half) y = Acosh(e)"),
    ((9,), "y = Shrink<lambd = 0.4, bias = 0.1>(x)"),
    ((9,), "y = Shrink(x)"),
    ((10,), "a = Log(x) b = Neg(a) i = IsInf(b) y = Where(i, x, m)"),
    ((10,), "a = Floor(x) b = Reciprocal(a) i = IsInf<detect_negative = 0>(b) y = Where(i, x, m)"),
    (
        (11,),
        "a = Abs(x) b = Cast<to = 13>(a) s = Cast<to = 13>(pair) "
        'e = BitShift<direction = "LEFT">(b, s) f = BitShift<direction = "RIGHT">(e, b) y = Cast<to = 1>(f)',
    ),
    (
        (18,),
        "a = Cast<to = 7>(x) b = BitwiseAnd(a, pair) e = BitwiseOr(b, k) f = BitwiseXor(e, a) g = BitwiseNot(f) "
        "y = Cast<to = 1>(g)",
    ),
    ((7, 11), "y = Hardmax<axis = 2>(x)"),
    ((13,), "y = Hardmax<axis = 1>(x)"),
    # Windows
    ((7, 11, 18), "y = LpPool<kernel_shape = [2, 3], strides = [2, 1], p = 3>(x)"),
    ((7,), "y = GlobalLpPool<p = 2>(x)"),
    (
        (18,),
        "g = Constant<value = int64[2] {5, 4}>() b = Constant<value = int64[2] {2, 2}>() "
        "h = Slice(x, z2, s3, ax) s = Constant<value = int64[3] {-1, 4, 12}>() f = Reshape(h, s) y = Col2Im(f, g, b)",
    ),
    ((11, 13), "g = Slice(x, z2, s3, ax) y = DepthToSpace<blocksize = 2>(g)"),
    ((11, 13), 'g = Slice(x, z2, s3, ax) y = DepthToSpace<blocksize = 2, mode = "CRD">(g)'),
    ((10, 13), "g = Slice(x, z2, s6, ax) y = SpaceToDepth<blocksize = 2>(g)"),
    ((18,), "t = Constant<value = int64[2] {4, 9}>() y = CenterCropPad<axes = [2, 3]>(x, t)"),
    # Indices; the first axis of t has length 4, whatever the batch
    *[
        (opsets, f"t = Transpose<perm = [1, 2, 3, 0]>(x) {body}")
        for opsets, body in (
            ((12, 13), "i = Constant<value = int64[2, 2] {0, 1, 2, -1}>() y = GatherND(t, i)"),
            ((12, 13), "i = Constant<value = int64[4, 1] {0, 2, -1, 5}>() y = GatherND<batch_dims = 1>(t, i)"),
            ((11, 16), "i = Constant<value = int64[2, 1] {0, 2}>() u = Gather(t, twice) y = ScatterND(t, i, u)"),
            ((18,), 'i = Constant<value = int64[4, 1] {2, 0, 2, 1}>() y = ScatterND<reduction = "add">(t, i, t)'),
            ((18,), 'i = Constant<value = int64[4, 1] {2, 0, 2, 1}>() y = ScatterND<reduction = "max">(t, i, t)'),
            ((11,), "i = Constant<value = int32[3] {1, 0, 1}>() b = Cast<to = 9>(i) y = Compress<axis = 2>(t, b)"),
            ((10,), "l = Constant<value = int64[7] {1, 3, 2, 0, 4, 4, 1}>() "
             "y = ReverseSequence<time_axis = 0, batch_axis = 1>(t, l)"),
            ((10,), "l = Constant<value = int64[4] {1, 3, 2, 7}>() "
             "y = ReverseSequence<time_axis = 1, batch_axis = 0>(t, l)"),
        )
    ],
    *[
        (opsets, f"a = ReduceMean<axes = [0]>(x) z = Sub(a, a) {body}")
        for opsets, body in (
            ((9,), "v = Add(z, spread) e = Scatter<axis = 2>(v, places, spread) y = Add(x, e)"),
            ((11, 16), "v = Add(z, spread) e = ScatterElements<axis = 2>(v, places, spread) y = Add(x, e)"),
            ((16,), 'v = Add(z, spread) e = ScatterElements<axis=2, reduction = "mul">(v, picks4, few) y = Add(x, e)'),
        )
    ],
    ((9, 11), "a = Floor(x) i = Cast<to = 7>(a) e = Constant<value = int64 {5}>() y = OneHot<axis = 1>(i, e, offon)"),
    ((7,), "y, i = TopK<axis = 2, k = 3>(x)"),
    ((10, 11), "e = Constant<value = int64[1] {3}>() y, i = TopK<axis = 1>(x, e)"),
    (
        (11,),
        "a = Floor(x) e = Constant<value = int64[1] {6}>() v, i = TopK<largest = 0>(a, e) y = Cast<to = 1>(i)",
    ),
    ((11,), "a = Floor(x) e = Constant<value = int64[1] {6}>() v, i = TopK<axis = 3>(a, e) y = Cast<to = 1>(i)"),
    ((13,), "a = Floor(x) n = NonZero(a) y = Cast<to = 1>(n)"),
    ((9,), "a = Shape(x) b = Cast<to = 1>(plane) e = EyeLike<k = 1>(b) y = Add(x, e)"),
    ((11, 14), "i = Constant<value = int64 {1}>() y = CumSum(x, i)"),
    ((14,), "i = Constant<value = int64 {-1}>() y = CumSum<exclusive = 1, reverse = 1>(x, i)"),
    # Integers that stand for real numbers
    ((10, 13, 19), "q = QuantizeLinear(x, step, zp) y = DequantizeLinear(q, step, zp)"),
    ((13, 19), "q = QuantizeLinear<axis = 1>(x, steps, zps) y = DequantizeLinear<axis = 1>(q, steps, zps)"),
    ((13,), "q = QuantizeLinear(x, step) y = DequantizeLinear(q, step)"),
    ((21,), "q = QuantizeLinear<output_dtype = 3>(x, step) y = DequantizeLinear(q, step)"),
    ((11,), "q, s, o = DynamicQuantizeLinear(x) y = DequantizeLinear(q, s, o)"),
    # Shapes
    ((8, 11, 12), "y = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x)"),
    ((12,), "y = MaxPool<kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]>(x)"),
    ((12,), "y = MaxPool<kernel_shape = [3, 2], strides = [2, 2], pads = [1, 0, 1, 1], ceil_mode = 1>(x)"),
    ((12,), "y = MaxPool<kernel_shape = [2, 2], strides = [3, 3], pads = [1, 1, 1, 1], ceil_mode = 1>(x)"),
    ((12,), "y = MaxPool<kernel_shape = [2, 3], dilations = [2, 2]>(x)"),
    ((12,), 'y = MaxPool<kernel_shape = [3, 3], strides = [2, 2], auto_pad = "SAME_UPPER">(x)'),
    ((12,), 'y = MaxPool<kernel_shape = [2, 2], auto_pad = "SAME_LOWER">(x)'),
    ((12,), 'y = MaxPool<kernel_shape = [3, 3], strides = [2, 2], auto_pad = "VALID">(x)'),
    ((7, 10, 11, 19), "y = AveragePool<kernel_shape = [2, 2], strides = [2, 2]>(x)"),
    ((7, 11), "y = AveragePool<kernel_shape = [3, 3], pads = [1, 1, 1, 1]>(x)"),
    ((7, 11), "y = AveragePool<kernel_shape = [3, 3], pads = [1, 1, 1, 1], count_include_pad = 1>(x)"),
    ((19,), "y = AveragePool<kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1>(x)"),
    ((19,), "y = AveragePool<kernel_shape=[3,3], strides=[2,2], pads=[1,1,1,1], ceil_mode=1, count_include_pad=1>(x)"),
    ((19,), "y = AveragePool<kernel_shape = [2, 2], dilations = [2, 3]>(x)"),
    ((11,), 'y = AveragePool<kernel_shape = [3, 2], strides = [2, 2], auto_pad = "SAME_UPPER">(x)'),
    ((7, 22), "y = GlobalAveragePool(x)"),
    ((7, 22), "y = GlobalMaxPool(x)"),
    # Shapes
    ((7, 13), "a = Neg(x) y = Concat<axis = 1>(x, a)"),
    ((13,), "a = Neg(x) y = Concat<axis = -1>(x, a)"),
    ((13,), "y = Concat<axis = 0>(x, x)"),
    ((7, 9, 13), "y = Flatten(x)"),
    ((11,), "y = Flatten<axis = -2>(x)"),
    ((13,), "y = Flatten<axis = 0>(x)"),
    ((7, 13), "s = Constant<value = int64[3] {0, -1, 6}>() y = Reshape(x, s)"),
    ((14,), "s = Constant<value = int64[3] {-1, 4, 42}>() y = Reshape<allowzero = 1>(x, s)"),
    ((7, 13), "y = Transpose<perm = [0, 2, 3, 1]>(x)"),
    ((13,), "y = Transpose(x)"),
    ((7, 11), "a = GlobalAveragePool(x) y = Squeeze<axes = [2, -1]>(a)"),
    ((13,), "a = GlobalAveragePool(x) s = Constant<value = int64[2] {2, -1}>() y = Squeeze(a, s)"),
    ((13,), "a = GlobalAveragePool(x) y = Squeeze(a)"),
    ((7, 11), "y = Unsqueeze<axes = [1, 4]>(x)"),
    ((13,), "s = Constant<value = int64[2] {-1, 1}>() y = Unsqueeze(x, s)"),
    ((7, 9), "y = Slice<starts = [1, -5], ends = [3, 9223372036854775807], axes = [1, 2]>(x)"),
    ((7,), "y = Slice<starts = [0, 1], ends = [2, -1]>(x)"),
    (
        (10, 13),
        "s = Constant<value = int64[2] {-1, 1}>() e = Constant<value = int64[2] {-100, 6}>() "
        "a = Constant<value = int64[2] {-2, 3}>() t = Constant<value = int64[2] {-2, 2}>() y = Slice(x, s, e, a, t)",
    ),
    (
        (13,),
        "s = Constant<value = int64[1] {100}>() e = Constant<value = int64[1] {-6}>() "
        "a = Constant<value = int64[1] {2}>() t = Constant<value = int64[1] {-1}>() y = Slice(x, s, e, a, t)",
    ),
    ((13,), "s = Constant<value = int64[1] {0}>() e = Constant<value = int64[1] {1}>() y = Slice(x, s, e)"),
    ((7,), "y = Pad<pads = [0, 1, 2, 0, 0, 2, 1, 1], value = 0.5>(x)"),
    ((7,), 'y = Pad<pads = [0, 0, 2, 1, 0, 0, 1, 3], mode = "reflect">(x)'),
    ((11, 13), "p = Constant<value = int64[8] {0, 1, 2, 0, 0, 2, 1, 1}>() y = Pad(x, p, half)"),
    ((13,), "p = Constant<value = int64[8] {0, 0, -2, 0, 0, 2, 1, -1}>() y = Pad(x, p)"),
    ((13,), 'p = Constant<value = int64[8] {0, 0, 2, 0, 0, 0, 1, 1}>() y = Pad<mode = "edge">(x, p)'),
    ((18,), "p = Constant<value = int64[2] {1, 2}>() a = Constant<value = int64[1] {-1}>() y = Pad(x, p, , a)"),
    ((19,), 'p = Constant<value = int64[8] {0, 0, 2, 0, 0, 0, 1, 1}>() y = Pad<mode = "wrap">(x, p)'),
    ((7, 11), "a, b = Split<axis = 1, split = [1, 3]>(x) y = Concat<axis = 1>(b, a)"),
    ((7,), "a, b = Split<axis = 1>(x) y = Concat<axis = 1>(b, a)"),
    ((13,), "s = Constant<value = int64[3] {1, 2, 1}>() a, b, e = Split<axis = -3>(x, s) y = Concat<axis=1>(e, b, a)"),
    ((18,), "a, b, e = Split<axis = 2, num_outputs = 3>(x) y = Concat<axis = 2>(e, b, a)"),
    ((8, 13), "s = Constant<value = int64[5] {3, 1, 4, 1, 6}>() y = Expand(x, s)"),
    ((7, 13), "s = Constant<value = int64[4] {1, 2, 1, 3}>() y = Tile(x, s)"),
    ((13,), "s = Shape(x) y = ConstantOfShape<value = float[1] {0.25}>(s)"),
    ((15,), "s = Shape<start = 1, end = -1>(x) f = Cast<to = 1>(s) g = ReduceSum(f) y = Mul(x, g)"),
    ((13,), "s = Size(x) f = Cast<to = 1>(s) y = Div(x, f)"),
    (
        (13,),
        "s = Shape(x) i = Constant<value = int64 {0}>() n = Gather(s, i) z = Constant<value = int64[1] {0}>() "
        "u = Unsqueeze(n, z) r = Constant<value = int64[1] {-1}>() t = Concat<axis = 0>(u, r) y = Reshape(x, t)",
    ),
    (
        (13,),
        "s = Shape(x) i = Constant<value = int64 {3}>() n = Gather(s, i) z = Constant<value = int64 {0}>() "
        "o = Constant<value = int64 {1}>() r = Range(z, n, o) f = Cast<to = 1>(r) y = Mul(x, f)",
    ),
    ((11, 13), "i = Constant<value = int64[2,2] {0, -1, 1, 1}>() y = Gather<axis = 1>(x, i)"),
    ((13,), "i = Constant<value = int64 {0}>() y = Gather<axis = 2>(x, i)"),
    ((11, 13), "y = GatherElements<axis = 2>(x, picks)"),
    ((14,), "y = Trilu(x)"),
    ((14,), "o = Constant<value = int64 {-1}>() y = Trilu<upper = 0>(x, o)"),
    ((7, 13), "a = Dropout(x) b = Identity(a) y = Relu(b)"),
    # Normalisation
    ((7, 9, 14, 15), "y = BatchNormalization<epsilon = 0.01>(x, c, d, d, variance)"),
    ((7, 22), "y = InstanceNormalization<epsilon = 0.01>(x, c, d)"),
    ((21,), "y = GroupNormalization<num_groups = 2>(x, c, d)"),
    ((17,), "y = LayerNormalization<axis = -1>(x, row, row)"),
    ((17,), "y = LayerNormalization<axis = 2, epsilon = 0.1>(x, plane)"),
    ((23,), "y = RMSNormalization<axis = -1>(x, row)"),
    ((7, 13), "y = LRN<size = 3, alpha = 0.5, beta = 0.6, bias = 1.5>(x)"),
    ((13,), "y = LRN<size = 1, alpha = 0.5>(x)"),
    ((7, 22), "y = LpNormalization<axis = 1, p = 2>(x)"),
    ((7,), "y = LpNormalization<axis = 1, p = 1>(x)"),
    # Reductions
    *[((7, 11, 13), f"y = {name}<axes = [2, -1]>(x)") for name in REDUCTIONS],
    ((7, 11), "y = ReduceSum<axes = [1], keepdims = 0>(x)"),
    ((13,), "a = Constant<value = int64[2] {2, 3}>() y = ReduceSum<keepdims = 0>(x, a)"),
    ((18,), "a = Constant<value = int64[2] {2, 3}>() y = ReduceMean<keepdims = 0>(x, a)"),
    ((18,), "a = Constant<value = int64[1] {1}>() y = ReduceMax(x, a)"),
    ((18,), "a = Constant<value = int64[1] {1}>() y = ReduceLogSumExp<keepdims = 0>(x, a)"),
    ((11, 18), "a = Abs(x) y = ReduceLogSum(a)"),
    ((13, 18), "y = ReduceMean(x)"),
    ((9, 13), "y = MeanVarianceNormalization<axes = [2, 3]>(x)"),
    ((17,), "y, mean, deviation = LayerNormalization<axis = -1>(x, row, row)"),
    ((17,), "z, y, deviation = LayerNormalization<axis = -1>(x, row, row)"),
    ((17,), "z, mean, y = LayerNormalization<axis = -1>(x, row, row)"),
    ((13,), "y = ReduceSum<noop_with_empty_axes = 1>(x)"),
    ((7, 11, 13), "y = Softmax<axis = 1>(x)"),
    ((7, 11), "y = Softmax(x)"),
    ((13,), "y = Softmax(x)"),
    ((11, 13), "y = LogSoftmax<axis = 1>(x)"),
    # Products
    ((9, 13), "t = Transpose<perm = [0, 1, 3, 2]>(x) y = MatMul(x, t)"),
    ((13,), "t = Transpose<perm = [0, 1, 3, 2]>(x) y = MatMul(t, x)"),
    ((12,), 'y = Einsum<equation = "nchw, ndhw -> ncd">(x, x)'),
    ((11,), "f = Flatten(x) t = Transpose(f) y = Gemm<alpha = 0.5>(f, t)"),
    ((23,), "y = Attention<is_causal = 1>(x, x, x)"),
    ((23,), "t = Neg(x) y = Attention<scale = 0.3>(x, t, x)"),
    ((23,), "s = Shape<end = 1>(x) e = Constant<value = int64[1] {7}>() n = Concat<axis = 0>(s, e) "
     "i = ConstantOfShape<value = int64[1] {2}>(n) y = RotaryEmbedding(x, angles, angles, i)"),
    ((11,), "f = Flatten(x) y = Gemm<transB = 1, beta = 2.0>(f, f, one)"),
    ((11,), "f = Flatten(x) y = Gemm<transA = 1>(f, f)"),
]  # fmt: skip

# By their definition below, by the examples of the specification, or in tests of their own.
PROVED_ELSEWHERE = {
    "Conv",
    "ConvTranspose",
    "CumProd",
    "GRU",
    "LSTM",
    "RNN",
    "Swish",
    "nnsreport.OverlapAdd",
}

INTEGER_RESULTS = [
    ((11, 13), "y = ArgMax<axis = 1>(x)"),
    ((13,), "y = ArgMax<axis = -1, keepdims = 0>(x)"),
    ((13,), "a = Floor(x) y = ArgMax<axis = 1, select_last_index = 1>(a)"),
    ((13,), "y = ArgMin<axis = 2>(x)"),
    ((13,), "y = Shape(x)"),
    ((13,), "a = Cast<to = 7>(x) y = Div(a, k)"),
    ((13,), "a = Cast<to = 7>(x) y = Mod(a, k)"),
]

_MODE = 'mode = "{}", coordinate_transformation_mode = "{}", nearest_mode = "{}"'
RESIZES = [
    *[
        ((11, 13, 19), f"y = Resize<{_MODE.format(*options)}>(x, roi, scales)")
        for options in (
            ("nearest", "asymmetric", "floor"),
            ("nearest", "asymmetric", "ceil"),
            ("nearest", "half_pixel", "round_prefer_floor"),
            ("nearest", "half_pixel", "round_prefer_ceil"),
            ("nearest", "align_corners", "round_prefer_floor"),
            ("linear", "half_pixel", "round_prefer_floor"),
            ("linear", "pytorch_half_pixel", "round_prefer_floor"),
            ("linear", "align_corners", "round_prefer_floor"),
            ("linear", "asymmetric", "round_prefer_floor"),
        )
    ],
    ((10,), 'y = Resize<mode = "nearest">(x, scales)'),
    ((18,), 'y = Resize<mode = "linear", axes = [3, 2]>(x, , , sizes)'),
    ((18,), 'y = Resize<mode = "cubic", axes = [3, 2]>(x, , , sizes)'),
    ((18,), 'y = Resize<mode = "cubic", cubic_coeff_a = -0.5, exclude_outside = 1>(x, , scales)'),
    ((18,), 'y = Resize<mode = "cubic", antialias = 1, axes = [3, 2]>(x, , , sizes)'),
    ((18,), 'y = Resize<mode = "linear", antialias = 1, axes = [2, 3]>(x, , , sizes)'),
    ((18,), 'y = Resize<mode = "nearest", keep_aspect_ratio_policy = "not_larger", axes = [2, 3]>(x, , , sizes)'),
    ((9,), 'y = Upsample<mode = "nearest">(x, scales)'),
    ((9,), 'y = Upsample<mode = "linear">(x, scales)'),
]


def _constants(rng: np.random.Generator) -> dict[str, np.ndarray]:
    return {
        "c": rng.standard_normal(4).astype(np.float32),
        "d": rng.standard_normal(4).astype(np.float32),
        "variance": rng.uniform(0.5, 2, 4).astype(np.float32),
        "m": rng.standard_normal((7, 6)).astype(np.float32),
        "positive": rng.uniform(0.5, 2, (4, 1, 6)).astype(np.float32),
        "row": rng.standard_normal(6).astype(np.float32),
        "plane": rng.standard_normal((7, 6)).astype(np.float32),
        "one": rng.standard_normal((1, 1)).astype(np.float32),
        "picks": rng.integers(-7, 7, (3, 4, 3, 6)),
        "k": np.array([[-3], [2], [3], [-2], [5], [1], [7]]),
        "half": np.float32(0.5),
        "roi": np.zeros(0, dtype=np.float32),
        "slopes": rng.standard_normal((4, 1, 1)).astype(np.float32),
        "scales": np.array([1, 1, 2, 1.6], dtype=np.float32),
        "sizes": np.array([9, 4]),
        "pair": np.array([2]),
        "twice": np.array([1, 3]),
        "z2": np.array([0, 0]),
        "s3": np.array([3, 4]),
        "s6": np.array([6, 6]),
        "ax": np.array([2, 3]),
        "places": np.argsort(rng.standard_normal((1, 4, 7, 6)), axis=2),
        "picks4": rng.integers(-7, 7, (1, 4, 3, 6)),
        "few": rng.uniform(0.5, 2, (1, 4, 3, 6)).astype(np.float32),
        "spread": rng.standard_normal((1, 4, 7, 6)).astype(np.float32),
        "offon": np.float32([-1, 2]),
        "step": np.float32(0.013),
        "zp": np.uint8(120),
        "steps": np.float32([0.02, 0.01, 0.015, 0.03]),
        "zps": np.int8([0, 3, -5, 7]),
        "angles": rng.standard_normal((9, 3)).astype(np.float32),
    }


def _cases(table_of_cases: list[tuple[tuple[int, ...], str]]) -> list[object]:
    return [pytest.param(opset, body, id=f"{opset}: {body}") for opsets, body in table_of_cases for opset in opsets]


def _check(build_network: Callable[..., Path], check: Callable[..., None], opset: int, body: str, outputs: str) -> None:
    rng = np.random.default_rng(3)
    words = set(re.findall(r"\w+", body))
    used = {name: value for name, value in _constants(rng).items() if name in words}
    path = build_network(body, IMAGE, opset=opset, weights=used, outputs=outputs)
    check(path, rng.standard_normal((3, 4, 7, 6)).astype(np.float32))


@pytest.mark.parametrize(("opset", "body"), _cases(ON_IMAGES))
def test_operator_equals_onnxruntime(
    opset: int, body: str, build_network: Callable[..., Path], assert_equals_runtime: Callable[..., None]
) -> None:
    _check(build_network, assert_equals_runtime, opset, body, "float y")


@pytest.mark.parametrize(("opset", "body"), _cases(INTEGER_RESULTS))
def test_integer_results_equal_onnxruntime(
    opset: int, body: str, build_network: Callable[..., Path], assert_equals_runtime: Callable[..., None]
) -> None:
    _check(build_network, assert_equals_runtime, opset, body, "int64 y")


@pytest.mark.parametrize(("opset", "body"), _cases(RESIZES))
def test_resize_equals_onnxruntime(
    opset: int, body: str, build_network: Callable[..., Path], assert_equals_runtime: Callable[..., None]
) -> None:
    _check(build_network, assert_equals_runtime, opset, body, "float y")


def test_swish_equals_its_definition(build_network: Callable[..., Path]) -> None:
    # onnxruntime has no Swish yet: the formula is that of the ONNX specification, opset 24.
    graph = load_graph(build_network("y = Swish<alpha = 1.5>(x)", IMAGE, opset=24))
    x = np.random.default_rng(0).standard_normal((2, 4, 7, 6)).astype(np.float32)
    np.testing.assert_allclose(execute(graph, x), x / (1 + np.exp(-1.5 * x.astype(np.float64))), rtol=1e-5, atol=1e-6)


def test_group_normalization_before_opset_21_scales_groups(build_network: Callable[..., Path]) -> None:
    weights = {"scale": np.array([2, 3], dtype=np.float32), "bias": np.array([5, 7], dtype=np.float32)}
    body = "y = GroupNormalization<num_groups = 2>(x, scale, bias)"
    graph = load_graph(build_network(body, IMAGE, opset=18, weights=weights))
    x = np.random.default_rng(0).standard_normal((2, 4, 7, 6)).astype(np.float32)
    grouped = x.reshape(2, 2, -1).astype(np.float64)
    normal = (grouped - grouped.mean(2, keepdims=True)) / np.sqrt(grouped.var(2, keepdims=True) + 1e-5)
    expected = (normal * [[[2], [3]]] + [[[5], [7]]]).reshape(x.shape)
    np.testing.assert_allclose(execute(graph, x), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 2, 3)])
def test_constant_padding_lies_in_memory_as_numpy_leaves_it(order: tuple[int, ...]) -> None:
    x = np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5).transpose(order)
    amounts = np.array([0, 2, 0, 1, 1, 0, 0, 3])
    node = Node("pad", "Pad", ("x", "amounts", "value"), ("y",), {})
    (padded,) = evaluate(node, (x, amounts, np.float32(0.5).reshape(())), 13)
    expected = np.pad(x, list(zip(amounts[:4], amounts[4:], strict=True)), constant_values=0.5)
    np.testing.assert_array_equal(padded, expected)
    assert padded.strides == expected.strides


def test_erf_is_accurate_in_single_precision() -> None:
    x = np.linspace(-6, 6, 20001, dtype=np.float32)
    exact = np.array([math.erf(value) for value in x.tolist()])
    found = erf(np, x)
    assert found.dtype == np.float32
    assert np.abs(found - exact).max() < 4e-7


def test_every_operator_is_tested() -> None:
    tested = set(re.findall(r"\b[A-Z]\w+", " ".join(body for _, body in ON_IMAGES + INTEGER_RESULTS + RESIZES)))
    assert set(table()) - tested == PROVED_ELSEWHERE


@pytest.mark.parametrize(
    ("body", "option"),
    [
        ('y = Resize<mode = "area">(x, , scales)', "mode = 'area'"),
        ("y = Cast<to = 8>(x)", "element type 8"),
        ("y = Cast<to = 17>(x)", "element type 17"),
        ('y = Pad<mode = "other">(x, pads)', "mode = 'other'"),
        ('y = DepthToSpace<blocksize = 2, mode = "XYZ">(x)', "mode = 'XYZ'"),
        ("y, i = MaxPool<kernel_shape = [2, 2]>(x)", "output of indices"),
        ("y = LpNormalization<axis = 1, p = 3>(x)", "p = 3"),
    ],
)
def test_unsupported_option_is_named_with_its_node_when_loading(
    body: str, option: str, build_network: Callable[..., Path]
) -> None:
    constants = {"scales": np.ones(4, dtype=np.float32), "pads": np.zeros(8, dtype=np.int64)}
    with pytest.raises(UnsupportedOperatorError, match=f"node '.*y' .*{option}"):
        load_graph(build_network(body, IMAGE, weights=constants))


def test_inputs_that_do_not_fit_name_the_node(build_network: Callable[..., Path]) -> None:
    with pytest.raises(NetworkError, match=r"node 'Add_y' \(Add\).*\(1, 4, 7, 6\), \(5,\)"):
        load_graph(build_network("y = Add(x, five)", IMAGE, weights={"five": (5,)}))
