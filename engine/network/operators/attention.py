"""Attention between computed tensors; its projections, which are products with constants, are crossbar layers."""

from __future__ import annotations

import math

from nnsreport.engine.backend import Array
from nnsreport.engine.network.operators.registry import Call, operator


@operator("Attention")
def attention(call: Call) -> tuple[Array, ...]:
    """Return values averaged with the softmax of scaled products of queries and keys.

    Notes
    -----
    Vaswani et al., "Attention is all you need", NIPS 2017, equation 1; grouped queries as in Ainslie et al., EMNLP
    2023. Masks, caches and soft capping as in the ONNX specification.
    """
    xp, packed = call.xp, call.x.ndim == 3
    query = _heads(call, call.x, call.attribute("q_num_heads", 0))
    key = _heads(call, call.array(1), call.attribute("kv_num_heads", 0))
    value = _heads(call, call.array(2), call.attribute("kv_num_heads", 0))
    past = 0
    past_key, past_value = call.optional(4), call.optional(5)
    if past_key is not None and past_value is not None:
        past = past_key.shape[2]
        key, value = xp.concatenate([past_key, key], axis=2), xp.concatenate([past_value, value], axis=2)
    repeats = query.shape[1] // key.shape[1]
    spread_key, spread_value = (xp.repeat(part, repeats, axis=1) if repeats > 1 else part for part in (key, value))
    scale = call.attribute("scale", 0.0) or 1 / math.sqrt(query.shape[-1])
    stages = _scores(call, xp.matmul(query, spread_key.swapaxes(2, 3)) * scale, past)
    averaged = xp.matmul(stages[-1], spread_value)
    if packed:
        averaged = averaged.swapaxes(1, 2).reshape(averaged.shape[0], averaged.shape[2], -1)
    return averaged, key, value, stages[call.attribute("qk_matmul_output_mode", 0)]


def _heads(call: Call, x: Array, heads: int) -> Array:
    """Return (batch, heads, length, width)."""
    if x.ndim == 4:
        return x
    call.require(heads > 0, "three axes without a number of heads")
    return x.reshape(x.shape[0], x.shape[1], heads, -1).swapaxes(1, 2)


def _scores(call: Call, products: Array, past: int) -> tuple[Array, Array, Array, Array]:
    """Return the products, after soft capping, with the mask, and as weights."""
    xp, cap = call.xp, call.attribute("softcap", 0.0)
    capped = cap * xp.tanh(products / cap) if cap else products
    masked = capped + _mask(call, capped, past)
    highest = masked.max(axis=-1, keepdims=True)
    # A query that may see no key gets zeros.
    exponentials = xp.exp(masked - xp.where(xp.isfinite(highest), highest, xp.zeros_like(highest)))
    total = exponentials.sum(axis=-1, keepdims=True)
    weights = exponentials / xp.where(total == 0, xp.ones_like(total), total)
    return products, capped, masked, weights


def _mask(call: Call, scores: Array, past: int) -> Array:
    """Return what is added to scores: the given mask, and -inf where causality or padding forbid."""
    xp, dtype = call.xp, scores.dtype
    queries, keys = scores.shape[-2:]
    total = xp.zeros((1, 1, queries, keys), dtype=dtype)
    given = call.optional(3)
    if given is not None:
        added = xp.where(given, dtype.type(0), dtype.type(-math.inf)) if given.dtype.kind == "b" else given
        missing = keys - added.shape[-1]
        if missing > 0:
            widths = [*[(0, 0)] * (added.ndim - 1), (0, missing)]
            added = xp.pad(added, widths, constant_values=-math.inf)
        total = total + added
    masked: Array = xp.where(_allowed(call, queries, keys, past), total, dtype.type(-math.inf))
    return masked


def _allowed(call: Call, queries: int, keys: int, past: int) -> Array:
    """Return where causality, windows and padding let a query see a key."""
    xp, lengths = call.xp, call.optional(6)
    columns = xp.arange(keys)
    allowed: Array = xp.ones((1, 1, queries, keys), dtype=bool)
    if lengths is not None:
        allowed = allowed & (columns < lengths.reshape(-1, 1)).reshape(-1, 1, 1, keys)
    offset = past if lengths is None else (lengths - queries).reshape(-1, 1, 1, 1)
    distance = columns - (xp.arange(queries).reshape(-1, 1) + offset)
    left, right = call.attribute("left_window_size", -1), call.attribute("right_window_size", -1)
    if call.attribute("is_causal", 0):
        allowed = allowed & (distance <= 0)
    if left >= 0:
        allowed = allowed & (distance >= -left)
    if right >= 0:
        allowed = allowed & (distance <= right)
    return allowed


@operator("RotaryEmbedding")
def rotary_embedding(call: Call) -> Array:
    """Turn pairs of elements by an angle that grows with their position.

    Notes
    -----
    Su et al., "RoFormer", arXiv:2104.09864 (2021), equation 34.
    """
    xp, packed = call.xp, call.x.ndim == 3
    x = call.x
    if packed:
        x = _heads(call, x, call.attribute("num_heads", 0)).swapaxes(1, 2)
    else:
        x = x.swapaxes(1, 2)
    width = call.attribute("rotary_embedding_dim", 0) or x.shape[-1]
    turned, rest = x[..., :width], x[..., width:]
    positions = call.optional(3)
    cosine, sine = (
        (call.array(n) if positions is None else call.array(n)[positions])[:, :, None, : width // 2] for n in (1, 2)
    )
    interleaved = bool(call.attribute("interleaved", 0))
    first = turned[..., 0::2] if interleaved else turned[..., : width // 2]
    second = turned[..., 1::2] if interleaved else turned[..., width // 2 :]
    real, imaginary = cosine * first - sine * second, sine * first + cosine * second
    if interleaved:
        turned = xp.stack([real, imaginary], axis=-1).reshape(turned.shape)
    else:
        turned = xp.concatenate([real, imaginary], axis=-1)
    result: Array = xp.concatenate([turned, rest], axis=-1)
    return result.reshape(call.x.shape) if packed else result.swapaxes(1, 2)
