"""Run this engine beside aihwkit on the same settings: equal products, and accuracies within statistical error.

    OPENBLAS_NUM_THREADS=1 python bench/beside_aihwkit.py --network NET.onnx --images TEST.npz \
        --calibration CALIBRATION.npz [--parts products deviations networks]

Needs a Python with nnsreport, PyTorch and aihwkit (pip install --no-deps aihwkit==1.1.0; of what it asks for it uses
tqdm, requests and SciPy). A tile of aihwkit holds a whole matrix, so rows are read together here. Prints versions, and
the tables that beside_crosssim.py explains.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable

import numpy as np
from aihwkit_settings import MENDED, deviation_settings, network_rows, product_settings
from aihwkit_tiles import AihwkitLayer, AihwkitNetwork, run_aihwkit, version
from peer_arguments import comparison_parser, material_of, print_head
from peer_networks import chosen_rows
from peer_products import compare_layer, deviations, matrix_network, random_product
from peer_tables import (
    print_deviation_head,
    print_deviation_row,
    print_network_table,
    print_product_head,
    product_cells,
    seed_of,
)


def print_products(_: argparse.Namespace) -> None:
    """Print the table of products."""
    print_product_head("settings | inputs")
    for name, settings in product_settings().items():
        for signed in (False, True):
            bits = settings.weights.bits, settings.activations.bits
            weight, vectors = random_product(np.random.default_rng(seed_of(name)), 300, 20, 24, bits, signed)
            network = matrix_network(weight, vectors, settings)
            read = network.program(seed=0, trial=0).read(0.0)["none"].layers[0]
            peer = AihwkitLayer(network.layers[0], settings)
            found = compare_layer(read, vectors, peer.multiply(network.layers[0].linear, vectors))
            print(f"| {name} | {'signed' if signed else 'unsigned'} | {product_cells(found)}", flush=True)


def print_deviations(asked: argparse.Namespace) -> None:
    """Print the table of spreads and means over trials."""
    import torch

    print_deviation_head("aihwkit")
    for name, (settings, time_s, method) in deviation_settings().items():
        seed = seed_of(name)
        weight, vectors = random_product(np.random.default_rng(seed), 128, 256, 1, (8, 8), signed=False)
        network = matrix_network(weight, vectors, settings)
        ideal = network.infer_quantized(vectors).outputs
        torch.manual_seed(seed)
        ours, theirs = [], []
        options = {"settings": settings, "time_s": time_s, "method": method}
        for trial in range(asked.trials):
            ours.append(network.program(seed, trial).read(time_s, (method,))[method].infer(vectors).outputs)
            peers = (AihwkitNetwork(network.graph, network.layers, mended=mended, **options) for mended in MENDED)
            theirs.append([peer.infer(vectors) for peer in peers])
        for kind, outputs in zip(MENDED.values(), zip(*theirs, strict=True), strict=True):
            found = deviations(np.stack(ours), ideal), deviations(np.stack(outputs), ideal)
            print_deviation_row(f"{name}; aihwkit {kind}", *found)


def print_networks(asked: argparse.Namespace) -> None:
    """Print the table of accuracies."""
    rows = chosen_rows(network_rows(), asked.rows, asked.share)
    print_network_table("aihwkit", rows, material_of(asked), run_aihwkit)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "products": print_products,
    "deviations": print_deviations,
    "networks": print_networks,
}


def main() -> None:
    """Print the tables."""
    asked = comparison_parser(__doc__.splitlines()[0], PARTS).parse_args()
    warnings.filterwarnings("ignore", module="aihwkit")
    print_head(f"aihwkit {version()}", asked, "8 bits")
    for part in asked.parts:
        print(f"\n{part}\n")
        PARTS[part](asked)


if __name__ == "__main__":
    main()
