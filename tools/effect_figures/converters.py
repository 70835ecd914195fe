"""Figures of converters: staircases, mismatch, errors, ranges, noise."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, curves, horizontal, rounded, scale, vertical
from effect_figures.presets import EXAMPLE
from nnsreport.engine.converters.noise import Vectors
from nnsreport.engine.crossbar import CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.conductance import Draw
from nnsreport.engine.crossbar.converter import ConverterDesign, ConverterLayout, design_converter
from nnsreport.engine.crossbar.settings import AdcErrorSettings, AdcMismatchSettings, AdcSettings, MappingSettings
from nnsreport.engine.network import load_graph
from nnsreport.engine.precision.quantization import (
    gaussian_quantization_noise,
    optimal_gaussian_clip,
)
from nnsreport.engine.precision.snr import decibels
from nnsreport.reports.charts.encodings import SERIES, inline, series_color, series_shape

_LAYOUT = ConverterLayout(groups=1, slices=1, columns=1, weights_per_array=1, arrays=(0,))
_INPUTS = 8193
_READS = 2000
_CALIBRATION_IMAGES = 100


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-converters.md."""
    return (
        Figure("adc-transfer", "Transfer curves of ADCs of 4 bits, by kind", _transfer()),
        Figure("adc-mismatch", "Threshold errors of SAR, flash and ramp converters with mismatch", _mismatch()),
        Figure("adc-errors", "Offset, gain error and integral non-linearity of an ADC of 4 bits", _errors()),
        Figure("adc-table", "What circuits make of each code of an ADC of 4 bits, by a transfer table", _table()),
        Figure("adc-ranges", "Calibrated ranges of the bundled network's layers, by adc.range", _ranges()),
        Figure("adc-clip", "Signal-to-quantisation-noise ratio against the clip of the range", _clip()),
    )


def _delivered(adc: AdcSettings, inputs: np.ndarray, top: float) -> np.ndarray:
    """Return what a converter of a range from 0 to ``top`` delivers, in steps."""
    design = design_converter(adc, [(0.0, top)], signed=False, layout=_LAYOUT, forms_sums=False)
    assert design is not None
    converter = design
    if isinstance(design, ConverterDesign):
        converter = design.drawn(Draw(seed=0, trial=0, layer=0), time_s=0.0, xp=np)
    sums = inputs.astype(np.float32).reshape(1, 1, 1, -1).copy()
    converter.convert(sums)
    return sums.reshape(-1).astype(float)


def _thresholds(adc: AdcSettings) -> np.ndarray:
    """Return the input from which each code but the least is delivered, in steps."""
    top = 2**adc.bits - 1
    inputs = np.linspace(-4.0, top + 4.0, 64 * (top + 8) + 1)
    codes = _delivered(adc, inputs, float(top))
    return inputs[[int(np.argmax(codes >= code)) for code in range(1, top + 1)]]


def _transfer() -> alt.Chart:
    shares = np.linspace(0.0, 1.0, 401)
    points: list[Point] = []
    for kind in ("uniform", "neurosim-linear", "neurosim-nonlinear"):
        levels = _delivered(AdcSettings(kind, bits=4), shares, 1.0) / 15
        points.extend(_corners(kind, shares, levels))
    return curves(points, horizontal("Sum / range"), vertical("Delivered / range"), stairs=True)


def _corners(name: str, x: np.ndarray, y: np.ndarray) -> list[Point]:
    """Return the points of a staircase at which it rises, and its last."""
    rises = [0, *(np.flatnonzero(np.diff(y)) + 1), len(x) - 1]
    return [(name, x[index], y[index]) for index in rises]


def _mismatch() -> alt.Chart:
    points: list[Point] = []
    for name, adc in (
        ("sar, capacitor_std 0.05", AdcSettings("sar", bits=6, mismatch=AdcMismatchSettings(capacitor_std=0.05))),
        ("flash, comparator_std 0.2", AdcSettings("flash", bits=6, mismatch=AdcMismatchSettings(comparator_std=0.2))),
        ("ramp, ramp_step_std 0.1", AdcSettings("ramp", bits=6, mismatch=AdcMismatchSettings(ramp_step_std=0.1))),
    ):
        errors = _thresholds(adc) - (np.arange(1, 64) - 0.5)
        points.extend((name, code, error) for code, error in enumerate(errors, start=1))
    return curves(points, horizontal("Code"), vertical("Threshold - ideal threshold (step)"))


def _errors() -> alt.Chart:
    inputs = np.linspace(0.0, 15.0, _INPUTS)
    points: list[Point] = []
    for name, errors in (
        ("none", AdcErrorSettings()),
        ("offset = 1", AdcErrorSettings(offset=1.0)),
        ("gain_error = -0.2", AdcErrorSettings(gain_error=-0.2)),
        ("inl_coefficients = [0, 0, 2]", AdcErrorSettings(inl_coefficients=(0.0, 0.0, 2.0))),
    ):
        points.extend(_corners(name, inputs, _delivered(AdcSettings(bits=4, errors=errors), inputs, 15.0)))
    return curves(points, horizontal("Sum (step)"), vertical("Code"), stairs=True)


def _table() -> alt.LayerChart:
    """Draw a table as SPICE may give it: codes lag behind towards the top, and spread."""
    codes = np.arange(16)
    means, stds = codes - 0.004 * codes**2, 0.05 + 0.03 * codes
    with TemporaryDirectory() as folder:
        path = Path(folder) / "transfer.csv"
        rows = [f"{code},{mean},{std}" for code, mean, std in zip(codes, means, stds, strict=True)]
        path.write_text("\n".join(["output,mean,std", *rows]))
        adc = AdcSettings(bits=4, transfer_file=path)
        design = design_converter(adc, [(0.0, 15.0)], signed=False, layout=_LAYOUT, forms_sums=False)
    assert isinstance(design, ConverterDesign)
    sums = np.repeat(codes, _READS).astype(np.float32).reshape(1, 1, 1, -1)
    numbers = Vectors(np.arange(sums.size))
    design.drawn(Draw(seed=0, trial=0, layer=0), time_s=0.0, xp=np).convert(sums, 0, numbers)
    delivered = sums.reshape(len(codes), _READS)
    x, y = horizontal("Ideal code"), vertical("Delivered code")
    found = [
        {"x": int(code), "y": int(value), "share": rounded(float(np.mean(own == value)))}
        for code, own in zip(codes, delivered, strict=True)
        for value in np.unique(own)
    ]
    size = alt.Size("share", type="quantitative", legend=None, scale=alt.Scale(domain=[0, 1], range=[1, 60]))
    marks = alt.Chart(inline(found)).mark_point(aria=False, filled=True, color="black").encode(x=x, y=y, size=size)
    return alt.LayerChart(layer=[curves([("mean", *point) for point in zip(codes, means, strict=True)], x, y), marks])


def _ranges() -> alt.Chart:
    graph = load_graph(EXAMPLE / "digits_cnn.onnx")
    images = np.load(EXAMPLE / "digits_calibration.npz")["images"].astype(np.float32)[:_CALIBRATION_IMAGES] / 16
    mapping = MappingSettings(cell_bits=0, dac_bits=0, rows=64)
    found: dict[tuple[str, str], float] = {}
    for name, adc in (
        ("max", AdcSettings(bits=6)),
        ("percentile 99.9", AdcSettings(bits=6, range="percentile", percentile=99.9)),
        ("mse", AdcSettings(bits=6, range="mse")),
        ("mpc", AdcSettings(bits=6, range="mpc")),
        ("full-scale", AdcSettings(bits=6, range="full-scale")),
    ):
        settings = CrossbarSettings(mapping=mapping, adc=adc)
        network = build(graph, calibrate(graph, [images], settings), settings)
        for layer in network.layers:
            found[name, layer.name] = layer.adc_steps[0]
    rows = [
        {SERIES: name, "layer": layer, "x": rounded(100 * step / found["full-scale", layer])}
        for (name, layer), step in found.items()
    ]
    names = list(dict.fromkeys(name for name, _ in found))
    axis = alt.Axis(title="Range (% of the largest sum possible)", values=[1, 2, 5, 10, 20, 50, 100])
    x = alt.X("x", type="quantitative", scale=scale(logarithmic=True), axis=axis)
    y = alt.Y("layer", type="nominal", title=None, sort=None)
    columns = alt.Legend(title=None, columns=3)
    color, shape = series_color(names).legend(columns), series_shape(names).legend(columns)
    marks = alt.Chart(inline(rows)).mark_point(aria=False)
    return marks.encode(x=x, y=y, color=color, shape=shape)


def _clip() -> alt.LayerChart:
    clips = np.linspace(1.0, 6.0, 61)
    x, y = horizontal("Clip (standard deviations of the sum)", domain=(1, 6)), vertical("SQNR (dB)", zero=False)
    points = [
        (f"{bits} bits", clip, -decibels(gaussian_quantization_noise(bits, clip)))
        for bits in (4, 6, 8, 10)
        for clip in clips
    ]
    best = [
        {"x": rounded(clip), "y": rounded(-decibels(gaussian_quantization_noise(bits, clip)))}
        for bits, clip in ((bits, optimal_gaussian_clip(bits)) for bits in (4, 6, 8, 10))
    ]
    marks = alt.Chart(inline(best)).mark_point(aria=False, filled=True, color="black").encode(x=x, y=y)
    return alt.LayerChart(layer=[curves(points, x, y), marks])
