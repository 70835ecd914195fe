"""Run this engine beside aihwkit on the same settings: equal products, and accuracies within statistical error.

    OPENBLAS_NUM_THREADS=1 python bench/beside_aihwkit.py --network NET.onnx --images TEST.npz \
        --calibration CALIBRATION.npz [--parts products deviations networks]

Needs a Python with nnsreport, PyTorch and aihwkit (pip install --no-deps aihwkit==1.1.0; of what it asks for it uses
tqdm, requests and SciPy). A tile of aihwkit holds a whole matrix, so rows are read together here. Prints versions, and
the tables that beside_crosssim.py explains.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from aihwkit_tiles import AihwkitLayer, AihwkitNetwork, run_aihwkit, version
from crosssim_settings import DAY_S, preset_device
from peer_networks import Material, NetworkRow, chosen_rows
from peer_products import compare_layer, deviations, matrix_network, random_product
from peer_tables import (
    print_deviation_head,
    print_deviation_row,
    print_network_table,
    print_product_head,
    product_cells,
    seed_of,
)

from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.settings import (
    ActivationSettings,
    AdcSettings,
    CompensationSettings,
    MappingSettings,
    WeightSettings,
)

WHOLE = MappingSettings(rows=0)
MENDED = {True: "by device", False: "as it is"}
"""How aihwkit ages a pair (:class:`AihwkitLayer`)."""

TIMES_S = {"25 s": 25.0, "1 hour": 3600.0, "1 day": DAY_S, "1 month": 30 * DAY_S}
_DEVICES = {
    "PCM": ("pcm-joshi2020", tuple(TIMES_S)),
    "PCM, HERMES": ("pcm-hermes", ("1 hour", "1 day")),
    "PCM, HERMES, one device": ("pcm-hermes-single", ("1 hour", "1 day")),
    "RRAM, Wan 2022": ("rram-wan2022", ("1 day",)),
}


def product_settings() -> dict[str, CrossbarSettings]:
    """Return settings without chance by what they are called."""
    adcs = {
        "ideal ADC": AdcSettings("ideal"),
        "8-bit ADC, range max": AdcSettings(),
        "6-bit ADC, range 99 %": AdcSettings(bits=6, range="percentile", percentile=99.0),
        "10-bit ADC, full scale": AdcSettings(bits=10, range="full-scale"),
    }
    found = {name: CrossbarSettings(mapping=WHOLE, adc=adc) for name, adc in adcs.items()}
    five = CrossbarSettings(WeightSettings(5), ActivationSettings(5), WHOLE)
    return found | {"5-bit weights and activations, 8-bit ADC, range max": five}


def deviation_settings() -> dict[str, tuple[CrossbarSettings, float, str]]:
    """Return settings with a device, the time in s, and the compensation, by what they are called."""
    found = {}
    for device, (preset, times) in _DEVICES.items():
        methods = ("none", "global", "per-column") if device == "PCM" else ("none",)
        settings = CrossbarSettings(mapping=WHOLE, device=preset_device(preset), adc=AdcSettings("ideal"))
        for time in times:
            for method in methods:
                compensated = replace(settings, compensation=CompensationSettings((method,)))
                found[f"{device}, {time}, {method}"] = compensated, TIMES_S[time], method
    return found


def network_rows() -> dict[str, NetworkRow]:
    """Return the rows of the table of networks by what they are called; 8 bits, all rows of a layer read together."""
    base = CrossbarSettings(mapping=WHOLE)
    rows = {
        "ideal ADC": NetworkRow(replace(base, adc=AdcSettings("ideal"))),
        "8-bit ADC, range max": NetworkRow(base),
        "8-bit ADC, range 99.99 %": NetworkRow(replace(base, adc=AdcSettings(range="percentile"))),
    }
    pcm = replace(base, device=preset_device("pcm-joshi2020"))
    for time, time_s in TIMES_S.items():
        for method in ("none", "global") if time == "25 s" else ("global",):
            settings = replace(pcm, compensation=CompensationSettings((method,)))
            row = NetworkRow(settings, 250, 10, time_s=time_s, method=method)
            for mended, kind in MENDED.items():
                rows[f"PCM, {time}, {method}; aihwkit {kind}"] = replace(row, mended=mended)
    ideal = replace(pcm, adc=AdcSettings("ideal"), compensation=CompensationSettings(("global",)))
    rows["PCM, 1 day, global, ideal ADC; aihwkit by device"] = NetworkRow(ideal, 250, 10, time_s=DAY_S, method="global")
    return rows


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
    print_network_table("aihwkit", rows, Material(asked.network, asked.images, asked.calibration), run_aihwkit)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "products": print_products,
    "deviations": print_deviations,
    "networks": print_networks,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--calibration", type=Path, required=True)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--share", type=float, default=1.0, help="of the images of each row of the table of networks")
    parser.add_argument("--trials", type=int, default=200, help="of the table of deviations")
    parser.add_argument(
        "--rows", nargs="+", default=[""], help="words; of the table of networks, rows with any of them"
    )
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", module="aihwkit")
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "all")
    ours = importlib.metadata.version("nnsreport")
    print(
        f"nnsreport {ours}, aihwkit {version()}, NumPy {np.__version__}, Python {platform.python_version()}, ", end=""
    )
    print(f"{threads} BLAS threads; {asked.network.name}, {asked.images.name}; 8 bits")
    for part in asked.parts:
        print(f"\n{part}\n")
        PARTS[part](asked)


if __name__ == "__main__":
    main()
