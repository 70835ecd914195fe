"""A training and an inference that print into one file: nothing of the inference is filed as the training's."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes

FLOOR_PLAN = """\
------------------------------ FloorPlan --------------------------------
Desired Conventional Mapped Tile Storage Size: 512x512
Desired Conventional PE Storage Size: 256x256
User-defined SubArray Size: 128x128
----------------- # of tile used for each layer -----------------
layer1: 1
----------------- Speed-up of each layer ------------------
layer1: 4
----------------- Utilization of each layer ------------------
layer1: 0.5
Memory Utilization of Whole Chip: 50 %
---------------------------- FloorPlan Done ------------------------------
-------------------------------------- Hardware Performance --------------------------------------
-------------------- Estimation of Layer 1 ----------------------
"""
OF_BOTH = """\
layer1's readLatency is: 6279.69ns
layer1's readDynamicEnergy is: 7.14936e+06pJ
"""
OF_TRAINING = """\
layer1's readLatency of Activation Gradient is: 2.5ns
layer1's readDynamicEnergy of Activation Gradient is: 3.5pJ
"""
OF_INFERENCE = """\
layer1's buffer latency is: 1057.1ns
layer1's buffer readDynamicEnergy is: 7735.09pJ
layer1's ic latency is: 2112.09ns
layer1's ic readDynamicEnergy is: 5.04211e+06pJ
"""


def read(text: str) -> ParsedLog:
    (log,) = parse_bytes(text.encode(), run="test", format="neurosim-2.1")
    return log


def metrics_of(log: ParsedLog) -> set[str]:
    return {record.metric for record in log.metrics if record.layer == "layer1"}


def test_what_an_inference_may_have_printed_is_left_out_with_a_word() -> None:
    """Case 60558 of bench/fuzz_parsers.py."""
    log = read(FLOOR_PLAN + OF_BOTH + OF_TRAINING + OF_INFERENCE)
    filed = {(record.layer, record.component, record.metric, record.value) for record in log.metrics}
    assert filed == {
        ("layer1", "activation_gradient", "epoch_read_latency", 2.5e-9),
        ("layer1", "activation_gradient", "epoch_read_dynamic_energy", 3.5e-12),
    }
    messages = [problem.message for problem in log.problems]
    assert "an inference printed into epoch 0: what a training prints with the same words is left out" in messages
    assert any(message.startswith("a number is left out") for message in messages)


@pytest.mark.parametrize("stray", ["", "layer1's buffer latency is: 1057.1ns\n", "clkPeriod: 1.7e-09\n"])
def test_a_line_that_strayed_into_a_training_costs_no_other(stray: str) -> None:
    log = read(FLOOR_PLAN + OF_BOTH + OF_TRAINING + stray)
    assert metrics_of(log) == {
        *("tiles", "speed_up", "memory_utilization"),
        *("epoch_read_latency", "epoch_read_dynamic_energy"),
    }
    assert {record.component for record in log.metrics if record.metric == "epoch_read_latency"} == {
        *("forward", "activation_gradient")
    }


def test_no_line_of_a_training_is_an_inferences(test_data: Path) -> None:
    log = read((test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt").read_text())
    assert log.problems == ()
