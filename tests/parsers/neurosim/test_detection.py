"""Which version a text is taken for, from whatever is left of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim.detection import recognise

EARLY = {"neurosim-1.4", "neurosim-1.3"}
"""What a floor plan alone, or layers without a clock, are taken for."""


def recognised(text: str) -> tuple[str, float]:
    """Return the version of a text."""
    return recognise(Glance.of(text.split("\n")))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v1.0/main_layer_by_layer.txt", "neurosim-1.0"),
        ("v1.0/main_missing_trace.txt", "neurosim-1.0"),
        ("v1.0/main_unknown_node.txt", "neurosim-1.0"),
        ("v1.2/main_pipelined.txt", "neurosim-1.2"),
        ("v1.2/main_twice.txt", "neurosim-1.2"),
        ("v1.3/main_pipelined.txt", "neurosim-1.3"),
        ("v1.3/wrapper.txt", "neurosim-1.3"),
        ("v1.3/wrapper_unknown_option.txt", "neurosim-1.3"),
        ("v1.4/main_pipelined.txt", "neurosim-1.4"),
        ("v1.4/wrapper_no_cuda.txt", "neurosim-1.4"),
        ("v1.5/wrapper.txt", "neurosim-1.5"),
        ("dcim/main_pipelined.txt", "neurosim-dcim-1.0"),
        ("3d/heterogeneous_refused.txt", "neurosim-3d-heterogeneous-1.0"),
        ("3d/monolithic_layer_by_layer.txt", "neurosim-3d-monolithic-1.0"),
    ],
)
def test_genuine_logs(neurosim: Path, name: str, expected: str) -> None:
    assert parse_log(neurosim / name).format == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("v1.0/main_layer_by_layer.txt", "neurosim-1.0"),
        ("v1.2/main_pipelined.txt", "neurosim-1.2"),
        ("v1.3/main_pipelined.txt", "neurosim-1.3"),
        ("v1.3/wrapper.txt", "neurosim-1.3"),
        ("v1.4/wrapper_unbuffered.txt", "neurosim-1.4"),
        ("v1.5/wrapper.txt", "neurosim-1.5"),
        ("3d/heterogeneous_layer_by_layer.txt", "neurosim-3d-heterogeneous-1.0"),
        ("3d/monolithic_layer_by_layer.txt", "neurosim-3d-monolithic-1.0"),
    ],
)
def test_a_log_cut_anywhere_is_of_its_version_or_left_open(neurosim: Path, name: str, expected: str) -> None:
    lines = (neurosim / name).read_text().splitlines(keepends=True)
    certain = 0
    for count in range(2, len(lines)):
        found, confidence = recognised("".join(lines[:count]))
        if found == expected:
            certain += 1
        else:
            assert confidence < 1, (count, found)
            assert found in EARLY or not found
    assert certain > len(lines) / 5


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ERROR!: RRAM-CIM is not supported beyond 22 nm!", "neurosim-1.4"),
        ("ERROR!: nvCap-CIM is only supported for 22 nm!", "neurosim-1.5"),
        ("WARNING!: TECHNOLOGY NODE UNDER 14NM IS ONLY SUPPORTED AT 300K TEMPERATURE!", "neurosim-1.4"),
        ("Error: the input file cannot be opened!", "neurosim-1.4"),
        ("Error: the fileone cannot be opened!", "neurosim-1.4"),
        ("Error: CMOS Technology node 28nm is not supported", "neurosim-1.3"),
        ("[Mux] Error: Mux width is even larger than the assigned width !", "neurosim-1.4"),
        ("[TSVPath] Error: Require initialization first!", "neurosim-3d-heterogeneous-1.0"),
        ("[AdderTree_DCIM] Warning: Already initialized!", "neurosim-dcim-1.0"),
        ("operationmode ERROR", "neurosim-1.4"),
        ("./trace_command.sh: line 1: 12857 Aborted                 ./NeuroSIM/main", "neurosim-1.4"),
        ("./trace_command.sh: line 1: ./NeuroSIM/main: No such file or directory", "neurosim-1.4"),
        ("    from utee import hook", "neurosim-1.4"),
        ("usage: inference.py [-h] [--dataset DATASET]\n   [--wl_weight W]\n   [--adc_precision A]", "neurosim-1.5"),
        ("usage: inference.py [-h] [--type TYPE]\n    [--wl_weight WL_WEIGHT] [--wl_grad G]", "neurosim-1.0"),
        ("---------------------- Monolithic 3D Partition Results ----------------------", "neurosim-3d-monolithic-1.0"),
    ],
)
def test_an_error_alone_is_recognised(line: str, expected: str) -> None:
    name, confidence = recognised(f"{line}\n")
    assert (name, confidence > 0) == (expected, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("./NeuroSIM/NetWork.csv 8 8 ./layer_record/weightConv0_.csv x", "neurosim-1.3"),
        ("./NeuroSIM/NetWork_VGG8.csv 8 8 300 ./layer_record_VGG8/weightConv0_.csv x", "neurosim-3d-monolithic-1.0"),
        ("./NeuroSIM/NetWork_VGG8.csv 8 8 128 128 ./layer_record_VGG8/weightConv0_.csv x", "neurosim-1.4"),
    ],
)
def test_a_crash_tells_by_the_arguments_of_the_program(arguments: str, expected: str) -> None:
    crash = (
        "ERROR: SubArray Size is too large, which break the chip hierarchey, please decrease the SubArray size! \n"
        f"./trace_command.sh: line 1: 99 Segmentation fault      ./NeuroSIM/main {arguments}\n"
    )
    assert recognised(crash)[0] == expected
    (log,) = parse_bytes(crash.encode(), run="r")
    assert [problem.line for problem in log.problems] == [1, 2]
    (setting,) = log.settings
    assert setting.name == "neurosim.version"
    assert "anything tells them apart" in setting.value or expected.startswith("neurosim-3d")


@pytest.mark.parametrize(
    "text",
    [
        "Dear reader,\nthis is a letter\n",
        "Error: could not open input file\n",
        "layer1: 4\nlayer2: 5\n",
        "Epoch 1 loss 0.3\n[Adder] initialised\n",
        "usage: train.py [-h] [--lr LR]\n",
    ],
)
def test_text_of_something_else_is_refused(text: str) -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(text.encode(), run="r")
