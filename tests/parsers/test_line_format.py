"""Formats from a table of their lines."""

from __future__ import annotations

import math

import pytest

from nnsreport.parsers import MetricRecord, ParsedLog
from nnsreport.parsers.conformance import complaints_about
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.line_format import LineFormat, Number
from nnsreport.parsers.quantities import NANOSECONDS, PERCENT, PICOJOULES, PURE, Quantity
from nnsreport.parsers.reading import lines_of

SAMPLE = """\
TinySim 1.2
node: 22 nm
memory: RRAM
layer 1 latency: 12.5ns
layer 1 energy (ADC): 40pJ (typical)
layer 2 latency: 3ns
latency: 15.5ns
frames: 64000
epoch 3 accuracy 91.2 %
run time 2.5 s
bye
"""
SIM = LineFormat(
    name="tinysim-1",
    title="TinySim",
    citation="none",
    sample=SAMPLE,
    begins=r"TinySim \d",
    ends="bye",
    numbers={
        "layer {layer} latency: {}": Number("read_latency", NANOSECONDS),
        "layer {layer} energy (ADC): {} (typical)": Number("read_dynamic_energy", PICOJOULES, "adc"),
        "latency: {}": Number("read_latency", NANOSECONDS),
        "frames: {}": Number("frame_rate", PURE),
        "epoch {epoch} accuracy {}": Number("accuracy", PERCENT),
        "run time {}": Number("simulation_time", Quantity(" s", 0)),
    },
    settings={"node: {} nm": "tinysim.node", "memory: {}": "tinysim.memory"},
)


def read(text: str) -> ParsedLog:
    (log,) = SIM.parse(lines_of(text.encode()), "38905658")
    return log


def test_sample_is_read_whole() -> None:
    assert complaints_about(SIM) == []
    log = read(SAMPLE)
    assert log.complete
    assert log.metrics[:] == (
        MetricRecord("layer", "layer1", "total", "read_latency", 12.5e-9, "s", 4),
        MetricRecord("layer", "layer1", "adc", "read_dynamic_energy", 40e-12, "J", 5),
        MetricRecord("layer", "layer2", "total", "read_latency", 3e-9, "s", 6),
        MetricRecord("chip", None, "total", "read_latency", 15.5e-9, "s", 7),
        MetricRecord("chip", None, "total", "frame_rate", 64000.0, "image/s", 8),
        MetricRecord("network", None, None, "accuracy", 0.912, "fraction", 9, epoch=3),
        MetricRecord("simulation", None, None, "simulation_time", 2.5, "s", 10),
    )
    assert [(s.name, s.value, s.line) for s in log.settings] == [
        ("tinysim.node", "22", 2),
        ("tinysim.memory", "RRAM", 3),
    ]
    assert SIM.schema == {"read_latency", "read_dynamic_energy", "frame_rate", "accuracy", "simulation_time"}


def test_it_is_recognised_by_its_first_line_wherever_it_stands() -> None:
    assert SIM.confidence(Glance.of(["Loading modules", "TinySim 1.2", ""])) == 1.0
    assert SIM.confidence(Glance.of(["Loading TinySim 1.2", ""])) == 0.0


@pytest.mark.parametrize(
    "line",
    [
        "latency: 12.5n",
        "latency: 12.5nslatency: 3ns",
        "latency: ns",
        "latency: twelve",
        "layer 1 energy (ADC): 40pJ",
        "layer 1 energy (ADC): 40pJ (typical) or so",
        "layer 1 latency: 12.5ns layer 2",
        "memory: ",
    ],
)
def test_line_that_goes_on_in_another_way_is_told(line: str) -> None:
    log = read(f"TinySim 1.2\n{line}\nbye\n")
    assert not log.metrics
    assert [problem.line for problem in log.problems] == [2]


def test_lines_of_others_are_counted_and_explained() -> None:
    log = read(
        "TinySim 1.2\n\nwarming up\nlayer 1234567890 latency: 3ns\nslurmstepd: error: Detected 1 oom_kill event\n"
    )
    assert log.unrecognised == (3, 4)
    assert [str(problem) for problem in log.problems] == [
        "line 5: the job ran out of memory; ask for more --mem",
        "the log is cut off: its last line is missing",
    ]


def test_last_line_without_end_gives_no_number_that_may_lack_digits() -> None:
    assert not read("TinySim 1.2\nframes: 640").metrics
    assert not read("TinySim 1.2\nmemory: RRA").settings
    assert len(read("TinySim 1.2\nlatency: 12.5ns").metrics) == 1
    assert len(read("TinySim 1.2\nlayer 1 energy (ADC): 40pJ (typical)").metrics) == 1
    assert len(read("TinySim 1.2\nnode: 22 nm").settings) == 1


def test_second_value_is_a_problem_and_the_same_one_is_none() -> None:
    log = read("TinySim 1.2\nlatency: 1ns\nlatency: 1ns\nlatency: 2ns\nbye\n")
    assert [record.value for record in log.metrics] == [1e-9]
    assert [problem.line for problem in log.problems] == [4]


def test_each_first_line_begins_a_run_unless_nothing_came_before_it() -> None:
    text = "TinySim 1.2\nTinySim 1.2\nlatency: 1ns\nTinySim 1.2\nlatency: 2ns\nbye\n"
    logs = SIM.parse(lines_of(text.encode()), "7")
    assert [(log.run, log.complete, [r.value for r in log.metrics]) for log in logs] == [
        ("7", False, [1e-9]),
        ("7#2", True, [2e-9]),
    ]


def test_first_line_may_hold_a_number_itself() -> None:
    sim = LineFormat(
        "n-1", "n", "n", "latency: 1ns\n", r"latency: ", "bye", {"latency: {}": Number("read_latency", NANOSECONDS)}
    )
    logs = sim.parse(lines_of(b"latency: 1ns\nbye\nlatency: 2ns\nbye\n"), "7")
    assert [[r.value for r in log.metrics] for log in logs] == [[1e-9], [2e-9]]


def test_impossible_values_are_kept_and_flagged() -> None:
    log = read("TinySim 1.2\nlatency: infns\nlayer 1 latency: -1ns\nbye\n")
    assert [record.value for record in log.metrics] == [math.inf, -1e-9]
    assert len(log.problems) == 2


@pytest.mark.parametrize(
    ("line", "number", "said"),
    [
        ("latency:", Number("read_latency", PURE), "needs one {}"),
        ("latency: {} {}", Number("read_latency", PURE), "needs one {}"),
        ("{tile} latency: {}", Number("read_latency", PURE), "needs one {}"),
        ("{layer} {layer} latency: {}", Number("read_latency", PURE), "needs one {}"),
        ("latency: {} of {layer}", Number("read_latency", PURE), "needs one {}"),
        ("{layer}: {}", Number("read_latency", PURE), "has no word"),
        ("latency: {}", Number("read_latensy", PURE), "'read_latensy' is not in nnsreport.vocabulary.METRICS"),
        ("latency: {}", Number("read_latency", PURE, "adcs"), "'adcs' is not in nnsreport.vocabulary.COMPONENTS"),
        ("layer {layer} accuracy: {}", Number("accuracy", PURE), "is no metric of layers"),
        ("fan-in: {}", Number("fan_in", PURE, None), r"is a metric of layers: put \{layer\}"),
    ],
)
def test_table_that_cannot_be_used_is_explained(line: str, number: Number, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        LineFormat("n-1", "n", "n", "n", "n", "n", {line: number})
