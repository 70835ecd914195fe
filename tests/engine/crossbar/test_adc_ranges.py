"""Ranges of converters: what each kind and granularity finds, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.arithmetic import BlockOperand
from nnsreport.engine.crossbar.ranges import MagnitudeCounts, Moments, SignedCounts
from nnsreport.engine.crossbar.settings import AdcSettings, MappingSettings
from nnsreport.engine.crossbar.settings.converter import AdcErrorSettings, AdcMismatchSettings
from nnsreport.errors import DataError

MAPPINGS = [MappingSettings(rows=8, cell_bits=4), MappingSettings("offset", cell_bits=3, dac_bits=2)]


@pytest.fixture
def graph(chain):
    rng = np.random.default_rng(0)
    return chain(rng.normal(size=(1, 12, 10)), 0.2 * rng.normal(size=(2, 5, 4)))


@pytest.fixture
def images(as_images):
    return as_images(np.random.default_rng(1).uniform(size=(80, 12)))


@pytest.fixture
def sums_of(graph, images, monkeypatch):
    """All sums that the converters of a layer see in calibration, (slices, groups * columns, ...)."""

    def collect(settings):
        layers, original = {}, BlockOperand.sums

        def record(self, vectors, at=None):
            for sums in original(self, vectors, at):
                cycles, groups, lines, m = sums.shape
                by_slice = sums.reshape(cycles, groups, self.slices.count, -1, m).transpose(2, 1, 3, 0, 4)
                found = by_slice.reshape(self.slices.count, groups * (lines // self.slices.count), -1).astype(float)
                layers.setdefault(self.cells.shape, []).append(found)
                yield sums

        with monkeypatch.context() as patched:
            patched.setattr(BlockOperand, "sums", record)
            calibrate(graph, [images], replace(settings, adc=AdcSettings(range="max")))
        return [np.concatenate(parts, axis=2) for parts in layers.values()]

    return collect


def found(graph, images, settings):
    batches = [images[:30], images[30:]]
    return calibrate(graph, batches, settings).layers


@pytest.mark.parametrize("mapping", MAPPINGS)
@pytest.mark.parametrize("span", ["from-zero", "two-sided"])
@pytest.mark.parametrize(
    ("granularity", "kind"),
    [(g, k) for g in ("network", "layer", "slice", "column") for k in ("max", "mpc", "percentile")][:-1],
)
def test_ranges_are_those_of_the_sums(graph, images, sums_of, mapping, span, granularity, kind):
    adc = AdcSettings(range=kind, span=span, granularity=granularity, percentile=90.0, clip=1.5)
    settings = CrossbarSettings(mapping=mapping, adc=adc)
    layers = sums_of(settings)
    calibrated = found(graph, images, settings)
    everything = np.concatenate([sums.ravel() for sums in layers])
    for linear, sums, layer in zip(graph.linear_layers, layers, calibrated, strict=True):
        slices = len(sums)
        samples = {
            "network": [everything] * slices,
            "layer": [sums.ravel()] * slices,
            "slice": [part.ravel() for part in sums],
        }
        if granularity == "column":
            groups = linear.groups
            columns = sums.shape[1] // groups
            samples["column"] = [
                sums[s, g * columns + n] for g in range(groups) for s in range(slices) for n in range(columns)
            ]
        chosen = samples[granularity]
        signed = mapping.signs == "differential"
        expected = [limits(sample, adc, signed) for sample in chosen]
        lows = layer.adc_lows or (0.0,) * len(layer.adc_ranges)
        tolerance = 2e-3 if kind == "percentile" else 1e-6
        scale = max(high for _, high in expected)
        np.testing.assert_allclose(layer.adc_ranges, [high for _, high in expected], rtol=tolerance, atol=1e-3 * scale)
        if span == "two-sided":
            np.testing.assert_allclose(lows, [low for low, _ in expected], rtol=tolerance, atol=1e-3 * scale)


def limits(sample, adc, signed):
    if adc.range == "mpc":
        low, high = sample.mean() - 1.5 * sample.std(), sample.mean() + 1.5 * sample.std()
        low = low if signed else max(low, 0.0)
        return low, (max(high, -low) if signed and adc.span == "from-zero" else high)
    if adc.span == "two-sided":
        return (sample.min(), sample.max()) if adc.range == "max" else tuple(np.percentile(sample, [5.0, 95.0]))
    return 0.0, (np.abs(sample).max() if adc.range == "max" else np.percentile(np.abs(sample), 90.0))


def test_the_least_squared_error_beats_the_largest_sum(graph, images, sums_of):
    settings = CrossbarSettings(adc=AdcSettings(bits=4, range="mse"))
    for sums, layer in zip(sums_of(settings), found(graph, images, settings), strict=True):

        def error(limit, sums=sums):
            step = limit / 7
            return float(np.mean((np.clip(np.rint(sums / step), -7, 7) * step - sums) ** 2))

        best = min(error(limit) for limit in np.abs(sums).max() * np.arange(1, 129) / 128)
        assert error(layer.adc_ranges[0]) <= 1.01 * best
        assert layer.adc_ranges[0] < np.abs(sums).max()


def test_a_grid_takes_the_next_larger_setting(graph, images):
    free = found(graph, images, CrossbarSettings())
    full = found(graph, images, CrossbarSettings(adc=AdcSettings(range="full-scale")))
    grid = found(graph, images, CrossbarSettings(adc=AdcSettings(grid="power-of-two")))
    for one, whole, other in zip(free, full, grid, strict=True):
        halvings = np.log2(whole.adc_ranges[0] / other.adc_ranges[0])
        assert halvings == round(halvings)
        assert other.adc_ranges[0] / 2 < one.adc_ranges[0] <= other.adc_ranges[0]


def test_one_range_for_the_network_saturates_or_wastes(graph, images):
    own = CrossbarSettings(adc=AdcSettings(bits=5))
    shared = CrossbarSettings(adc=AdcSettings(bits=5, granularity="network"))
    errors = []
    for settings in (own, shared):
        network = build(graph, calibrate(graph, [images], settings), settings)
        outputs = network.program(0, 0).read(0.0)["none"].infer(images).outputs
        errors.append(float(np.abs(outputs - network.infer_quantized(images).outputs).mean()))
    assert errors[0] < errors[1]  # the direction that Laubeuf 2022 reports


def test_ranges_from_a_file(graph, images, tmp_path):
    path = tmp_path / "ranges.csv"
    path.write_text("layer,slice,high\nlayer0,0,123.5\n1,0,77\n")
    layers = found(graph, images, CrossbarSettings(adc=AdcSettings(range="file", range_file=path)))
    assert [layer.adc_ranges for layer in layers] == [(123.5,), (77.0,)]
    path.write_text("layer,slice,low,high\nlayer0,0,-5,123.5\n1,0,0,77\n")
    two_sided = AdcSettings(range="file", range_file=path, span="two-sided")
    assert [layer.adc_lows for layer in found(graph, images, CrossbarSettings(adc=two_sided))] == [(-5.0,), ()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("layer,slice,high\nlayer0,0,5\n", "lacks slice 0 of layer 'layer1'"),
        ("layer,slice,high\nlayer7,0,5\n", ":2: layer: is 'layer7', no layer of the network"),
        ("layer,slice,high\n0,1,5\n", ":2: slice: is 1, but layer 'layer0' has 1, from 0"),
        ("layer,slice,high\n0,0,0\n", ":2: high: is 0, expected more than 0"),
        ("layer,slice,high\n0,0,1\nlayer0,0,1\n", ":3: slice: 0 of layer 'layer0' comes a second time"),
    ],
)
def test_a_file_of_ranges_that_does_not_fit(graph, images, tmp_path, text, message):
    path = tmp_path / "ranges.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=re.escape(message)):
        found(graph, images, CrossbarSettings(adc=AdcSettings(range="file", range_file=path)))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kind": "table"}, "needs table_file"),
        ({"table_file": "x.csv"}, "leaves table_file unused"),
        ({"range": "file"}, "needs range_file"),
        ({"kind": "neurosim-nonlinear"}, "3, 4 and 5 bits only"),
        ({"kind": "flash", "bits": 9}, "at most 255 comparators"),
        ({"kind": "ideal", "errors": AdcErrorSettings(offset=1.0)}, "has no errors"),
        ({"kind": "ideal", "errors": AdcErrorSettings(noise_std=1.0)}, 'write noise_unit = "level"'),
        ({"mismatch": AdcMismatchSettings(capacitor_std=0.1)}, 'only with "sar"'),
        ({"kind": "sar", "mismatch": AdcMismatchSettings(comparator_std=0.1)}, 'only with "flash" or "ramp"'),
        ({"kind": "neurosim-linear", "errors": AdcErrorSettings(inl_file="x.csv")}, "bend its table"),
        ({"kind": "neurosim-linear", "transfer_file": "x.csv"}, "transfer_file names codes"),
        ({"granularity": "column", "range": "mse"}, "not kept for each column"),
        ({"granularity": "layer", "range": "file", "range_file": "x.csv"}, "one range a slice"),
        ({"span": "two-sided", "range": "mse"}, "finds one end only"),
        ({"span": "two-sided", "grid": "power-of-two"}, "sets one end only"),
    ],
)
def test_settings_without_meaning_are_refused(given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        AdcSettings(**given)
    with pytest.raises(ValueError, match="both given"):
        AdcErrorSettings(inl_coefficients=(1.0,), inl_file="x.csv")


def test_signed_counts_find_both_tails():
    numbers = np.random.default_rng(2).gamma(2.0, 1.0, 50_000).astype(np.float32) - np.float32(1.0)
    counts, parts = SignedCounts(binned=True), [SignedCounts(binned=True) for _ in range(2)]
    counts.add(numbers)
    for part, numbers_of_part in zip(parts, np.split(numbers, [123]), strict=True):
        part.add(numbers_of_part)
    parts[0].merge(parts[1])
    for share in (50.0, 90.0, 99.9):
        tail = (100.0 - share) / 2
        expected = np.percentile(numbers, [tail, 100 - tail])
        np.testing.assert_allclose(counts.percentiles(share), expected, atol=3e-3)
        assert parts[0].percentiles(share) == counts.percentiles(share)
    assert counts.percentiles(100.0) == (numbers.min(), numbers.max())


def test_moments_do_not_depend_on_parts_and_keep_their_digits():
    numbers = 1e6 + np.random.default_rng(3).normal(size=(3, 4, 1000))
    whole, parts, other = Moments(), Moments(), Moments()
    whole.add(numbers, (0, 2))
    for part in np.split(numbers, [1, 400], axis=2)[:2]:
        parts.add(part, (0, 2))
    other.add(numbers[:, :, 400:], (0, 2))
    parts.merge(other)
    for moments in (whole, parts):
        np.testing.assert_allclose(moments.mean, numbers.mean(axis=(0, 2)), rtol=1e-13)
        np.testing.assert_allclose(moments.std, numbers.std(axis=(0, 2)), rtol=1e-6)
    assert Moments().std == 0.0


def test_counts_merge():
    numbers = np.random.default_rng(4).normal(size=1000).astype(np.float32)
    whole, parts = MagnitudeCounts(binned=True), [MagnitudeCounts(binned=True) for _ in range(2)]
    whole.add(numbers)
    for part, some in zip(parts, np.split(numbers, [300]), strict=True):
        part.add(some)
    parts[0].merge(parts[1])
    assert parts[0].percentile(77.0) == whole.percentile(77.0)
    assert (parts[0].largest, parts[0].has_negative, parts[0].total) == (whole.largest, True, 1000)
