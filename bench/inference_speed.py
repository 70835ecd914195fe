"""Time noisy crossbar inference: core-milliseconds an image on a processor, milliseconds an image on a GPU.

Needs the engine only (NumPy, ONNX, CuPy for a GPU), so it runs on a GPU node's bare Python:

    OPENBLAS_NUM_THREADS=1 python bench/inference_speed.py --network NET.onnx --images TEST.npz [--device cuda]

Without arguments it times the bundled digits. Pixels are scaled by the normalisation of ImageNet for three channels,
by 16 for one. Each row is the best of three passes; processor time is that of all threads.

With ``--trials`` several programming draws are evaluated, together, or with ``--together off`` one after the other:
times are for an image of one trial then, and the first row is of one network all the same. ``--graph off`` launches
each batch on a GPU step by step.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nnsreport.engine.backend import Array, Backend, select_backend, to_numpy
from nnsreport.engine.crossbar import CrossbarSettings, ReadNetwork, build, calibrate
from nnsreport.engine.crossbar.replaying import inference_of
from nnsreport.engine.crossbar.settings import AdcSettings, DeviceSettings, MappingSettings, ProgrammingSettings
from nnsreport.engine.crossbar.settings.converter import AdcMismatchSettings
from nnsreport.engine.crossbar.settings.spread import WhiteNoiseSettings
from nnsreport.engine.crossbar.trials import ReadTrials
from nnsreport.engine.network import Graph, execute, load_graph

Infer = Callable[[Array, int], Sequence[Array]]
"""From a batch, and the number of its first image, to the outputs of each trial."""

EXAMPLE = Path(__file__).resolve().parent.parent / "nnsreport" / "example"
NOISY = DeviceSettings(programming=ProgrammingSettings(kind="proportional", std=0.05))
READING = DeviceSettings(white_noise=WhiteNoiseSettings(kind="proportional", std=0.05))
ROWS: dict[str, CrossbarSettings] = {
    "8-bit, ideal ADC (collapsed)": CrossbarSettings(adc=AdcSettings(kind="ideal")),
    "128 rows, 8-bit ADC, differential": CrossbarSettings(),
    "the same, 5 % programming error": CrossbarSettings(device=NOISY),
    "the same, offset": CrossbarSettings(device=NOISY, mapping=MappingSettings(signs="offset")),
    "bit-serial": CrossbarSettings(mapping=MappingSettings(dac_bits=1)),
    "bit-serial, 4 slices of 2 bits": CrossbarSettings(mapping=MappingSettings(dac_bits=1, cell_bits=2)),
    "128 rows, 8-bit SAR ADC with mismatch": CrossbarSettings(
        adc=AdcSettings("sar", mismatch=AdcMismatchSettings(capacitor_std=0.02))
    ),
    "128 rows, white read noise 5 %": CrossbarSettings(device=READING),
    "bit-serial, 4 slices of 2 bits, white read noise 5 %": CrossbarSettings(
        device=READING, mapping=MappingSettings(dac_bits=1, cell_bits=2)
    ),
}


def load_images(path: Path, count: int) -> tuple[Array, Array]:
    """Return normalised images (N, C, H, W) and labels."""
    with np.load(path) as data:
        images, labels = data["images"][:count], data["labels"][:count]
    if images.ndim == 4 and images.shape[-1] == 3:
        images = images.transpose(0, 3, 1, 2)
    if images.shape[1] == 3:
        mean = np.array([0.485, 0.456, 0.406], np.float32)[:, None, None]
        std = np.array([0.229, 0.224, 0.225], np.float32)[:, None, None]
        return ((images / np.float32(255) - mean) / std).astype(np.float32), labels
    return (images / np.float32(16)).astype(np.float32), labels


def inference(networks: Sequence[ReadNetwork], *, together: bool, graph: bool) -> Infer:
    """Return what evaluates a batch in every trial."""
    groups = [tuple(networks)] if together else [(network,) for network in networks]
    runs = [inference_of(group) if graph else ReadTrials(group).infer for group in groups]
    return lambda batch, first: [found.outputs for run in runs for found in run(batch, first)]


def measure(name: str, backend: Backend, batches: list[Array], labels: Array, infer: Infer) -> None:
    """Print one row."""
    wall, processor = [], []
    for _ in range(3):
        start = time.perf_counter(), time.process_time()
        firsts = np.cumsum([0, *map(len, batches)]).tolist()
        outputs = [infer(batch, first) for batch, first in zip(batches, firsts, strict=False)]
        predicted = [[trial.argmax(axis=1) for trial in batch] for batch in outputs]
        if backend.name == "cuda":
            backend.xp.cuda.get_current_stream().synchronize()
        wall.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    found = np.concatenate([np.stack(list(map(to_numpy, batch))) for batch in predicted], axis=1)
    accuracy, images = float((found == labels).mean()), found.size
    unit = min(wall) if backend.name == "cuda" else min(processor)
    print(f"| {name} | {accuracy * 100:.2f} % | {unit / images * 1e3:.3g} | {images / min(wall):.3g} |", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", type=Path, default=EXAMPLE / "digits_cnn.onnx")
    parser.add_argument("--images", type=Path, default=EXAMPLE / "digits_test.npz")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--together", default="on", choices=("on", "off"))
    parser.add_argument("--graph", default="on", choices=("on", "off"))
    arguments = parser.parse_args()

    backend = select_backend(arguments.device)
    graph: Graph = load_graph(arguments.network)
    placed = graph.placed_on(backend.xp)
    images, labels = load_images(arguments.images, arguments.count)
    batches = [backend.xp.asarray(images[i : i + arguments.batch]) for i in range(0, len(images), arguments.batch)]
    unit = "core-ms/image" if backend.name == "cpu" else "ms/image"
    ways = f"batches of {arguments.batch}, {arguments.trials} trials, together {arguments.together}"
    ways += f", CUDA graphs {arguments.graph}" if backend.name == "cuda" else ""
    print(f"{backend.device}; {len(images)} images of {arguments.images.name}, {arguments.network.name}; {ways}\n")
    print(f"| settings | accuracy | {unit} | images/s |\n|---|---|---|---|")
    measure("floating point", backend, batches, labels, lambda batch, _: [execute(placed, batch)])
    for name, settings in ROWS.items():
        quiet = replace(settings, device=DeviceSettings())
        network = build(graph, calibrate(placed, batches[:4], quiet), settings, backend.xp)
        read = [network.program(seed=0, trial=trial).read(0.0)["none"] for trial in range(arguments.trials)]
        infer = inference(read, together=arguments.together == "on", graph=arguments.graph == "on")
        measure(name, backend, batches, labels, infer)


if __name__ == "__main__":
    main()
