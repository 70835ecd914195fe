"""Layers behind real converters against plain loops in float64, conversion by conversion."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.converter import ConverterLayout
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    DeviceSettings,
    MappingSettings,
    ProgrammingSettings,
    WeightSettings,
)
from nnsreport.engine.crossbar.settings.converter import AdcErrorSettings, AdcMismatchSettings

STAIRCASE = "threshold,level\n,0.0\n0.1,0.07\n0.3,0.2\n0.45,0.5\n0.8,1.0\n"
ERRORS = AdcErrorSettings(offset=0.3, offset_std=0.5, gain_error=-0.02, gain_error_std=0.05, noise_std=0.4)
CONVERTERS = {
    "errors": AdcSettings(bits=6, errors=ERRORS),
    "bent": AdcSettings(bits=6, errors=AdcErrorSettings(inl_coefficients=(0.2, -0.5, 1.5), noise_std=0.2)),
    "sar": AdcSettings("sar", 6, errors=ERRORS, mismatch=AdcMismatchSettings(capacitor_std=0.1)),
    "bent sar": AdcSettings("sar", 5, errors=AdcErrorSettings(inl_coefficients=(0.0, 1.0))),
    "flash": AdcSettings("flash", 4, errors=ERRORS, mismatch=AdcMismatchSettings(comparator_std=0.7)),
    "ramp": AdcSettings("ramp", 6, mismatch=AdcMismatchSettings(comparator_std=0.7, ramp_step_std=0.3)),
    "neurosim": AdcSettings("neurosim-linear", 5, span="two-sided"),
    "neurosim non-linear": AdcSettings("neurosim-nonlinear", 4, span="two-sided"),
    "two-sided": AdcSettings(bits=5, range="percentile", percentile=95.0, span="two-sided"),
    "clipped at deviations": AdcSettings(bits=6, range="mpc", clip=2.0, span="two-sided"),
    "columns": AdcSettings(bits=6, granularity="column", errors=ERRORS),
    "two-sided columns": AdcSettings(bits=6, granularity="column", span="two-sided"),
    "noise in levels": AdcSettings(bits=6, errors=AdcErrorSettings(noise_std=3.0, noise_unit="level")),
    "ideal with noise": AdcSettings("ideal", errors=AdcErrorSettings(noise_std=3.0, noise_unit="level")),
    "shared": AdcSettings("sar", 6, columns_per_adc=3, sharing="stride", errors=ERRORS),
}
MAPPINGS = {
    "pairs": MappingSettings(rows=4),
    "slices": MappingSettings("offset", cell_bits=2, dac_bits=2, rows=4, array_rows=8, array_columns=6),
    "reference column": MappingSettings("offset", "column", cell_bits=3, dac_bits=3, rows=0),
    "bipolar": MappingSettings(rows=7, pairs=2, significance=2.0),
    "two passes": MappingSettings("two-sided", cell_bits=2, dac_bits=2, rows=5, input_signs="two-passes"),
    "sign bits": MappingSettings("twos-complement", cell_bits=2, rows=6, input_signs="twos-complement"),
    "sides apart": MappingSettings(rows=6, subtraction="digital", input_signs="two-passes"),
}
SIGNED = ("bipolar", "two passes", "sign bits", "sides apart")


class Loops:
    """One layer's conversions, one after the other."""

    def __init__(self, read, design_settings):
        self.adc = design_settings
        self.layer, self.operand, self.converter = read.layer, read.operand, read.converter
        self.groups, self.lines = self.operand.cells.shape[:2]
        self.clipped_least = self.clipped_most = self.doubtful = self.conversions = 0

    def product(self, vectors):
        blocks, cycles = self.operand.blocks, self.operand.cycles
        slices, slice_weights = self.layer.weight_slices, self.operand.slices.weights
        columns = self.lines // slices
        value = np.zeros((self.groups, columns, vectors.shape[2]))
        doubt = np.zeros_like(value)
        at = Vectors(np.arange(vectors.shape[2]))
        for b, rows in enumerate(blocks):
            pulses = cycles.pulses(vectors[:, rows]).astype(float)
            shape = (cycles.count, self.groups, self.lines, vectors.shape[2])
            noise = self.converter.noise
            normal = np.zeros(shape) if noise is None else noise.source.normals(np.empty(shape), b, at)
            for c, g, line, m in np.ndindex(shape):
                cells = self.operand.cells[g, line, rows].astype(float)
                terms = cells * pulses[c, g, :, m]
                weight = cycles.weights[c] * slice_weights[line // columns]
                found, unsure = self.converted(
                    terms.sum(), np.abs(terms).sum(), b, g, line, float(normal[c, g, line, m])
                )
                value[g, line % columns, m] += weight * found
                doubt[g, line % columns, m] += abs(weight) * unsure
        return value, doubt

    def of_line(self, numbers, g, line):
        if len(numbers) == self.layer.weight_slices:
            return numbers[line // (self.lines // len(numbers))]
        return numbers[g * self.lines + line]

    def converted(self, total, size, b, g, line, normal):
        """The level delivered for a sum, in level units, and how far float32 may move it."""
        step = self.of_line(self.converter.scaling.steps, g, line)
        origin = self.of_line(self.converter.scaling.origins, g, line)
        place = (total - origin) / step
        if self.converter.noise is not None:
            place += self.of_line(self.converter.noise.stds, g, line) * normal
        array = self.converter.sets[b]
        if self.converter.errors is not None:
            place *= float(self.converter.errors.gains[array, g, line, 0])
            place += float(self.converter.errors.offsets[array, g, line, 0])
        self.conversions += 1
        slack = 3e-6 * (size / step + abs(origin) / step + abs(normal) + abs(place) + 20)
        low, high = self.converter.edges
        outside = [not low <= p <= high for p in (place - slack, place + slack)]
        self.clipped_least += all(outside)
        self.clipped_most += any(outside)
        levels = [self.level(p, array, g, line) for p in (place - slack, place, place + slack)]
        # Word lines that are all at rest may sum up to a threshold: the middle of a two-sided range is one.
        self.doubtful += levels[0] != levels[2] and self.converter.quantizer is not None and size > 0
        return origin + step * levels[1], step * (abs(levels[2] - levels[0]) + slack)

    def level(self, place, array, g, line):
        quantizer, bits = self.converter.quantizer, self.adc.bits
        if quantizer is None:
            return place
        low, high = (round(e - 0.5 * np.sign(e)) if e % 1 else e for e in self.converter.edges)
        if low == -0.5:
            low = 0
        if self.adc.kind == "sar":
            return self.search(quantizer, place, array, g, line, low, high)
        if self.adc.kind == "flash":
            return low + int((place >= quantizer.thresholds[array, g, line]).sum())
        if self.adc.kind == "ramp":
            return low + int((place >= quantizer.thresholds[array]).sum())
        if self.adc.kind.startswith("neurosim"):
            share = (place - low) / (high - low)
            if self.adc.kind == "neurosim-linear":
                return low + (high - low) * min(max(np.floor(share * 2**bits), 0), 2**bits - 1) / 2**bits
            bounds = [0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.85, 1.0]
            outs = [0.01, *((a + b) / 2 for a, b in pairwise(bounds)), 1.0]
            return low + (high - low) * outs[sum(share >= bound for bound in bounds)]
        if self.adc.errors.inl_coefficients:
            codes = np.arange(low + 1, high + 1)
            u = np.linspace(-1, 1, codes.size)
            bend = sum(c * u**i for i, c in enumerate(self.adc.errors.inl_coefficients))
            return low + int((place >= np.maximum.accumulate(codes - 0.5 + bend)).sum())
        return min(max(round(place), low), high)

    @staticmethod
    def search(quantizer, place, array, g, line, low, high):
        code, charge, weights = 0, 0.0, quantizer.weights[array, g, line].astype(float)
        for bit in reversed(range(weights.size)):
            tried = code + 2**bit
            bend = 0.0 if quantizer.bends is None else float(quantizer.bends[tried])
            if place - low + 0.5 >= charge + weights[bit] + bend:
                code, charge = tried, charge + weights[bit]
        return min(max(code + low, low), high)


@pytest.mark.parametrize("name", MAPPINGS)
@pytest.mark.parametrize("adc", CONVERTERS.values(), ids=CONVERTERS.keys())
def test_converted_products_equal_the_loops(chain, as_images, adc, name):
    rng, mapping = np.random.default_rng(0), MAPPINGS[name]
    graph, x = chain(rng.normal(size=(2, 10, 3))), rng.normal(size=(6, 20))
    x = x if name in SIGNED else np.abs(x)
    settings = CrossbarSettings(
        weights=WeightSettings(5),
        activations=ActivationSettings(5),
        mapping=mapping,
        device=DeviceSettings(on_off_ratio=20.0, programming=ProgrammingSettings("constant", 0.05)),
        adc=adc,
    )
    network = build(graph, calibrate(graph, [as_images(x)], settings), settings)
    reading = network.program(3, 1).read(10.0)["none"]
    inference = reading.infer(as_images(x))
    read = reading.layers[0]
    loops = Loops(read, adc)
    assert read.plan.path != "collapsed"
    [(_, vectors)] = read.layer.vectors(as_images(x))
    value, doubt = loops.product(vectors)
    if read.layer.mapping.reference_column:
        value, doubt = value[:, :-1] - value[:, -1:], doubt[:, :-1] + doubt[:, -1:]
    value -= read.layer.mapping.reference * vectors.sum(axis=1, keepdims=True, dtype=int)
    scale = read.layer.weight.scale[:, :, None].astype(float) * read.layer.quantizer.scale
    got = inference.outputs.reshape(6, 2, 3).transpose(1, 2, 0)
    assert np.all(np.abs(got - value * scale) <= 1.01 * doubt * scale + 2e-6 * np.abs(value * scale) + 1e-6)
    assert inference.conversions == (loops.conversions,)
    assert loops.clipped_least <= inference.saturated[0] <= loops.clipped_most
    assert loops.doubtful <= 0.002 * loops.conversions + 1  # ties within rounding


def test_a_table_and_a_transfer_table_from_files(chain, as_images, tmp_path):
    (tmp_path / "staircase.csv").write_text(STAIRCASE)
    rows = "".join(f"{code},{0.9 * code},0.3\n" for code in range(16))
    (tmp_path / "transfer.csv").write_text("output,mean,std\n" + rows)
    rng = np.random.default_rng(0)
    graph, images = chain(rng.uniform(0.1, 1, size=(1, 12, 4))), as_images(rng.uniform(size=(500, 12)))
    mapping = MappingSettings("offset")
    table = AdcSettings("table", 4, "full-scale", table_file=tmp_path / "staircase.csv")
    transfer = AdcSettings("uniform", 4, transfer_file=tmp_path / "transfer.csv")
    for adc, possible in ((table, {0.0, 0.07, 0.2, 0.5, 1.0}), (transfer, {code / 15 for code in range(16)})):
        settings = CrossbarSettings(mapping=mapping, adc=adc)
        network = build(graph, calibrate(graph, [images], settings), settings)
        read = network.program(0, 0).read(0.0)["none"]
        layer = read.layers[0].layer
        product = read.infer(images).outputs[..., 0, 0]
        [(_, vectors)] = layer.vectors(images)
        sums = (
            product / (layer.weight_scale * layer.activation_scale)
            + layer.mapping.reference * vectors[0].sum(0)[:, None]
        )
        shares = np.unique(np.round(sums / (15 * layer.adc_steps[0]), 4))
        assert set(shares.tolist()) <= {round(level, 4) for level in possible}
        assert len(shares) > 2


@pytest.mark.parametrize("adc", CONVERTERS.values(), ids=CONVERTERS.keys())
def test_results_do_not_depend_on_batches_or_trials(chain, as_images, adc):
    rng = np.random.default_rng(1)
    graph = chain(rng.normal(size=(1, 12, 8)), rng.normal(size=(2, 4, 3)))
    images = as_images(rng.normal(size=(40, 12)))
    settings = CrossbarSettings(mapping=MappingSettings(dac_bits=2, rows=5), adc=adc)
    network = build(graph, calibrate(graph, [images], settings), settings)
    reading = network.program(0, 1).read(0.0)["none"]
    whole = reading.infer(images)
    parts = [reading.infer(images[i : i + 7], i) for i in range(0, 40, 7)]
    together = np.concatenate([part.outputs for part in parts])
    if adc.converts:
        assert np.array_equal(together, whole.outputs)
    else:  # sums that no converter rounds: a BLAS adds in another order for another batch
        np.testing.assert_allclose(together, whole.outputs, rtol=2e-5, atol=2e-5)
    assert tuple(map(sum, zip(*(part.saturated for part in parts), strict=True))) == whole.saturated
    network.program(0, 0).read(25.0)["none"].infer(images)
    assert np.array_equal(network.program(0, 1).read(0.0)["none"].infer(images).outputs, whole.outputs)
    drawn = adc.errors.noise_std or adc.errors.offset_std or any(vars_of(adc.mismatch))
    other = network.program(0, 2).read(0.0)["none"].infer(images).outputs
    assert np.array_equal(other, whole.outputs) != bool(drawn)


def vars_of(settings):
    return [getattr(settings, name) for name in settings.__slots__]


@pytest.mark.parametrize("adc", CONVERTERS.values(), ids=CONVERTERS.keys())
def test_everything_stays_on_the_device(chain, as_images, strict_device, adc):
    rng = np.random.default_rng(2)
    graph, images = chain(rng.normal(size=(2, 6, 4))), as_images(rng.normal(size=(20, 12)))
    settings = CrossbarSettings(mapping=MappingSettings(dac_bits=3, rows=4), adc=adc)
    there = strict_device.asarray(images)
    calibration = calibrate(graph, [images], settings)
    found = calibrate(graph.placed_on(strict_device), [there], settings)
    for one, other in zip(found.layers, calibration.layers, strict=True):
        np.testing.assert_allclose(one.adc_ranges, other.adc_ranges, rtol=1e-6)
    outputs = [
        build(graph, calibration, settings, xp).program(3, 1).read(5.0)["none"].infer(given).outputs
        for xp, given in ((np, images), (strict_device, there))
    ]
    np.testing.assert_allclose(outputs[1].get(), outputs[0], rtol=1e-4, atol=1e-4)


def test_noise_does_not_change_with_the_images_around(chain, as_images):
    rng = np.random.default_rng(3)
    graph, images = chain(rng.normal(size=(1, 12, 8))), as_images(rng.normal(size=(10, 12)))
    settings = CrossbarSettings(adc=AdcSettings(errors=AdcErrorSettings(noise_std=2.0)))
    reading = build(graph, calibrate(graph, [images], settings), settings).program(0, 0).read(0.0)["none"]
    same = np.broadcast_to(images[:1], images.shape).copy()
    outputs = reading.infer(same).outputs
    assert len(np.unique(outputs[:, 0])) > 5  # the same image has other noise at another place
    assert np.array_equal(reading.infer(images[:1], 0).outputs, outputs[:1])


def test_columns_share_converters_as_they_lie_in_an_array():
    # Two arrays of two weights of three slices each; slice by slice, as sums are.
    layout = ConverterLayout(groups=1, slices=3, columns=4, weights_per_array=2, arrays=(0, 0, 1))
    # Physically: w0s0 w0s1 w0s2 w1s0 w1s1 w1s2 | w2s0 ...
    neighbours = layout.converters(2, "neighbours").reshape(3, 4)
    assert neighbours.T.tolist() == [[0, 0, 1], [1, 2, 2], [3, 3, 4], [4, 5, 5]]
    stride = layout.converters(2, "stride").reshape(3, 4)
    assert stride.T.tolist() == [[0, 1, 2], [0, 1, 2], [3, 4, 5], [3, 4, 5]]
    assert layout.converters(0, "neighbours").reshape(3, 4).T.tolist() == [[0] * 3, [0] * 3, [1] * 3, [1] * 3]
    assert np.unique(layout.converters(1, "neighbours")).size == 12


def test_converters_keep_their_errors_from_block_to_block_of_an_array(chain, as_images):
    rng = np.random.default_rng(4)
    graph, images = chain(rng.normal(size=(2, 16, 6))), as_images(rng.normal(size=(5, 32)))
    mapping = MappingSettings(rows=4, array_rows=8, array_columns=6)
    adc = AdcSettings(errors=AdcErrorSettings(offset_std=1.0), columns_per_adc=2)
    settings = CrossbarSettings(mapping=mapping, adc=adc)
    network = build(graph, calibrate(graph, [images], settings), settings)
    early, late = (network.program(0, 0).read(t)["none"].layers[0].converter for t in (0.0, 1e6))
    assert early.sets == (0, 0, 1, 1)
    assert np.array_equal(early.errors.offsets, late.errors.offsets)
    assert np.unique(early.errors.offsets).size == 2 * 2 * 4  # arrays, groups; two arrays of two converters
    assert np.array_equal(early.errors.offsets[..., 0, 0], early.errors.offsets[..., 1, 0])


def test_plain_converters_stay_plain(chain, as_images):
    rng = np.random.default_rng(5)
    graph, images = chain(rng.normal(size=(1, 8, 3))), as_images(rng.normal(size=(5, 8)))
    settings = CrossbarSettings()
    network = build(graph, calibrate(graph, [images], settings), settings)
    assert type(network.program(0, 0).read(0.0)["none"].layers[0].converter).__name__ == "UniformConverter"
    ideal = replace(settings, adc=AdcSettings("ideal"))
    assert build(graph, calibrate(graph, [images], ideal), ideal).layers[0].plan.path == "collapsed"
