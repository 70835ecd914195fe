"""The script that times the engine beside others works in small, with and without them; no time is judged."""

from __future__ import annotations

import importlib
import os
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.network import execute, float_multiply, load_graph


@pytest.fixture(scope="module")
def speed() -> ModuleType:
    return importlib.import_module("speed_beside_peers")


@pytest.fixture(scope="module")
def alternation() -> ModuleType:
    return importlib.import_module("alternation")


SMALL = ["--images", "3", "--repeats", "2", "--threads", "1"]


def table(printed: str) -> list[list[str]]:
    """Cells of all rows, the head first."""
    lines = [line for line in printed.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


@pytest.mark.slow
def test_without_the_peers_the_engine_is_timed_alone(
    speed: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed.Peer, "version", property(lambda _: None))
    speed.main([*SMALL, "--rows", "offset", "floating"])
    printed = capsys.readouterr().out
    assert "\n1 thread\n" in printed
    head, *rows = table(printed)
    assert [row[0] for row in rows] == ["floating point", "offset"]
    for name in ("CrossSim", "aihwkit", "PyTorch"):
        assert f"{name} is not installed, and left out" in printed
    for row in rows:
        found = dict(zip(head, row, strict=True))
        assert found["images x passes"] == "3 x 2"
        assert found["ratio"] == found["wall"] == found["agree"] == found["goal"] == ""
        assert float(found["core-ms an image: engine, peer"]) > 0
        assert float(found["peak, MB"]) > 10
        assert 0 <= float(found["accuracy, %"]) <= 100


@pytest.mark.slow
def test_with_a_peer_both_are_timed_in_turns(
    speed: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """NumPy's name stands for the engine itself, which classifies as the engine does."""
    stand_in = speed.Peer("numpy", "numpy", speed.program_engine)
    rows = {"bit-serial": replace(speed.speed_rows()["bit-serial"], peer=stand_in)}
    monkeypatch.setattr(speed, "PEERS", (stand_in,))
    monkeypatch.setattr(speed, "speed_rows", lambda: rows)
    speed.main([*SMALL[:-1], "2"])
    printed = capsys.readouterr().out
    assert f"numpy {np.__version__}" in printed
    assert "\n2 threads\n" in printed
    head, row = table(printed)
    found = dict(zip(head, row, strict=True))
    assert found["peer"] == "numpy"
    assert found["agree"] == "yes: p = 1, 100.0 % classified alike"
    assert all(float(part) > 0 for part in found["core-ms an image: engine, peer"].split(", "))
    middle, least, greatest = (float(part.strip("()")) for part in found["ratio"].split() if part != "to")
    assert 0 < least <= middle <= greatest
    ours, theirs = found["accuracy, %"].split(", ")
    assert ours == theirs


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "row"), [("simulator", "offset"), ("aihwkit", "PCM"), ("torch", "floating")], ids=lambda value: value
)
def test_a_peer_that_is_installed_agrees(
    speed: ModuleType, module: str, row: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    speed.main([*SMALL, "--rows", row])
    rows = table(capsys.readouterr().out)[1:]
    assert rows
    assert all(found[-1].startswith("yes") for found in rows if not found[2].startswith("("))


@pytest.mark.parametrize("network", ["digits", pytest.param("resnet20", marks=pytest.mark.shared)])
def test_pytorch_computes_the_same_network(speed: ModuleType, network: str, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("torch")
    folder = request.getfixturevalue("shared_dir") / "data" if network == "resnet20" else None
    material = speed.material_in(folder)
    images, _ = importlib.import_module("inference_speed").load_images(material.images, 5)
    theirs = importlib.import_module("torch_float").TorchNetwork(material.network).infer(images)
    ours = execute(load_graph(material.network), images, float_multiply)
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-4)


def passes(speed: ModuleType, classes: list[list[int]], core_ms: float = 1.0, peak_mb: float = 1.0) -> list:
    """Passes that gave these classes, of images that all are of class 0."""
    return [
        speed.Pass(np.eye(3)[np.array(found)], np.zeros(len(found), int), core_ms, core_ms, 0.0, peak_mb)
        for found in classes
    ]


def test_accuracies_that_differ_are_told(speed: ModuleType) -> None:
    row = speed.speed_rows()["bit-serial"].row
    right, wrong = passes(speed, [[0] * 20]), passes(speed, [[1] * 20])
    assert speed.agreement(row, right, wrong).startswith("**no**: p = 1.9e-06")  # 2 x 2^-20
    mixed = passes(speed, [[0] * 18 + [1, 2]])
    assert speed.agreement(row, right, mixed) == "yes: p = 0.5, 90.0 % classified alike"
    noisy = speed.speed_rows()["read noise 2 %"].row
    ours = passes(speed, [[0] * 19 + [1], [0] * 18 + [1] * 2, [0] * 20])
    theirs = passes(speed, [[1] * 19 + [0], [1] * 18 + [0] * 2, [1] * 20])
    assert speed.agreement(noisy, ours, ours).startswith("yes")
    assert speed.agreement(noisy, ours, theirs).startswith("**no**")
    assert speed.agreement(noisy, ours[:1], theirs[:1]) == "one pass tells nothing"


def test_goals_are_of_ratio_and_memory(speed: ModuleType) -> None:
    row = speed.speed_rows()["bit-serial"]
    goals = []
    for core_ms, peak_mb in ((10.0, 10.0), (9.0, 10.0), (10.0, 1001.0)):
        ours, theirs = passes(speed, [[0]], 1.0, peak_mb), passes(speed, [[0]], core_ms)
        goals.append(speed.cells("a", row, ours, theirs)[5])
    assert goals == ["10: met", "10: **missed**", "10: met; **memory**"]


def test_ratios_are_taken_turn_by_turn(speed: ModuleType) -> None:
    """A load that slows one turn down slows both programs."""
    ours = [passes(speed, [[0]], core_ms)[0] for core_ms in (1.0, 10.0, 1.0)]
    theirs = [passes(speed, [[0]], core_ms)[0] for core_ms in (4.0, 50.0, 3.0)]
    assert speed.cells("a", speed.speed_rows()["bit-serial"], ours, theirs)[4] == "4 (3 to 5)"


def test_numbers_of_threads_are_told_apart(speed: ModuleType) -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert speed.thread_counts("1,all") == list(dict.fromkeys([1, cores]))
    assert speed.thread_counts("3,1,3") == [3, 1]


class Recorder:
    """Stands for a program, and writes down when it is asked."""

    def __init__(self, name: str, seen: list[str], fails_at: int = -1) -> None:
        self.name, self.seen, self.fails_at = name, seen, fails_at

    def run(self, trial: int) -> str:
        if trial == self.fails_at:
            raise EOFError
        self.seen.append(f"{self.name}{trial}")
        return self.seen[-1]

    def close(self) -> None:
        self.seen.append(f"end of {self.name}")


def test_programs_take_turns(alternation: ModuleType) -> None:
    seen: list[str] = []
    assert alternation.alternate((Recorder("a", seen), Recorder("b", seen)), 2) == (["a0", "a1"], ["b0", "b1"])
    assert seen == ["a0", "b0", "a1", "b1", "end of a", "end of b"]


def test_all_processes_end_where_one_fails(alternation: ModuleType) -> None:
    seen: list[str] = []
    with pytest.raises(EOFError):
        alternation.alternate((Recorder("a", seen), Recorder("b", seen, fails_at=0)), 2)
    assert seen == ["a0", "end of a", "end of b"]
