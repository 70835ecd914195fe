"""Run this engine beside CrossSim on the same settings: equal products, and accuracies within statistical error.

    PYTHONPATH=CHECKOUT OPENBLAS_NUM_THREADS=1 python bench/beside_crosssim.py --network NET.onnx \
        --images TEST.npz --calibration CALIBRATION.npz [--parts products random layers ranges deviations networks]

CHECKOUT is one of github.com/sandialabs/cross-sim, version 3.2. Prints versions, and a table for each part:

- products: random matrices, one feature at a time, no chance. Equal: but for rounding, and but for sums on the edge
  between two codes of the ADC, where rounding decides.
- random: the same for settings drawn at random.
- layers: every layer of the network with its own activations.
- ranges: those of the ADC that CrossSim finds by itself.
- deviations: standard deviation and mean of outputs, over many programmings or reads of one matrix.
- networks: accuracy and outputs of the network, each program in a process of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from crosssim_cores import CrossSimLayer, CrossSimNetwork, ranges_in_crosssim, run_crosssim, version
from crosssim_settings import deviation_settings, network_rows, product_settings, random_settings
from inference_speed import load_images
from peer_arguments import comparison_parser, material_of, print_head
from peer_networks import CALIBRATION_IMAGES, Material, chosen_rows
from peer_products import ProductComparison, compare_layer, deviations, matrix_network, random_product
from peer_tables import (
    print_deviation_head,
    print_deviation_row,
    print_network_table,
    print_product_head,
    product_cells,
    seed_of,
)

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.uniform import UniformConverter
from nnsreport.engine.crossbar import CrossbarNetwork, CrossbarSettings, build, calibrate
from nnsreport.engine.crossbar.layer import CrossbarLayer
from nnsreport.engine.crossbar.settings import AdcSettings
from nnsreport.engine.network import LinearLayer, execute, load_graph

ROWS, COLUMNS, VECTORS = 300, 20, 24
"""Of the matrix in the table of products: three blocks of word lines, the last one shorter."""

# Closer than any step of an ADC; CrossSim's own default of 1e-3 shows in the codes.
_WIRE_ERROR = 1e-9
_SMALL = 30, 20, 24
"""A matrix so small that the finest steps do not clip its sums."""

_OWN_RANGES = ("4 slices, bit-serial", "offset, 4 slices, bit-serial")
_LAYERS = ("differential", "offset", "4 slices of 2 bits", "bit-serial", "4 slices, bit-serial")


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    material: Material
    share: float
    trials: int
    settings: int
    rows: list[str]


def compare_matrix(
    settings: CrossbarSettings, shape: tuple[int, int, int], signed: bool, seed: int
) -> ProductComparison:
    """Compare the products of one random matrix."""
    bits = settings.weights.bits, settings.activations.bits
    weight, vectors = random_product(np.random.default_rng(seed), *shape, bits, signed)
    network = matrix_network(weight, vectors, settings)
    read = network.program(seed=0, trial=0).read(0.0)["none"].layers[0]
    peer = CrossSimLayer(network.layers[0], settings, wire_error=_WIRE_ERROR, dtype="float64")
    return compare_layer(read, vectors, peer.multiply(network.layers[0].linear, vectors))


def print_products(_: Options) -> None:
    """Print the table of products, one feature at a time."""
    print_product_head("settings | inputs")
    for name, settings in product_settings().items():
        for signed in (False, True):
            found = compare_matrix(settings, (ROWS, COLUMNS, VECTORS), signed, seed_of(name))
            print(f"| {name} | {'signed' if signed else 'unsigned'} | {product_cells(found)}", flush=True)


def print_random(options: Options) -> None:
    """Print how many of random settings give equal products."""
    random = np.random.default_rng(0)
    total, unequal = ProductComparison(0, 0, 0, 0.0), []
    for index, settings in enumerate(random_settings(random, options.settings)):
        shape = int(random.integers(1, 400)), int(random.integers(1, 20)), 16
        found = compare_matrix(settings, shape, bool(random.integers(2)), index)
        total += found
        if not found.equal:
            unequal.append((settings, shape))
    print(f"{options.settings} settings, {total.outputs} outputs: {total.differing} a code apart, {total.on_edge} of ")
    print(f"them on an edge; largest difference of the others {total.largest:.1e}; {len(unequal)} settings unequal")
    for settings, shape in unequal[:5]:
        print(f"unequal: {shape} {settings}")


def compare_layers(network: CrossbarNetwork, images: Array) -> ProductComparison:
    """Compare the products of every layer, with the activations that the engine gives it."""
    read = network.program(seed=0, trial=0).read(0.0)["none"]
    total = ProductComparison(0, 0, 0, 0.0)

    def multiply(linear: LinearLayer, x: Array, /) -> Array:
        nonlocal total
        layer = read.layers[linear.index]
        quantizer = layer.layer.quantizer
        on_grid = quantizer.quantize(x) * np.float32(quantizer.scale)
        peer = CrossSimLayer(layer.layer, network.settings, dtype="float64")
        total += compare_layer(layer, on_grid, peer.multiply(linear, on_grid))
        return layer.multiply(x)[0]

    execute(network.graph, images, multiply)
    return total


def print_layers(options: Options) -> None:
    """Print the table of a network's own layers."""
    graph = load_graph(options.material.network)
    calibration, _ = load_images(options.material.calibration, CALIBRATION_IMAGES)
    images, _ = load_images(options.material.images, 2)
    print_product_head("settings | layers")
    for name in _LAYERS:
        settings = product_settings()[name]
        network = build(graph, calibrate(graph, [calibration], settings), settings)
        print(f"| {name} | {len(network.layers)} | {product_cells(compare_layers(network, images))}", flush=True)


def print_ranges(_: Options) -> None:
    """Print the table of ranges that CrossSim finds by itself, beside the largest sum possible."""
    print("| settings | inputs | engine's full scale | CrossSim's MAX | CrossSim's GRANULAR | gain of GRANULAR |")
    print("|---|---|---|---|---|---|")
    for name in _OWN_RANGES:
        for signed in (False, True):
            settings = replace(product_settings()[name], adc=AdcSettings(range="full-scale", granularity="slice"))
            weight, vectors = random_product(np.random.default_rng(seed_of(name)), *_SMALL, (8, 8), signed)
            layer = matrix_network(weight, vectors, settings).layers[0]
            peers = [CrossSimLayer(layer, settings, adc_range=option) for option in ("max", "granular")]
            product = peers[1].multiply(layer.linear, vectors).ravel()
            gain = np.polyfit((vectors.astype(np.float64) @ weight).ravel(), product, 1)[0]
            ranges = [full_scales(settings, layer), *(peer.ranges for peer in peers)]
            cells = " | ".join(", ".join(f"{high:.4g}" for high in found) for found in ranges)
            print(f"| {name} | {'signed' if signed else 'unsigned'} | {cells} | {gain:.5f} |", flush=True)


def full_scales(settings: CrossbarSettings, layer: CrossbarLayer) -> list[float]:
    """Return the engine's full scale of each slice, as CrossSim counts currents."""
    assert isinstance(layer.converter, UniformConverter)
    return [high for _, high in ranges_in_crosssim(layer.converter, layer, settings)]


def print_deviations(options: Options) -> None:
    """Print the table of spreads and means over trials."""
    print_deviation_head("CrossSim")
    for name, (settings, time_s) in deviation_settings().items():
        seed = seed_of(name)
        weight, vectors = random_product(np.random.default_rng(seed), 128, 256, 1, (8, 8), signed=False)
        network = matrix_network(weight, vectors, settings)
        ideal = network.infer_quantized(vectors).outputs
        np.random.seed(seed % 2**32)  # CrossSim draws from NumPy's global generator
        ours, theirs = [], []
        for trial in range(options.trials):
            ours.append(network.program(seed, trial).read(time_s)["none"].infer(vectors).outputs)
            peer = CrossSimNetwork(network.graph, network.layers, settings=settings, time_s=time_s)
            theirs.append(peer.infer(vectors))
        print_deviation_row(name, deviations(np.stack(ours), ideal), deviations(np.stack(theirs), ideal))


def print_networks(options: Options) -> None:
    """Print the table of accuracies."""
    rows = chosen_rows(network_rows(), options.rows, options.share)
    print_network_table("CrossSim", rows, options.material, run_crosssim)


PARTS: dict[str, Callable[[Options], None]] = {
    "products": print_products,
    "random": print_random,
    "layers": print_layers,
    "ranges": print_ranges,
    "deviations": print_deviations,
    "networks": print_networks,
}


def main() -> None:
    """Print the tables."""
    parser = comparison_parser(__doc__.splitlines()[0], PARTS)
    parser.add_argument("--settings", type=int, default=300, help="random settings")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", module="simulator")
    options = Options(material_of(asked), asked.share, asked.trials, asked.settings, asked.rows)
    print_head(f"CrossSim {version()}", asked, "8 bits, 128 rows")
    for part in asked.parts:
        print(f"\n{part}\n")
        PARTS[part](options)


if __name__ == "__main__":
    main()
