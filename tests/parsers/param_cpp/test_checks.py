"""Settings that NeuroSim refuses or fails with: named, on the line to change, with a remedy."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]

BASE = {
    "operationmode": "2",
    "memcelltype": "2",
    "deviceroadmap": "2",
    "technode": "22",
    "temp": "300",
    "globalBusType": "false",
    "globalBufferType": "false",
    "peBufferType": "false",
    "chipActivation": "true",
    "novelMapping": "true",
    "pipeline": "true",
    "synchronous": "true",
    "sync_data_transfer": "0",
    "numColMuxed": "8",
    "levelOutput": "32",
    "SARADC": "false",
    "currentMode": "true",
    "cellBit": "1",
    "writeVoltage": "2",
}


def body(**changed: str) -> str:
    return "\n".join(f"{name} = {value};" for name, value in (BASE | changed).items())


def test_the_base_has_no_problem(problems: Problems) -> None:
    assert problems(body(), version="1.4") == []


@pytest.mark.parametrize(
    ("changed", "name", "message"),
    [
        ({"technode": "14"}, "memcelltype", "NeuroSim refuses RRAM at 14 nm; set technode to 22 or more"),
        (
            {"technode": "7", "memcelltype": "1", "deviceroadmap": "1"},
            "deviceroadmap",
            "NeuroSim refuses HP transistors at 7 nm; set deviceroadmap to 2",
        ),
        (
            {"technode": "7", "memcelltype": "1", "temp": "350"},
            "temp",
            "NeuroSim refuses 350 K at 7 nm; set temp to 300",
        ),
        ({"sync_data_transfer": "1"}, "sync_data_transfer", "NeuroSim refuses sync_data_transfer with these"),
        ({"synchronous": "false"}, "synchronous", "an asynchronous chip with register-file buffers gives inf"),
        ({"memcelltype": "1", "numColMuxed": "1"}, "numColMuxed", "SRAM with one column a sense amplifier gives"),
        ({"operationmode": "1"}, "operationmode", "sequential read of RRAM or FeFET of one bit gives"),
        ({"operationmode": "6", "memcelltype": "1"}, "operationmode", "parallel BNN and XNOR modes crash with SRAM"),
        ({"operationmode": "5"}, "operationmode", "BNN and XNOR modes leave the areas of ADC"),
        ({"writeVoltage": "1.5"}, "writeVoltage", "RRAM with a write voltage of 1.5 V: NeuroSim prints LevelShifter"),
        ({"levelOutput": "2"}, "levelOutput", "sense amplifiers of two levels give an infinite clock period"),
    ],
)
def test_known_failure(problems: Problems, changed: dict[str, str], name: str, message: str) -> None:
    (found,) = problems(body(**changed), version="1.4")
    line = 2 + list(BASE).index(name)
    assert found.startswith(f"line {line}: {message}")


def test_buffers_of_sram_are_fine_without_a_clock(problems: Problems) -> None:
    changed = {"synchronous": "false", "globalBufferType": "true", "peBufferType": "true"}
    assert problems(body(**changed), version="1.4") == []


def test_cells_of_several_bits_may_be_read_one_by_one(problems: Problems) -> None:
    assert problems(body(operationmode="1", cellBit="2"), version="1.4") == []


@pytest.mark.parametrize("sensing", [{"SARADC": "true"}, {"currentMode": "false"}])
@pytest.mark.parametrize(
    "changed", [{"memcelltype": "1", "numColMuxed": "1"}, {"operationmode": "1"}, {"levelOutput": "2"}]
)
def test_failures_of_amplifiers_that_sense_current_are_theirs_alone(
    problems: Problems, changed: dict[str, str], sensing: dict[str, str]
) -> None:
    assert len(problems(body(**changed), version="1.4")) == 1
    assert problems(body(**changed, **sensing), version="1.4") == []


def test_levels_of_any_number_are_fine(problems: Problems) -> None:
    assert problems(body(levelOutput="33"), version="1.4") == []


def test_checks_are_those_of_the_version(problems: Problems) -> None:
    changed = {"technode": "14", "operationmode": "1", "synchronous": "false"}
    assert len(problems(body(**changed), version="1.4")) == 3
    assert problems(body(**changed), version="1.3") == []
    assert problems("technode = 14;\nmemcelltype = 2;") == []  # of many versions, of which some take it


@pytest.mark.parametrize(
    ("version", "name", "node"),
    [
        ("1.3", "technode", "28"),
        ("2.1", "technode", "5"),
        ("3d-heterogeneous-1.0", "technodeBottom", "12"),
        ("mlp-3.0", "processNode", "28"),
    ],
)
def test_node_without_transistors(problems: Problems, version: str, name: str, node: str) -> None:
    assert problems(f"{name} = {node};", version=version) == [
        f"line 2: NeuroSim has no transistors of {node} nm: it ends without a word; "
        f"set {name} to one of 130, 90, 65, 45, 32, 22, 14, 10, 7"
    ]
    assert problems(f"{name} = 7;", version=version) == []


def test_nvcap_wants_22_nm(problems: Problems) -> None:
    assert problems("memcelltype = 4;\ntechnode = 45;", version="1.5") == [
        "line 2: NeuroSim refuses nvCap at 45 nm; set technode to 22"
    ]


def test_exit_of_a_switch_names_the_choices(problems: Problems) -> None:
    assert problems(
        "technode = 28;\nswitch (technode) {\ncase 22: a = 1; break;\ncase 7: break;\ncase -1: break;\n"
        "default: exit(-1);\n}"
    ) == [
        "line 7: technode is 28, for which line 3 has no case: NeuroSim ends there before it prints anything; "
        "use one of 22, 7"
    ]


def test_exit_of_an_if(problems: Problems) -> None:
    chain = "w = 5;\nif (w >= 175) { a = 1; } else if ((110 <= w) && (w < 175)) { a = 2; } else {\nexit(-1);\n}"
    assert problems(chain) == [
        "line 4: w is 5, for which line 3 has no case: NeuroSim ends there before it prints anything; "
        "change what the condition asks for"
    ]
    assert problems(chain.replace("w = 5", "w = 120")) == []
