"""Figures of how weights and activations lie on arrays."""

from __future__ import annotations

import altair as alt
import numpy as np

from effect_figures.figure import Figure, Point, curves, histograms, horizontal, vertical
from nnsreport.engine.crossbar.inputs import input_coding
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings

_BITS = 8
_TOP = 2 ** (_BITS - 1) - 1


def figures() -> tuple[Figure, ...]:
    """Return the figures of docs/engine-mapping.md."""
    return (
        Figure("signs", "Conductances that normally distributed weights take, by mapping.signs", _signs()),
        Figure("pairs", "What two pairs of significance 2 hold of a weight, by mapping.fill", _pairs()),
        Figure("slices", "Levels of the cells of a weight in two slices of four bits", _slices()),
        Figure("cycles", "Cycles an activation takes, by mapping.dac_bits and input_signs", _cycles()),
    )


def _conductances(weights: np.ndarray, settings: MappingSettings) -> dict[tuple[int, int], np.ndarray]:
    """Return what the devices of each plane and slice are meant to conduct, relative to the highest level."""
    mapping = make_mapping(_BITS, settings, DeviceSettings())
    top = mapping.cell.maximum
    return {(p, s): mapping.cell.conductances(cells) / top for p, s, cells in mapping.cell_levels(weights)}


def _signs() -> alt.Chart:
    weights = np.rint(np.random.default_rng(0).normal(0, 35, (1, 100, 400))).clip(-_TOP, _TOP).astype(np.int32)
    samples = {
        signs: np.concatenate([g.reshape(-1) for g in _conductances(weights, MappingSettings(signs=signs)).values()])
        for signs in ("differential", "two-sided", "offset")
    }
    edges = [index / 32 for index in range(33)]
    x = horizontal("Target conductance g", domain=(0, 1))
    chart = histograms({name: found.tolist() for name, found in samples.items()}, edges, x, "Devices (%)")
    # More than half of the devices of one-sided pairs stay at 0, far above the rest.
    return chart.encode(y=vertical("Devices (%)", domain=(0, 15)))


def _pairs() -> alt.Chart:
    weights = np.arange(_TOP + 1, dtype=np.int32).reshape(1, 1, -1)
    points: list[Point] = []
    for fill in ("even", "most-significant-first", "least-significant-first"):
        held = _conductances(weights, MappingSettings(pairs=2, significance=2.0, fill=fill))
        for pair in (0, 1) if fill != "even" else (0,):
            name = "even, both" if fill == "even" else f"{fill.removesuffix('-first')}, pair {pair}"
            points.extend((name, weight, g) for weight, g in enumerate(held[2 * pair, 0].reshape(-1)))
    return curves(points, horizontal("Weight", domain=(0, _TOP)), vertical("Conductance g of the positive device"))


def _slices() -> alt.Chart:
    weights = np.arange(_TOP + 1, dtype=np.int32).reshape(1, 1, -1)
    mapping = make_mapping(_BITS, MappingSettings(cell_bits=4), DeviceSettings())
    points: list[Point] = []
    for plane, index, cells in mapping.cell_levels(weights):
        if plane == 0:
            name = f"slice {index}, which counts {mapping.slices.weights[index]:g}"
            points.extend((name, weight, level) for weight, level in enumerate(cells.reshape(-1)))
    return curves(points, horizontal("Weight", domain=(0, _TOP)), vertical("Level of the positive cell"), stairs=True)


def _cycles() -> alt.Chart:
    magnitude_bits = _BITS - 1
    points = [
        (signs, dac_bits, input_coding(magnitude_bits, True, dac_bits, signs).count)
        for signs in ("bipolar", "twos-complement", "two-passes")
        for dac_bits in range(1, magnitude_bits + 1)
    ]
    x = alt.X("x", type="quantitative", axis=alt.Axis(title="dac_bits, of a signed 8-bit activation", format="d"))
    lines = curves(points, x, vertical("Cycles"))
    return lines.mark_line(aria=False, point={"aria": False})
