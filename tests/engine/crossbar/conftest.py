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

UNIT = 2.0**-24
"""Unit roundoff of float32."""


def gamma(operations: int) -> float:
    """Relative error of so many rounded operations in any order (N. J. Higham, Accuracy and Stability, lemma 3.1)."""
    return operations * UNIT / (1 - operations * UNIT)


@dataclass
class OracleResult:
    """What the loops found for one layer.

    ``tolerance`` bounds what float32 may change: the forward error of every sum and product, and one ADC code where a
    sum lies so close to the edge between two codes that its error may carry it over.
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


class Weights:
    """Where the digits of an integer weight lie."""

    def __init__(self, settings: CrossbarSettings) -> None:
        mapping, self.bits = settings.mapping, settings.weights.bits
        self.signs, self.fill = mapping.signs, mapping.fill
        self.cell_bits = mapping.cell_bits
        self.sliced_bits = self.bits if self.signs == "offset" else self.bits - 1
        width = min(self.cell_bits or self.sliced_bits, self.sliced_bits)
        self.top = 2**width - 1
        self.levels = 2 * self.top if self.signs == "two-sided" else self.top
        count = math.ceil(self.sliced_bits / width)
        halves = 0.5 if self.signs == "two-sided" else 1.0
        self.slice_values = [halves * 2.0 ** (s * width) for s in range(count)]
        if self.signs == "twos-complement":
            self.slice_values.append(-(2.0 ** (self.bits - 1)) / self.top)
        self.offset = 2 ** (self.bits - 1) if self.signs == "offset" else 0
        significances = [mapping.significance ** (-i) for i in range(mapping.pairs)]
        self.shares = [f / math.fsum(significances) for f in significances]
        self.is_paired = self.signs in ("differential", "two-sided")
        self.separate_sides = mapping.subtraction == "digital"
        self.is_subtracted = self.is_paired and not self.separate_sides
        self.factors = [sign * f for f in self.shares for sign in (1, -1)] if self.is_paired else [1.0]
        if self.separate_sides:
            self.slice_values, self.factors = [v * side for side in (1, -1) for v in self.slice_values], self.shares
        self.leak = self.levels / (settings.device.on_off_ratio - 1)

    def held(self, w: int) -> list[float]:
        """What each pair holds of a weight."""
        if self.fill == "even" or len(self.shares) == 1:
            return [w for _ in self.shares]
        found, rest = [0.0] * len(self.shares), float(abs(w))
        pairs = list(range(len(self.shares)))
        for pair in pairs if self.fill == "most-significant-first" else pairs[::-1]:
            taken = min(rest, self.shares[pair] * self.top)
            found[pair] = math.copysign(taken / self.shares[pair], w)
            rest -= taken
        return found

    def cells(self, w: int) -> dict[tuple[int, int], float]:
        """Level by (plane, slice)."""
        if self.signs == "offset":
            return {(0, s): d for s, d in enumerate(split(w + self.offset, self.sliced_bits, self.cell_bits))}
        if self.signs == "twos-complement":
            digits = split(w % 2**self.sliced_bits, self.sliced_bits, self.cell_bits)
            return {(0, s): d for s, d in enumerate([*digits, self.top if w < 0 else 0])}
        levels: dict[tuple[int, int], float] = {}
        for pair, held in enumerate(self.held(w)):
            whole = not self.cell_bits
            digits = [abs(held)] if whole else split(int(abs(held)), self.sliced_bits, self.cell_bits)
            for s, digit in enumerate(digits):
                signed = -digit if held < 0 else digit
                for side, moved in enumerate((signed, -signed)):
                    place = (pair, s + side * len(digits)) if self.separate_sides else (2 * pair + side, s)
                    levels[place] = self.top + moved if self.signs == "two-sided" else max(moved, 0)
        return levels


class Oracle:
    """One layer's crossbar."""

    def __init__(self, weight: np.ndarray, settings: CrossbarSettings, activation_scale: float, signed: bool) -> None:
        self.settings = settings
        self.signed = signed
        self.activation_scale = activation_scale
        self.layout = Weights(settings)
        self.has_reference = settings.mapping.reference == "column"
        self.groups, self.rows, self.columns = weight.shape
        self.levels, self.scales = quantized_weight(weight, settings)
        self.magnitude_bits = settings.activations.bits - signed
        bipolar = settings.mapping.input_signs == "bipolar"
        self.symmetric = self.layout.is_subtracted or (signed and bipolar)

    def targets(self) -> Cells:
        cells: Cells = {}
        for g, k in np.ndindex(self.groups, self.rows):
            weights = [int(w) for w in self.levels[g, k]] + [0] * self.has_reference
            for n, w in enumerate(weights):
                for (plane, s), level in self.layout.cells(w).items():
                    cells[plane, s, g, n, k] = level + self.layout.leak
        return cells

    def quantized_input(self, activation: np.float32) -> int:
        top = 2**self.magnitude_bits - 1
        level = round(float(np.float32(activation) / np.float32(self.activation_scale)))
        return min(max(level, -top if self.signed else 0), top)

    def pulses(self, level: int) -> list[tuple[float, int]]:
        """Value and pulse of each cycle."""
        mapping, bits = self.settings.mapping, self.magnitude_bits
        width = min(mapping.dac_bits or bits, bits)

        def cut(number: int, sign: float = 1.0) -> list[tuple[float, int]]:
            return [(sign * 2.0 ** (i * width), d) for i, d in enumerate(split(number, bits, mapping.dac_bits))]

        if not self.signed:
            return cut(level)
        if mapping.input_signs == "twos-complement":
            return [*cut(level % 2**bits), (-(2.0**bits), int(level < 0))]
        if mapping.input_signs == "two-passes":
            return [*cut(max(level, 0)), *cut(max(-level, 0), -1.0)]
        return [(value, -d if level < 0 else d) for value, d in cut(abs(level))]

    def blocks(self) -> list[tuple[int, int]]:
        """First row and end of what is read at once: nothing crosses from an array to the next."""
        mapping, found, start = self.settings.mapping, [], 0
        for k in range(1, self.rows + 1):
            array_ends = mapping.array_rows > 0 and k % mapping.array_rows == 0
            if k == self.rows or array_ends or k - start == mapping.rows:
                found.append((start, k))
                start = k
        return found

    def current(self, cells: Cells, g: int, n: int, s: int, pulses: list[int], first: int) -> tuple[float, float]:
        """Sum of a block and slice of one column, and the sum of its terms' magnitudes."""
        total, size = 0.0, 0.0
        for position, pulse in enumerate(pulses):
            for plane, factor in enumerate(self.layout.factors):
                term = pulse * factor * cells.get((plane, s, g, n, first + position), 0.0)
                total += term
                size += abs(term)
        return total, size

    def converted(self, result: OracleResult, current: float, error: float, limit: float) -> tuple[float, float]:
        """The ADC's value of a current, and how far float32 may move it."""
        high = 2 ** (self.settings.adc.bits - 1) - 1 if self.symmetric else 2**self.settings.adc.bits - 1
        low = -high if self.symmetric else 0
        step = (limit or 1.0) / high
        ratio = current / step
        slack = error / step + gamma(3) * abs(ratio) + 1e-12
        outside = [not low <= round(r) <= high for r in (ratio - slack, ratio + slack)]
        result.clipped_least += all(outside)
        result.clipped_most += any(outside)
        value = min(max(round(ratio), low), high) * step
        on_the_edge = round(ratio - slack) != round(ratio + slack)
        return value, step * on_the_edge

    def column(
        self, result: OracleResult, cells: Cells, g: int, n: int, levels: list[int], ranges: tuple[float, ...]
    ) -> tuple[float, float]:
        """Shift and add one column's conversions; its value and its doubt."""
        total, doubt, size, terms = 0.0, 0.0, 0.0, 0
        for first, end in self.blocks():
            for cycle in zip(*(self.pulses(level) for level in levels[first:end]), strict=True):
                weight, pulses = cycle[0][0], [pulse for _, pulse in cycle]
                for s, slice_value in enumerate(self.layout.slice_values):
                    value, magnitude = self.current(cells, g, n, s, pulses, first)
                    error = gamma(end - first + 2 * len(self.layout.factors)) * magnitude
                    result.largest_sums[s] = max(result.largest_sums[s], abs(value))
                    result.conversions += 1
                    if ranges:
                        value, error = self.converted(result, value, error, ranges[s])
                        magnitude = abs(value)
                    total += weight * slice_value * value
                    doubt += abs(weight * slice_value) * error
                    size += abs(weight * slice_value) * magnitude
                    terms += 1
        return total, doubt + gamma(terms + self.rows + 4) * size

    def multiply(self, x: np.ndarray, cells: Cells | None, ranges: tuple[float, ...], gain: float) -> OracleResult:
        """Multiply activations (M, groups * rows)."""
        targets = self.targets()
        cells = targets if cells is None else cells
        shape = (self.groups, len(x), self.columns)
        result = OracleResult(np.empty(shape), np.empty(shape), [0.0] * len(self.layout.slice_values), targets)
        known = self.layout.offset
        if not self.layout.is_paired:
            known += self.layout.leak * math.fsum(self.layout.slice_values)
        for g in range(self.groups):
            for m in range(len(x)):
                levels = [self.quantized_input(x[m, g * self.rows + k]) for k in range(self.rows)]
                reference, reference_doubt = known * sum(levels), gamma(4) * abs(known * sum(levels))
                if self.has_reference:
                    reference, reference_doubt = self.column(result, cells, g, self.columns, levels, ranges)
                    reference, reference_doubt = gain * reference, gain * reference_doubt
                for n in range(self.columns):
                    value, doubt = self.column(result, cells, g, n, levels, ranges)
                    scale = self.scales[g, n] * self.activation_scale
                    result.product[g, m, n] = (gain * value - reference) * scale
                    rounded = gamma(8) * (abs(gain * value) + abs(reference))
                    result.tolerance[g, m, n] = (gain * doubt + reference_doubt + rounded) * scale
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
