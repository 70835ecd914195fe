"""Runs made by hand, for the tests of charts, pages and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nnsreport.reports.run_data import RunData
from nnsreport.tables import empty, schema
from nnsreport.vocabulary import METRICS

TIMES_S = (25.0, 3600.0, 86400.0, 2592000.0)
LAYERS = ("/conv1/Conv", "/layer1/layer1.0/conv1/Conv", "/layer1/layer1.0/conv2/Conv", "/fc/Gemm")
_FALL = {"none": 0.035, "global": 0.008}


def frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return rows as a table of a run; columns that a row leaves out are null."""
    columns = schema(table)
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def metric(run: str, scope: str, name: str, value: float, **more: Any) -> dict[str, Any]:
    """Return a row of the metrics table in the metric's own unit."""
    return {"run": run, "scope": scope, "metric": name, "value": value, "unit": METRICS[name].unit, **more}


@pytest.fixture(scope="session")
def make_drift_run() -> Callable[..., RunData]:
    """Builder of an own run with drift: trials at four times, with and without compensation."""

    def make(
        run: str = "38905658", *, seed: int = 7, trials: int = 4, images: int = 1000, offset: float = 0.0
    ) -> RunData:
        rows = []
        for compensation, fall in _FALL.items():
            for step, time_s in enumerate(TIMES_S):
                for trial in range(trials):
                    wiggle = 0.004 * ((trial * 7 + step * 3 + seed) % 5 - 2)
                    accuracy = round((0.915 + offset - fall * step**1.4 + wiggle) * images) / images
                    key = {"run": run, "trial": trial, "time_s": time_s, "compensation": compensation}
                    counts = {"correct_images": round(accuracy * images), "test_images": images}
                    rows.append({**key, **counts, "accuracy": accuracy})
        metrics = [
            metric(run, "network", "float_accuracy", 0.9241),
            metric(run, "network", "quantized_accuracy", 0.9229),
        ]
        metrics += [
            metric(
                run, "network", "accuracy", row["accuracy"], **{k: row[k] for k in ("trial", "time_s", "compensation")}
            )
            for row in rows
        ]
        for index, layer in enumerate(LAYERS):
            for time_s in TIMES_S:
                for trial in range(trials):
                    key = {"layer": layer, "trial": trial, "time_s": time_s, "compensation": "global"}
                    drifted = 0.03 * TIMES_S.index(time_s)
                    metrics.append(metric(run, "layer", "adc_saturation", 0.0012 * (index + 1) + 1e-5 * trial, **key))
                    metrics.append(metric(run, "layer", "weight_error", 0.06 + 0.01 * index + drifted, **key))
        layers = [
            {
                "run": run,
                "layer": layer,
                "operator": "Gemm" if "Gemm" in layer else "Conv",
                "inputs": 9 * 16 * (index + 1),
                "outputs": 16 * (index + 1),
                "groups": 1,
                "macs_per_image": 442368 * (index + 1),
                "row_blocks": 1 + index,
                "weight_slices": 1,
                "input_cycles": 1,
                "devices": 2 * 9 * 16 * 16 * (index + 1),
                "weight_scale": 0.0123,
                "activation_scale": 0.0315,
                "adc_step": 1.5,
                "path": "collapsed",
                "arrays": 1 + index,
                "array_utilization": 0.9,
            }
            for index, layer in enumerate(LAYERS)
        ]
        return RunData(
            run=run,
            source=Path("runs") / run,
            kind="nnsreport",
            state="complete",
            settings={
                "network.file": "resnet20_cifar.onnx",
                "adc.bits": 8,
                "device.programming.coefficients_s": (2.6e-07, 1.965e-06, -1.173e-06),
                "compensation.names": ("none", "global"),
                "device.preset": "pcm-joshi2020",
                "run.seed": seed,
                "statistics.trials": trials,
            },
            metrics=frame("metrics", metrics),
            layers=frame("layers", layers),
            trials=frame("trials", rows),
            predictions=empty("predictions"),
            provenance={
                "seed": str(seed),
                "started": "2026-08-20T10:11:12+02:00",
                "git commit": "79def51",
                "nnsreport": "0.1.0",
                "numpy": "2.5.0",
                "processor": "Intel Xeon Platinum 8480+",
                "SLURM job": run,
            },
        )

    return make


@pytest.fixture(scope="session")
def drift_run(make_drift_run: Callable[..., RunData]) -> RunData:
    """Own run with four trials, four times and two compensations."""
    return make_drift_run()


# Layers 1 to 4 of the genuine log V1.4/dn40nano_rram_HP: ns and pJ as printed.
_NEUROSIM_LAYERS = (
    {"latency": (4955.34, 1454.68, 22.7294, 3477.93, 2965.1, 507.15),
     "energy": (43215.6, 35604.8, 2213.51, 5397.34, 231.003, 2770.64)},
    {"latency": (2037.81, 818.259, 63.9265, 1155.63, 902.052, 249.313),
     "energy": (322298, 261695, 19246.4, 41355.9, 891.304, 23153.6)},
    {"latency": (5143.13, 1454.68, 22.7294, 3665.72, 3108.85, 551.189),
     "energy": (44394.9, 36402.1, 2213.51, 5779.34, 251.163, 2900.11)},
    {"latency": (2047.87, 818.259, 63.9265, 1165.68, 905.003, 254.996),
     "energy": (376917, 305954, 22981.7, 47981.1, 987.375, 26174.9)},
)  # fmt: skip
_COMPONENTS = ("total", "adc", "accumulation", "other_peripheral", "buffer", "interconnect")


@pytest.fixture(scope="session")
def neurosim_run() -> RunData:
    """A NeuroSim V1.4 log as the parser gives it, with the lines of its numbers."""
    run = "output_41000001"
    rows = []
    line = 60
    for number, layer in enumerate(_NEUROSIM_LAYERS, start=1):
        name = f"layer{number}"
        rows.append(
            metric(run, "layer", "memory_utilization", 0.21 + 0.14 * (number % 2), layer=name, line=32 + number)
        )
        rows.append(metric(run, "layer", "tiles", 1.0, layer=name, line=15 + number))
        for quantity, scale, metric_name in (
            ("latency", 1e-9, "read_latency"),
            ("energy", 1e-12, "read_dynamic_energy"),
        ):
            for component, value in zip(_COMPONENTS, layer[quantity], strict=True):
                line += 1
                key = {"layer": name, "component": component, "line": line}
                rows.append(metric(run, "layer", metric_name, value * scale, **key))
    # Areas as printed in the same log: the parts leave 0.75 % of the chip unnamed.
    for component, um2 in (
        ("total", 2.07641e7), ("cim_array", 755176), ("interconnect", 5.40191e6), ("adc", 1.66502e6),
        ("accumulation", 3.19514e6), ("other_peripheral", 9.59107e6),
    ):  # fmt: skip
        line += 1
        rows.append(metric(run, "chip", "area", um2 * 1e-12, component=component, line=line))
    for quantity, scale, metric_name in (("latency", 1e-9, "read_latency"), ("energy", 1e-12, "read_dynamic_energy")):
        for index, component in enumerate(_COMPONENTS):
            line += 1
            total = sum(layer[quantity][index] for layer in _NEUROSIM_LAYERS) * scale
            rows.append(metric(run, "chip", metric_name, total, component=component, line=line))
    for name, value in (
        ("leakage_power", 0.0123), ("leakage_energy", 5.6e-7), ("energy_efficiency", 12.9e12), ("throughput", 1.31e12),
        ("frame_rate", 7034.0), ("compute_efficiency", 0.0624e18), ("memory_utilization", 0.353613),
    ):  # fmt: skip
        line += 1
        rows.append(metric(run, "chip", name, value, component="total", line=line))
    rows.append(metric(run, "network", "accuracy", 0.8931, line=47))
    rows.append(metric(run, "network", "test_images", 10000.0, line=47))
    rows.append(metric(run, "simulation", "simulation_time", 207.0, line=377))
    return RunData(
        run=run,
        source=Path("logs") / f"{run}.txt",
        kind="neurosim-1.4",
        state="complete",
        settings={"wrapper.model": "DenseNet40", "wrapper.wl_weight": "8", "neurosim.subarray": "128x128"},
        setting_lines={"wrapper.model": 3, "wrapper.wl_weight": 12, "neurosim.subarray": 11},
        metrics=frame("metrics", rows),
        layers=empty("layers"),
        trials=empty("trials"),
        predictions=empty("predictions"),
        provenance={"log": f"logs/{run}.txt", "format": "neurosim-1.4"},
        problems=("line 1: the speed-up degree was limited by NeuroSim",),
    )


# Epoch 1 of the genuine log V2.1/train_2epochs_smallvgg: s, J and m2 of the chip as printed.
_TRAINING_CHIP = {
    ("area", "total"): 3.2461e-05,
    ("area", "cim_array"): 9.12681e-08,
    ("area", "interconnect"): 6.24955e-06,
    ("area", "adc"): 1.35055e-05,
    ("area", "accumulation"): 3.2992e-06,
    ("area", "other_peripheral"): 4.30278e-06,
    ("area", "weight_gradient"): 5.01273e-06,
    ("epoch_latency", "total"): 62.2743,
    ("epoch_read_latency", "forward"): 21.0861,
    ("epoch_read_latency", "activation_gradient"): 17.3173,
    ("epoch_read_latency", "weight_gradient"): 23.6568,
    ("epoch_write_latency", "weight_update"): 0.214156,
    ("epoch_latency", "buffer"): 25.8191,
    ("epoch_latency", "interconnect"): 6.21133,
    ("epoch_latency", "dram"): 0.322631,
    ("epoch_read_latency", "adc"): 3.95244,
    ("epoch_read_latency", "accumulation"): 10.2377,
    ("epoch_read_latency", "synaptic_array"): 2.02642,
    ("peak_epoch_latency", "total"): 34.4294,
    ("peak_epoch_read_latency", "weight_gradient"): 18.0115,
    ("peak_epoch_write_latency", "weight_update"): 0.201301,
    ("epoch_dynamic_energy", "total"): 21.9415,
    ("training_energy_efficiency", "total"): 2.1091e12,
}


@pytest.fixture(scope="session")
def make_training() -> Callable[..., RunData]:
    """Builder of a NeuroSim training: batches, tests, chip and two layers in each epoch."""

    def make(
        run: str = "output_42000001",
        *,
        epochs: Sequence[int] = (0, 1),
        without_test: Sequence[int] = (),
        without_hardware: Sequence[int] = (),
        kind: str = "neurosim-2.1",
        metrics: pl.DataFrame | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> RunData:
        rows = [metric(run, "network", "best_accuracy", 0.5, line=9000)]
        for epoch in epochs:
            at: dict[str, Any] = {"epoch": epoch, "line": 100 * (epoch + 1)}
            for step in (20, 40):
                rows.append(metric(run, "network", "train_loss", 9.7 - 0.5 * epoch - 0.01 * step, step=step, **at))
                rows.append(metric(run, "network", "train_accuracy", 0.1 + 0.05 * epoch, step=step, **at))
            if epoch not in without_test:
                rows.append(metric(run, "network", "accuracy", 0.3 + 0.01 * epoch, **at))
                rows.append(metric(run, "network", "test_images", 1000.0, **at))
                rows.append(metric(run, "network", "test_loss", 9.3 - 0.4 * epoch, **at))
            rows += [metric(run, "layer", "weight_std", 0.7, layer=layer, **at) for layer in ("layer1", "layer2")]
            if epoch not in without_hardware:
                for (name, component), value in _TRAINING_CHIP.items():
                    grown = value * (1 + 0.01 * epoch) if name == "epoch_dynamic_energy" else value
                    rows.append(metric(run, "chip", name, grown, component=component, **at))
                # Printed a second time, in the breakdown.
                twice = _TRAINING_CHIP["peak_epoch_read_latency", "weight_gradient"]
                again = {**at, "line": at["line"] + 50, "component": "weight_gradient"}
                rows.append(metric(run, "chip", "peak_epoch_read_latency", twice, **again))
                for layer in ("layer1", "layer2"):
                    for phase in ("forward", "activation_gradient", "weight_gradient"):
                        key = {**at, "layer": layer, "component": phase}
                        rows.append(metric(run, "layer", "epoch_read_latency", 4.0, **key))
        return RunData(
            run=run,
            source=Path("logs") / f"{run}.txt",
            kind=kind,
            state="complete",
            settings={"wrapper.train_images": "60"} if settings is None else settings,
            metrics=frame("metrics", rows) if metrics is None else metrics,
            layers=empty("layers"),
            trials=empty("trials"),
            predictions=empty("predictions"),
        )

    return make


HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="session")
def hostile_run() -> RunData:
    """A log in which every text tries to break out of the page."""
    rows = [
        metric(HOSTILE, "layer", "memory_utilization", 0.5, layer=HOSTILE, line=3),
        metric(HOSTILE, "network", "accuracy", 0.5, line=4),
    ]
    return RunData(
        run=HOSTILE,
        source=Path("logs/hostile.txt"),
        kind="neurosim-1.4",
        state="incomplete",
        settings={HOSTILE: HOSTILE, "wrapper.note": "{{ 7 * 7 }} {% raw %}"},
        metrics=frame("metrics", rows),
        layers=empty("layers"),
        trials=empty("trials"),
        predictions=empty("predictions"),
        provenance={HOSTILE: HOSTILE},
        problems=(HOSTILE,),
    )
