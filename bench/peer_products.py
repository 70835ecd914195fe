"""One matrix on this engine and on another program: equal products, and errors of devices that spread them alike.

Two independent programs that do the same arithmetic agree to rounding, but where a sum lies on the edge between two
codes of an ADC: there rounding decides. :func:`compare_products` finds those sums and demands equality elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.reading import ReadLayer
from nnsreport.engine.crossbar.settings import DeviceSettings
from nnsreport.engine.network import Graph, GraphInput, LinearLayer, Node

EDGE = 1e-4
"""Sums within this share of a code of an edge may round either way in float32."""

_ROUNDING = 2.0**-20
_SAME_CODE = 0.25


def matrix_network(weight: Array, vectors: Array, settings: CrossbarSettings) -> CrossbarNetwork:
    """Return a network of nothing but one matrix, calibrated with vectors.

    Parameters
    ----------
    weight : Array of float32, (K, N)
        The matrix.
    vectors : Array of float32, (M, K)
        Activations, whose largest magnitude is the range.
    settings : CrossbarSettings
        What to build.

    Returns
    -------
    CrossbarNetwork
        Of one layer.
    """
    layer = LinearLayer(0, "product", "MatMul", weight[None], None)
    node = Node("product", "MatMul", ("x",), ("y",), {})
    graph = Graph((node,), {}, (GraphInput("x", None),), ("y",), 18, {}, (layer,))
    quiet = replace(settings, device=DeviceSettings(on_off_ratio=settings.device.on_off_ratio))
    return build(graph, calibrate(graph, [vectors], quiet), settings)


def random_product(
    random: np.random.Generator, rows: int, columns: int, vectors: int, bits: tuple[int, int], signed: bool
) -> tuple[Array, Array]:
    """Return a matrix and vectors on the grids of their integers, so that quantising them needs no rounding.

    Parameters
    ----------
    random : numpy.random.Generator
        Source of numbers.
    rows, columns, vectors : int
        K, N and M.
    bits : tuple of int
        Of weights and of activations.
    signed : bool
        Whether activations can be negative.

    Returns
    -------
    weight : Array of float32, (K, N)
        With a largest magnitude of 1.
    vectors : Array of float32, (M, K)
        With a largest magnitude of 1; half of them are 0, as after a ReLU.
    """
    top = 2 ** (bits[0] - 1) - 1
    weight = np.clip(np.rint(random.normal(0, top / 3, (rows, columns))), -top, top)
    weight.flat[0] = -top
    input_top = 2 ** (bits[1] - signed) - 1
    levels = random.integers(-input_top if signed else 0, input_top, (vectors, rows), endpoint=True)
    levels = levels * random.integers(0, 2, levels.shape)
    levels.flat[:2] = input_top, -input_top if signed else 0
    return (weight / top).astype(np.float32), (levels / input_top).astype(np.float32)


@dataclass(frozen=True, slots=True)
class ProductComparison:
    """How far two programs agree on the outputs of one matrix.

    Attributes
    ----------
    outputs : int
        Compared.
    differing : int
        Those that differ by a code or more.
    on_edge : int
        Those of them that rounding may decide.
    largest : float
        Largest difference of the others, as a share of the largest number that an output is computed from.
    """

    outputs: int
    differing: int
    on_edge: int
    largest: float

    def __add__(self, other: ProductComparison) -> ProductComparison:
        """Return the comparison of both sets of outputs."""
        return ProductComparison(
            self.outputs + other.outputs,
            self.differing + other.differing,
            self.on_edge + other.on_edge,
            max(self.largest, other.largest),
        )

    @property
    def equal(self) -> bool:
        """Whether nothing but rounding sets the programs apart."""
        return self.differing == self.on_edge and self.largest < _ROUNDING


def compare_products(ours: Array, theirs: Array, gross: float, worth: float, edges: Array) -> ProductComparison:
    """Compare the outputs of one matrix.

    Parameters
    ----------
    ours, theirs : Array
        Outputs of the two programs.
    gross : float
        Largest number that an output is computed from (:func:`largest_term`), whose rounding it inherits.
    worth : float
        What the least code of any conversion adds to an output; 0 without converters.
    edges : Array of bool
        Outputs that rounding may decide.

    Returns
    -------
    ProductComparison
        Outputs of one code apart count as differing, unless a code is as small as what float32 rounds away.
    """
    difference = np.abs(ours - theirs)
    differing = difference > (max(_SAME_CODE * worth, _ROUNDING * gross) if worth else math.inf)
    rest = float(difference[~differing].max(initial=0.0)) / (gross or 1.0)
    return ProductComparison(ours.size, int(differing.sum()), int((differing & edges).sum()), rest)


def largest_term(read: ReadLayer, x: Array, outputs: Array) -> float:
    """Return the largest number that an output is computed from: itself, or with the offset that is subtracted.

    Parameters
    ----------
    read : ReadLayer
        Of the engine.
    x : Array of float32
        The layer's input.
    outputs : Array of float32, (groups, M, N)
        Of the layer.

    Returns
    -------
    float
        In units of an output.
    """
    layer, largest = read.layer, float(np.abs(outputs).max())
    mapping = layer.mapping
    if mapping.differential:
        return largest
    offset = mapping.signs.offset + mapping.cell.offset * sum(map(abs, mapping.slices.weights))
    inputs = max(float(np.abs(levels).sum(axis=1, dtype=np.int64).max()) for _, levels in layer.vectors(x))
    return largest + offset * inputs * layer.weight_scale * layer.activation_scale


def least_code(read: ReadLayer) -> float:
    """Return what the least code of any of a layer's conversions adds to an output; 0 where nothing is converted."""
    layer = read.layer
    if read.converter is None:
        return 0.0
    steps = np.abs(np.array(read.converter.slice_steps) * np.array(layer.mapping.slices.weights))
    return float(steps.min() * min(map(abs, layer.cycles.weights))) * layer.weight_scale * layer.activation_scale


def outputs_on_edge(read: ReadLayer, x: Array) -> Array:
    """Return which outputs have a conversion whose sum lies on the edge between two codes.

    Parameters
    ----------
    read : ReadLayer
        Of the engine, with a converter; without one nothing is on an edge.
    x : Array of float32
        The layer's input.

    Returns
    -------
    Array of bool, (groups, M, N)
        Those of a reference column are every output's.
    """
    layer, outputs = read.layer, read.layer.linear.outputs
    found = np.zeros(layer.empty_product(x).shape, dtype=bool)
    if read.operand is not None and read.converter is not None:
        steps = np.array(read.converter.slice_steps)[:, None, None]
        for part, levels in layer.vectors(x):
            for sums in read.operand.sums(levels):
                codes = sums.reshape(*sums.shape[:2], len(steps), -1, sums.shape[-1]) / steps
                edge = (np.abs(codes % 1.0 - 0.5) < EDGE).any(axis=(0, 2))
                found[..., part] |= edge[:, :outputs] | edge[:, outputs:].any(axis=1, keepdims=True)
    return found.swapaxes(1, 2)


def compare_layer(read: ReadLayer, x: Array, theirs: Array) -> ProductComparison:
    """Compare a layer's product with another program's.

    Parameters
    ----------
    read : ReadLayer
        Of the engine.
    x : Array of float32
        The layer's input, on the grid of its integers.
    theirs : Array, (groups, M, N)
        The other program's product.

    Returns
    -------
    ProductComparison
        Of all outputs.
    """
    ours, _ = read.multiply(x)
    gross, edges = largest_term(read, x, ours), outputs_on_edge(read, x)
    return compare_products(ours, theirs, gross, least_code(read), edges)


@dataclass(frozen=True, slots=True)
class Deviations:
    """How outputs deviate from the ideal product over many trials.

    Attributes
    ----------
    means, variances : Array of float64, (M, N)
        Over trials.
    trials : int
        How many.
    """

    means: Array
    variances: Array
    trials: int


def deviations(outputs: Array, ideal: Array) -> Deviations:
    """Return mean and variance of the outputs of many trials, (trials, M, N), about the ideal ones, (M, N)."""
    errors = outputs.astype(np.float64) - ideal
    return Deviations(errors.mean(axis=0), errors.var(axis=0, ddof=1), len(errors))


@dataclass(frozen=True, slots=True)
class DeviationComparison:
    """How two programs' deviations compare.

    Attributes
    ----------
    std_ratio : float
        RMS standard deviation of the second over that of the first.
    std_ratio_error : float
        Its standard error, for normal deviations that are independent from output to output.
    mean_z : float
        Root of the mean squared difference of means in its standard errors; 1 where both are drawn from one law.
    bias : float
        Mean difference of means, second minus first, in standard deviations.
    """

    std_ratio: float
    std_ratio_error: float
    mean_z: float
    bias: float

    @property
    def std_z(self) -> float:
        """Difference of the ratio from 1 in its standard errors."""
        return (self.std_ratio - 1.0) / self.std_ratio_error


def compare_deviations(first: Deviations, second: Deviations) -> DeviationComparison:
    """Compare the deviations of two programs.

    Parameters
    ----------
    first, second : Deviations
        Of the same outputs.

    Returns
    -------
    DeviationComparison
        Of spread and mean.
    """
    variances = first.variances.mean(), second.variances.mean()
    # Var of a sample variance of a normal number is 2 sigma^4 / (n - 1); outputs are pooled with their own weights.
    relative = [
        2.0 * float((found.variances**2).sum() / found.variances.sum() ** 2) / (found.trials - 1)
        for found in (first, second)
    ]
    ratio = math.sqrt(variances[1] / variances[0])
    difference = second.means - first.means
    errors = np.sqrt(first.variances / first.trials + second.variances / second.trials)
    return DeviationComparison(
        std_ratio=ratio,
        std_ratio_error=0.5 * ratio * math.sqrt(sum(relative)),
        mean_z=float(np.sqrt(np.mean((difference / errors) ** 2))),
        bias=float(difference.mean()) / math.sqrt(variances[0]),
    )
