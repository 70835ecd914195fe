"""ResNet-20 on the JPEG copy of CIFAR-10: the accuracies that come with the network, found by `nnsreport run`."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run

BENCH = Path(__file__).resolve().parents[2] / "bench" / "resnet20"
# Measured with PyTorch by those who trained the networks: on all 10,000 images, and on the first 1,000.
ALL_IMAGES = {"plain": 0.8760, "noise": 0.8754}
FIRST_1000 = {"plain": 0.874, "noise": 0.865}


def run(runs: Path, shared: Path, network: str, *overrides: str) -> RunData:
    files = {"plain": "resnet20_cifar_jpeg.onnx", "noise": "resnet20_cifar_jpeg_noise.onnx"}
    data = shared / "data"
    paths = (
        f"network.file={data / files[network]}",
        f"data.test={data / 'cifar10_jpeg_test.npz'}",
        f"data.calibration={data / 'cifar10_jpeg_calib.npz'}",
    )
    resolved = read_configuration(BENCH / f"pcm_{network}.toml", (*paths, *overrides))
    return load_run(execute_run(resolved, runs=runs, run=network).folder)


def accuracy(found: RunData, metric: str) -> float:
    return float(found.metrics.filter(metric=metric)["value"].item())


@pytest.mark.shared
@pytest.mark.slow
def test_float_and_quantized_accuracy_of_all_images(tmp_path: Path, shared_dir: Path) -> None:
    ideal = ("device=ideal", "adc.kind=ideal", "run.trials=1", "run.times_s=[]", 'compensation.methods=["none"]')
    found = run(tmp_path, shared_dir, "plain", *ideal)
    assert accuracy(found, "test_images") == 10_000
    assert accuracy(found, "float_accuracy") == pytest.approx(ALL_IMAGES["plain"], abs=1e-9)
    assert accuracy(found, "quantized_accuracy") == pytest.approx(ALL_IMAGES["plain"], abs=0.005)
    # Ideal devices and an ideal ADC change nothing, down to the last prediction.
    assert accuracy(found, "accuracy") == accuracy(found, "quantized_accuracy")


@pytest.mark.shared
@pytest.mark.slow
def test_drift_and_its_compensation(tmp_path: Path, shared_dir: Path) -> None:
    small = ("data.images=1000", "run.trials=1", "run.times_s=[25, 86400]")
    found = {name: run(tmp_path, shared_dir, name, *small) for name in ("plain", "noise")}
    curves = {
        (name, time_s, method): accuracy_then
        for name, data in found.items()
        for time_s, method, accuracy_then in data.trials.select("time_s", "compensation", "accuracy").rows()
    }
    for name, data in found.items():
        assert accuracy(data, "float_accuracy") == pytest.approx(FIRST_1000[name], abs=1e-9)
        assert accuracy(data, "quantized_accuracy") == pytest.approx(FIRST_1000[name], abs=0.005)
        # Without compensation a day of drift leaves chance, 10 % (Joshi 2020, Fig. 4d, has it within 1,000 s).
        assert curves[name, 86400.0, "none"] < 0.25
        assert curves[name, 86400.0, "global"] > 0.55
    # Joshi 2020: a network trained with noise keeps what the other loses.
    assert curves["noise", 25.0, "global"] > 0.84
    assert curves["noise", 86400.0, "global"] > curves["plain", 86400.0, "global"] + 0.02
