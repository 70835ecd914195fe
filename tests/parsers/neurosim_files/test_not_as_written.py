"""Files that are not as NeuroSim wrote them: saved by a spreadsheet, of another header, or too short to tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import ParsedLog, formats, parse_bytes

Read = Callable[[str, str | bytes], tuple[ParsedLog, ...]]

WITH_HEADER = (
    "NeuroSim_Output.csv",
    "NeuroSim_Breakdown_Epock_0.csv",
    "PythonWrapper_Output.csv",
    "weight_dist.csv",
    "delta_dist.csv",
)


def resaved(text: str, separator: str, *, is_padded: bool) -> bytes:
    """Return a file as a German spreadsheet program writes it: decimal commas, byte order mark, rows of one width."""
    lines = [line.replace(".", ",").replace("\x00", separator) for line in text.replace(",", "\x00").split("\n")]
    width = max(line.count(separator) for line in lines)
    if is_padded:
        lines = [line + separator * (width - line.count(separator)) for line in lines]
    return ("\ufeff" + "\r\n".join(lines)).encode()


@pytest.mark.parametrize("name", WITH_HEADER)
@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("is_padded", [False, True])
def test_a_file_saved_by_a_spreadsheet_is_told_and_not_read(
    name: str, separator: str, is_padded: bool, files: Path, format_of: dict[str, str]
) -> None:
    (log,) = parse_bytes(resaved((files / name).read_text(), separator, is_padded=is_padded), run="r")
    assert log.format == format_of[name]
    assert not log.metrics
    assert not log.complete
    assert "saved by a spreadsheet program" in log.problems[0].message
    assert log.problems[0].remedy


@pytest.mark.parametrize("name", ["Area_PowerDensity.csv", "input_activity.csv"])
def test_numbers_alone_of_a_spreadsheet_are_not_recognised(name: str, files: Path) -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(resaved((files / name).read_text(), ";", is_padded=False), run="r")


def test_line_ends_and_byte_order_mark_of_windows_change_nothing(name: str, files: Path, read_as: Read) -> None:
    text = (files / name).read_text()
    windows = read_as(name, ("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert [log.metrics for log in windows] == [log.metrics for log in read_as(name, text)]
    assert [log.problems for log in windows] == [log.problems for log in read_as(name, text)]


def test_the_header_of_another_file_is_told_and_its_columns_not_read(
    name: str, files: Path, format_of: dict[str, str]
) -> None:
    for other in WITH_HEADER:
        if format_of[other] == format_of[name]:
            continue
        (log,) = parse_bytes((files / other).read_bytes(), run="r", format=format_of[name])
        assert log.format == format_of[name]
        assert not log.metrics
        assert [problem.line for problem in log.problems] == [1]
        assert "is not that of" in log.problems[0].message
        assert "leave out --as" in str(log.problems[0].remedy)


def test_a_header_of_nobody_with_as_many_columns(read_as: Read) -> None:
    (log,) = read_as("PythonWrapper_Output.csv", "epoch,loss,accuracy\n0,9.3,10\n")
    assert not log.metrics
    assert "'epoch,loss,accuracy' is not that of" in log.problems[0].message


def test_lines_of_a_job_before_the_own_header_are_no_header(files: Path, read_as: Read) -> None:
    text = (files / "PythonWrapper_Output.csv").read_text()
    (log,) = read_as("PythonWrapper_Output.csv", "Warning: slow, very slow\n" + text)
    assert [record.value for record in log.metrics] == [9.3125, 0.1, 9.149485, 0.075]


@pytest.mark.parametrize("format_name", [None, "neurosim-3d-area"])
def test_two_numbers_without_a_line_end_are_too_short_to_tell(format_name: str | None) -> None:
    (log,) = parse_bytes(b"3.43675e-06,0.00313841", run="r", format=format_name)
    assert not log.metrics
    assert not log.complete
    assert "is too short to tell what it is" in log.problems[0].message


def test_any_cut_of_a_banks_file_is_never_taken_for_areas() -> None:
    from nnsreport.parsers.systolic import FORMATS

    sample = next(known.sample for known in FORMATS if known.name == "neurosim-systolic-1.0-bank")
    for length in range(1, len(sample)):
        try:
            logs = parse_bytes(sample[:length].encode(), run="r")
        except UnknownFormatError:
            continue
        assert not [r for log in logs for r in log.metrics if log.format == "neurosim-3d-area"], sample[:length]


def test_whole_rows_without_a_header_are_still_read() -> None:
    logs = parse_bytes(b"3.43675e-06,0.00313841\n5.51266e-06,0.00647369\n", run="r")
    assert [[record.value for record in log.metrics] for log in logs] == [
        [3.43675e-06, 3138.41],
        [5.51266e-06, 6473.69],
    ]


@pytest.mark.parametrize("format_name", ["mlp-neurosim-3.0-accuracy", "neurosim-systolic-1.0-bank"])
@pytest.mark.parametrize(
    "header", ["epoch, loss", "epoch,accuracy", "area,read energy,write energy,leakage,retention,refresh"]
)
def test_a_header_over_a_file_that_has_none_is_anothers(header: str, format_name: str) -> None:
    own = next(known.sample for known in formats() if known.name == format_name)
    (log,) = parse_bytes(f"{header}\n{own}".encode(), run="r", format=format_name)
    assert not log.metrics
    assert not log.complete
    assert [problem.line for problem in log.problems] == [1]
    assert f"the header {header!r} is not that of" in log.problems[0].message


def test_the_header_of_another_table_over_a_chip() -> None:
    own = next(known.sample for known in formats() if known.name == "neurosim-systolic-1.0-chip")
    swapped = own.replace("area MAC (mm2),area RF (mm2)", "area RF (mm2),area MAC (mm2)")
    (log,) = parse_bytes(swapped.encode(), run="r", format="neurosim-systolic-1.0-chip")
    assert not log.metrics
    assert "is not that of" in log.problems[0].message


def test_a_chip_saved_by_a_spreadsheet_is_told() -> None:
    own = next(known.sample for known in formats() if known.name == "neurosim-systolic-1.0-chip")
    (log,) = parse_bytes(resaved(own, ";", is_padded=False), run="r")
    assert log.format == "neurosim-systolic-1.0-chip"
    assert not log.metrics
    assert "saved by a spreadsheet program" in log.problems[0].message
