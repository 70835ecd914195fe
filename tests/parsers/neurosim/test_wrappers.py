"""What becomes of the lines of each version's Python wrapper."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import ParsedLog, parse_log, parse_runs

Reader = Callable[..., ParsedLog]

FLAGS = "=================FLAGS==================\n"
END = "========================================\n"


def settings_of(log: ParsedLog) -> dict[str, str]:
    """Return the settings by name."""
    return {setting.name: setting.value for setting in log.settings}


def network_values(log: ParsedLog) -> list[tuple[str, int | None, float, int]]:
    """Return metric, step, value and line of what is about the network as a whole."""
    return [(r.metric, r.step, r.value, r.line) for r in log.metrics if r.scope == "network"]


def test_v10(read: Reader) -> None:
    log = read(
        "log/default/batch_size=200/decreasing_lr=200,250/grad_scale=8/seed=117/type=cifar10/wl_weight=2\n"
        + FLAGS
        + "type: cifar10\nbatch_size: 200\ndecreasing_lr: 200,250\nwl_weight: 2\n"
        + END
        + "Building CIFAR-10 data loader with 1 workers\n"
        + "Files already downloaded and verified\n"
        + "fan_in     27, float_limit 0.333333, quant limit 0.5, scale 1.0\n"
        + "Sequential(\n  (0): QConv2d(3, 128, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))\n  (1): ReLU()\n)\n"
        + "True\n"
        + "Test set: Average loss: 0.4562, Accuracy: 8961/10000 (89%)\n",
        format=None,
    )
    assert log.format == "neurosim-1.0"
    assert settings_of(log)["wrapper.cuda"] == "True"
    assert settings_of(log)["wrapper.decreasing_lr"] == "200,250"
    assert log.unrecognised == ()
    assert [value for metric, _, value, _ in network_values(log) if metric == "accuracy"] == [0.8961]
    assert not any(record.metric == "weight_float_std" for record in log.metrics)


def test_v12_prints_its_properties_without_rows_in_parallel(read: Reader) -> None:
    log = read(
        FLAGS
        + "type: cifar10\nwl_weight: 8\nonoffratio: 10\ncellBit: 4\nsubArray: 128\nADCprecision: 6\nvari: 0\n"
        + END
        + "False\n --- Hardware Properties --- \nsubArray size: \n128\nADC precision: \n6\ncell precision: \n4\n"
        + "on/off ratio: \n10\nvariation: \n0\n",
        format=None,
    )
    assert log.format == "neurosim-1.2"
    assert settings_of(log)["wrapper.cuda"] == "False"
    assert not [problem for problem in log.problems if "before, and is" in problem.message]
    assert log.unrecognised == ()


def test_property_that_contradicts_its_flag_is_a_problem(read: Reader) -> None:
    log = read(f"{FLAGS}parallelRead: 64\n{END} --- Hardware Properties --- \nparallel read: \n128\n")
    assert any("wrapper.parallelRead was '64' before, and is '128' here" in p.message for p in log.problems)


def test_v13(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.3" / "wrapper.txt")
    settings = settings_of(log)
    assert settings["wrapper.model"] == "DenseNet40"
    assert "wrapper.parallelRead" not in settings
    assert [value for metric, _, value, _ in network_values(log) if metric == "accuracy"] == [2 / 10]
    assert sum(record.metric == "weight_float_std" for record in log.metrics) == 40
    assert log.unrecognised == ()


def test_option_that_v13_has_not(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.3" / "wrapper_unknown_option.txt")
    (problem,) = log.problems
    assert problem.message == "inference.py does not accept its options: unrecognized arguments: --parallelRead 32"
    assert log.unrecognised == ()


def test_v15_evaluates_three_times(neurosim: Path) -> None:
    log = parse_log(neurosim / "v1.5" / "wrapper.txt")
    assert log.format == "neurosim-1.5"
    assert network_values(log) == [
        ("baseline_accuracy", None, 0.9125, 71),
        ("baseline_summed_test_loss", None, 0.3071824610233307, 72),
        ("quantized_accuracy", None, 0.9075, 87),
        ("quantized_summed_test_loss", None, 0.3128843903541565, 88),
        ("accuracy", 400, 0.895, 93),
        ("summed_test_loss", 400, 0.3542187511920929, 94),
        ("accuracy", 800, 0.89, 96),
        ("summed_test_loss", 800, 0.7411023378372192, 97),
        ("accuracy", None, float("88.66666666666667e-2"), 99),
        ("test_images", None, 1200, 99),
        ("summed_test_loss", None, 1.1184420585632324, 100),
    ]
    times = {r.metric: r.value for r in log.metrics if r.scope == "simulation"}
    assert times["evaluation_time"] == 61.53098726272583
    assert times["simulation_time"] == 3
    settings = settings_of(log)
    assert settings["wrapper.sub_array"] == "[128, 128]"
    assert settings["wrapper.on_off_ratio"] == "1.7e-09"
    assert "wrapper.logger" not in settings
    assert log.problems == ()
    assert log.unrecognised == ()


V15 = "Evaluating baseline model...\n"
BATCH = "Test Accuracy of the model on 400 test images: 91.25 %\nAverage Test loss: 0.5\n"


QUANTIZED = "Evaluating input and weight quantized model...\n"


def test_v15_evaluates_the_baseline_on_one_batch(read: Reader) -> None:
    log = read(f"{V15}{BATCH}", format="neurosim-1.5")
    assert [(metric, step) for metric, step, _, _ in network_values(log)] == [
        ("baseline_accuracy", None),
        ("baseline_summed_test_loss", None),
    ]


def test_v15_cut_in_the_evaluation_with_hardware_has_steps_only(neurosim: Path, read: Reader) -> None:
    text = (neurosim / "v1.5" / "wrapper.txt").read_text()
    log = read(text[: text.index(" 66%|")], format=None)
    steps = [(metric, step) for metric, step, _, _ in network_values(log) if not metric.startswith(("base", "quant"))]
    assert steps == [("accuracy", 400), ("summed_test_loss", 400), ("accuracy", 800), ("summed_test_loss", 800)]


def test_v15_without_the_beginning_of_an_evaluation_is_not_attributed(read: Reader) -> None:
    log = read(f"mem_states_file: x\n{BATCH}", format="neurosim-1.5")
    assert network_values(log) == []
    (message,) = [p.message for p in log.problems if "cannot be read" in p.message]
    assert message == "2 numbers of the wrapper could be of more than one evaluation, and cannot be read"


def test_v15_time_with_hardware_is_not_that_of_the_baseline_before_which_it_stands(read: Reader) -> None:
    """Case 25449 of bench/fuzz_parsers.py: the end of the log has moved before its beginning."""
    moved = "mem_states_file: x\nevaluation time: 61.5\n --- Hardware Properties --- \n"
    log = read(f"{moved}{V15}{BATCH}evaluation time: 4.1\n{QUANTIZED}{BATCH}", format="neurosim-1.5")
    assert [metric.metric for metric in log.metrics] == []
    assert any("6 numbers of the wrapper could be of more than one" in problem.message for problem in log.problems)


def test_v15_phases_are_told_apart_without_the_end_of_the_second(neurosim: Path, read: Reader) -> None:
    """Seed 5398 of bench/fuzz_parsers.py."""
    text = (neurosim / "v1.5" / "wrapper.txt").read_text()
    whole = network_values(read(text, format=None))
    damaged = network_values(read(text.replace("evaluation time: 3.98712158203125\n", ""), format=None))
    assert [value[:3] for value in damaged] == [value[:3] for value in whole]


def test_v15_result_is_not_that_of_the_batch_before(neurosim: Path, read: Reader) -> None:
    lines = (neurosim / "v1.5" / "wrapper.txt").read_text().splitlines(keepends=True)
    log = read("".join(line for line in lines if "on 1200 test images" not in line), format=None)
    values = {(metric, step): value for metric, step, value, _ in network_values(log)}
    assert ("accuracy", None) not in values
    assert values["summed_test_loss", None] == 1.1184420585632324


def test_v15_quantized_network_that_is_missing_is_not_replaced_by_the_one_with_hardware(
    neurosim: Path, read: Reader
) -> None:
    text = (neurosim / "v1.5" / "wrapper.txt").read_text()
    first = text.index("  0%|          | 0/1", text.index(QUANTIZED))
    last = text.index(" 33%|")
    log = read(text[:first] + text[last:], format=None)
    values = {metric for metric, _, _, _ in network_values(log)}
    assert not any(metric.startswith("quantized") for metric in values)
    assert "accuracy" in values


@pytest.mark.parametrize("has_bars", [True, False])
def test_v15_no_number_is_moved_by_any_lost_or_doubled_piece(neurosim: Path, read: Reader, has_bars: bool) -> None:
    """With progress bars in front of the accuracies, as where output is not buffered, and without."""
    lines = (neurosim / "v1.5" / "wrapper.txt").read_text().splitlines(keepends=True)[:112]
    if not has_bars:
        lines = [re.sub(r"^.*%\|.*\]", "", line) for line in lines]
    whole = {value[:2]: value[2] for value in network_values(read("".join(lines), format="neurosim-1.5"))}
    first = lines.index("Evaluating baseline model...\n") - 1
    for start in range(first, len(lines)):
        for end in range(start + 1, len(lines) + 1, 4):
            pieces = [lines[:start] + lines[end:]] + [lines[:end] + lines[start:]] * (end - start < 12)
            for piece in pieces:
                for metric, step, value, _ in network_values(read("".join(piece), format="neurosim-1.5")):
                    assert value in (whole.get((metric, step)), whole[metric, None]), (start, end, metric, step)


def test_v15_with_fewer_batches_than_asked_for(read: Reader) -> None:
    quantized = f"Evaluating input and weight quantized model...\n{BATCH}evaluation time: 2.5\n"
    phases = f"{V15}{BATCH}evaluation time: 1.5\n{quantized}"
    end = "Test Accuracy of the model on the 50000 test images: 91.25 %\nAverage Test loss: 0.25\n"
    log = read(f"{phases}{BATCH}{end}", format="neurosim-1.5")
    assert network_values(log)[-3:] == [
        ("test_images", None, 400, 9),
        ("summed_test_loss", None, 0.5, 10),
        ("test_loss", None, 0.25, 12),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Test Accuracy of the model on 400 test images: 191.25 %",
        "Test Accuracy of the model on 400 test images: 9",
        "Average Test loss: 0.5x",
        "evaluation time: soon",
    ],
)
def test_v15_line_that_is_not_as_printed(read: Reader, line: str) -> None:
    log = read(f"{V15}{line}\n", format="neurosim-1.5")
    assert log.metrics == ()
    assert any(p.line == 2 and "cannot be read" in p.message for p in log.problems)


def test_3d_evaluates_again_at_the_temperature_of_the_chip_before(neurosim: Path) -> None:
    logs = parse_runs(neurosim / "3d" / "heterogeneous_wrapper.txt")
    assert [log.run for log in logs] == ["heterogeneous_wrapper", "heterogeneous_wrapper#2", "heterogeneous_wrapper#3"]
    temperatures = [r.value for log in logs for r in log.metrics if r.metric == "operating_temperature"]
    assert temperatures == [300, 311, 311]
    for log in logs:
        assert log.complete
        assert settings_of(log)["wrapper.model"] == "DenseNet40"
        assert settings_of(log)["wrapper.temp"] == "300"
        assert [m for m, *_ in network_values(log)] == ["accuracy", "correct_images", "test_images", "test_loss"]
        assert not [p for p in log.problems if "second value" in p.message or "before, and is" in p.message]


def test_progress_bar_in_front_of_a_line_is_removed(read: Reader) -> None:
    bar = "100%|##########| 50/50 [00:12<00:00,  4.05it/s]"
    log = read(f"{bar}Test set: Average loss: 1.9196, Accuracy: 120/300 (40%)\n{bar}\n")
    assert [value for metric, _, value, _ in network_values(log) if metric == "accuracy"] == [0.4]
    assert log.unrecognised == ()


@pytest.mark.parametrize(
    "line",
    [
        "Downloading https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz to ./data/cifar-10-python.tar.gz",
        "170499072it [00:05, 30234121.61it/s]",
        " 42.7%",
        "Extracting ./data/cifar-10-python.tar.gz to ./data",
        'Downloading: "https://download.pytorch.org/models/resnet18-5c106cde.pth" to /home/u/.cache/torch/resnet18.pth',
        "I1107 10:15:23.123456 140012345678912 _utils.py:224] Input is fake quantized to 8 bits in CIMConv2d!",
        "  (3): QConv2d(128, 256, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))",
        "/home/u/utee/hook.py:40: FutureWarning: In the future `np.str` will be defined as the NumPy scalar.\n"
        "  filled_matrix_b = np.zeros([input_matrix.shape[2], 8], dtype=np.str)",
    ],
)
def test_lines_that_mean_nothing(read: Reader, line: str) -> None:
    log = read(f"{line}\n")
    assert log.unrecognised == ()
    assert log.problems == ()
    assert log.metrics == ()


TENSORFLOW = """2019-04-18 12:34:56

import time
import tensorflow as tf

debug = True
Time = time.strftime('%Y-%m-%d', time.localtime())
# Notes = 'vgg7 2888'
Notes = 'temp'

GPU = [0]
batchSize = 128

dataSet = 'CIFAR10'

#loadModel = None
loadModel = '../model/' + '2019-04-18' + '(' + Notes + ')' + '.tf'
saveModel = None

bitsW = 2  # bit width of weights
bitsA = 8  # bit width of activations
lr = tf.Variable(initial_value=0., trainable=False, name='lr', dtype=tf.float32)
lr_schedule = [0, 8, 200, 1,250,1./8,300,0]

# shared variables, defined by other files
seed = None
sess = None
W_scale = []

Input data dype is not float32, perform simple preprocess [0,255]->[-1,1]
W: /device:GPU:0 conv0/ [3, 3, 3, 128] Scale:2
W: /device:GPU:0 fc1/ [1024, 10] Scale:16
CONV: 4572288 FC: 8399872 Total: 12972160
/device:GPU:0 conv0:0 (3, 3, 3, 128) <dtype: 'float32_ref'>
 global_step:0 () <dtype: 'int32_ref'>
Loading model from ../model/2019-04-18(temp).tf ... Finished Test Error: 0.0715
"""
"""Composed from the print statements of V1.0's Inference_tensorflow (Inference.py, NN.py, Option.py): it needs Python 2
and TensorFlow 1, and there is no genuine output of it."""


def test_v10_for_tensorflow(neurosim: Path, read: Reader) -> None:
    hardware = (neurosim / "v1.0" / "main_layer_by_layer.txt").read_text()
    log = read(f"{TENSORFLOW}{hardware}", format=None)
    assert log.format == "neurosim-1.0"
    assert log.unrecognised == ()
    line = TENSORFLOW.count("\n")
    assert network_values(log) == [("accuracy", None, 0.9285, line)]
    settings = settings_of(log)
    assert (settings["wrapper.bitsW"], settings["wrapper.bitsA"], settings["wrapper.batchSize"]) == ("2", "8", "128")
    assert len(log.metrics) == 1 + len(read(hardware, format=None).metrics)


def test_v10_for_tensorflow_alone(read: Reader) -> None:
    log = read(TENSORFLOW, format=None)
    assert log.format == "neurosim-1.0"
    assert log.unrecognised == ()
    assert network_values(log) == [("accuracy", None, 0.9285, TENSORFLOW.count("\n"))]
    assert "NeuroSim printed nothing" in log.problems[0].message


def test_v10_for_tensorflow_cut_off(read: Reader) -> None:
    log = read(TENSORFLOW[: TENSORFLOW.index("Input data")], format=None)
    assert log.format == "neurosim-1.0"
    assert settings_of(log)["wrapper.bitsW"] == "2"
    assert log.problems[0].message == "the log ends before the accuracy"


def test_options_alone_are_no_log(read: Reader) -> None:
    options = TENSORFLOW[TENSORFLOW.index("import time") : TENSORFLOW.index("Input data")]
    with pytest.raises(UnknownFormatError):
        read(options, format=None)


@pytest.mark.parametrize("printed", ["1.2", "-0.1", "nan", "0.07x", ""])
def test_v10_error_that_is_no_share_is_a_problem(read: Reader, printed: str) -> None:
    log = read(f"Test Error: {printed}\n", format="neurosim-1.0")
    assert network_values(log) == []
    assert any(problem.line == 1 for problem in log.problems)


def test_v10_error_that_is_cut_off_is_not_filed(read: Reader) -> None:
    log = read("Loading model from a.tf ... Finished Test Error: 0.07", format="neurosim-1.0")
    assert network_values(log) == []


def test_v10_for_tensorflow_without_a_network(read: Reader) -> None:
    log = read("No saved model\n", format="neurosim-1.0")
    assert "no network to test" in log.problems[0].message


@pytest.mark.parametrize(
    "line",
    [
        "Epoch: 012  Loss: 0.0312 Train: 0.0112 Test: 0.0715 FPS: 1523 S BEST ",
        "lr: 8.000000 -> 1.000000",
        "Optimization Start!",
    ],
)
def test_v10_training_for_tensorflow_means_nothing(read: Reader, line: str) -> None:
    assert read(f"{line}\n", format="neurosim-1.0").unrecognised == ()
