"""A crossbar in plain Python loops and float64, written from the papers' formulas alone, and small networks to run."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.network import Graph, GraphInput, LinearLayer, Node
from nnsreport.engine.network.geometry import Window

POINT = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads=(0, 0, 0, 0))


Cells = dict[tuple[int, int, int, int, int], float]
"""Conductance in level units by (plane, slice, group, column, row)."""


@dataclass
class OracleResult:
    """What the loops found for one layer.

    ``tolerance`` is what float32 may change: rounding, and one ADC code where a sum lies on the edge between two.
    """

    product: np.ndarray
    tolerance: np.ndarray
    largest_sums: list[float]
    cells: Cells
    clipped_least: int = 0
    clipped_most: int = 0
    conversions: int = 0


def split(number: int, bits: int, width: int) -> list[int]:
    """Cut a non-negative number into digits, least significant first; width 0 leaves it whole."""
    width = min(width, bits) if width else bits
    digits = []
    for _ in range(math.ceil(bits / width)):
        digits.append(number % 2**width)
        number //= 2**width
    assert number == 0
    return digits


def quantized_weight(weight: np.ndarray, settings: CrossbarSettings) -> tuple[np.ndarray, np.ndarray]:
    """Integer weights and the scale of each column."""
    groups, rows, columns = weight.shape
    levels, scales = np.empty(weight.shape, dtype=int), np.empty((groups, columns))
    for g in range(groups):
        for n in range(columns):
            considered = weight[g, :, n] if settings.weights.granularity == "channel" else weight
            scales[g, n] = (float(np.abs(considered).max()) or 1.0) / (2 ** (settings.weights.bits - 1) - 1)
            for k in range(rows):
                levels[g, k, n] = round(float(weight[g, k, n]) / scales[g, n])
    return levels, scales


class Oracle:
    """One layer's crossbar."""

    def __init__(self, weight: np.ndarray, settings: CrossbarSettings, activation_scale: float, signed: bool) -> None:
        self.settings = settings
        self.signed = signed
        self.activation_scale = activation_scale
        self.differential = settings.mapping.signs == "differential"
        self.has_reference = settings.mapping.reference == "column"
        self.groups, self.rows, self.columns = weight.shape
        self.levels, self.scales = quantized_weight(weight, settings)
        bits = settings.weights.bits
        self.sliced_bits = bits - 1 if self.differential else bits
        self.offset = 0 if self.differential else 2 ** (bits - 1)
        self.slice_width = min(settings.mapping.cell_bits or self.sliced_bits, self.sliced_bits)
        self.leak = (2**self.slice_width - 1) / (settings.device.on_off_ratio - 1)
        self.magnitude_bits = settings.activations.bits - signed
        self.dac_bits = min(settings.mapping.dac_bits or self.magnitude_bits, self.magnitude_bits)

    def targets(self) -> Cells:
        cells: Cells = {}
        for g, k, n in np.ndindex(self.levels.shape):
            w = int(self.levels[g, k, n])
            planes = [max(w, 0), max(-w, 0)] if self.differential else [w + self.offset]
            for plane, number in enumerate(planes):
                self._store(cells, plane, (g, n, k), number)
        if self.has_reference:
            for g, k in np.ndindex(self.groups, self.rows):
                self._store(cells, 0, (g, self.columns, k), self.offset)
        return cells

    def _store(self, cells: Cells, plane: int, place: tuple[int, int, int], number: int) -> None:
        for s, level in enumerate(split(number, self.sliced_bits, self.settings.mapping.cell_bits)):
            cells[(plane, s, *place)] = level + self.leak

    def quantized_input(self, activation: np.float32) -> int:
        top = 2**self.magnitude_bits - 1
        level = round(float(np.float32(activation) / np.float32(self.activation_scale)))
        return min(max(level, -top if self.signed else 0), top)

    def pulses(self, level: int) -> list[int]:
        sign = -1 if level < 0 else 1
        return [sign * digit for digit in split(abs(level), self.magnitude_bits, self.settings.mapping.dac_bits)]

    def current(self, cells: Cells, g: int, n: int, s: int, pulses: list[int], first: int) -> tuple[float, float]:
        """Sum of a block and slice of one column, and the sum of its terms' magnitudes."""
        total, size = 0.0, 0.0
        for position, pulse in enumerate(pulses):
            cell = cells[0, s, g, n, first + position]
            if self.differential:
                cell -= cells[1, s, g, n, first + position]
            total += pulse * cell
            size += abs(pulse * cell)
        return total, size

    def converted(self, result: OracleResult, current: float, size: float, limit: float) -> tuple[float, float]:
        """The ADC's value of a current, and how far float32 may move it."""
        symmetric = self.differential or self.signed
        high = 2 ** (self.settings.adc.bits - 1) - 1 if symmetric else 2**self.settings.adc.bits - 1
        low = -high if symmetric else 0
        step = (limit or 1.0) / high
        ratio, slack = current / step, 2e-6 * (size / step + 1)
        outside = [not low <= round(r) <= high for r in (ratio - slack, ratio + slack)]
        result.clipped_least += all(outside)
        result.clipped_most += any(outside)
        value = min(max(round(ratio), low), high) * step
        on_the_edge = round(ratio - slack) != round(ratio + slack)
        return value, step * on_the_edge + 1e-6 * abs(value)

    def column(
        self, result: OracleResult, cells: Cells, g: int, n: int, levels: list[int], ranges: tuple[float, ...]
    ) -> tuple[float, float]:
        """Shift and add one column's conversions; its value and its doubt."""
        total, total_doubt = 0.0, 0.0
        rows = self.settings.mapping.rows or self.rows
        for first in range(0, self.rows, rows):
            cycles = zip(*(self.pulses(level) for level in levels[first : first + rows]), strict=True)
            for cycle, pulses in enumerate(cycles):
                for s in range(len(result.largest_sums)):
                    value, size = self.current(cells, g, n, s, list(pulses), first)
                    result.largest_sums[s] = max(result.largest_sums[s], abs(value))
                    result.conversions += 1
                    doubt = 1e-6 * size
                    if ranges:
                        value, doubt = self.converted(result, value, size, ranges[s])
                    total += 2.0 ** (cycle * self.dac_bits + s * self.slice_width) * value
                    total_doubt += 2.0 ** (cycle * self.dac_bits + s * self.slice_width) * doubt
        return total, total_doubt + 1e-6 * abs(total)

    def multiply(self, x: np.ndarray, cells: Cells | None, ranges: tuple[float, ...], gain: float) -> OracleResult:
        """Multiply activations (M, groups * rows)."""
        targets = self.targets()
        cells = targets if cells is None else cells
        slices = 1 + max(key[1] for key in targets)
        shape = (self.groups, len(x), self.columns)
        result = OracleResult(np.empty(shape), np.empty(shape), [0.0] * slices, targets)
        known = self.offset + (0 if self.differential else self.leak) * sum(
            2 ** (s * self.slice_width) for s in range(slices)
        )
        for g in range(self.groups):
            for m in range(len(x)):
                levels = [self.quantized_input(x[m, g * self.rows + k]) for k in range(self.rows)]
                reference, reference_doubt = known * sum(levels), 1e-6 * abs(known * sum(levels))
                if self.has_reference:
                    reference, reference_doubt = self.column(result, cells, g, self.columns, levels, ranges)
                    reference, reference_doubt = gain * reference, gain * reference_doubt
                for n in range(self.columns):
                    value, doubt = self.column(result, cells, g, n, levels, ranges)
                    scale = self.scales[g, n] * self.activation_scale
                    result.product[g, m, n] = (gain * value - reference) * scale
                    result.tolerance[g, m, n] = 2 * (gain * doubt + reference_doubt) * scale
        return result


@pytest.fixture(scope="session")
def oracle() -> Callable[..., OracleResult]:
    """Multiply activations (M, groups * K) by weights (groups, K, N), one device and one conversion after the other."""

    def run(
        weight: np.ndarray,
        activations: np.ndarray,
        settings: CrossbarSettings,
        *,
        activation_scale: float,
        signed: bool,
        adc_ranges: tuple[float, ...] = (),
        cells: Cells | None = None,
        gain: float = 1.0,
    ) -> OracleResult:
        crossbar = Oracle(weight, settings, activation_scale, signed)
        return crossbar.multiply(activations, cells, adc_ranges, gain)

    return run


@pytest.fixture(scope="session")
def chain() -> Callable[..., Graph]:
    """Make a network of 1x1 convolutions with ReLU in between, of weights (groups, K, N) each."""

    def make(*weights: np.ndarray) -> Graph:
        nodes, layers, tensor = [], [], "x"
        for index, weight in enumerate(weights):
            name = f"layer{index}"
            nodes.append(Node(name, "Conv", (tensor,), (f"{name}.out",), {}))
            layers.append(LinearLayer(index, name, "Conv", weight.astype(np.float32), None, POINT))
            tensor = f"{name}.out"
            if index < len(weights) - 1:
                nodes.append(Node(f"relu{index}", "Relu", (tensor,), (f"relu{index}.out",), {}))
                tensor = f"relu{index}.out"
        return Graph(tuple(nodes), {}, (GraphInput("x", None),), (tensor,), 18, {}, tuple(layers))

    return make


@pytest.fixture(scope="session")
def as_images() -> Callable[[np.ndarray], np.ndarray]:
    """Turn vectors (M, channels) into images (M, channels, 1, 1)."""
    return lambda vectors: vectors.astype(np.float32)[:, :, None, None]
