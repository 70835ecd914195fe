"""The systolic array's files: recognised from their text, and no number of a damaged one is filed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.systolic import FORMATS

BANK, CHIP = FORMATS[1].name, FORMATS[2].name
ROW = "2.18271e-07,3.15412e-11,3.18074e-11,1.45934e-05,0,2.96084e-11\n"


def values_of(log: ParsedLog) -> dict[tuple[str, str | None], float]:
    return {(r.metric, r.component): r.value for r in log.metrics}


def read(text: str, name: str) -> ParsedLog:
    (log,) = parse_bytes(text.encode(), run="r", format=name)
    return log


def test_a_bank_in_si_units(systolic_samples: Path) -> None:
    log = parse_log(systolic_samples / "neurosim.csv")
    assert log.format == BANK
    assert log.complete
    assert values_of(log) == {
        ("area", "buffer_bank"): 2.18271e-07,
        ("read_access_energy", "buffer_bank"): 3.15412e-11,
        ("write_access_energy", "buffer_bank"): 3.18074e-11,
        ("leakage_power", "buffer_bank"): 1.45934e-05,
        ("refresh_access_energy", "buffer_bank"): 2.96084e-11,
    }
    assert [(s.name, s.value) for s in log.settings] == [("neurosim.needs_refresh", "false")]
    assert not log.problems


def test_a_retention_time_is_filed_where_the_memory_has_one() -> None:
    log = read(ROW.replace(",0,", ",3e-05,"), BANK)
    assert values_of(log)["retention_time", "buffer_bank"] == 3e-05
    assert log.complete


def test_the_bank_of_a_log_and_of_its_file_agree(systolic_samples: Path) -> None:
    from_file = values_of(parse_log(systolic_samples / "neurosim.csv"))
    from_log = values_of(parse_log(systolic_samples / "edge_vgg8.txt"))
    assert all(from_log[key] == value for key, value in from_file.items())


def test_a_chip_in_si_units_and_equal_to_its_log(systolic_samples: Path) -> None:
    log = parse_log(systolic_samples / "TPU_benchmark.csv")
    values = values_of(log)
    assert log.format == CHIP
    assert log.complete
    assert len(values) == 19
    assert not log.problems
    assert values["mac_utilization", "mac"] == 94.3452e-2
    from_log = values_of(parse_log(systolic_samples / "edge_resnet18_fram.txt"))
    differing = {key for key, value in values.items() if from_log[key] != value}
    assert differing == {("mac_utilization", "mac")}


@pytest.mark.parametrize(
    "text",
    [
        ROW + ROW,
        ROW.replace(",", ", "),
        "32,32,3,3,3,128\n",
        "1e-07,1e-11,1e-11,1e-05,0\n",
        "2.18271,3.15412e-11,3.18074e-11,1.45934e-05,0,2.96084e-11\n",
        "2.18271e-07,3.15412e-11,3.18074e-11,1.45934e-05,0,2.96084e-11,1\n",
        "0.1,0.2,0.3,0.4,0,0.5\n",
        "area,read,write,leakage,retention,refresh\n" + ROW,
    ],
)
def test_other_rows_are_not_taken_for_a_bank(text: str) -> None:
    assert FORMATS[1].confidence(Glance.of(lines_of(text.encode()).lines)) == 0


@pytest.mark.parametrize("text", [ROW, ROW.replace(",0,", ",1,"), ROW.replace("1.45934e-05", "0.00123"), ROW.rstrip()])
def test_rows_that_are_taken_for_a_bank(text: str) -> None:
    assert FORMATS[1].confidence(Glance.of(lines_of(text.encode()).lines)) > 0


@pytest.mark.parametrize(("name", "file"), [(BANK, "neurosim.csv"), (CHIP, "TPU_benchmark.csv")])
def test_no_number_of_a_cut_file_lacks_digits(systolic_samples: Path, name: str, file: str) -> None:
    text = (systolic_samples / file).read_text()
    whole = values_of(read(text, name))
    for length in range(1, len(text)):
        try:
            log = read(text[:length], name)
        except NnsreportError:
            continue
        assert all(whole[key] == value for key, value in values_of(log).items()), length
        assert not log.complete
        assert log.problems


@pytest.mark.parametrize(("name", "file"), [(BANK, "neurosim.csv"), (CHIP, "TPU_benchmark.csv")])
def test_nothing_of_a_damaged_row_is_filed(systolic_samples: Path, name: str, file: str) -> None:
    lines = (systolic_samples / file).read_text().split("\n")
    row = len(lines) - 1 if lines[-1] else len(lines) - 2
    for damage in (lines[row].replace(",", ",x", 1), "7," + lines[row], lines[row].replace(".", ";", 1)):
        log = read("\n".join([*lines[:row], damage, *lines[row + 1 :]]), name)
        assert not log.metrics
        assert not log.complete
        assert "cannot be read" in str(log.problems[0])


def test_a_header_without_a_row_says_so(systolic_samples: Path) -> None:
    header = (systolic_samples / "TPU_benchmark.csv").read_text().split("\n")[0]
    log = read(header + "\n", CHIP)
    assert "has no row of numbers" in str(log.problems[0])
    assert not log.complete
