"""Values, settings and the version's name of a genuine log of each version."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_log, parse_runs
from nnsreport.parsers.neurosim.format import FORMATS
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

SAMPLES = (
    "v1.0/main_layer_by_layer.txt",
    "v1.2/main_pipelined.txt",
    "v1.2/main_layer_by_layer.txt",
    "v1.3/main_pipelined.txt",
    "v1.3/main_asynchronous.txt",
    "v1.3/wrapper.txt",
    "v1.5/wrapper.txt",
    "dcim/main_pipelined.txt",
    "3d/heterogeneous_layer_by_layer.txt",
    "3d/heterogeneous_two_dimensional.txt",
    "3d/monolithic_layer_by_layer.txt",
)


def value_of(log: ParsedLog, metric: str, component: str | None = "total", layer: str | None = None) -> float:
    """Return the only value filed under a key."""
    values = {r.value for r in log.metrics if (r.metric, r.component, r.layer) == (metric, component, layer)}
    assert len(values) == 1, values
    return values.pop()


def settings_of(log: ParsedLog) -> dict[str, str]:
    """Return the settings by name."""
    return {setting.name: setting.value for setting in log.settings}


@pytest.mark.parametrize("name", SAMPLES)
def test_whole_logs_are_complete_and_every_line_is_known(neurosim: Path, name: str) -> None:
    log = parse_log(neurosim / name)
    assert log.complete
    assert log.unrecognised == ()
    assert not [p for p in log.problems if "cannot be read" in p.message or "expected values" in p.message]
    for record in log.metrics:
        assert Scope(record.scope) in METRICS[record.metric].scopes
        assert record.component is None or record.component in COMPONENTS


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_label_announces_a_known_metric(known: object) -> None:
    dialect = known.dialect  # type: ignore[attr-defined]
    for measure in (
        *dialect.layer_labels.values(),
        *dialect.breakdown_labels.values(),
        *dialect.chip_labels.values(),
        *(measure for pattern in dialect.patterns for measure in pattern.measures.values()),
    ):
        assert measure.metric in METRICS
        assert measure.component in COMPONENTS


def test_v10(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.0" / "main_layer_by_layer.txt")
    assert log.format == "neurosim-1.0"
    assert settings_of(log)["neurosim.version"] == "1.0"
    assert settings_of(log)["neurosim.process"] == "layer-by-layer"
    assert "neurosim.synchronous" not in settings_of(log)
    assert value_of(log, "area") == float("6.92263e-03")
    assert value_of(log, "area", "other_peripheral") == float("8.56522e-05")
    assert value_of(log, "read_latency") == float("8330.35e-9")
    assert value_of(log, "speed_up_rows", layer="layer1") * value_of(log, "speed_up_columns", layer="layer1") >= 1
    assert not any(r.metric in ("speed_up", "clock_period", "throughput") for r in log.metrics)
    assert log.problems == ()


def test_v12_pipelined(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.2" / "main_pipelined.txt")
    assert log.format == "neurosim-1.2"
    assert settings_of(log)["neurosim.version"] == "1.2, or 1.1: both print the same"
    assert settings_of(log)["neurosim.process"] == "pipelined"
    assert not any(
        r.component == "cim_array" or r.metric in ("clock_period", "compute_efficiency") for r in log.metrics
    )
    slowest = max(value_of(log, "read_latency", layer=f"layer{k}") for k in (1, 2, 3, 4))
    assert value_of(log, "read_latency") == slowest
    assert log.problems == ()


def test_v12_layer_by_layer(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.2" / "main_layer_by_layer.txt")
    assert value_of(log, "read_latency", "interconnect") == float("7.01267e+03")
    assert value_of(log, "area") == float("1.99704e-05")
    assert value_of(log, "read_dynamic_energy") == float("1.13616e-06")
    (problem,) = log.problems
    assert "absurd (above 100 s for one image): read_latency of the chip" in problem.message
    assert "H-tree" in (problem.remedy or "")


def test_two_runs_of_v12_in_one_file(neurosim: Path) -> None:
    first, second = parse_runs(neurosim / "v1.2" / "main_twice.txt")
    assert [(r.metric, r.layer, r.component) for r in first.metrics] == [
        (r.metric, r.layer, r.component) for r in second.metrics
    ]
    for log in (first, second):
        assert value_of(log, "read_latency", "buffer") == math.inf
        assert any("smaller than a line" in (problem.remedy or "") for problem in log.problems)


def test_v13(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.3" / "main_pipelined.txt")
    assert log.format == "neurosim-1.3"
    assert settings_of(log)["neurosim.version"] == "1.3"
    assert settings_of(log)["neurosim.synchronous"] == "true"
    assert sum(r.metric == "clock_period" for r in log.metrics) == 1
    assert log.problems == ()


def test_asynchronous_v13_is_known_by_its_leakage(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.3" / "main_asynchronous.txt")
    assert log.format == "neurosim-1.3"
    assert settings_of(log)["neurosim.synchronous"] == "false"
    assert settings_of(log)["neurosim.version"].startswith("1.3: the slowest layer")
    slowest = next(
        f"layer{k}"
        for k in (1, 2, 3, 4)
        if value_of(log, "read_latency", layer=f"layer{k}") == value_of(log, "read_latency")
    )
    assert value_of(log, "leakage_energy", layer=slowest) == 0


def test_asynchronous_v14_is_known_by_its_leakage(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.4" / "main_asynchronous.txt")
    assert log.format == "neurosim-1.4"
    assert settings_of(log)["neurosim.version"].startswith("1.4, or 1.5 or DCIM")


def test_v14_alone_may_be_another(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.4" / "main_pipelined.txt")
    assert settings_of(log)["neurosim.version"] == "1.4, or 1.5 or DCIM: the C++ part alone prints the same"
    wrapper = parse_log(neurosim / "v1.4" / "wrapper_buffered.txt")
    assert settings_of(wrapper)["neurosim.version"].startswith("1.4, or DCIM: ")


def test_digital_cim_is_known_by_its_adders(neurosim: Path) -> None:
    log = parse_log(neurosim / "dcim" / "main_pipelined.txt")
    assert log.format == "neurosim-dcim-1.0"
    assert settings_of(log)["neurosim.version"] == "DCIM: it has no ADC, and adders larger than the memory"
    assert value_of(log, "area", "adc") == 0
    assert value_of(log, "area") == float("4.78574e-06")
    assert value_of(log, "read_latency", "adc") == float("29.8016e-9")
    assert log.problems == ()


def test_format_that_was_asked_for_is_kept(neurosim: Path) -> None:
    assert parse_log(neurosim / "dcim" / "main_pipelined.txt", format="neurosim-1.4").format == "neurosim-1.4"


@pytest.mark.shared
def test_binary_networks_of_v14_have_no_adc_either(shared_dir: Path) -> None:
    log = parse_log(shared_dir / "neurosim" / "logs" / "V1.4" / "dn40_sram_opmode3.txt")
    assert value_of(log, "area", "adc") == 0
    assert log.format == "neurosim-1.4"
    assert "operationmode is likely 3 to 6" in settings_of(log)["neurosim.version"]


def test_heterogeneous_layers_are_on_tiers(neurosim: Path) -> None:
    log = parse_log(neurosim / "3d" / "heterogeneous_layer_by_layer.txt")
    assert log.format == "neurosim-3d-heterogeneous-1.0"
    assert settings_of(log)["neurosim.version"] == "3D heterogeneous"
    assert value_of(log, "tiers") == value_of(log, "tiers", "memory_cube") + 1
    assert value_of(log, "operating_temperature") == 300
    assert value_of(log, "memory_arrays", layer="layer1") == 144
    assert value_of(log, "memory_tier", layer="layer4") >= value_of(log, "memory_tier", layer="layer1")
    assert value_of(log, "power_density") > 0
    assert log.problems == ()


def test_heterogeneous_in_two_dimensions_has_the_areas_of_v13(neurosim: Path) -> None:
    log = parse_log(neurosim / "3d" / "heterogeneous_two_dimensional.txt")
    assert log.format == "neurosim-3d-heterogeneous-1.0"
    assert settings_of(log)["neurosim.process"] == "pipelined"
    assert value_of(log, "area", "cim_array") > 0
    assert not any(r.metric == "tiers" for r in log.metrics)


def test_pipelined_tiers_are_refused(neurosim: Path) -> None:
    log = parse_log(neurosim / "3d" / "heterogeneous_refused.txt")
    assert log.format == "neurosim-3d-heterogeneous-1.0"
    assert not log.complete
    assert [(p.line, p.remedy) for p in log.problems] == [(2, "set pipeline = false, or H3D = false, in Param.cpp")]
    assert log.unrecognised == ()


def test_monolithic_says_what_is_on_each_tier(neurosim: Path) -> None:
    log = parse_log(neurosim / "3d" / "monolithic_layer_by_layer.txt")
    assert log.format == "neurosim-3d-monolithic-1.0"
    assert settings_of(log)["neurosim.bottom_tier"].startswith("ADC")
    assert settings_of(log)["neurosim.top_tier"].endswith("Array")
    assert log.problems == ()
