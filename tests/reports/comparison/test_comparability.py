"""Flags: what makes runs less than fully comparable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nnsreport.reports.comparison import Outcome, compare_runs
from nnsreport.reports.comparison.comparability import Flag, find_flags
from nnsreport.reports.comparison.row import frame_rows
from nnsreport.reports.run_data import RunData

MakeRun = Callable[..., RunData]

CHIP = [
    {"metric": metric, "value": 1.0, "component": "total"}
    for metric in ("area", "read_latency", "read_dynamic_energy", "leakage_energy", "throughput", "energy_efficiency")
]


def told_flags(a: RunData, b: RunData) -> list[Flag]:
    """Return the flags but for the one that every NeuroSim log raises."""
    return [flag for flag in find_flags(a, b) if flag.subject != "Param.cpp"]


def flags_of(make_run: MakeRun, a: dict[str, Any], b: dict[str, Any]) -> list[Flag]:
    a_run, b_run = (make_run(n, CHIP, settings=s, kind="neurosim-1.4") for n, s in (("a", a), ("b", b)))
    return told_flags(a_run, b_run)


@pytest.mark.parametrize(
    ("a", "b", "subject", "blocked"),
    [
        (
            {"neurosim.process": "pipelined"},
            {"neurosim.process": "layer-by-layer"},
            "process",
            {"read_latency", "leakage_energy", "throughput", "energy_efficiency"},
        ),
        ({"weights.bits": 8}, {"weights.bits": 4}, "precision", {"throughput", "energy_efficiency"}),
        ({"wrapper.wl_activate": "8"}, {"wrapper.wl_activate": "4"}, "precision", {"throughput", "energy_efficiency"}),
        ({"neurosim.technode": "22"}, {"neurosim.technode": "7"}, "technology", set()),
        ({"wrapper.cellBit": "1"}, {"wrapper.cellBit": "2"}, "device", set()),
        ({"wrapper.model": "VGG8"}, {"wrapper.model": "ResNet18"}, "network", set()),
        ({"network.sha256": "aa"}, {"network.sha256": "bb"}, "network", set()),
    ],
)
def test_what_a_setting_blocks(
    make_run: MakeRun, a: dict[str, Any], b: dict[str, Any], subject: str, blocked: set[str]
) -> None:
    (flag,) = (flag for flag in flags_of(make_run, a, b) if flag.subject != "clocking")
    assert flag.subject == subject
    assert {record["metric"] for record in CHIP if flag.blocks_row(record["metric"], "chip")} == blocked
    assert flag.is_blocking == bool(blocked)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({}, {}),
        ({"weights.bits": 8}, {}),
        ({"weights.bits": 8}, {"weights.bits": "8"}),
        ({"data.test": "/somewhere/test.npz"}, {"data.test": "/elsewhere/test.npz"}),
    ],
)
def test_what_is_the_same_or_not_known_of_both_is_no_flag(
    make_run: MakeRun, a: dict[str, Any], b: dict[str, Any]
) -> None:
    assert flags_of(make_run, a, b) == []


def test_not_comparable_rows_are_not_subtracted_and_say_why(make_run: MakeRun) -> None:
    a = make_run("a", CHIP, settings={"neurosim.process": "pipelined"})
    b = make_run("b", CHIP, settings={"neurosim.process": "layer-by-layer"})
    rows = {row.metric: row for row in frame_rows(compare_runs(a, b).rows)}
    assert rows["read_latency"].outcome == Outcome.NOT_COMPARABLE
    assert rows["read_latency"].difference is None
    assert rows["read_latency"].reason == "process: pipelined against layer-by-layer"
    assert (rows["area"].outcome, rows["area"].caution) == (Outcome.EQUAL, "process")


@pytest.mark.parametrize(
    ("kind_a", "kind_b", "subject", "blocking"),
    [
        ("neurosim-1.3", "neurosim-1.4", "simulator version", False),
        ("neurosim-1.4", "nnsreport", "simulator", False),
        ("neurosim-1.4", "neurosim-2.1", "simulator", True),
    ],
)
def test_simulators(make_run: MakeRun, kind_a: str, kind_b: str, subject: str, blocking: bool) -> None:
    (flag,) = told_flags(make_run("a", CHIP, kind=kind_a), make_run("b", CHIP, kind=kind_b))
    assert (flag.subject, flag.is_blocking) == (subject, blocking)


def test_clocking_is_told_from_what_a_complete_log_leaves_unsaid(make_run: MakeRun) -> None:
    pipelined = {"neurosim.process": "pipelined"}
    (flag,) = flags_of(make_run, pipelined | {"neurosim.synchronous": "true"}, pipelined)
    assert (flag.subject, flag.value_a, flag.value_b) == ("clocking", "synchronous", "asynchronous")
    killed = make_run("b", CHIP, settings=pipelined, kind="neurosim-1.4", state="incomplete")
    whole = make_run("a", CHIP, settings=pipelined | {"neurosim.synchronous": "true"}, kind="neurosim-1.4")
    assert [flag.subject for flag in told_flags(whole, killed)] == ["state"]


def test_other_layers_make_layers_and_sizes_not_comparable(make_run: MakeRun) -> None:
    def run(name: str, count: int) -> RunData:
        layers = [{"metric": "read_latency", "value": 1.0, "layer": f"layer{n}"} for n in range(1, count + 1)]
        return make_run(name, [*CHIP, *layers], kind="neurosim-1.4")

    comparison = compare_runs(run("a", 2), run("b", 3))
    flag, _ = comparison.flags
    assert (flag.value_a, flag.value_b) == ("network not named (2 layers)", "network not named (3 layers)")
    outcomes = {(row.metric, row.layer): row.outcome for row in frame_rows(comparison.rows)}
    assert outcomes["read_latency", "layer1"] == Outcome.NOT_COMPARABLE
    assert outcomes["area", None] == Outcome.NOT_COMPARABLE
    assert outcomes["energy_efficiency", None] == Outcome.EQUAL
    assert outcomes["read_latency", "layer3"] == Outcome.ONLY_IN_B


def test_other_weights_of_the_same_layers_stay_comparable(make_run: MakeRun) -> None:
    layer = {"layer": "conv1", "operator": "Conv", "inputs": 27, "outputs": 16, "groups": 1, "macs_per_image": 442368}
    a, b = (
        make_run(n, settings={"network.sha256": n, "network.file": f"nets/{n}.onnx"}, layers=[layer])
        for n in ("a", "b")
    )
    (flag,) = find_flags(a, b)
    assert (flag.subject, flag.is_blocking, flag.value_a) == ("network", False, "a.onnx (1 layers)")
    assert flag.warns_row("accuracy", "network")


def test_other_data_make_accuracies_not_comparable(make_run: MakeRun) -> None:
    a, b = (make_run(n, [{"metric": "accuracy", "value": 0.9}], settings={"data.test": f"{n}.npz"}) for n in ("a", "b"))
    (row,) = frame_rows(compare_runs(a, b).rows)
    assert (row.outcome, row.reason) == (Outcome.NOT_COMPARABLE, "data: a.npz against b.npz")


def test_the_same_labels_make_other_names_a_caution(make_run: MakeRun) -> None:
    a, b = (make_run(n, settings={"data.test": f"{n}.npz"}, predictions=[(0, None, None, 0, 5, 5)]) for n in ("a", "b"))
    (flag,) = find_flags(a, b)
    assert (flag.subject, flag.is_blocking) == ("data", False)


def test_a_part_of_the_images_is_a_caution(make_run: MakeRun) -> None:
    (flag,) = flags_of(make_run, {"data.images": 0}, {"data.images": 1000})
    assert (flag.subject, flag.is_blocking) == ("test images", False)


def test_unfinished_runs_are_flagged_last(make_run: MakeRun) -> None:
    a = make_run("a", state="incomplete", settings={"neurosim.process": "pipelined"})
    b = make_run("b", settings={"neurosim.process": "layer-by-layer"})
    flags = find_flags(a, b)
    assert [flag.is_blocking for flag in flags] == sorted((flag.is_blocking for flag in flags), reverse=True)
    assert "state" in {flag.subject for flag in flags}


def test_a_log_that_ends_early_is_not_of_another_network(make_run: MakeRun) -> None:
    layers = [{"metric": "read_latency", "value": 1.0, "layer": f"layer{n}"} for n in (1, 2, 3)]
    whole = make_run("a", layers, kind="neurosim-1.4")
    cut = make_run("b", layers[:2], kind="neurosim-1.4", state="incomplete")
    assert [flag.subject for flag in told_flags(whole, cut)] == ["state"]
    assert [flag.subject for flag in told_flags(whole, make_run("b", layers[:2], kind="neurosim-1.4"))] == ["network"]


def test_a_log_does_not_tell_param_cpp(make_run: MakeRun) -> None:
    log = make_run("a", CHIP, kind="neurosim-1.4")
    told = make_run("b", CHIP, kind="neurosim-1.4", settings={"neurosim.technode": 22})
    (flag,) = find_flags(log, told)
    assert flag.summary == "Param.cpp: not in the log against known"
    assert not flag.is_blocking
    assert find_flags(log, log)[0].summary == "Param.cpp: not in the log in both"
    assert find_flags(told, told) == ()


@pytest.mark.parametrize(("sha_b", "flags"), [("aa", []), ("bb", ["data: x (SHA-256 aa) against y (SHA-256 bb)"])])
def test_the_content_of_the_data_counts_before_their_name(make_run: MakeRun, sha_b: str, flags: list[str]) -> None:
    a = make_run("a", settings={"data.test_sha256": "aa", "data.name": "x"})
    b = make_run("b", settings={"data.test_sha256": sha_b, "data.name": "y"})
    assert [flag.summary for flag in find_flags(a, b)] == flags
