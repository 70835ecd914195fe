"""Linear layers: unfolding, folding, and their products against onnxruntime."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network import execute, float_multiply, load_graph
from nnsreport.engine.network.linear import LinearLayer
from nnsreport.errors import DataError, NetworkError, UnsupportedOperatorError

BuildNetwork = Callable[..., Path]
Check = Callable[..., None]

CONVOLUTIONS = [
    # body, input shape, weight shape
    ("", (3, 8, 7), (5, 3, 3, 3)),
    ("<pads = [1, 1, 1, 1]>", (3, 8, 7), (5, 3, 3, 3)),
    ("<strides = [2, 3], pads = [0, 1, 2, 1]>", (3, 8, 7), (5, 3, 3, 2)),
    ("<dilations = [2, 1], pads = [2, 0, 2, 0]>", (3, 8, 7), (5, 3, 3, 3)),
    ("<group = 2>", (4, 6, 6), (6, 2, 3, 3)),
    ("<group = 4, pads = [1, 1, 1, 1]>", (4, 6, 6), (4, 1, 3, 3)),
    ("<group = 4, strides = [2, 2]>", (4, 6, 6), (8, 1, 3, 3)),
    ("", (4, 6, 5), (6, 4, 1, 1)),
    ("<strides = [2, 2]>", (4, 6, 5), (6, 4, 1, 1)),
    ("<pads = [1, 1, 1, 1]>", (4, 6, 5), (6, 4, 1, 1)),
    ("<group = 2>", (4, 6, 5), (6, 2, 1, 1)),
    ('<auto_pad = "SAME_UPPER", strides = [2, 2]>', (3, 7, 8), (5, 3, 3, 3)),
    ('<auto_pad = "SAME_LOWER", strides = [2, 2]>', (3, 7, 8), (5, 3, 2, 2)),
    ('<auto_pad = "VALID">', (3, 7, 8), (5, 3, 3, 3)),
    ("<strides = [2], pads = [1, 1]>", (3, 9), (5, 3, 3)),
    ("<pads = [1, 0, 1, 1, 0, 1]>", (2, 4, 5, 3), (3, 2, 3, 2, 3)),
    ("", (3, 3, 3), (5, 3, 3, 3)),
]


@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize(("options", "image", "weight"), CONVOLUTIONS)
def test_convolution_equals_onnxruntime(
    options: str,
    image: tuple[int, ...],
    weight: tuple[int, ...],
    with_bias: bool,
    build_network: BuildNetwork,
    assert_equals_runtime: Check,
) -> None:
    weights = {"w": weight, **({"b": weight[:1]} if with_bias else {})}
    path = build_network(f"y = Conv{options}(x, w{', b' if with_bias else ''})", ("N", *image), weights=weights)
    assert len(load_graph(path).linear_layers) == 1
    assert_equals_runtime(path, np.random.default_rng(1).standard_normal((4, *image)).astype(np.float32))


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ("y = Gemm(x, w)", {"w": (6, 5)}),
        ("y = Gemm<transB = 1>(x, w, b)", {"w": (5, 6), "b": (5,)}),
        ("y = Gemm<alpha = 0.5, beta = 2.0>(x, w, b)", {"w": (6, 5), "b": (1, 5)}),
        ("y = Gemm(x, w, b)", {"w": (6, 5), "b": (1,)}),
        ("y = Gemm<beta = 0.5>(x, w, b)", {"w": (6, 5), "b": ()}),
        ("y = MatMul(x, w)", {"w": (6, 5)}),
    ],
)
def test_matrix_layer_equals_onnxruntime(
    body: str, weights: dict[str, tuple[int, ...]], build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    path = build_network(body, ("N", 6), weights={name: _random(shape) for name, shape in weights.items()})
    layer = load_graph(path).linear_layers[0]
    assert layer.weight.shape == (1, 6, 5)
    assert_equals_runtime(path, _random((4, 6)))


@pytest.mark.parametrize("shape", [(3, 6), (3, 4, 6), (3, 2, 4, 6)])
def test_matmul_takes_any_number_of_leading_axes(
    shape: tuple[int, ...], build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    path = build_network("y = MatMul(x, w)", ("N", *shape[1:]), weights={"w": (6, 5)})
    (layer,) = load_graph(path).linear_layers
    assert layer.rows(shape) == np.prod(shape[:-1])
    assert layer.macs(shape) == np.prod(shape[:-1]) * 30
    assert_equals_runtime(path, _random(shape))


# body, weights, the layer's (groups, K, N); the image has shape (N, 2, 4, 6).
CONTRACTIONS = [
    ("y = MatMul(w, x)", {"w": (3, 4)}, (1, 4, 3)),
    ("y = MatMul(w, x)", {"w": (2, 3, 4)}, (2, 4, 3)),
    ("y = MatMul(w, x)", {"w": (4,)}, (1, 4, 1)),
    ("y = MatMul(x, w)", {"w": (2, 6, 5)}, (2, 6, 5)),
    ("y = MatMul(x, w)", {"w": (1, 2, 6, 5)}, (2, 6, 5)),
    ("y = MatMul(x, w)", {"w": (1, 1, 6, 5)}, (1, 6, 5)),
    ("f = Reshape(x, flat) y = MatMul(f, w)", {"w": (3, 48, 5), "flat": np.array([-1, 48])}, (3, 48, 5)),
    ("y = MatMul(x, w)", {"w": (6,)}, (1, 6, 1)),
    ('y = Einsum<equation = "bhlk,kd->bhld">(x, w)', {"w": (6, 5)}, (1, 6, 5)),
    ('y = Einsum<equation = "bhlk, hkd -> blhd">(x, w)', {"w": (2, 6, 5)}, (2, 6, 5)),
    ('y = Einsum<equation = "hkd,blhk->bldh">(w, x)', {"w": (4, 6, 5)}, (4, 6, 5)),
    ('y = Einsum<equation = "bhlk,hkde->bled">(x, w)', {"w": (2, 6, 5, 3)}, (1, 12, 15)),
    ('y = Einsum<equation = "...lk,lkd->...d">(x, w)', {"w": (4, 6, 5)}, (1, 24, 5)),
    ('y = Einsum<equation = "bhlk,kl">(x, w)', {"w": (6, 4)}, (1, 24, 1)),
    (
        "f = Flatten(x) g = Transpose(f) y = Gemm<transA = 1, alpha = 0.5>(g, w, b)",
        {"w": (48, 5), "b": (5,)},
        (1, 48, 5),
    ),
    ("f = Flatten(x) g = Transpose(f) z = Gemm<alpha = 2.0>(w, g) y = Transpose(z)", {"w": (5, 48)}, (1, 48, 5)),
    ("f = Flatten(x) z = Gemm<transA = 1, transB = 1>(w, f) y = Transpose(z)", {"w": (48, 5)}, (1, 48, 5)),
]


@pytest.mark.parametrize(("body", "weights", "shape"), CONTRACTIONS, ids=[body for body, _, _ in CONTRACTIONS])
def test_products_with_a_constant_in_any_place_are_layers(
    body: str,
    weights: dict[str, tuple[int, ...]],
    shape: tuple[int, int, int],
    build_network: BuildNetwork,
    assert_equals_runtime: Check,
) -> None:
    path = build_network(body, ("N", 2, 4, 6), weights=weights)
    (layer,) = load_graph(path).linear_layers
    assert layer.weight.shape == shape
    assert_equals_runtime(path, _random((3, 2, 4, 6)))


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ('y = Einsum<equation = "bhlk,hlk->bhlk">(x, w)', {"w": (2, 4, 6)}),
        ('y = Einsum<equation = "bhlk,kd->bhd">(x, w)', {"w": (6, 5)}),
        ("f = Flatten(x) g = Transpose(f) z = Gemm(w, g, b) y = Transpose(z)", {"w": (5, 48), "b": (5, 1)}),
    ],
)
def test_what_is_no_product_of_matrices_stays_digital(
    body: str, weights: dict[str, tuple[int, ...]], build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    path = build_network(body, ("N", 2, 4, 6), weights=weights)
    assert load_graph(path).linear_layers == ()
    assert_equals_runtime(path, _random((3, 2, 4, 6)))


TRANSPOSED = [
    # options, image, weight
    ("", (3, 5, 4), (3, 2, 3, 3)),
    ("<strides = [2, 3], pads = [1, 0, 1, 2]>", (3, 5, 4), (3, 2, 3, 4)),
    ("<strides = [2, 2], output_padding = [1, 0], dilations = [2, 1]>", (3, 5, 4), (3, 2, 3, 3)),
    ("<group = 2, strides = [2, 2]>", (4, 5, 4), (4, 3, 2, 2)),
    ("<group = 4, strides = [2, 2], pads = [1, 1, 1, 1]>", (4, 5, 4), (4, 1, 3, 3)),
    ('<auto_pad = "SAME_UPPER", strides = [2, 2]>', (3, 5, 4), (3, 2, 3, 3)),
    ('<auto_pad = "SAME_LOWER", strides = [2, 2]>', (3, 5, 4), (3, 2, 3, 3)),
    ('<auto_pad = "VALID", strides = [2, 1]>', (3, 5, 4), (3, 2, 3, 3)),
    ("<output_shape = [10, 8], strides = [2, 2]>", (3, 5, 4), (3, 2, 3, 3)),
    ("<strides = [2]>", (3, 5), (3, 2, 3)),
    ("<strides = [2, 1, 2]>", (2, 3, 2, 3), (2, 2, 2, 3, 2)),
]


@pytest.mark.parametrize("computed", [False, True])
@pytest.mark.parametrize(("options", "image", "weight"), TRANSPOSED)
def test_transposed_convolution_equals_onnxruntime(
    options: str,
    image: tuple[int, ...],
    weight: tuple[int, ...],
    computed: bool,
    build_network: BuildNetwork,
    assert_equals_runtime: Check,
) -> None:
    bias = (weight[1] * (int(options[9]) if "group" in options else 1),)
    zero = "r = ReduceMin(x) z = Sub(r, r) v = Add(w, z) " if computed else "v = Identity(w) "
    path = build_network(
        f"{zero} y = ConvTranspose{options}(x, v, b)", ("N", *image), weights={"w": weight, "b": bias}, opset=11
    )
    layers = load_graph(path).linear_layers
    assert [layer.operator for layer in layers] == ([] if computed else ["ConvTranspose"])
    assert_equals_runtime(path, _random((2, *image)))


def test_gemm_with_a_bias_for_each_row_stays_digital(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    path = build_network("y = Gemm(x, w, b)", ("N", 6), weights={"w": (6, 5), "b": (3, 5)})
    assert load_graph(path).linear_layers == ()
    assert_equals_runtime(path, _random((3, 6)))


@pytest.mark.parametrize("options", ["", "<strides = [2, 1], pads = [1, 0, 1, 1]>", "<group = 3, dilations = [2, 1]>"])
def test_convolution_with_computed_weights_is_digital(
    options: str, build_network: BuildNetwork, assert_equals_runtime: Check
) -> None:
    weights = {"w": (6, 1 if "group" in options else 3, 2, 3), "b": (6,)}
    bias = "c = Mul(b, r) d = Flatten<axis = 0>(c) f = Squeeze(d)"
    body = f"r = ReduceMax(x) v = Mul(w, r) {bias} y = Conv{options}(x, v, f)"
    path = build_network(body, ("N", 3, 5, 6), weights=weights)
    assert load_graph(path).linear_layers == ()
    assert_equals_runtime(path, _random((2, 3, 5, 6)))


def test_convolution_with_a_computed_bias_is_refused(build_network: BuildNetwork) -> None:
    body = "r = ReduceMax(x) c = Mul(b, r) d = Flatten<axis = 0>(c) f = Squeeze(d) y = Conv(x, w, f)"
    with pytest.raises(UnsupportedOperatorError, match=r"node 'Conv_y' \(Conv\).*computed bias"):
        load_graph(build_network(body, (1, 3, 4, 4), weights={"w": (6, 3, 1, 1), "b": (6,)}))


def test_convolution_whose_weights_contradict_its_attributes_is_refused(build_network: BuildNetwork) -> None:
    weights = {"w": (5, 3, 3, 3), "b": (4,)}
    for options in (
        "<kernel_shape = [2, 2]>",
        "<group = 2>",
        "<strides = [1]>",
        "<strides = [0, 1]>",
        "<pads=[-1,0,0,0]>",
    ):
        with pytest.raises(NetworkError, match=r"node 'Conv_y' \(Conv\)"):
            load_graph(build_network(f"y = Conv{options}(x, w)", ("N", 3, 4, 4), weights=weights))
    with pytest.raises(NetworkError, match=r"a bias of shape \(4,\) for 5 output channels"):
        load_graph(build_network("y = Conv(x, w, b)", ("N", 3, 4, 4), weights=weights))


def test_convolution_of_a_constant_is_computed(build_network: BuildNetwork, assert_equals_runtime: Check) -> None:
    weights = {"image": (1, 3, 4, 4), "w": (3, 3, 1, 1)}
    assert_equals_runtime(
        build_network("c = Conv(image, w) y = Add(x, c)", ("N", 3, 4, 4), weights=weights), _random((2, 3, 4, 4))
    )


def test_rows_of_a_convolution_run_over_channel_kernel_row_kernel_column(build_network: BuildNetwork) -> None:
    weight = _random((5, 3, 2, 4))
    path = build_network("y = Conv<strides = [2, 1], pads = [1, 0, 0, 2]>(x, w)", ("N", 3, 6, 7), weights={"w": weight})
    (layer,) = load_graph(path).linear_layers
    x = np.random.default_rng(2).integers(-9, 9, (2, 3, 6, 7)).astype(np.int8)
    unfolded = layer.unfold(x)
    assert unfolded.dtype == np.int8
    padded = np.pad(x, [(0, 0), (0, 0), (1, 0), (0, 2)])
    rows, columns = (6 + 1 - 2) // 2 + 1, 7 + 2 - 4 + 1
    assert unfolded.shape == (1, 2 * rows * columns, 3 * 2 * 4)
    for image, row, column, channel, i, j in np.ndindex(2, rows, columns, 3, 2, 4):
        expected = padded[image, channel, 2 * row + i, column + j]
        k = (channel * 2 + i) * 4 + j
        assert unfolded[0, (image * rows + row) * columns + column, k] == expected
        assert layer.weight[0, k, 1] == weight[1, channel, i, j]


def test_groups_split_channels_in_order(build_network: BuildNetwork) -> None:
    path = build_network("y = Conv<group = 2>(x, w)", ("N", 4, 3, 3), weights={"w": (6, 2, 2, 2)})
    (layer,) = load_graph(path).linear_layers
    x = _random((2, 4, 3, 3))
    unfolded = layer.unfold(x)
    assert (layer.groups, layer.inputs, layer.outputs) == (2, 8, 3)
    assert layer.macs(x.shape) == 2 * (2 * 2) * 2 * 8 * 3
    np.testing.assert_array_equal(unfolded[1, 0].reshape(2, 2, 2), x[0, 2:, :2, :2])


def test_fold_puts_any_layout_of_a_product_in_place(build_network: BuildNetwork) -> None:
    path = build_network("y = Conv<group = 2, pads = [1, 1, 1, 1]>(x, w)", ("N", 4, 5, 3), weights={"w": (6, 2, 3, 3)})
    (layer,) = load_graph(path).linear_layers
    x = _random((2, 4, 5, 3))
    product = float_multiply(layer, x)
    np.testing.assert_allclose(product, layer.unfold(x) @ layer.weight, rtol=1e-5, atol=1e-6)
    y = layer.fold(product, x.shape)
    assert y.shape == (2, 6, 5, 3)
    assert y[1, 4, 3, 2] == product[1, (1 * 5 + 3) * 3 + 2, 1]
    np.testing.assert_array_equal(layer.fold(np.ascontiguousarray(product), x.shape), y)


def test_product_does_not_depend_on_how_many_images_are_unfolded_at_once(
    build_network: BuildNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build_network(
        "y = Conv<pads = [1, 1, 1, 1]>(x, w, b)", ("N", 8, 9, 9), weights={"w": (6, 8, 3, 3), "b": (6,)}
    )
    graph, x = load_graph(path), _random((7, 8, 9, 9))
    at_once = execute(graph, x)
    monkeypatch.setattr("nnsreport.engine.network.executor._PROCESSOR_COLUMNS_BYTES", 1)
    np.testing.assert_allclose(execute(graph, x), at_once, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((2, 5, 8, 8), r"expects an input of shape \(images, 3, \*, \*\), found \(2, 5, 8, 8\)"),
        ((2, 3, 8), r"expects an input of shape \(images, 3, \*, \*\)"),
        ((2, 3, 2, 8), r"spatial axes of at least \(3, 3\)"),
    ],
)
def test_convolution_refuses_inputs_of_the_wrong_shape(
    shape: tuple[int, ...], message: str, build_network: BuildNetwork
) -> None:
    path = build_network("y = Conv(x, w)", ("N", "C", "H", "W"), weights={"w": (5, 3, 3, 3)})
    (layer,) = load_graph(path).linear_layers
    with pytest.raises(DataError, match=message):
        layer.unfold(np.zeros(shape, dtype=np.float32))


def test_scaled_layer_is_the_layer_and_an_affine_map() -> None:
    weight, bias, scale, shift, x = (_random(shape) for shape in ((2, 4, 3), (6,), (6,), (6,), (2, 5, 4)))
    layer = LinearLayer(0, "layer", "Conv", weight, bias)
    scaled = layer.scaled(scale, shift)
    assert scaled.bias is not None
    expected = (x @ weight + bias.reshape(2, 1, 3)) * scale.reshape(2, 1, 3) + shift.reshape(2, 1, 3)
    found = x @ scaled.weight + scaled.bias.reshape(2, 1, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    assert (scaled.weight.dtype, scaled.bias.dtype) == (np.float32, np.float32)


def _random(shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(np.random.default_rng(4).standard_normal(shape), dtype=np.float32)
