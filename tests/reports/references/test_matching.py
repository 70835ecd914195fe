"""A run beside published results: which compare, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nnsreport import tables
from nnsreport.reports.references import Evidence, Fairness, Match, load_library
from nnsreport.reports.references.fairness import Subject, objections
from nnsreport.reports.references.result import Level, PublishedResult
from nnsreport.reports.references.run_facts import RunFacts, names_the_same, run_facts, same_family
from nnsreport.reports.run_data import RunData
from nnsreport.vocabulary import METRICS

MakeRun = Callable[..., RunData]


@pytest.fixture(scope="module")
def make_run() -> MakeRun:
    """Return a function that makes a run of metric records."""

    def make(
        metrics: list[Mapping[str, Any]],
        settings: Mapping[str, Any],
        kind: str = "nnsreport",
        weights: int | None = None,
    ) -> RunData:
        empty = dict.fromkeys(tables.METRICS_COLUMNS)
        records = [empty | {"run": "r", "unit": METRICS[m["metric"]].unit} | dict(m) for m in metrics]
        layer = dict.fromkeys(tables.LAYERS_COLUMNS) | {"inputs": weights, "outputs": 1, "groups": 1}
        return RunData(
            run="r",
            source=Path("r"),
            kind=kind,
            state="complete",
            settings=settings,
            metrics=pl.DataFrame(records, schema=tables.schema("metrics")),
            layers=pl.DataFrame([layer] if weights else [], schema=tables.schema("layers")),
            trials=tables.empty("trials"),
            predictions=tables.empty("predictions"),
        )

    return make


def accuracy(value: float, time_s: float, compensation: str, trial: int = 0) -> dict[str, Any]:
    return {
        "scope": "network",
        "metric": "accuracy",
        "value": value,
        "time_s": time_s,
        "compensation": compensation,
        "trial": trial,
    }


DAY_S = 86400.0
PCM_SETTINGS = {
    "network.file": "nets/resnet32.onnx",
    "data.name": "CIFAR-10",
    "device.name": "pcm-joshi2020",
    "weights.bits": 8,
    "adc.bits": 8,
}


@pytest.fixture(scope="module")
def pcm_run(make_run: MakeRun) -> RunData:
    conditions = [(t, c) for t in (25.0, 3600.0, DAY_S) for c in ("none", "global")]
    metrics = [accuracy(0.9 + 0.01 * trial, *condition, trial) for condition in conditions for trial in range(3)]
    return make_run(metrics, PCM_SETTINGS, weights=361_712)


def joshi(matches: tuple[Match, ...], **conditions: object) -> list[Match]:
    return [
        match
        for match in matches
        if match.paper.key == "joshi2020pcm"
        and match.result is not None
        and all(getattr(match.result, name) == value for name, value in conditions.items())
    ]


def test_a_pcm_run_stands_beside_joshis_day_with_global_compensation(pcm_run: RunData) -> None:
    (match,) = joshi(load_library().matching(pcm_run), time_s=DAY_S, compensation="global")
    assert (match.time_s, match.compensation, match.run_value) == (DAY_S, "global", pytest.approx(0.91))
    assert match.fairness is Fairness.WITH_RESERVATIONS
    assert match.reasons == ("hardware weights, but inference ran in software without converters",)
    assert match.evidence is Evidence.SECONDARY


def test_the_first_published_read_meets_the_runs_first(pcm_run: RunData) -> None:
    (match,) = joshi(load_library().matching(pcm_run), time_s=25.0)
    assert (match.time_s, match.fairness) == (25.0, Fairness.WITH_RESERVATIONS)


def test_an_unpublished_time_meets_the_runs_earliest(pcm_run: RunData) -> None:
    (match,) = joshi(load_library().matching(pcm_run), value="93.7")
    assert (match.time_s, match.evidence) == (25.0, Evidence.READ)
    assert "time after programming not published, 25 s in the run" in match.reasons


def test_a_compensation_the_run_lacks_is_not_comparable(pcm_run: RunData) -> None:
    for match in joshi(load_library().matching(pcm_run), compensation="adabs", network="ResNet-32"):
        assert match.fairness is Fairness.NOT_COMPARABLE
        assert match.reasons[0] == "compensation adabs, against none"


def test_the_common_resnet32_is_of_other_widths(make_run: MakeRun) -> None:
    run = make_run([accuracy(0.93, 25.0, "none")], PCM_SETTINGS, weights=461_872)
    (match,) = joshi(load_library().matching(run), time_s=25.0)
    assert match.fairness is Fairness.WITH_RESERVATIONS
    assert "same family, other widths: 361,722 weights, against 461,872" in match.reasons


def test_papers_of_the_mission_without_a_number_are_named(pcm_run: RunData) -> None:
    silent = [m for m in load_library().matching(pcm_run) if m.fairness is Fairness.NOT_AVAILABLE]
    assert [m.paper.mission for m in silent] == [1, 3, 4, 5, 7, 8]
    assert {(m.metric, m.result, m.evidence) for m in silent} == {("accuracy", None, None)}
    assert str(Fairness.NOT_AVAILABLE) == "published value not available"


def test_the_most_comparable_come_first(pcm_run: RunData) -> None:
    order = [list(Fairness).index(match.fairness) for match in load_library().matching(pcm_run)]
    assert order == sorted(order)


def test_layers_components_and_failures_are_not_held_beside_chips(make_run: MakeRun) -> None:
    chip = {"scope": "chip", "metric": "area", "value": 1e-6}
    run = make_run(
        [
            chip | {"component": "adc"},
            {"scope": "layer", "layer": "layer1", "metric": "read_latency", "value": 1e-6},
            {"scope": "chip", "component": "total", "metric": "energy_efficiency", "value": float("nan")},
        ],
        {},
        kind="neurosim-1.4",
    )
    assert load_library().matching(run) == ()


def neurosim_settings(**more: str) -> dict[str, str]:
    return {
        "wrapper.model": "VGG8",
        "wrapper.dataset": "cifar10",
        "wrapper.wl_weight": "8",
        "wrapper.wl_activate": "8",
        "wrapper.cellBit": "1",
        "wrapper.ADCprecision": "4",
        "neurosim.technode": "22",
        "neurosim.process": "layer-by-layer",
    } | more


def test_a_neurosim_log_of_the_published_chip(make_run: MakeRun) -> None:
    chip = {"scope": "chip", "component": "total", "metric": "read_latency", "value": 3.7e-3}
    run = make_run([chip], neurosim_settings(), kind="neurosim-1.3")
    best = load_library().matching(run)[0]
    assert best.result is not None
    assert (best.result.device, best.result.technology_nm, best.result.value_si) == ("SRAM", 22, pytest.approx(3.6e-3))
    assert best.reasons == ("estimated with NeuroSim V1.3, the run with neurosim-1.3",)


def facts(**known: Any) -> RunFacts:
    nothing = dict.fromkeys(("weights", "technology_nm", "weight_bits", "activation_bits", "cell_bits", "adc_bits"))
    words = {
        "simulator": "neurosim-1.4",
        "phase": "inference",
        "process": "",
        "network": "",
        "dataset": "",
        "device": "",
    }
    return RunFacts(**(nothing | words | known))


def published(**known: Any) -> PublishedResult:
    texts = dict.fromkeys(("quantity", "value", "unit", "conditions", "location", "source"), "")
    return PublishedResult(key="k", evidence=Evidence.READ, **texts, **known)


@pytest.mark.parametrize(
    ("metric", "known", "result", "grave", "reason"),
    [
        ("energy_efficiency", {}, {"level": Level.MACRO}, True, "a macro, without"),
        ("accuracy", {}, {"phase": "training"}, True, "training, against inference"),
        ("area", {"technology_nm": 7}, {"technology_nm": 22}, True, "other node: 22 nm, against 7 nm"),
        ("area", {}, {"technology_nm": 22, "device": "SRAM"}, False, "22 nm SRAM; the run does not name"),
        ("area", {"network": "VGG8"}, {"network": "ResNet-18"}, True, "other network: ResNet-18, against VGG8"),
        ("energy_efficiency", {"network": "VGG8"}, {"network": "ResNet-18"}, False, "other network"),
        ("accuracy", {"network": "resnet18"}, {"network": "ResNet-32"}, True, "same family, other network"),
        ("accuracy", {"dataset": "cifar100"}, {"dataset": "CIFAR-10"}, True, "other data: CIFAR-10, against cifar100"),
        ("area", {"dataset": "cifar100"}, {"dataset": "CIFAR-10"}, False, "other data"),
        ("accuracy", {"dataset": "CIFAR-10 (JPEG copy)"}, {"dataset": "CIFAR-10"}, False, "the run's data are named"),
        (
            "energy_efficiency",
            {"weight_bits": 4},
            {"weight_bits": 8},
            True,
            "other precision: 8-bit weights, against 4",
        ),
        ("area", {"weight_bits": 4}, {"weight_bits": 8}, False, "other precision"),
        ("energy_efficiency", {"adc_bits": 5}, {"adc_bits": 4}, False, "other precision: 4-bit ADC, against 5"),
        ("energy_efficiency", {}, {"estimate": "post-layout"}, True, "post-layout"),
        ("read_latency", {"process": "pipelined"}, {"process": "layer-by-layer"}, True, "layer-by-layer, against"),
        ("throughput", {"process": "pipelined"}, {}, False, "whether both are pipelined is not known"),
        ("accuracy", {}, {"time_s": DAY_S}, True, "86400 s after programming; the run has no drift"),
        ("accuracy", {"device": "ideal"}, {"device": "PCM"}, True, "other device: PCM, against ideal"),
    ],
)
def test_objections(metric: str, known: dict[str, Any], result: dict[str, Any], grave: bool, reason: str) -> None:
    (found,) = objections(Subject(facts(**known), metric, None, None), published(metric=metric, **result))
    assert found.is_grave is grave
    assert found.reason.startswith(reason) or reason in found.reason


def test_nothing_speaks_against_the_same_conditions() -> None:
    same = {"weight_bits": 8, "technology_nm": 22}
    subject = Subject(facts(network="VGG-8", dataset="CIFAR-10", **same), "area", None, None)
    assert objections(subject, published(metric="area", network="VGG-8", dataset="CIFAR-10", **same)) == ()


@pytest.mark.parametrize(
    ("name", "expected", "same"),
    [
        ("VGG8", "VGG-8", True),
        ("resnet20_cifar_jpeg", "ResNet-20", True),
        ("resnet20_cifar_jpeg", "ResNet-2", False),
        ("cifar100", "CIFAR-10", False),
        ("cifar10_jpeg_test", "CIFAR-10", True),
        ("myresnet18", "ResNet-18", False),
        ("", "VGG-8", False),
    ],
)
def test_names(name: str, expected: str, same: bool) -> None:
    assert names_the_same(name, expected) is same


def test_families() -> None:
    assert same_family("resnet20", "ResNet-32")
    assert not same_family("VGG8", "ResNet-18")


def test_facts_of_an_analog_run_have_no_cell_or_converter_bits(make_run: MakeRun) -> None:
    found = run_facts(make_run([], {"mapping.cell_bits": 0, "adc.kind": "ideal", "adc.bits": 8, "weights.bits": 8}))
    assert (found.cell_bits, found.adc_bits, found.weight_bits) == (None, None, 8)
