"""MLP+NeuroSim's output: every number of the samples, and what is said of failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import ParsedLog, formats, parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.mlp import FORMATS
from nnsreport.parsers.reading import lines_of
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

CHIP = {
    ("area", "synaptic_core"): 5.0841e-09,
    ("area", "neuron_periphery"): 1.2082e-09,
    ("area", "total"): 6.2923e-09,
    ("leakage_power", "subarray_input_hidden"): 7.1391e-05,
    ("leakage_power", "subarray_hidden_output"): 1.6238e-05,
    ("leakage_power", "neuron_input_hidden"): 1.5533e-05,
    ("leakage_power", "neuron_hidden_output"): 2.4850e-06,
    ("leakage_power", "synaptic_core"): 8.7629e-05,
    ("leakage_power", "neuron_periphery"): 1.8018e-05,
}
EPOCHS = {
    1: (0.2750, 1.2177e-04, 5.3715, 1.2621e-08, 2.0059e-06),
    2: (0.4250, 2.4354e-04, 8.7435, 2.5241e-08, 3.3383e-06),
    3: (0.5500, 3.6531e-04, 11.776, 3.7864e-08, 4.5752e-06),
}
SPENT = ("read_latency", "write_latency", "read_energy", "write_energy")


def values_of(log: ParsedLog) -> dict[tuple[str, str | None, int | None], float]:
    return {(r.metric, r.component, r.epoch): r.value for r in log.metrics}


def read(text: str) -> ParsedLog:
    (log,) = parse_bytes(text.encode(), run="r", format="mlp-neurosim-3.0")
    return log


def settings_of(log: ParsedLog) -> dict[str, str]:
    return {setting.name: setting.value for setting in log.settings}


def messages_of(log: ParsedLog) -> str:
    return "\n".join(str(problem) for problem in log.problems)


def test_every_number_of_a_whole_log(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "real_device.txt")
    expected = {(metric, component, None): value for (metric, component), value in CHIP.items()}
    for epoch, (accuracy, *spent) in EPOCHS.items():
        expected["accuracy", None, epoch] = accuracy
        expected |= {(f"cumulative_{name}", "total", epoch): value for name, value in zip(SPENT, spent, strict=True)}
    assert values_of(log) == expected
    assert len(log.metrics) == len(expected)
    assert [record.line for record in log.metrics] == list(range(1, 25))
    assert log.complete
    assert not log.problems
    assert not log.unrecognised
    assert settings_of(log) == {"neurosim.version": "1.0, 2.0 or 3.0"}


def test_records_use_the_vocabulary(mlp_samples: Path) -> None:
    for path in sorted(mlp_samples.glob("*.txt")):
        log = parse_log(path)
        for record in log.metrics:
            metric = METRICS[record.metric]
            assert record.unit == metric.unit
            assert Scope(record.scope) in metric.scopes
            assert record.component is None or record.component in COMPONENTS
            assert record.metric in FORMATS[0].schema


def test_hybrid_cells_print_the_transfer_latency_of_both_sub_arrays_and_then_of_the_first(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "hybrid_cell.txt")
    values = values_of(log)
    assert values["cumulative_transfer_latency", "total", 2] == 6.9574
    assert values["cumulative_transfer_latency", "subarray_input_hidden", 2] == 5.7601
    assert values["cumulative_transfer_energy", "total", 6] == 2.0159e-05
    assert values["accuracy", None, 6] == 1.0
    assert settings_of(log) == {"neurosim.version": "3.0", "neurosim.cell": "hybrid"}
    assert len(log.metrics) == 9 + 3 * 8
    assert not log.problems


def test_2t1f_cells_print_the_transfer_latency_of_the_first_sub_array_only(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "2t1f_cell.txt")
    values = values_of(log)
    assert values["cumulative_transfer_latency", "subarray_input_hidden", 4] == 1.6500e-03
    assert not any(component == "total" for metric, component, _ in values if metric == "cumulative_transfer_latency")
    assert values["cumulative_transfer_energy", "total", 4] == 4.1119e-08
    assert settings_of(log)["neurosim.cell"] == "2T1F"


def test_messages_of_the_optimiser_are_explained_and_the_accuracy_behind_them_is_read(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "unknown_optimizer.txt")
    assert values_of(log)["accuracy", None, 2] == 0.125
    assert len(log.metrics) == 9 + 2 * 5
    assert "did not recognise optimization_type, so it trained nothing" in messages_of(log)
    assert "(2 times)" in messages_of(log)
    assert settings_of(log)["neurosim.version"] == "3.0"
    assert log.complete


def test_missing_data_are_explained(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "missing_data.txt")
    assert log.format == "mlp-neurosim-3.0"
    assert not log.complete
    assert "the file patch60000_train.txt is missing" in messages_of(log)
    assert "MNIST_data.zip" in messages_of(log)


@pytest.mark.parametrize(
    ("line", "expected", "version"),
    [
        ("Error: this version of simulator only supports black and white input data", "numBitInput = 1", "1.0"),
        ("[Error] Conductance variation check not passed. The variation may be too large.", "maxConductanceVar", "2.0"),
        ("[Error] Conductance range of LTP and LTD are not consistent", "dataConductanceLTP", "2.0"),
        ("[Error] LTP conductance should be monotonically increasing", "of LTP must be increasing", "2.0"),
        ("[Error] LTD conductance should be monotonically decreasing", "of LTD must be decreasing", "2.0"),
        ("FeFET structure is not compatible with crossbar", "cmosAccess = true", "2.0"),
        ("NeuroSim does not take ideal array. Has Assigned the width to 200nm.", "200 nm wires", "1.0, 2.0"),
        ("Please specify the correct reading mode", "hybrid cell", "3.0"),
        ("Error: CMOS Technology node 28nm is not supported", "node 28 nm is not supported", "1.0, 2.0"),
        ("[SwitchMatrix] Error: Require initialization first!", "SwitchMatrix before it was set up", "1.0, 2.0"),
        ("[Subtractor] Error: Require initialization first!", "Subtractor before it was set up", "3.0"),
        ("Need to provide both newHeight and newWidth for OverrideLayout()", "V2.0 or later", "1.0, 2.0"),
        (
            "Transistor width of 3T1C=5.11F is larger than the assigned cell width=4.00F in layout",
            "resistanceOn",
            "3.0",
        ),
        ("libgomp: Thread creation failed: Resource temporarily unavailable", "OMP_THREAD_LIMIT", "3.0"),
        ("slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***", "--time", "1.0"),
    ],
)
def test_messages_are_explained_with_a_remedy(line: str, expected: str, version: str) -> None:
    log = read(f"{line}\n")
    assert expected in messages_of(log)
    assert any(problem.remedy for problem in log.problems)
    assert settings_of(log)["neurosim.version"].startswith(version)
    assert not log.complete


def test_a_log_of_nothing_but_the_transistor_of_a_hybrid_cell_is_recognised() -> None:
    text = "Transistor width of 3T1C=5.11F is larger than the assigned cell width=4.00F in layout\n"
    (log,) = parse_bytes(text.encode(), run="r")
    assert log.format == "mlp-neurosim-3.0"


def test_a_log_of_nothing_but_the_message_about_layouts_is_recognised() -> None:
    (log,) = parse_bytes(b"Need to provide both newHeight and newWidth for OverrideLayout()\n", run="r")
    assert log.format == "mlp-neurosim-3.0"


def test_a_message_repeated_a_million_times_is_one_problem() -> None:
    log = read("[SwitchMatrix] Error: Require initialization first!\n" * 100_000)
    assert [str(problem) for problem in log.problems if "100000 times" in problem.message]
    assert len(log.problems) == 2


def test_lines_of_make_mean_nothing(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    log = read("stdbuf -o 0 ./main | tee log_20260101_120000.txt\n" + text)
    assert log.unrecognised == ()
    assert len(log.metrics) == 24


def test_accuracy_without_the_per_cent_sign_of_glibc(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    assert values_of(read(text.replace("%", ""))) == values_of(read(text))
    damaged = read(text.replace("27.50%", "27.5"))
    assert ("accuracy", None, 1) not in values_of(damaged)
    assert "cannot be read" in messages_of(damaged)


def test_several_runs_in_one_file(mlp_samples: Path) -> None:
    first, second, third = (
        (mlp_samples / f"{name}.txt").read_text() for name in ("real_device", "missing_data", "hybrid_cell")
    )
    logs = parse_bytes((first + second + third + first).encode(), run="7")
    assert [log.run for log in logs] == ["7", "7#2", "7#3"]
    assert [len(log.metrics) for log in logs] == [24, 33, 24]
    assert [log.complete for log in logs] == [True, True, True]
    assert "MNIST_data.zip" in messages_of(logs[1])


def test_a_second_run_without_its_beginning_is_left_out(mlp_samples: Path) -> None:
    lines = (mlp_samples / "real_device.txt").read_text().splitlines(keepends=True)
    first = values_of(read("".join(lines[:24])))
    log = read("".join(lines[:24] + lines[9:]))
    assert values_of(log).items() <= first.items()
    assert {epoch for metric, _, epoch in values_of(log) if metric == "cumulative_read_latency"} == {1}
    assert "the epochs go back from 3 to 1" in messages_of(log)


def test_epochs_that_are_missing_are_named_and_the_block_before_them_is_left_out(mlp_samples: Path) -> None:
    lines = (mlp_samples / "real_device.txt").read_text().splitlines(keepends=True)
    log = read("".join(lines[:14] + lines[19:]))
    assert "the epochs 2 to 2 are not in the log" in messages_of(log)
    assert {epoch for metric, _, epoch in values_of(log) if metric == "accuracy"} == {1, 3}
    assert {epoch for metric, _, epoch in values_of(log) if metric == "cumulative_read_latency"} == {3}


def test_a_sum_that_falls_is_left_out(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text().replace("1.2621e-08", "9.2621e-08")
    log = read(text)
    assert "the read energy since the start falls from epoch 1 to 2" in messages_of(log)
    kept = {epoch for metric, _, epoch in values_of(log) if metric == "cumulative_read_energy"}
    assert kept == {3}


def test_values_that_are_not_finite_or_negative_are_kept_and_flagged(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    text = text.replace("=1.1776e+01 s", "=inf s").replace("7.1391e-05", "-nan").replace("2.4850e-06", "-2.4850e-06")
    values = values_of(read(text))
    assert values["cumulative_write_latency", "total", 3] == float("inf")
    assert (
        values["leakage_power", "subarray_input_hidden", None] != values["leakage_power", "subarray_input_hidden", None]
    )
    assert values["leakage_power", "neuron_hidden_output", None] == -2.4850e-06
    assert "2 values are inf or nan" in messages_of(read(text))


@pytest.mark.parametrize(
    ("printed", "changed", "message"),
    [
        ("Total area=6.2923e-09 m^2", "Total area=-6.2923e-09 m^2", "the first total area -6.2923e-09 m2"),
        ("Read latency=1.2177e-04 s", "Read latency=-1.2177e-04 s", "the first total cumulative_read_latency"),
        ("Write energy=2.0059e-06 J", "Write energy=-2.0059e-06 J", "the first total cumulative_write_energy"),
    ],
)
def test_negative_values_are_kept_and_flagged(mlp_samples: Path, printed: str, changed: str, message: str) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    assert printed in text
    log = read(text.replace(printed, changed))
    assert len(log.metrics) == len(read(text).metrics)
    (problem,) = [problem for problem in log.problems if "below zero" in problem.message]
    assert message in problem.message
    assert problem.line == text[: text.index(printed)].count("\n") + 1
    assert problem.remedy is not None
    assert "Cell.cpp" in problem.remedy


def test_a_log_that_is_cut_is_incomplete_and_says_where(mlp_samples: Path) -> None:
    text = (mlp_samples / "real_device.txt").read_text()
    assert "cut off before the first epoch" in messages_of(read(text[:300]))
    without_last_line = read(text[:-1])
    assert not without_last_line.complete
    assert "cut off at epoch 3, without the empty line" in messages_of(without_last_line)
    assert len(without_last_line.metrics) == 24
    warned = read("[ReadCircuit] Error: width too small even for 1 read circuit\n" + text[:-1])
    assert "usually the time limit" in messages_of(warned)
    cancelled = read(
        text[:-1] + "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***\n"
    )
    assert "usually the time limit" not in messages_of(cancelled)


def test_a_single_transfer_latency_at_the_end_of_a_log_could_be_either_and_is_left_out(mlp_samples: Path) -> None:
    text = (mlp_samples / "hybrid_cell.txt").read_text()
    first_block = text[: text.index("\tTransfer latency=5.7601")]
    values = values_of(read(first_block))
    assert ("cumulative_write_energy", "total", 2) in values
    assert not any("transfer" in metric for metric, _, _ in values)


def test_formats_recognise_their_own_samples_and_nothing_else(mlp_samples: Path, test_data: Path) -> None:
    for path in sorted(test_data.glob("neurosim/**/*")):
        if path.is_file() and path.suffix in (".txt", ".csv"):
            glance = Glance.of(lines_of(path.read_bytes()).lines)
            for log_format in formats():
                is_mine = path.parent == mlp_samples
                expected = FORMATS[1].name if path.suffix == ".csv" else FORMATS[0].name
                if log_format in FORMATS or is_mine:
                    recognised = log_format.confidence(glance) > 0
                    assert recognised == (is_mine and log_format.name == expected), (path, log_format.name)


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
def test_samples_of_the_formats_are_read_whole(log_format: object) -> None:
    (log,) = parse_bytes(log_format.sample.encode(), run="r")  # type: ignore[attr-defined]
    assert log.format == log_format.name  # type: ignore[attr-defined]
    assert log.complete
    assert log.metrics


def test_a_letter_is_refused() -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(b"Accuracy at last!\nRead latency is high.\n", run="r")
