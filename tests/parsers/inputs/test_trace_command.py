"""trace_command.sh: the arguments of NeuroSim's C++ part, by version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nnsreport.parsers import ParsedLog, parse_bytes, parse_log
from nnsreport.parsers.inputs.trace_command import COLUMNS, NAME

ReadAs = Callable[[str, str | bytes], ParsedLog]
CALL = "./NeuroSIM/main ./NeuroSIM/NetWork_VGG8.csv 8 4"
TRACES = " r/weightConv0_.csv r/inputConv0_.csv r/weightFC0_.csv r/inputFC0_.csv "


def settings(log: ParsedLog) -> dict[str, str]:
    return {setting.name.removeprefix("neurosim."): setting.value for setting in log.settings}


def test_genuine_training(inputs: Path) -> None:
    log = parse_log(inputs / "trace_command_training.sh")
    assert log.format == NAME
    assert log.complete
    assert log.problems == ()
    expected = {"epoch": "1", "network": "./NeuroSIM/NetWork.csv", "synapseBit": "5", "numBitInput": "8"}
    assert settings(log) == expected
    frame = log.tables["traces"]
    assert frame.schema == {name: getattr(pl, kind) for name, kind in COLUMNS.items()}
    assert frame.row(2) == (
        log.run,
        "layer3",
        "./layer_record/weightConv3_.csv",
        "./layer_record/weightOldConv3_.csv",
        "./layer_record/inputConv3_.csv",
        0.12458631727430555,
        1,
    )


@pytest.mark.parametrize(
    ("further", "expected"),
    [
        ("", {}),
        (" 300", {"temp": "300"}),
        (" 311.0", {"temp": "311.0"}),
        (" 128 64", {"numRowSubArray": "128", "numRowParallel": "64"}),
    ],
)
def test_versions_of_inference(read_as: ReadAs, further: str, expected: dict[str, str]) -> None:
    log = read_as(NAME, CALL + further + TRACES)
    assert log.problems == ()
    assert log.complete
    base = {"network": "./NeuroSIM/NetWork_VGG8.csv", "synapseBit": "8", "numBitInput": "4"}
    assert settings(log) == base | expected
    assert log.tables["traces"].select("layer", "weight_file", "old_weight_file", "input_file", "activity").rows() == [
        ("layer1", "r/weightConv0_.csv", None, "r/inputConv0_.csv", None),
        ("layer2", "r/weightFC0_.csv", None, "r/inputFC0_.csv", None),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CALL + " 128 128 1" + TRACES, "5 numbers follow the network"),
        (CALL + " 64 128" + TRACES, "128 rows are read at a time, but a sub-array has 64"),
        (CALL + " 300.5" + TRACES, "NeuroSim takes 300.5 for a whole number"),
        (CALL + TRACES + "r/weightFC1_.csv ", "layer 3 has only r/weightFC1_.csv"),
        (CALL + TRACES + "r/weightFC1_.csv 8 ", "'8' stands where layer 3 has a trace"),
        (CALL + " \n", "there are no traces of weights and inputs"),
        ("./NeuroSIM/main 1 n.csv 8 8 a.csv b.csv c.csv 1.5 \n", "the activity '1.5' of layer 1 is no fraction"),
        ("./NeuroSIM/main 1 n.csv 8 8 a.csv b.csv c.csv x \n", "the activity 'x' of layer 1 is no fraction"),
        ("./NeuroSIM/main --help\n", "there is no call of NeuroSIM/main with a network"),
    ],
)
def test_what_is_wrong(read_as: ReadAs, text: str, message: str) -> None:
    log = read_as(NAME, text)
    assert not log.complete
    assert message in log.problems[0].message
    assert log.problems[0].remedy


def test_scripts_of_users(read_as: ReadAs) -> None:
    script = f"#!/bin/bash\n# {CALL}\nexport OMP=1\ntime srun {CALL} 128 128 \\\n  {TRACES}\n"
    log = read_as(NAME, script)
    assert log.problems == ()
    assert log.tables["traces"]["line"].to_list() == [4, 4]


def test_several_calls_are_several_runs() -> None:
    text = f"#!/bin/bash\n{CALL}{TRACES}\n{CALL} 300{TRACES}\n"
    first, second = parse_bytes(text.encode(), run="r")
    assert (first.run, second.run) == ("r", "r#2")
    assert settings(second)["temp"] == "300"
    assert second.tables["traces"]["run"].unique().to_list() == ["r#2"]


def test_cut_at_every_byte_gives_nothing_wrong(read_as: ReadAs, inputs: Path) -> None:
    for data in ((inputs / "trace_command_training.sh").read_bytes(), f"{CALL} 128 64{TRACES}".encode()):
        whole = read_as(NAME, data)
        known, rows = settings(whole), whole.tables["traces"].rows()
        for end in range(1, len(data) - 1):
            log = read_as(NAME, data[:end])
            assert log.tables["traces"].rows() == rows[: log.tables["traces"].height]
            assert settings(log).items() <= known.items(), data[:end]


def test_a_log_that_quotes_the_call_is_a_log(samples: Path) -> None:
    crash = f"trace_command.sh: line 1: 4711 Segmentation fault (core dumped) {CALL}{TRACES}\n"
    (log,) = parse_bytes((samples / "main_pipelined.txt").read_bytes() + crash.encode(), run="r")
    assert log.format == "neurosim-1.4"
