"""A genuine log of NeuroSim V2.1: two epochs of a small VGG8, wrapper and C++ part in one file."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes, parse_log
from nnsreport.vocabulary import COMPONENTS, METRICS

Key = tuple[str, str | None, str | None, str, int | None, int | None]

HAS_NUMBER = re.compile(r"\d|\b(?:inf|nan)\b")
CARRIES_NO_RESULT = re.compile(
    r"-+ Estimation of Layer \d+ -+"  # the layer is in the lines below
    r"|  \(\d+\): (?:ReLU|MaxPool2d)\("  # layers without weights
    r"|Saving model to /"  # the epoch of a file's name
    r"|/home/student/"  # repeats the flags
    r"|decreasing_lr: \[200, 250\]"  # repeats a flag
    r"|Building CIFAR-10 data loader with 1 workers"
)


@pytest.fixture(scope="module")
def path(test_data: Path) -> Path:
    return test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt"


@pytest.fixture(scope="module")
def text(path: Path) -> str:
    return path.read_text()


@pytest.fixture(scope="module")
def log(path: Path) -> ParsedLog:
    return parse_log(path)


def values_of(log: ParsedLog) -> dict[Key, float]:
    """Return every number by what it is about."""
    return {(r.scope, r.layer, r.component, r.metric, r.epoch, r.step): r.value for r in log.metrics}


def test_the_log_is_complete_and_nothing_is_wrong_with_it(log: ParsedLog) -> None:
    assert log.format == "neurosim-2.1"
    assert log.complete
    assert log.problems == ()
    assert log.unrecognised == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (("network", None, None, "train_loss", 0, 20), 9.731681),
        (("network", None, None, "train_accuracy", 0, 20), 0.1),
        (("network", None, None, "learning_rate", 0, 40), 1.0),
        (("network", None, None, "accuracy", 0, None), 4 / 40),
        (("network", None, None, "accuracy", 1, None), 3 / 40),
        (("network", None, None, "test_loss", 1, None), 9.1495),
        (("network", None, None, "best_accuracy", None, None), 0.1),
        (("simulation", None, None, "elapsed_time", 0, None), 20.78),
        (("simulation", None, None, "expected_time", 0, None), 20.78),
        (("simulation", None, None, "batch_time", 0, None), 6.93),
        (("simulation", None, None, "elapsed_time", None, None), 245.18),
        (("simulation", None, None, "simulation_time", 1, None), 86.0),
        (("layer", "layer1", None, "fan_in", None, None), 27.0),
        (("layer", "layer8", None, "weight_scale", None, None), 16.0),
        (("layer", "layer1", None, "weight_mean", 0, None), -5.91426156e-03),
        (("layer", "layer8", None, "weight_mean", 0, None), 1.24291461e-02),
        (("layer", "layer8", None, "weight_std", 0, None), 7.09162235e-01),
        (("layer", "layer7", None, "weight_update_mean", 0, None), -2.43782997e-05),
        (("layer", "layer1", None, "weight_update_std", 0, None), 2.10321527e-02),
        (("layer", "layer7", "total", "tiles", 0, None), 8.0),
        (("layer", "layer5", "total", "speed_up", 1, None), 2.0),
        (("layer", "layer8", "total", "memory_utilization", 1, None), 0.078125),
        (("chip", None, "total", "memory_utilization", 0, None), 0.795573),
        (("layer", "layer1", "forward", "epoch_read_latency", 0, None), 4.22436),
        (("layer", "layer1", "weight_update", "epoch_write_dynamic_energy", 0, None), 820622e-12),
        (("layer", "layer1", "forward", "peak_epoch_read_dynamic_energy", 0, None), 1.33982e-2),
        (("layer", "layer1", "total", "epoch_leakage_energy", 0, None), 8.25089e-5),
        (("layer", "layer1", "buffer", "epoch_latency", 0, None), 3.68424),
        (("layer", "layer1", "synaptic_array", "epoch_read_latency", 0, None), 0.118067),
        (("layer", "layer1", "dram", "epoch_dynamic_energy", 0, None), 4.84474e-2),
        (("layer", "layer8", "adc", "epoch_read_dynamic_energy", 1, None), 3.41497e-5),
        (("chip", None, "weight_gradient", "area", 1, None), 5.01273e-6),
        (("chip", None, "cim_array", "area", 1, None), 9.12681e-8),
        (("chip", None, "total", "epoch_latency", 1, None), 62.2743),
        (("chip", None, "total", "peak_epoch_dynamic_energy", 1, None), 2.5845),
        (("chip", None, "interconnect", "epoch_latency", 1, None), 6.21133),
        (("chip", None, "dram", "epoch_dynamic_energy", 1, None), 19.1256),
        (("chip", None, "total", "training_energy_efficiency", 1, None), 2.10909e12),
        (("chip", None, "total", "training_epoch_rate", 1, None), 0.016058),
        (("chip", None, "total", "peak_training_throughput", 1, None), 1.34429e12),
    ],
)
def test_numbers_are_exact(log: ParsedLog, key: Key, value: float) -> None:
    assert values_of(log)[key] == value


def test_epochs_per_second_is_the_inverse_of_the_time_of_an_epoch(log: ParsedLog) -> None:
    values = values_of(log)
    for peak in ("", "peak_"):
        rate = values[("chip", None, "total", f"{peak}training_epoch_rate", 1, None)]
        assert rate * values[("chip", None, "total", f"{peak}epoch_latency", 1, None)] == pytest.approx(1, rel=1e-5)


def test_both_epochs_have_the_same_numbers(log: ParsedLog) -> None:
    counts = Counter(record.epoch for record in log.metrics)
    assert counts == {0: 404, 1: 404, None: 34}
    first, second = (
        {(r.scope, r.layer, r.component, r.metric, r.step, r.line) for r in log.metrics if r.epoch == epoch}
        for epoch in (0, 1)
    )
    assert Counter(key[:5] for key in first) == Counter(key[:5] for key in second)


def test_numbers_printed_twice_are_filed_with_both_lines(log: ParsedLog) -> None:
    repeated = Counter(
        (r.scope, r.layer, r.component, r.metric)
        for r in log.metrics
        if r.epoch == 0 and r.component in ("weight_gradient", "weight_update") and r.metric.startswith("peak_")
    )
    assert len(repeated) == 4 * 9
    assert set(repeated.values()) == {2}


def test_names_are_in_the_vocabulary(log: ParsedLog) -> None:
    for record in log.metrics:
        assert record.scope in METRICS[record.metric].scopes
        assert record.unit == METRICS[record.metric].unit
        assert record.component is None or record.component in COMPONENTS


def test_settings(log: ParsedLog) -> None:
    settings = {setting.name: setting.value for setting in log.settings}
    assert settings["wrapper.epochs"] == "2"
    assert settings["wrapper.nonlinearityLTP"] == "1.75"
    assert settings["wrapper.decreasing_lr"] == "200,250"
    assert settings["wrapper.train_images"] == "60"
    assert settings["neurosim.process"] == "layer-by-layer"
    assert settings["neurosim.novel_mapping"] == "true"
    assert settings["layer_module.layer3"].startswith("QConv2d(64, 128, kernel_size=(3, 3)")
    assert settings["layer_module.layer8"] == "QLinear(in_features=512, out_features=10, bias=False)"


def test_every_line_with_a_number_is_filed(log: ParsedLog, text: str) -> None:
    filed = {record.line for record in log.metrics} | {setting.line for setting in log.settings}
    arrays = {line + rest for line in filed for rest in range(4) if text.split("\n")[line - 1].startswith("[")}
    missed = [
        line
        for number, line in enumerate(text.split("\n"), start=1)
        if HAS_NUMBER.search(line) and number not in filed | arrays and not CARRIES_NO_RESULT.match(line)
    ]
    assert missed == []


def test_every_value_stands_on_its_line(log: ParsedLog, text: str) -> None:
    lines = text.split("\n")
    for record in log.metrics:
        if record.metric in ("accuracy", "weight_mean", "weight_std", "weight_update_mean", "weight_update_std"):
            continue
        printed = [float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[-+]\d+)?", lines[record.line - 1])]
        shifted = [number * 10.0**power for number in printed for power in (0, -2, -6, -9, -12, 12)]
        assert any(record.value == pytest.approx(number, rel=1e-12) for number in shifted), record


def test_cut_between_lines(log: ParsedLog, text: str) -> None:
    whole = values_of(log)
    lines = text.splitlines(keepends=True)
    for count in range(20, len(lines), 4):
        (cut,) = parse_bytes("".join(lines[:count]).encode(), run="r")
        assert values_of(cut).items() <= whole.items(), lines[count - 1]
        assert not cut.complete or count > len(lines) - 3
        if 200 < count < len(lines) - 3:
            assert any("the log is cut off" in problem.message for problem in cut.problems), count


def test_cut_within_lines(log: ParsedLog, text: str) -> None:
    whole = values_of(log)
    data = text.encode()
    for length in range(500, len(data), 151):
        (cut,) = parse_bytes(data[:length], run="r", format="neurosim-2.1")
        assert values_of(cut).items() <= whole.items(), length


def test_where_a_cut_log_stops(text: str) -> None:
    head = text[: text.index("layer3's PEAK readLatency of Forward", text.index("Train Epoch: 1"))]
    (cut,) = parse_bytes(head.encode(), run="r")
    messages = [problem.message for problem in cut.problems]
    assert "the log is cut off: NeuroSim stops in layer3 of 8 in epoch 1 of 2" in messages
    (cut,) = parse_bytes(text[: text.index("Elapsed", text.index("Train Epoch: 1"))].encode(), run="r")
    messages = [problem.message for problem in cut.problems]
    assert "the log is cut off: the training stops in epoch 1 of 2 after 40 images" in messages
