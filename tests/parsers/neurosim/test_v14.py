"""NeuroSim V1.4: what becomes of its lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_regressions.data_regression import DataRegressionFixture

from nnsreport.parsers import ParsedLog, parse_bytes, parse_log, parse_runs
from nnsreport.parsers.neurosim.inference_versions import V14
from nnsreport.vocabulary import COMPONENTS, METRICS

Reader = Callable[..., ParsedLog]


def value_of(log: ParsedLog, metric: str, component: str | None = "total", layer: str | None = None) -> float:
    """Return the only value filed under a key."""
    values = {r.value for r in log.metrics if (r.metric, r.component, r.layer) == (metric, component, layer)}
    assert len(values) == 1, values
    return values.pop()


def settings_of(log: ParsedLog) -> dict[str, str]:
    """Return the settings by name."""
    return {setting.name: setting.value for setting in log.settings}


def messages_of(log: ParsedLog) -> str:
    """Return all problems in one text."""
    return "\n".join(str(problem) for problem in log.problems)


def test_every_label_announces_a_known_metric() -> None:
    for measure in (*V14.layer_labels.values(), *V14.breakdown_labels.values(), *V14.chip_labels.values()):
        assert measure.metric in METRICS
        assert measure.component in COMPONENTS
    for component, metrics in V14.size_labels.values():
        assert component in COMPONENTS
        assert set(metrics) <= set(METRICS)


def test_records_of_a_whole_log(samples: Path, data_regression: DataRegressionFixture) -> None:
    log = parse_log(samples / "wrapper_buffered.txt")
    records = [f"{r.line}: {r.scope} {r.layer} {r.component} {r.metric} = {r.value!r} {r.unit}" for r in log.metrics]
    settings = [f"{s.line}: {s.name} = {s.value}" for s in log.settings]
    data_regression.check({"metrics": records, "settings": settings, "problems": [str(p) for p in log.problems]})


def test_values_are_exact_and_have_their_lines(samples: Path) -> None:
    path = samples / "main_pipelined.txt"
    log = parse_log(path)
    lines = path.read_text().splitlines()
    assert log.complete
    assert log.problems == ()
    assert log.unrecognised == ()
    assert value_of(log, "area") == float("1.97138e-05")
    assert value_of(log, "read_latency") == float("7039.46e-9")
    assert value_of(log, "read_dynamic_energy") == float("1.82105e-06")
    assert value_of(log, "leakage_power") == float("366.507e-6")
    assert value_of(log, "energy_efficiency") == float("16.7031e12")
    assert value_of(log, "compute_efficiency") == float("0.267783e18")
    assert value_of(log, "memory_utilization") == float("35.3613e-2")
    assert value_of(log, "memory_utilization", layer="layer12") == 0.257812
    assert value_of(log, "read_latency", "buffer", "layer1") == float("3542.88e-9")
    assert value_of(log, "simulation_time", None) == 7
    (latency,) = (r for r in log.metrics if (r.metric, r.component, r.layer) == ("read_latency", "adc", "layer13"))
    assert lines[latency.line - 1] == "----------- ADC (or S/As and precharger for SRAM) readLatency is : 13.5792ns"


def test_same_labels_keep_their_scope(samples: Path) -> None:
    log = parse_log(samples / "main_pipelined.txt")
    per_layer = [value_of(log, "read_dynamic_energy", "adc", f"layer{k}") for k in range(1, 14)]
    assert sum(per_layer) == pytest.approx(value_of(log, "read_dynamic_energy", "adc"), rel=1e-5)
    slowest = max(value_of(log, "read_latency", "adc", f"layer{k}") for k in range(1, 14))
    assert slowest == value_of(log, "read_latency", "adc")


def test_both_lines_of_the_clock_are_records(samples: Path) -> None:
    log = parse_log(samples / "main_pipelined.txt")
    assert [r.value for r in log.metrics if r.metric == "clock_period"] == [1.6974e-09, 1.6974e-09]


def test_sizes_are_records_of_each_factor(samples: Path) -> None:
    log = parse_log(samples / "main_pipelined.txt")
    assert value_of(log, "processing_elements_per_tile", "novel_mapping") == 9
    assert value_of(log, "processing_element_rows", "novel_mapping") == 512
    assert value_of(log, "tile_columns", "conventional_mapping") == 512
    assert value_of(log, "subarray_rows") == 128


@pytest.mark.parametrize(
    ("sample", "process", "synchronous", "novel_mapping"),
    [
        ("main_pipelined.txt", "pipelined", "true", "true"),
        ("main_layer_by_layer.txt", "layer-by-layer", "true", "false"),
        ("main_asynchronous.txt", "pipelined", "false", "true"),
    ],
)
def test_settings_that_the_cpp_part_betrays(
    samples: Path, sample: str, process: str, synchronous: str, novel_mapping: str
) -> None:
    settings = settings_of(parse_log(samples / sample))
    assert settings["neurosim.process"] == process
    assert settings["neurosim.synchronous"] == synchronous
    assert settings["neurosim.novel_mapping"] == novel_mapping


def test_inf_and_nan_are_kept_and_reported(samples: Path) -> None:
    log = parse_log(samples / "main_asynchronous.txt")
    assert value_of(log, "read_latency") == math.inf
    (power,) = (r.value for r in log.metrics if (r.scope, r.metric) == ("chip", "leakage_power"))
    assert math.isnan(power)
    not_finite = sum(not math.isfinite(r.value) for r in log.metrics)
    assert f"{not_finite} values are inf or nan" in messages_of(log)


def test_order_of_the_streams_does_not_matter(samples: Path) -> None:
    unbuffered, buffered = (parse_log(samples / f"wrapper_{kind}.txt") for kind in ("unbuffered", "buffered"))
    for log in (unbuffered, buffered):
        assert log.complete
        assert log.problems == ()
        assert settings_of(log)["layer_name.layer3"] == "Conv2_"
        assert settings_of(log)["wrapper.cellBit"] == "1"
        assert value_of(log, "fan_in", None, "layer3") == 432
        assert value_of(log, "weight_scale", None, "layer3") == 8
    assert value_of(buffered, "accuracy", None) == 120 / 300
    assert value_of(buffered, "correct_images", None) == 120
    assert value_of(buffered, "test_loss", None) == 1.9196
    assert {(r.metric, r.layer, r.component) for r in buffered.metrics} == {
        (r.metric, r.layer, r.component) for r in unbuffered.metrics
    }


def test_standard_error_after_standard_output_is_one_run(samples: Path) -> None:
    lines = (samples / "wrapper_buffered.txt").read_text().splitlines(keepends=True)
    end = next(n for n, line in enumerate(lines) if line.startswith("=" * 40 + "\n")) + 1
    (log,) = parse_bytes("".join(lines[end:] + lines[:end]).encode(), run="r")
    assert log.complete
    assert settings_of(log)["wrapper.model"] == "DenseNet40"
    assert len(log.metrics) == len(parse_log(samples / "wrapper_buffered.txt").metrics)


@pytest.mark.parametrize(
    "names", [("buffered", "unbuffered"), ("unbuffered", "buffered"), ("unbuffered", "unbuffered")]
)
def test_several_runs_in_one_file_are_kept_apart(samples: Path, tmp_path: Path, names: tuple[str, str]) -> None:
    path = tmp_path / "slurm-77_3.out"
    path.write_text("".join((samples / f"wrapper_{name}.txt").read_text() for name in names))
    logs = parse_runs(path)
    assert [log.run for log in logs] == ["77_3", "77_3#2"]
    for log, name in zip(logs, names, strict=True):
        alone = parse_log(samples / f"wrapper_{name}.txt")
        assert [(r.layer, r.component, r.metric, r.value) for r in log.metrics] == [
            (r.layer, r.component, r.metric, r.value) for r in alone.metrics
        ]
        assert log.complete
    assert "2 runs" in messages_of(parse_log(path))


def test_a_run_that_exits_before_another_is_a_run(samples: Path) -> None:
    exits = (samples / "main_sync_data_transfer.txt").read_text()
    whole = (samples / "main_layer_by_layer.txt").read_text()
    logs = parse_bytes((exits + whole + exits).encode(), run="sweep")
    assert [log.complete for log in logs] == [False, True, False]


def test_noise_between_the_lines_changes_nothing(samples: Path) -> None:
    noise = [
        "Loading module CUDA/12.1.1\n",
        "/opt/lib/python3.11/site-packages/torch/nn/functional.py:718: UserWarning: Named tensors are experimental\n",
        "  return torch.max_pool2d(input, kernel_size, 8)\n",
        " 45%|####5     | 90/200 [00:12<00:15,  7.20it/s]\n",
        "srun: Job 123 step creation temporarily disabled, retrying\n",
        "\n",
        "g++ -c -fopenmp -O3 -std=c++0x -w\t Adder.cpp -o Adder.o\n",
    ]
    lines = (samples / "wrapper_buffered.txt").read_text().splitlines(keepends=True)
    noisy = "".join(line + noise[n % len(noise)] for n, line in enumerate(lines))
    (log,) = parse_bytes(noisy.encode(), run="r")
    clean = parse_log(samples / "wrapper_buffered.txt")
    assert [(r.layer, r.component, r.metric, r.value) for r in log.metrics] == [
        (r.layer, r.component, r.metric, r.value) for r in clean.metrics
    ]
    assert settings_of(log) == settings_of(clean)
    assert log.problems == ()


def test_resnet_weights_find_their_layers_by_name(read: Reader) -> None:
    fan_in = "fan_in {:6d}, float_limit 0.333333, float std 0.272166, quant limit 0.9921875, scale 2.0\n"
    constructed = "".join(fan_in.format(n) for n in (147, 576, 64, 1152))
    flags = f"{'=' * 17}FLAGS{'=' * 18}\nmodel: ResNet18\nparallelRead: 128\n{'=' * 40}\n"
    names = "".join(f"quantize layer  {name}_\n" for name in ("Conv_0", "Conv3x3_1", "Conv3x3_3", "Conv1x1_2"))
    log = read(flags + constructed + names)
    assert [value_of(log, "fan_in", None, f"layer{k}") for k in (1, 2, 3, 4)] == [147, 576, 1152, 64]
    unnamed = read(flags + constructed)
    assert value_of(unnamed, "fan_in", None, "constructed3") == 64
    assert "cannot be joined" in messages_of(unnamed)


def test_weights_are_not_joined_to_layers_of_another_number(samples: Path) -> None:
    text = (samples / "wrapper_buffered.txt").read_text()
    first = text.index("fan_in")
    (log,) = parse_bytes((text[:first] + text[text.index("\n", first) + 1 :]).encode(), run="r")
    assert not any(r.metric == "fan_in" and r.layer == "layer1" for r in log.metrics)
    assert "2 `fan_in` lines cannot be joined to 3 layers" in messages_of(log)


@pytest.mark.parametrize(
    ("line", "message", "remedy"),
    [
        ("ERROR!: RRAM-CIM is not supported beyond 22 nm!", "RRAM", "technode 22"),
        ("ERROR!: HP technology is not supported for 14 nm and beyond!", "high-performance", "deviceroadmap = 2"),
        ("ERROR!: only 300K operation is supported for 14 nm and beyond!", "300 K", "temp = 300"),
        (
            "ERROR!: sync_data_transfer mode not supported for the current parameter combimation!",
            "sync_data_transfer",
            "globalBusType",
        ),
        (
            "ERROR!: Memory precision is even higher than synapse precision, please modify 'cellBit' in Param.cpp!",
            "cellBit",
            "wl_weight",
        ),
        (
            "ERROR: SubArray Size is too large, which break the chip hierarchey, please decrease the SubArray size! ",
            "too large",
            "numRowSubArray",
        ),
        ("Error: CMOS Technology node 28nm is not supported", "CMOS technology node 28 nm", "22"),
        ("[Mux] Error: Mux width is even larger than the assigned width !", "Mux", "numColMuxed"),
        ("[Adder] Error: A single adder width is even larger than the assigned width ! ", "Adder", "sub-array"),
        ("[LevelShifter] Error: Require initialization first!", "level shifter", "writeVoltage"),
        (
            "slurmstepd: error: *** JOB 3 ON vm CANCELLED AT 2026-11-22T19:30:39 DUE TO TIME LIMIT ***",
            "time limit",
            "--time",
        ),
        ("slurmstepd-vm: error: *** JOB 11 ON vm CANCELLED AT 2026-11-22T19:29:17 ***", "scancel", ""),
        ("slurmstepd: error: Detected 1 oom_kill event in StepId=5.batch.", "out of memory", "--mem"),
        (
            "trace_command.sh: line 1: 99 Segmentation fault (core dumped) ./main 8",
            "segmentation",
            "sub-array",
        ),
        ("/bin/bash: line 1: 4242 Killed  ./NeuroSIM/main", "killed", "--mem"),
        ("./layer_record_VGG8/trace_command.sh: line 1: ./NeuroSIM/main: No such file or directory", "missing", "make"),
        ("/var/spool/job1/slurm_script: line 9: module: command not found", "program module was not found", "PATH"),
        ("run.sh: line 1: 99 Floating point exception(core dumped) ./NeuroSIM/main 8", "Floating point", "sub-array"),
        ("OSError: [Errno 28] No space left on device", "disk is full", "free space"),
    ],
)
def test_known_failures_are_explained(read: Reader, line: str, message: str, remedy: str) -> None:
    (problem, *_) = (p for p in read(f"{line}\n").problems if p.line == 1)
    assert message in problem.message
    assert remedy in (problem.remedy or "")


def test_tracebacks_give_their_last_line(samples: Path) -> None:
    log = parse_log(samples / "wrapper_no_cuda.txt")
    (problem,) = (p for p in log.problems if p.message.startswith("Python stopped"))
    assert "RuntimeError: Attempting to deserialize object on a CUDA device" in problem.message
    assert "GPU node" in (problem.remedy or "")
    assert log.unrecognised == ()


def test_silent_exit_of_an_unknown_node_is_explained(samples: Path) -> None:
    log = parse_log(samples / "output_123456.txt")
    assert log.run == "123456"
    assert not log.complete
    assert value_of(log, "accuracy", None) == 0.46
    assert "28 is not known" in messages_of(log)


def test_error_box_is_explained(samples: Path) -> None:
    log = parse_log(samples / "wrapper_partial_parallel.txt")
    assert "--cellBit 1" in messages_of(log)
    assert log.unrecognised == ()


@pytest.mark.parametrize(
    ("until", "where"),
    [
        ("Desired Conventional PE", "in its floor plan"),
        ("clkPeriod", "after its floor plan"),
        ("-------------------------------------- Hardware Performance -", "before the first layer"),
        ("layer2's leakagePower", "in layer2 of 3"),
        ("-------------------- Estimation of Layer 3", "in layer2 of 3"),
        ("Total ADC", "in its summary"),
        ("Total Run-time", "shortly before its end"),
    ],
)
def test_cut_log_says_where_it_stops(samples: Path, read: Reader, until: str, where: str) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    log = read(text[: text.index(until)])
    assert not log.complete
    assert f"NeuroSim stops {where}" in messages_of(log)


@pytest.mark.parametrize(
    "cut",
    [
        "layer1's readLatency is: 592",
        "layer1's readLatency is: 592.5n",
        "clkPeriod: 1.69",
        "Throughput FPS (Pipelined Process): 142",
        "User-defined SubArray Size: 128x12",
        "----------------- Speed-up of each layer ------------------\nlayer1: 1",
        "fan_in     27, float_limit 0.333333, float std 0.272166, quant limit 0.9921875, scale 2",
        "=================FLAGS==================\nparallelRead: 12",
        " --- Hardware Properties --- \nADC precision: \n1",
        "Test set: Average loss: 1.9196, Accuracy: 120/300 (4",
    ],
)
def test_number_cut_off_at_the_end_of_a_log_is_not_a_record(read: Reader, cut: str) -> None:
    log = read(cut)
    assert log.metrics == ()
    assert settings_of(log).keys() <= {"neurosim.version"}
    cut_line = cut.count("\n") + 1
    assert any(problem.line == cut_line for problem in log.problems) or log.unrecognised == (cut_line,)
    assert read(f"{cut}\n") != log or "592" in cut or "(4" in cut


@pytest.mark.parametrize(
    "line",
    [
        "layer3's readLatency is: 12slurmstepd: error: *** JOB 3 ON vm CANCELLED AT 2026 DUE TO TIME LIMIT ***",
        "layer3's readLatlayer4's readDynamicEnergy is: 12pJ",
        "layer3's readLatency is: 12pJ",
        "ChipArea : 1.2.3um^2",
        "layer1: 4",
        "Chip pipeline-system readLatency of something else is: 5ns",
        "Test set: Average loss: 1.9196, Accuracy: 420/300 (140%)",
        "Test set: Average loss: 1.9196, Accuracy: 120/300 (80%)",
    ],
)
def test_line_that_is_not_exactly_as_printed_is_a_problem(read: Reader, line: str) -> None:
    log = read(f"-----------------\n{line}\n")
    assert log.metrics == ()
    assert any(p.line == 2 and "cannot be read" in p.message for p in log.problems)


def test_hole_in_the_file_does_not_join_what_is_around_it(samples: Path, read: Reader) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    start = text.index("readDynamicEnergy is : ", text.index("Estimation of Layer 1"))
    end = text.index("readDynamicEnergy is : ", text.index("Estimation of Layer 2"))
    log = read(text[:start].encode() + b"\x00" * 4096 + text[end:].encode())
    whole = {(r.layer, r.component, r.metric): r.value for r in read(text).metrics}
    assert all(whole[r.layer, r.component, r.metric] == r.value for r in log.metrics)
    assert "NUL" in messages_of(log)


def test_second_different_value_is_refused(read: Reader) -> None:
    log = read("ChipArea : 4um^2\nChipArea : 4um^2\nChipArea : 5um^2\n")
    assert [(r.value, r.line) for r in log.metrics] == [(4e-12, 1)]
    assert [p.line for p in log.problems if "second value" in p.message] == [3]


def test_missing_values_of_a_complete_log_are_named(samples: Path, read: Reader) -> None:
    lines = (samples / "main_layer_by_layer.txt").read_text().splitlines(keepends=True)
    log = read("".join(line for line in lines if not line.startswith(("layer2's leakagePower", "ChipArea"))))
    assert "2 expected values are not in the log: chip area, layer2 leakage_power" in messages_of(log)


def test_absurd_energy_and_latency_of_nothing_are_reported(read: Reader) -> None:
    log = read(
        "Chip pipeline-system-clock-cycle (per image) is: 0ns\n"
        "Chip pipeline-system readDynamicEnergy (per image) is: 1.31477e+258pJ\n"
    )
    assert value_of(log, "read_dynamic_energy") == float("1.31477e+246")
    assert "absurd" in messages_of(log)
    assert "latency is 0 s" in messages_of(log)


def test_other_lines_of_the_job_are_counted(read: Reader) -> None:
    assert read("Job started on node 17\nChipArea : 4um^2\n").unrecognised == (1,)
