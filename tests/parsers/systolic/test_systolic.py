"""The digital systolic array's output: every number of the samples, and what is said of failures."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import LogFormat, ParsedLog, formats, parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.systolic import FORMATS
from nnsreport.parsers.systolic.labels import BANK_BANNER, CHIP_BANNER
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

EDGE_VGG8 = {
    ("area", "buffer_bank"): (218271e-12, 2),
    ("read_access_energy", "buffer_bank"): (31.5412e-12, 3),
    ("write_access_energy", "buffer_bank"): (31.8074e-12, 4),
    ("leakage_power", "buffer_bank"): (14.5934e-6, 5),
    ("refresh_access_energy", "buffer_bank"): (0.0296084e-9, 6),
    ("clock_frequency", "total"): (200e6, 10),
    ("mac_energy", "mac"): (0.42e-12, 12),
    ("read_energy_per_bit", "register_file"): (2.55e-15, 13),
    ("memory_capacity", "buffer"): (2 * 2**20, 16),
    ("memory_capacity", "buffer_bank"): (256 * 2**10, 17),
    ("read_energy_per_bit", "buffer"): (61.6e-15, 18),
    ("write_energy_per_bit", "buffer"): (62.1e-15, 19),
    ("energy_efficiency", "total"): (2.4102e12, 23),
    ("compute_efficiency", "total"): (0.0223e18, 24),
    ("read_latency", "total"): (24331.9250e-6, 25),
    ("mac_utilization", "mac"): (70.31e-2, 26),
    ("area", "total"): (2.2724e-6, 27),
    ("area", "mac"): (0.1745e-6, 28),
    ("area", "register_file"): (0.1620e-6, 29),
    ("area", "buffer"): (1.7462e-6, 30),
    ("area", "functional_module"): (0.1897e-6, 31),
    ("inference_energy", "total"): (511.0988e-6, 32),
    ("read_dynamic_energy", "mac"): (260.5208e-6, 33),
    ("read_dynamic_energy", "register_file"): (57.6985e-6, 34),
    ("read_dynamic_energy", "buffer_and_network"): (40.0844e-6, 35),
    ("read_dynamic_energy", "buffer_refresh"): (0.0, 36),
    ("read_dynamic_energy", "buffer_access"): (40.0844e-6, 37),
    ("read_dynamic_energy", "buffer_read"): (20.4616e-6, 38),
    ("read_dynamic_energy", "buffer_write"): (15.5664e-6, 39),
    ("read_dynamic_energy", "interconnect"): (4.0563e-6, 40),
    ("read_dynamic_energy", "functional_module"): (12.5271e-6, 41),
    ("read_dynamic_energy", "dram"): (135.8391e-6, 42),
    ("leakage_energy", "total"): (4.4289e-6, 43),
    ("standby_power", "total"): (182.0214e-6, 44),
    ("leakage_power", "mac"): (1.1904e-6, 45),
    ("leakage_power", "register_file"): (20.4800e-6, 46),
    ("leakage_power", "buffer"): (116.7472e-6, 47),
    ("leakage_power", "functional_module"): (43.6038e-6, 48),
    ("refresh_power", "buffer"): (0.0, 49),
    ("refreshed_banks", "buffer"): (0.0, 50),
}

NVDRAM_MODES = """\

Buffer mode for different datatypes
---Weight
-----nv mode:             12.50 % (3 layer)\x20
-----v mode:              50.00 % (4 layer)\x20
-----v mode (no refresh): 37.50 % (1 layer)\x20
---Input
-----nv mode:             0.00 % (0 layer)\x20
-----v mode:              99.99 % (7 layer)\x20
-----v mode (no refresh): 0.01 % (1 layer)\x20
---Output
-----nv mode:             0.00 % (0 layer)\x20
-----v mode:              0.00 % (0 layer)\x20
-----v mode (no refresh): 100.00 % (8 layer)\x20
"""


def values_of(log: ParsedLog) -> dict[tuple[str, str | None], float]:
    return {(r.metric, r.component): r.value for r in log.metrics}


def messages_of(log: ParsedLog) -> str:
    return "\n".join(str(problem) for problem in log.problems)


def read(text: str) -> ParsedLog:
    (log,) = parse_bytes(text.encode(), run="r", format="neurosim-systolic-1.0")
    return log


def test_every_number_of_a_whole_log(systolic_samples: Path) -> None:
    log = parse_log(systolic_samples / "edge_vgg8.txt")
    assert log.format == "neurosim-systolic-1.0"
    assert {(r.metric, r.component): (r.value, r.line) for r in log.metrics} == EDGE_VGG8
    assert len(log.metrics) == len(EDGE_VGG8)
    assert {record.scope for record in log.metrics} == {"chip"}
    assert [(s.name, s.value, s.line) for s in log.settings] == [("neurosim.buffer_type", "SRAM", 15)]
    assert log.complete
    assert log.problems == ()
    assert log.unrecognised == ()


def test_values_are_the_printed_decimals_exactly(systolic_samples: Path) -> None:
    values = values_of(parse_log(systolic_samples / "cloud_vgg8.txt"))
    assert values["read_latency", "total"] == float("751.7257e-6")
    assert values["compute_efficiency", "total"] == float("0.0153e18")
    assert values["mac_utilization", "mac"] == float("39.36e-2")
    assert values["leakage_power", "buffer"] == float("1400.9664e-6")
    assert values["memory_capacity", "buffer"] == 24 * 2**20


def test_the_parts_add_up_to_the_whole(systolic_samples: Path) -> None:
    values = values_of(parse_log(systolic_samples / "cloud_vgg8.txt"))

    def energy(*components: str) -> float:
        return sum(values["read_dynamic_energy", component] for component in components)

    total = energy("mac", "register_file", "buffer_and_network", "functional_module", "dram")
    assert total + values["leakage_energy", "total"] == pytest.approx(values["inference_energy", "total"], abs=3e-10)
    assert energy("buffer_read", "buffer_write", "interconnect") == pytest.approx(energy("buffer_access"), abs=2e-10)
    area = sum(values["area", part] for part in ("mac", "register_file", "buffer", "functional_module"))
    assert area == pytest.approx(values["area", "total"], abs=3e-10)


def test_records_use_the_vocabulary(systolic_samples: Path) -> None:
    for path in sorted(systolic_samples.glob("*")):
        if path.suffix != ".md":
            for record in parse_log(path).metrics:
                metric = METRICS[record.metric]
                assert record.unit == metric.unit
                assert Scope(record.scope) in metric.scopes
                assert record.component in COMPONENTS


def test_edram_with_the_cell_of_sram_gives_inf_and_nan_which_are_kept_and_explained(systolic_samples: Path) -> None:
    log = parse_log(systolic_samples / "edge_vgg8_edram.txt")
    values = values_of(log)
    assert values["inference_energy", "total"] == math.inf
    assert math.isnan(values["standby_power", "total"])
    assert values["refresh_energy_per_bit", "buffer"] == 57.8e-15
    assert "6 values are inf or nan" in messages_of(log)
    assert "22nm_SRAM that main.py asks for" in messages_of(log)
    assert log.complete
    assert log.unrecognised == ()


def test_fram_refreshes_what_an_idle_chip_keeps(systolic_samples: Path) -> None:
    values = values_of(parse_log(systolic_samples / "edge_resnet18_fram.txt"))
    assert values["refresh_power", "buffer"] == 0.2595e-6
    assert values["refreshed_banks", "buffer"] == 1


def test_a_traceback_after_the_bank_is_explained(systolic_samples: Path) -> None:
    log = parse_log(systolic_samples / "cloud_resnet18.txt")
    assert not log.complete
    assert len(log.metrics) == 5
    assert "no traces for this model and chip" in messages_of(log)
    assert "--tputype edge with VGG8 or ResNet18" in messages_of(log)
    assert "after NeuroSim's bank of the buffer" in messages_of(log)


@pytest.mark.parametrize(
    ("last_line", "expected"),
    [
        ("AttributeError: 'param' object has no attribute 'multiplier_energy_per_op'", "--technode 32, 22, 7 or 3"),
        ("AttributeError: 'layer_performance' object has no attribute 'weight_buffer_mode'", "announces nvDRAM"),
        ("FileNotFoundError: [Errno 2] No such file or directory: './NeuroSIM/main'", "run `make` in NeuroSIM/"),
        ("FileNotFoundError: [Errno 2] No such file or directory: './neurosim.csv'", "wrote no neurosim.csv"),
        ("FileNotFoundError: [Errno 2] No such file or directory: './traces/VGG8_ws.csv'", "in its own folder"),
        ("PermissionError: [Errno 13] Permission denied: './NeuroSIM/main'", "chmod +x NeuroSIM/main"),
        ("KeyError: 'num. MACs'", "Python stopped: KeyError"),
    ],
)
def test_exceptions_are_explained(last_line: str, expected: str) -> None:
    text = f'{BANK_BANNER}\nTraceback (most recent call last):\n  File "main.py", line 42, in <module>\n{last_line}\n'
    log = read(text)
    assert expected in messages_of(log)
    assert log.unrecognised == ()
    assert not log.complete


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "usage: main.py [-h] [--technode TECHNODE] [--memory MEMORY]\n"
            "main.py: error: argument --technode: invalid int value: 'x'\n",
            "main.py refuses its arguments: argument --technode: invalid int value: 'x'",
        ),
        (
            'Traceback (most recent call last):\n  File "main.py", line 16, in <module>\n'
            "FileNotFoundError: [Errno 2] No such file or directory: './NeuroSIM/main'\n",
            "NeuroSim's program is missing",
        ),
        (
            'Traceback (most recent call last):\n  File "main.py", line 42, in <module>\n'
            "FileNotFoundError: [Errno 2] No such file or directory: './neurosim.csv'\n",
            "wrote no neurosim.csv",
        ),
    ],
)
def test_logs_without_any_result_are_recognised_and_explained(text: str, expected: str) -> None:
    (log,) = parse_bytes(text.encode(), run="r")
    assert log.format == "neurosim-systolic-1.0"
    assert expected in messages_of(log)


def test_messages_of_circuit_modules_and_slurm_are_explained() -> None:
    log = read(
        "[LevelShifter] Error: Require initialization first!\n"
        "Error: CMOS Technology node 28nm is not supported\n"
        "[/home/user/parameters.py] Please specify correct DRAM type: LPDDR3 or LPDDR4\n"
        "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***\n"
    )
    assert len(log.problems) == 5
    assert "the log is cut off before its first result" in messages_of(log)


def test_a_chip_without_its_bank_comes_from_an_older_file(systolic_samples: Path) -> None:
    text = (systolic_samples / "edge_vgg8.txt").read_text()
    log = read(text[text.index(CHIP_BANNER) :])
    assert log.complete
    assert len(log.metrics) == len(EDGE_VGG8) - 5
    assert "neurosim.csv of an earlier run" in messages_of(log)


def test_a_bank_that_is_not_that_of_the_chip_is_a_problem(systolic_samples: Path) -> None:
    text = (systolic_samples / "edge_vgg8.txt").read_text().replace("31.5412pJ", "41.5412pJ")
    assert "the buffer's read energy of a bit is not that of the bank in this log" in messages_of(read(text))


def test_both_parts_in_either_order(systolic_samples: Path) -> None:
    text = (systolic_samples / "edge_vgg8.txt").read_text()
    bank, chip = text[: text.index(CHIP_BANNER)], text[text.index(CHIP_BANNER) :]
    assert values_of(read(chip + bank)) == values_of(read(text))
    assert read(chip + bank).complete


def test_several_runs_in_one_file(systolic_samples: Path) -> None:
    edge, cloud, failed = (
        (systolic_samples / f"{name}.txt").read_text() for name in ("edge_vgg8", "cloud_vgg8", "cloud_resnet18")
    )
    logs = parse_bytes((edge + failed + cloud).encode(), run="7")
    assert [(log.run, log.complete, len(log.metrics)) for log in logs] == [
        ("7", True, 40),
        ("7#2", False, 5),
        ("7#3", True, 40),
    ]
    assert not [problem for log in logs for problem in log.problems if "second value" in problem.message]
    chips = [text[text.index(CHIP_BANNER) :] for text in (edge, cloud)]
    banks = [text[: text.index(CHIP_BANNER)] for text in (edge, cloud)]
    reversed_logs = parse_bytes((chips[0] + banks[0] + chips[1] + banks[1]).encode(), run="7")
    assert [len(log.metrics) for log in reversed_logs] == [40, 40]
    without_bank = parse_bytes((chips[0] + banks[1] + chips[1]).encode(), run="7")
    assert [len(log.metrics) for log in without_bank] == [35, 40]


def test_the_rounded_leakage_is_filed_only_where_the_exact_one_is_missing(systolic_samples: Path) -> None:
    text = (systolic_samples / "edge_vgg8.txt").read_text()
    cut = read(text[: text.index("---GB leakage")])
    assert values_of(cut)["leakage_power", "buffer"] == 116.75e-6
    contradicting = read(text.replace("116.75 uW/chip", "117.75 uW/chip"))
    assert values_of(contradicting)["leakage_power", "buffer"] == 116.7472e-6
    assert "a second value of chip buffer leakage_power is left out" in messages_of(contradicting)


def test_modes_of_nvdram(systolic_samples: Path) -> None:
    text = (systolic_samples / "edge_vgg8.txt").read_text().replace("  SRAM", "  nvDRAM")
    energies = (
        "---Read Energy(v):    1.5 fJ/bit\n---Write Energy(v):   2.5 fJ/bit\n---Read Energy(nv):   3.5 fJ/bit\n"
        "---Write Energy(nv):  4.5 fJ/bit\n---Refresh Energy(v): 5.5 fJ/bit\n"
    )
    first, last = text.index("---Read Energy:"), text.index("---Leakage power")
    text = text[:first] + energies + text[last:]
    assert not read(text).complete
    log = read(text + NVDRAM_MODES)
    values = values_of(log)
    assert log.complete
    assert log.problems == ()
    assert values["write_energy_per_bit", "buffer_nonvolatile"] == 4.5e-15
    assert values["refresh_energy_per_bit", "buffer"] == 5.5e-15
    assert values["data_share", "weight_unrefreshed"] == 37.5e-2
    assert values["data_layers", "input_volatile"] == 7
    assert values["data_share", "output_unrefreshed"] == 1.0
    assert len([key for key in values if key[0] == "data_share"]) == 9


def test_a_mode_whose_kind_of_data_is_lost_is_left_out() -> None:
    lines = NVDRAM_MODES.splitlines(keepends=True)
    without_input = [line for line in lines if line != "---Input\n"]
    values = values_of(read("".join(without_input)))
    assert {component for _, component in values} == {
        f"{kind}_{mode}" for kind in ("weight", "output") for mode in ("nonvolatile", "volatile", "unrefreshed")
    }
    assert values["data_share", "weight_nonvolatile"] == 12.5e-2


def test_missing_lines_of_a_complete_log_are_named(systolic_samples: Path) -> None:
    lines = (systolic_samples / "edge_vgg8.txt").read_text().splitlines(keepends=True)
    log = read("".join(lines[:26] + lines[27:]))
    assert "1 expected values are not in the log: total area" in messages_of(log)
    assert ("area", "mac") in values_of(log)


def test_formats_recognise_their_own_samples_and_nothing_else(systolic_samples: Path, test_data: Path) -> None:
    expected_of_file = {"neurosim.csv": FORMATS[1].name, "TPU_benchmark.csv": FORMATS[2].name}
    for path in sorted(test_data.glob("neurosim/**/*")):
        if path.is_file() and path.suffix in (".txt", ".csv"):
            glance = Glance.of(lines_of(path.read_bytes()).lines)
            is_mine = path.parent == systolic_samples
            expected = expected_of_file.get(path.name, FORMATS[0].name)
            for log_format in formats():
                if log_format in FORMATS or is_mine:
                    recognised = log_format.confidence(glance) > 0
                    assert recognised == (is_mine and log_format.name == expected), (path, log_format.name)


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
def test_samples_of_the_formats_are_read_whole(log_format: LogFormat) -> None:
    (log,) = parse_bytes(log_format.sample.encode(), run="r")
    assert log.format == log_format.name
    assert log.complete
    assert {record.metric for record in log.metrics} <= log_format.schema


def test_a_letter_is_refused() -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(b"Area: 3 football fields\nTotal energy: low\n", run="r")
