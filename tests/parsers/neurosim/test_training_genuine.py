"""The log of a training against the files that NeuroSim wrote beside it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_log

pytestmark = pytest.mark.shared

PHASES = (("forward", "read"), ("activation_gradient", "read"), ("weight_gradient", "read"), ("weight_update", "write"))
PARTS = ("adc", "accumulation", "synaptic_array", "buffer", "interconnect", "weight_gradient", "weight_update", "dram")
METRIC_OF_PART = {
    **dict.fromkeys(("adc", "accumulation", "synaptic_array"), "epoch_read_{}"),
    **dict.fromkeys(("buffer", "interconnect", "dram"), "epoch_{}"),
    "weight_gradient": "peak_epoch_read_{}",
    "weight_update": "peak_epoch_write_{}",
}
AREAS = ("total", "cim_array", "interconnect", "adc", "accumulation", "other_peripheral", "weight_gradient")


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    return shared_dir / "neurosim" / "logs" / "V2.1"


@pytest.fixture(scope="module")
def log(folder: Path) -> ParsedLog:
    return parse_log(folder / "train_2epochs_smallvgg.txt")


@pytest.fixture(scope="module")
def values(log: ParsedLog) -> dict[tuple[str | None, str | None, str, int | None], float]:
    return {(r.layer, r.component, r.metric, r.epoch): r.value for r in log.metrics if r.step is None}


def rows_of(path: Path) -> list[list[str]]:
    return [[cell.strip() for cell in row] for row in csv.reader(path.read_text().splitlines())]


def assert_same(found: float, printed: str) -> None:
    """Check a number of the log, of six digits in ns or pJ, against six digits in s or J."""
    assert found == pytest.approx(float(printed), rel=1e-5)


def test_output_csv(folder: Path, values: dict[tuple[str | None, str | None, str, int | None], float]) -> None:
    columns = [
        (component, f"{peak}epoch_{access}_{quantity}")
        for peak in ("", "peak_")
        for quantity in ("latency", "dynamic_energy")
        for component, access in PHASES
    ]
    rates = [f"{peak}training_{what}" for peak in ("", "peak_") for what in ("energy_efficiency", "throughput")]
    for epoch, row in enumerate(rows_of(folder / "NeuroSim_Output.csv")[1:]):
        for (component, metric), printed in zip(columns, row, strict=False):
            assert_same(values[None, component, metric, epoch], printed)
        for metric, printed in zip(rates, row[16:], strict=True):
            assert_same(values[None, "total", metric, epoch] / 1e12, printed)


@pytest.mark.parametrize("epoch", [0, 1])
def test_breakdown_csv(
    folder: Path, values: dict[tuple[str | None, str | None, str, int | None], float], epoch: int
) -> None:
    rows = rows_of(folder / "NeuroSim_Results_Each_Epoch" / f"NeuroSim_Breakdown_Epock_{epoch}.csv")
    for component, printed in zip(AREAS, rows[1], strict=True):
        assert_same(values[None, component, "area", epoch], printed)
    phases = [
        (component, f"{peak}epoch_{access}_{quantity}")
        for peak in ("", "peak_")
        for quantity in ("latency", "dynamic_energy")
        for component, access in PHASES
    ]
    parts = [(part, METRIC_OF_PART[part].format(what)) for what in ("latency", "dynamic_energy") for part in PARTS]
    layers = [row for row in rows if row and (row[0].isdigit() or row[0] == "Total") and len(row) > 30]
    assert len(layers) == 9
    for row in layers:
        layer = f"layer{row[0]}" if row[0].isdigit() else None
        numbers = [cell for cell in row[1:] if cell]
        for (component, metric), printed in zip([*phases, *parts], numbers, strict=True):
            assert_same(values[layer, component, metric, epoch], printed)
    rate, peak_rate = rows[-1][1], rows[-1][4]
    assert_same(values[None, "total", "training_epoch_rate", epoch], rate)
    assert_same(values[None, "total", "peak_training_epoch_rate", epoch], peak_rate)


def test_wrapper_csv(folder: Path, values: dict[tuple[str | None, str | None, str, int | None], float]) -> None:
    for name, metric in (("weight_dist.csv", "weight"), ("delta_dist.csv", "weight_update")):
        for epoch, row in enumerate(rows_of(folder / name)[1:]):
            names = [(f"layer{n}", f"{metric}_{what}") for what in ("mean", "std") for n in range(1, 9)]
            for (layer, about), printed in zip(names, row, strict=True):
                assert values[layer, None, about, epoch] == pytest.approx(float(printed), abs=5.1e-7)
    for row in rows_of(folder / "PythonWrapper_Output.csv")[1:]:
        epoch = int(float(row[0]))
        assert values[None, None, "test_loss", epoch] == pytest.approx(float(row[1]), abs=5.1e-5)
        assert values[None, None, "accuracy", epoch] == pytest.approx(float(row[2]) / 100)
