"""Values that are not to be trusted: each kind is told with its values and its cause, and sound logs get nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_log, parse_runs
from nnsreport.parsers.records import Problem

Reader = Callable[..., ParsedLog]


def told(log: ParsedLog, words: str) -> Problem:
    """Return the only problem with these words."""
    (problem,) = (problem for problem in log.problems if words in problem.message)
    return problem


def test_asynchronous_register_files(neurosim: Path) -> None:
    problem = told(parse_log(neurosim / "v1.4" / "main_asynchronous.txt"), "inf or nan")
    assert "leakage_power of the chip and 3 layers" in problem.message
    assert "buffer read_latency of the chip and 3 layers" in problem.message
    assert "synchronous to true" in (problem.remedy or "")
    zero = told(parse_log(neurosim / "v1.4" / "main_asynchronous.txt"), "are 0")
    assert "throughput, frame_rate, compute_efficiency" in zero.message


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "words", "remedy"),
    [
        ("dn40_sram_mux1", "the chip's latency is 0 s", "numColMuxed above 1"),
        ("dn40_sram_mux1", "inf or nan", "numColMuxed above 1"),
        ("dn40nano_rram_seq", "inf or nan", "operationmode = 2"),
        ("dn40nano_CM_fefet_seq", "inf or nan", "operationmode = 2"),
        ("dn40_sram_synchronous_false", "inf or nan", "synchronous to true"),
        ("dn40tail_rram_ub_shipped_traces", "absurd (above 1 J", "traces as wide as"),
    ],
)
def test_known_causes_in_genuine_logs(shared_dir: Path, name: str, words: str, remedy: str) -> None:
    problem = told(parse_log(shared_dir / "neurosim" / "logs" / "V1.4" / f"{name}.txt"), words)
    assert remedy in (problem.remedy or "")


@pytest.mark.shared
def test_sound_logs_get_no_warning(shared_dir: Path) -> None:
    suspicious = ("inf or nan", "absurd", "is 0", "are 0", "negative", "not the sum", "not the largest")
    silent = 0
    for path in sorted((shared_dir / "neurosim" / "logs").glob("[V3D]*/*.txt")):
        if path.parent.name in ("V2.1",) or path.stat().st_size == 0:
            continue
        for log in parse_runs(path):
            text = path.read_text()
            is_odd = re.search(r": -?(?:inf|nan)", text) is not None or "ub_shipped" in path.stem
            warnings = [p for p in log.problems if any(words in p.message for words in suspicious)]
            assert bool(warnings) == is_odd, (path.name, warnings)
            silent += not warnings
    assert silent > 110


def replaced(text: str, old: str, new: str) -> str:
    """Return a text with one line changed."""
    assert text.count(old) == 1, text.count(old)
    return text.replace(old, new)


@pytest.fixture
def layer_by_layer(neurosim: Path) -> str:
    return (neurosim / "v1.0" / "main_layer_by_layer.txt").read_text()


@pytest.fixture
def pipelined(neurosim: Path) -> str:
    return (neurosim / "v1.2" / "main_pipelined.txt").read_text()


def line_with(text: str, label: str) -> str:
    """Return the only line that begins with a label."""
    (line,) = (line for line in text.splitlines() if line.startswith(label))
    return line


@pytest.mark.parametrize(
    ("label", "unit", "named"),
    [
        ("Chip total readLatency is: ", "ns", "read_latency of the chip"),
        ("Chip total readDynamicEnergy is: ", "pJ", "read_dynamic_energy of the chip"),
        ("Chip buffer readLatency is: ", "ns", "buffer read_latency of the chip"),
        ("Chip total leakage Power is: ", "uW", "leakage_power of the chip"),
    ],
)
def test_sum_that_does_not_hold(read: Reader, layer_by_layer: str, label: str, unit: str, named: str) -> None:
    line = line_with(layer_by_layer, label)
    number = float(line.removeprefix(label).removesuffix(unit))
    wrong = replaced(layer_by_layer, line, f"{label}{number * 1.0001:.6g}{unit}")
    problem = told(read(wrong, format="neurosim-1.0"), "not the sum of the layers' values")
    assert problem.message.startswith("1 value is not the sum")
    assert named in problem.message
    assert problem.line == wrong.splitlines().index(f"{label}{number * 1.0001:.6g}{unit}") + 1


def test_largest_that_does_not_hold(read: Reader, pipelined: str) -> None:
    line = line_with(pipelined, "Chip pipeline-system ic readLatency (per image) is: ")
    problem = told(
        read(replaced(pipelined, line, line.replace("is: ", "is: 1")), format="neurosim-1.2"), "not the largest"
    )
    assert "interconnect read_latency of the chip" in problem.message


def test_sums_are_not_asked_of_a_log_from_which_layers_were_cut(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.4" / "wrapper_buffered.txt")
    assert not [problem for problem in log.problems if "sum" in problem.message]


def test_negative_value_is_kept_and_told(read: Reader, layer_by_layer: str) -> None:
    line = line_with(layer_by_layer, "layer2's leakageEnergy is: ")
    log = read(replaced(layer_by_layer, line, "layer2's leakageEnergy is: -12.5pJ"), format="neurosim-1.0")
    assert -12.5e-12 in [r.value for r in log.metrics]
    assert told(log, "negative").message == "1 value is negative: leakage_energy of layer2"


def test_layer_without_latency_is_told(read: Reader, layer_by_layer: str) -> None:
    line = line_with(layer_by_layer, "layer3's readLatency is: ")
    log = read(replaced(layer_by_layer, line, "layer3's readLatency is: 0ns"), format="neurosim-1.0")
    assert "the latency of layer3 is 0 s" in told(log, "is 0 s").message


def test_efficiency_of_nothing_is_told(read: Reader, layer_by_layer: str) -> None:
    line = line_with(layer_by_layer, "Energy Efficiency TOPS/W")
    log = read(
        replaced(layer_by_layer, line, "Energy Efficiency TOPS/W (Layer-by-Layer Process): 0"), format="neurosim-1.0"
    )
    assert told(log, "energy_efficiency is 0").line is not None


def test_nan_energy_is_told_whatever_its_cause(read: Reader, layer_by_layer: str) -> None:
    line = line_with(layer_by_layer, "layer1's ic readDynamicEnergy is: ")
    log = read(replaced(layer_by_layer, line, "layer1's ic readDynamicEnergy is: -nanpJ"), format="neurosim-1.0")
    problem = told(log, "inf or nan")
    assert problem.message == "1 value is inf or nan: interconnect read_dynamic_energy of layer1"
    assert problem.remedy is not None
