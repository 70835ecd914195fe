"""The wrapper's layer against the wrapper: outputs of its own QConv2d and QLinear, recorded with their random draws."""

import json
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.network.geometry import Window, columns
from nnsreport.engine.peers.neurosim_wrapper import layer_product, weights_as_read, whole_layer_product
from nnsreport.engine.peers.wage import BatchRange, quantized_weights, rounded_down, wage_scale
from nnsreport.engine.peers.wrapper_options import Flags

_RECORDED = np.load(Path(__file__).parents[2] / "data" / "neurosim_wrapper" / "layers.npz")
_CASES = json.loads(str(_RECORDED["cases"]))
# Sums of cells that vary, or have drifted, are not exact in float32, and their order is that of the library; nor is
# the power by which cells drift the same in all libraries. Elsewhere not a bit differs.
_INEXACT = {"variation at every call", "random drift", "drift to a target", "drift and variation"}


class Recorded:
    """The wrapper's draws, in its order: kernel position, bit, block, slice; each for the whole weight tensor."""

    def __init__(self, index, taps, flags, channels):
        self._draws = {kind: _RECORDED.get(f"{index}_{kind}") for kind in ("normals", "signs")}
        self._taps, self._flags, self._blocks = taps, flags, flags.blocks(channels)

    def normals(self, call, like):
        return self._pick("normals", call) / np.float32(self._flags.vari)

    def directions(self, call, like):
        return self._pick("signs", call).astype(np.float32)

    def _pick(self, kind, call):
        drawn, flags = self._draws[kind], self._flags
        place = (call.tap * flags.wl_activate + call.bit) * len(self._blocks) + call.block
        weights = drawn[place * flags.slices + call.slice]
        matrix = weights.reshape(1, weights.shape[0], -1).swapaxes(1, 2)
        return matrix[:, call.tap :: self._taps][:, self._blocks[call.block]]


class NoDraws:
    def normals(self, call, like):
        raise AssertionError("nothing is to be drawn")

    directions = normals


def _operands(case, index):
    x, w = _RECORDED[f"{index}_x"], _RECORDED[f"{index}_w"]
    weight = np.ascontiguousarray(w.reshape(w.shape[0], -1).T[None])
    if case["kind"] == "lin":
        return np.ascontiguousarray(x.T[None]), weight, 1
    _, _, kernel, stride, padding = case["shape"]
    window = Window((kernel, kernel), (stride, stride), (1, 1), (padding,) * 4)
    return columns(x, window, 1), weight, kernel * kernel


def _recorded_output(case, index):
    out = _RECORDED[f"{index}_out"]
    return out.T[None] if case["kind"] == "lin" else out.swapaxes(0, 1).reshape(1, out.shape[1], -1)


@pytest.mark.parametrize("index", range(len(_CASES)), ids=[case["name"] for case in _CASES])
def test_layer_is_the_wrappers(index):
    case = _CASES[index]
    vectors, weight, taps = _operands(case, index)
    flags = Flags(**case["flags"])
    draws = Recorded(index, taps, flags, weight.shape[1] // taps) if flags.draws else NoDraws()
    found = layer_product(vectors, weight, taps, flags, BatchRange(case["adc"]), draws, case["kind"] == "conv")
    expected = _recorded_output(case, index)
    assert found.dtype == np.float32
    if case["name"] in _INEXACT:
        np.testing.assert_allclose(found, expected, rtol=0, atol=3e-6 * np.abs(expected).max())
    else:
        np.testing.assert_array_equal(found, expected)


def test_whole_output_has_one_conversion():
    # The definition, in float64: Q of weights and activations, then floor on the range of all outputs.
    rng = np.random.default_rng(5)
    activations = (rng.integers(0, 129, (1, 11, 6)) / 128).astype(np.float32)
    weight = rng.uniform(-0.99, 0.99, (1, 11, 4)).astype(np.float32)
    product = np.einsum("gkn,gkm->gnm", np.round(weight.astype(float) * 128) / 128, activations.astype(float))
    step = np.ptp(product) / 2**5
    expected = np.clip(np.floor((product - product.min()) / step), 0, 31) * step + product.min()
    found = whole_layer_product(activations, weight, Flags(), BatchRange(5), NoDraws())
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_range_of_the_adc_depends_on_the_batch():
    sums = np.array([0.0, 1.0, 2.0, 3.0, 100.0], dtype=np.float32)
    np.testing.assert_array_equal(BatchRange(2).convert(sums, 0), [0, 0, 0, 0, 75])
    np.testing.assert_array_equal(BatchRange(2).convert(sums[:4], 0), [0, 0.75, 1.5, 2.25])


def test_a_range_of_no_width_converts_nothing():
    sums = np.full(3, 0.1, dtype=np.float32)
    np.testing.assert_array_equal(rounded_down(sums, 0.1, 0.0, 5), sums)


def test_weight_of_zero_is_half_a_step_too_high():
    # (2^8 - 1) / 2 is not whole: zero becomes 128, and the dummy column subtracts 127.5 times all inputs.
    x, weight = np.ones((1, 16, 1), dtype=np.float32), np.zeros((1, 16, 1), dtype=np.float32)
    found = layer_product(x, weight, 1, Flags(rows=16, onoffratio=4.0), BatchRange(8), NoDraws(), False)
    assert found.item() == 16 * (255 / 256) * 2**-8


def test_channels_beyond_the_last_full_block_are_lost_unless_kept():
    x, weight = np.ones((1, 24, 1), dtype=np.float32), np.full((1, 24, 1), 0.5, dtype=np.float32)
    dropped, kept = (
        layer_product(
            x, weight, 1, Flags(rows=16, onoffratio=4.0, keeps_remainder=keeps), BatchRange(8), NoDraws(), False
        ).item()
        for keeps in (False, True)
    )
    assert dropped * 24 == kept * 16


@pytest.mark.parametrize(("inputs", "bits", "scale"), [(27, 8, 2.0), (8192, 8, 32.0), (1152, 4, 16.0), (72, 2, 4.0)])
def test_scale_is_wages(inputs, bits, scale):
    # What wage_init_ of utee/wage_initializer.py returns with factor = 1.
    assert wage_scale(inputs, bits) == scale


def test_weights_keep_the_grid():
    weight = np.linspace(-127 / 128, 127 / 128, 255, dtype=np.float32).reshape(1, 5, 51)
    np.testing.assert_array_equal(quantized_weights(weight, 8), weight)


def test_drift_at_time_zero_is_refused():
    with pytest.raises(ValueError, match="needs t above 0"):
        Flags(v=0.1)


def test_layers_are_computed_on_a_device(strict_device):
    vectors, weight, taps = _operands(_CASES[0], 0)
    flags = Flags(**_CASES[0]["flags"])
    operands = (strict_device.asarray(vectors), strict_device.asarray(weight))
    found = layer_product(*operands, taps, flags, BatchRange(_CASES[0]["adc"]), NoDraws(), True)
    np.testing.assert_array_equal(found.get(), _recorded_output(_CASES[0], 0))
    read = weights_as_read(operands[1], taps, flags, NoDraws())
    expected = weights_as_read(weight, taps, flags, NoDraws())
    np.testing.assert_array_equal(read.get(), expected)
