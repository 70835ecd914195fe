"""Every genuine inference log beside the checkout: nothing lost, nothing attributed wrongly."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers import ParsedLog, parse_log

pytestmark = pytest.mark.shared

CARRIES_NUMBER = re.compile(r"\d|\binf|nan")

NO_RESULT: tuple[tuple[str, str], ...] = (
    (r"-+ Estimation of Layer \d+ -+$", "names the layer of the lines below it"),
    (r"-+ (?:Heterogeneous 3D|2D|Monolithic 3D) \w+( \w+)? -+$", "begins or ends a part of the log"),
    (r"Building CIFAR-10 data loader with \d+ workers", "threads"),
    (r"rm -f |g\+\+ ", "building NeuroSim"),
    (r"\[exit \d+\]$", "exit code printed by the job script"),
    (
        r"  File \".*\", line \d+, in |    super\(\)\.__init__\(open\(name, mode\)\)|    modelCF = ",
        "stack of an exception",
    ),
    (r"We will support partial parallel for multi-level cells in DNN_NeuroSim V1.5", "rest of the error box"),
    (r"Please make sure parallelRead == subArray when cellBit > 1.", "rest of the error box"),
    (r"Thank you for using NeuroSim", "rest of the error box"),
)
"""Lines of genuine logs that carry a number but no result, with the reason."""

PROBLEMS = (
    r"ERROR!: |ERROR: |RuntimeError: |FileNotFoundError: |\[LevelShifter\] Error",
    "explained as a problem, which names the line",
)
NEVER_PRINTED = {"dn40_sram_tech28", "user_param_as_is"}
VERSIONS = ("V1.0", "V1.2", "V1.3", "V1.4", "V1.5-dev", "DCIM", "3D-heterogeneous")
PROPERTY = {
    "subArray size: ": "subArray",
    "parallel read: ": "parallelRead",
    "ADC precision: ": "ADCprecision",
    "cell precision: ": "cellBit",
    "on/off ratio: ": "onoffratio",
    "variation: ": "vari",
}


@pytest.fixture(scope="module")
def logs(shared_dir: Path) -> dict[str, tuple[list[str], ParsedLog]]:
    """Lines and records of every log that is not empty, by version and name."""
    found = {}
    for version in VERSIONS:
        for path in sorted((shared_dir / "neurosim" / "logs" / version).glob("*.txt")):
            if path.stem not in NEVER_PRINTED:
                found[f"{version}/{path.stem}"] = (path.read_text().split("\n"), parse_log(path))
    assert len(found) > 137
    return found


def unaccounted(lines: list[str], log: ParsedLog) -> tuple[int, list[str]]:
    """Return how many lines carry a number, and those of them that led to nothing and are not known to mean nothing."""
    recorded = {record.line for record in (*log.metrics, *log.settings)}
    flags = {setting.name.removeprefix("wrapper."): setting.value for setting in log.settings}
    explained = {problem.line for problem in log.problems}
    missed, count = [], 0
    for number, line in enumerate(lines, start=1):
        if not CARRIES_NUMBER.search(line):
            continue
        count += 1
        if number in recorded or any(re.match(pattern, line) for pattern, _ in NO_RESULT):
            continue
        if re.match(PROBLEMS[0], line) and explained:
            continue
        label = PROPERTY.get(lines[number - 2]) if number > 1 else None
        if (label and flags.get(label) == line.strip()) or flags.get("logdir") == line.removeprefix("logdir: "):
            continue  # repeats a flag
        missed.append(f"{log.run}:{number}: {line}")
    return count, missed


def test_every_line_with_a_number_is_accounted_for(logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    total, missed = 0, []
    for lines, log in logs.values():
        count, lost = unaccounted(lines, log)
        total += count
        missed += lost
    share = 1 - len(missed) / total
    assert share == 1, f"{share:.4%} of {total} lines accounted for; missed:\n" + "\n".join(missed[:40])
    assert total > 50_000


def test_no_line_of_neurosim_is_unreadable(logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    for lines, log in logs.values():
        assert log.unrecognised == (), [lines[number - 1] for number in log.unrecognised]
        assert not [problem for problem in log.problems if "cannot be read" in problem.message]
        assert not [problem for problem in log.problems if "second value" in problem.message]
        assert not [problem for problem in log.problems if "expected values" in problem.message]


def test_completeness_is_that_of_the_run_time_line(logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    for lines, log in logs.values():
        assert log.complete == any(line.startswith("Total Run-time of NeuroSim") for line in lines)
        if not log.complete:
            assert log.problems, log.run


def test_values_are_those_of_the_index(shared_dir: Path, logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    checked = 0
    for row in (shared_dir / "neurosim" / "INDEX.md").read_text().splitlines():
        if not row.startswith(tuple(f"| {version}/" for version in VERSIONS)):
            continue
        name, *cells = (cell.strip() for cell in row.strip("|").split("|"))
        log = logs.get(name.removesuffix(".txt"))
        area, latency, energy, efficiency = cells[2:6]
        if log is None or not area:
            continue
        values = {r.metric: r.value for r in log[1].metrics if (r.scope, r.component) == ("chip", "total")}
        for metric, printed, exponent in (
            ("area", area, -12),
            ("read_latency", latency, -9),
            ("read_dynamic_energy", energy, -12),
            ("energy_efficiency", efficiency, 12),
        ):
            if not printed:
                continue
            expected = float(Decimal(printed).scaleb(exponent)) if math.isfinite(float(printed)) else float(printed)
            assert values[metric] == expected or (math.isnan(expected) and math.isnan(values[metric])), (name, metric)
            checked += 1
    assert checked > 400


@pytest.mark.parametrize(
    ("pattern", "component", "metric", "exponent"),
    [
        (r"'s readLatency is: (.*)ns", "total", "read_latency", -9),
        (r"'s leakageEnergy is: (.*)pJ", "total", "leakage_energy", -12),
        (r"'s leakagePower is: (.*)uW", "total", "leakage_power", -6),
        (r"'s ic readDynamicEnergy is: (.*)pJ", "interconnect", "read_dynamic_energy", -12),
        (r"-- ADC .* readLatency is : (.*)ns", "adc", "read_latency", -9),
        (r"-- Accumulation .* readDynamicEnergy is : (.*)pJ", "accumulation", "read_dynamic_energy", -12),
        (r"-- Other .* readLatency is : (.*)ns", "other_peripheral", "read_latency", -9),
    ],
)
def test_values_are_those_of_an_independent_search(
    logs: dict[str, tuple[list[str], ParsedLog]], pattern: str, component: str, metric: str, exponent: int
) -> None:
    for lines, log in logs.values():
        blocks = re.split(r"Estimation of Layer (\d+)|(- Summary -)", "\n".join(lines))
        expected = {
            f"layer{blocks[at]}" if blocks[at] else None: re.search(pattern, blocks[at + 2])
            for at in range(1, len(blocks), 3)
        }
        found = {r.layer: r.value for r in log.metrics if (r.component, r.metric) == (component, metric)}
        for layer, match in expected.items():
            if match is None:
                continue
            printed = match.group(1)
            value = float(printed) if "n" in printed else float(Decimal(printed).scaleb(exponent))
            assert found[layer] == value or (math.isnan(value) and math.isnan(found[layer])), (log.run, layer)


def test_weights_join_the_layers_of_the_network(shared_dir: Path, logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    rows = (shared_dir / "neurosim" / "networks" / "NetWork_DenseNet40.csv").read_text().split()
    inputs = [math.prod(int(cell) for cell in row.split(",")[2:5]) for row in rows]
    _, log = logs["V1.4/wrapper_dn40_inference1"]
    assert [r.value for r in log.metrics if r.metric == "fan_in"] == inputs


@pytest.mark.parametrize("name", sorted(NEVER_PRINTED))
def test_logs_of_a_silent_exit_are_empty_and_say_why(shared_dir: Path, name: str) -> None:
    with pytest.raises(LogError, match=r"technode.*28 is not known"):
        parse_log(shared_dir / "neurosim" / "logs" / "V1.4" / f"{name}.txt")


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("V1.0/mini_default", "neurosim-1.0"),
        ("V1.2/dn40k3_default", "neurosim-1.3"),
        ("V1.3/dn40tail_default", "neurosim-1.3"),
        ("V1.4/dn40_sram_synchronous_false", "neurosim-1.4"),
        ("V1.5-dev/dn40nano_default", "neurosim-1.4"),
        ("DCIM/dn40nano_default", "neurosim-dcim-1.0"),
        ("3D-heterogeneous/dn40nano_default", "neurosim-3d-heterogeneous-1.0"),
    ],
)
def test_versions(logs: dict[str, tuple[list[str], ParsedLog]], name: str, format_name: str) -> None:
    _, log = logs[name]
    assert log.format == format_name
    if name.startswith(("V1.2", "V1.5")):  # cut off before, or without, anything that only this version prints
        (version,) = (setting.value for setting in log.settings if setting.name == "neurosim.version")
        assert f" {name[1:4]}" in version


def test_v14_is_never_taken_for_another(logs: dict[str, tuple[list[str], ParsedLog]]) -> None:
    assert {log.format for name, (_, log) in logs.items() if name.startswith("V1.4/")} == {"neurosim-1.4"}
