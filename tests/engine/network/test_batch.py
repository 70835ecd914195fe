"""Networks exported for a fixed batch size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network import execute, load_graph
from nnsreport.errors import NetworkError

BuildNetwork = Callable[..., Path]
RunRuntime = Callable[[Path, np.ndarray], list[np.ndarray]]

# Targets as exporters write them for a batch of B images of shape (2, 3, 4); tokens are the 4 columns.
BODIES = {
    "leading batch": "y = Reshape(x, {B}_24)",
    "leading batch, rest computed": "y = Reshape(x, {B}_m1)",
    "batch computed": "y = Reshape(x, m1_24)",
    "several targets": "a = Reshape(x, {B}_6_4) b = Transpose<perm = [0, 2, 1]>(a) y = Reshape(b, {B}_24)",
    "tokens x batch as rows of a matrix": (
        "a = Reshape(x, {B}_6_4) t = Transpose<perm = [2, 0, 1]>(a) r = Reshape(t, {4B}_6) "
        "p = MatMul(r, w) s = Reshape(p, 4_{B}_5) y = Transpose<perm = [1, 0, 2]>(s)"
    ),
    "batch x heads": (
        "a = Reshape(x, {B}_6_4) t = Transpose<perm = [2, 0, 1]>(a) h = Reshape(t, 4_{3B}_2) "
        "u = Transpose<perm = [1, 0, 2]>(h) q = Softmax<axis = -1>(u) v = Transpose<perm = [1, 0, 2]>(q) "
        "s = Reshape(v, 4_{B}_6) y = Transpose<perm = [1, 0, 2]>(s)"
    ),
    "target computed from lengths that do not grow": (
        "a = Reshape(x, {B}_6_4) h = Shape(a) i = Constant<value = int64[1] {2}>() l = Gather(h, i) "
        "b = Constant<value = int64[1] {BATCH}>() r = Constant<value = int64[1] {-1}>() t = Concat<axis = 0>(b, l, r) "
        "y = Reshape(a, t)"
    ),
    "windows": "a = Reshape(x, {B}_2_3_2_2) t = Transpose<perm = [0, 3, 1, 2, 4]>(a) w1 = Reshape(t, {2B}_6_2) "
    "q = Softmax<axis = -1>(w1) y = Reshape(q, {B}_24)",
}


def _network(body: str, batch: int, build_network: BuildNetwork) -> Path:
    for factor in (2, 3, 4):
        body = body.replace(f"{{{factor}B}}", str(factor * batch))
    body = body.replace("{B}", str(batch)).replace("{BATCH}", f"{{{batch}}}")
    weights: dict[str, object] = {"w": (6, 5)}
    for word in body.replace(")", " ").replace(",", " ").split():
        if "_" in word and word.replace("_", "").replace("m", "").isdigit():
            weights[f"s{word}"] = np.array([int(n.replace("m", "-")) for n in word.split("_")])
            body = body.replace(f" {word})", f" s{word})")
    return build_network(body, (batch, 2, 3, 4), weights=weights)


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_any_number_of_images_gives_what_the_fixed_number_gives(
    body: str, batch: int, build_network: BuildNetwork, runtime_outputs: RunRuntime
) -> None:
    path = _network(body, batch, build_network)
    images = np.random.default_rng(0).standard_normal((6, 2, 3, 4)).astype(np.float32)
    parts = [runtime_outputs(path, images[first : first + batch])[0] for first in range(0, 6, batch)]
    graph = load_graph(path)
    assert graph.inputs[0].shape == (None, 2, 3, 4)
    for count in (1, 6):
        np.testing.assert_allclose(execute(graph, images[:count]), np.concatenate(parts)[:count], rtol=1e-5, atol=1e-6)


def test_fixed_batch_with_free_image_size_runs_where_nothing_is_reshaped(build_network: BuildNetwork) -> None:
    graph = load_graph(build_network("y = Relu(x)", (1, 3, "H", "W")))
    assert execute(graph, np.zeros((5, 3, 2, 2), dtype=np.float32)).shape == (5, 3, 2, 2)


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ("y = Add(x, w)", {"w": (2, 3)}),
        ("a = Reshape(x, s) y = Add(a, w)", {"w": (2, 3), "s": np.array([2, 3])}),
        ("a = ReduceMax<axes = [0], keepdims = 0>(x) y = Reshape(a, s)", {"s": np.array([1, 3])}),
        ("a = Transpose<perm = [1, 0]>(x) y = Reshape(a, s)", {"s": np.array([2, 3])}),
    ],
)
def test_batch_size_fixed_in_another_way_is_refused(
    body: str, weights: dict[str, object], build_network: BuildNetwork
) -> None:
    with pytest.raises(NetworkError, match=r"works only with the batch size of 2.*free batch axis"):
        load_graph(build_network(body, (2, 3), opset=13, weights=weights))


def test_fixed_batch_with_free_image_size_is_refused(build_network: BuildNetwork) -> None:
    path = build_network("y = Reshape(x, s)", (1, 3, "H"), weights={"s": np.array([1, -1])})
    with pytest.raises(NetworkError, match="batch size is fixed to 1, but the size of the images is not"):
        load_graph(path)


def test_words_of_a_small_vocabulary(build_network: BuildNetwork, runtime_outputs: RunRuntime) -> None:
    rng = np.random.default_rng(5)
    weights = {"words": rng.standard_normal((4, 6)).astype(np.float32), "w": (6, 5), "t": np.array([1, 30])}
    path = build_network(
        "e = Gather(words, x) p = MatMul(e, w) y = Reshape(p, t)", (1, 6), kind="int64", weights=weights
    )
    words = rng.integers(0, 4, (3, 6))
    expected = np.concatenate([runtime_outputs(path, row[None])[0] for row in words])
    np.testing.assert_allclose(execute(load_graph(path), words), expected, rtol=1e-5, atol=1e-6)
