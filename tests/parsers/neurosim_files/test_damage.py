"""Damaged files: no exception but the project's own, and never a number that is not in the whole file."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.errors import NnsreportError
from nnsreport.parsers import MetricRecord, ParsedLog, parse_bytes
from nnsreport.parsers.neurosim_files import FORMATS

Read = Callable[[str, str | bytes], tuple[ParsedLog, ...]]
Key = tuple[str, str | None, str | None, str, int | None, str]


def keyed(logs: Iterable[ParsedLog]) -> dict[Key, MetricRecord]:
    """Return every record by what it is about and its run."""
    return {(r.scope, r.layer, r.component, r.metric, r.epoch, log.run): r for log in logs for r in log.metrics}


def test_cut_at_every_byte_gives_whole_numbers_and_all_before_the_cut(name: str, files: Path, read_as: Read) -> None:
    lines = (files / name).read_bytes().splitlines(keepends=True)
    # Two layers of a breakdown are enough.
    data = b"".join(line for line in lines if not line.startswith((b"3,", b"4,", b"5,", b"6,", b"7,", b"8,")))
    whole = keyed(read_as(name, data))
    for length in range(1, len(data)):
        try:
            logs = read_as(name, data[:length])
        except NnsreportError:
            assert not data[:length].strip()
            continue
        found = keyed(logs)
        assert found.items() <= whole.items(), length
        complete_lines = data.count(b"\n", 0, length)
        assert {key for key, record in whole.items() if record.line <= complete_lines} <= found.keys(), length


def test_a_cut_row_gives_the_numbers_before_its_last(files: Path, read_as: Read) -> None:
    text = (files / "NeuroSim_Output.csv").read_text()
    cut = text[: text.index("23.6568") + 4]
    (log,) = read_as("NeuroSim_Output.csv", cut)
    assert [r.value for r in log.metrics if r.epoch == 1] == [21.0861, 17.3173]
    assert not log.complete
    assert [(p.message, p.line) for p in log.problems] == [
        ("this row breaks off: 18 of its numbers are missing or may lack digits", 3)
    ]


@pytest.mark.parametrize("epoch", [0, 1])
def test_shuffled_lines_of_a_breakdown_keep_their_meaning(epoch: int, files: Path, read_as: Read) -> None:
    name = f"NeuroSim_Breakdown_Epock_{epoch}.csv"
    lines = (files / name).read_text().splitlines(keepends=True)
    whole = {key[:5]: record.value for key, record in keyed(read_as(name, "".join(lines))).items()}
    for seed in range(200):
        shuffled = random.Random(seed).sample(lines, len(lines))
        for key, record in keyed(read_as(name, "".join(shuffled))).items():
            assert whole[key[:5]] == record.value


def test_doubled_and_lost_lines_of_a_breakdown(files: Path, read_as: Read) -> None:
    name = "NeuroSim_Breakdown_Epock_0.csv"
    lines = (files / name).read_text().splitlines(keepends=True)
    whole = keyed(read_as(name, "".join(lines)))
    for position in range(len(lines)):
        doubled = read_as(name, "".join((*lines[: position + 1], *lines[position:])))
        assert {key: r.value for key, r in keyed(doubled).items()} == {key: r.value for key, r in whole.items()}
        lost = read_as(name, "".join((*lines[:position], *lines[position + 1 :])))
        assert all(whole[key].value == record.value for key, record in keyed(lost).items())
        assert len(lost) == 1


def longest_row(lines: list[str]) -> int:
    """Return the index of the row with the most numbers."""
    return max(range(len(lines)), key=lambda number: lines[number].count(".") * (not lines[number][0].isalpha()))


@pytest.mark.parametrize("mark", ["x", "-", "e", ",", " ", "\x00", "1.2.3"])
def test_a_row_with_a_damaged_cell_is_told_not_filed(mark: str, name: str, files: Path, read_as: Read) -> None:
    lines = (files / name).read_text().splitlines(keepends=True)
    row = longest_row(lines)
    place = lines[row].rindex(".")
    damaged = [*lines[:row], lines[row][:place] + mark + lines[row][place + 1 :], *lines[row + 1 :]]
    logs = read_as(name, "".join(damaged))
    assert not [r for log in logs for r in log.metrics if r.line == row + 1]
    assert any(
        problem.line == row + 1 and "cannot be read" in problem.message for log in logs for problem in log.problems
    )


@pytest.mark.parametrize("character", [".", "0", "1", "5", "e", "-"])
def test_a_number_torn_by_a_line_end_is_not_filed(character: str, name: str, files: Path, read_as: Read) -> None:
    lines = (files / name).read_text().splitlines(keepends=True)
    whole = {(r.line, r.metric, r.value) for log in read_as(name, "".join(lines)) for r in log.metrics}
    row = longest_row(lines)
    # In place of the very first or last character a line end leaves a row that shows nothing of it.
    for place in (place for place, found in enumerate(lines[row][:-2]) if found == character and place):
        torn = lines[row][:place] + "\n" + lines[row][place + 1 :]
        logs = read_as(name, "".join((*lines[:row], torn, *lines[row + 1 :])))
        filed = {(r.line, r.metric, r.value) for log in logs for r in log.metrics if r.line <= row + 2}
        assert filed <= whole, (place, filed - whole)


def test_a_rerun_is_a_run_of_its_own(files: Path, read_as: Read) -> None:
    for name in ("NeuroSim_Breakdown_Epock_0.csv", "PythonWrapper_Output.csv", "weight_dist.csv"):
        text = (files / name).read_text()
        first, second = read_as(name, text + text)
        assert second.run == f"{first.run}#2"
        assert [r.value for r in first.metrics] == [r.value for r in second.metrics]
        assert {r.line for r in second.metrics} == {r.line + text.count("\n") for r in first.metrics}
        assert first.complete
        assert second.complete


def test_the_header_of_a_rerun_may_stand_behind_a_cut_row(files: Path, read_as: Read) -> None:
    for name in ("PythonWrapper_Output.csv", "weight_dist.csv"):
        text = (files / name).read_text()
        whole = [r.value for r in read_as(name, text)[0].metrics]
        first, second = read_as(name, text.rstrip("\n")[:-4] + text)
        assert [r.value for r in first.metrics] == whole[:-1]
        assert "this row breaks off: 1 of its numbers" in first.problems[0].message
        assert not first.complete
        assert [r.value for r in second.metrics] == whole


def test_a_header_behind_rows_is_the_header_of_those_rows(files: Path, read_as: Read) -> None:
    header, *rows = (files / "NeuroSim_Output.csv").read_text().splitlines(keepends=True)
    (log,) = read_as("NeuroSim_Output.csv", "".join((*rows, header)))
    assert len(log.metrics) == 40
    assert not log.problems


def test_a_header_alone_says_why(files: Path, read_as: Read) -> None:
    for name, reason in (
        ("NeuroSim_Output.csv", "came to the end of no epoch"),
        ("PythonWrapper_Output.csv", "has a header and no row"),
        ("delta_dist.csv", "has a header and no row"),
        ("NeuroSim_Breakdown_Epock_0.csv", "stopped before the first layer"),
    ):
        header = (files / name).read_text().splitlines(keepends=True)[0]
        (log,) = read_as(name, header)
        assert not log.complete
        assert reason in log.problems[0].message
        assert log.problems[0].remedy


def test_where_neurosim_stopped_is_told(files: Path, read_as: Read) -> None:
    name = "NeuroSim_Breakdown_Epock_0.csv"
    lines = (files / name).read_text().splitlines(keepends=True)
    for count, place in ((8, "behind layer 3"), (14, "behind the row of totals"), (17, "before its performance")):
        (log,) = read_as(name, "".join(lines[:count]))
        assert place in log.problems[-1].message
    (log,) = read_as(name, "".join((*lines[:6], *lines[7:])))
    assert "rows of layers are missing: 2" in log.problems[0].message


def test_epoch_is_unknown_without_the_name(files: Path) -> None:
    (log,) = parse_bytes((files / "NeuroSim_Breakdown_Epock_1.csv").read_bytes(), run="results")
    assert {r.epoch for r in log.metrics} == {None}
    assert "the epoch is not known" in log.problems[0].message


def test_not_finite_and_negative_values_are_kept_and_flagged(files: Path, read_as: Read) -> None:
    text = (files / "NeuroSim_Output.csv").read_text().replace("21.0882", "-nan").replace("0.743213", "inf")
    (log,) = read_as("NeuroSim_Output.csv", text.replace("23.6576", "-11.978"))
    assert len(log.metrics) == 40
    assert [problem.message for problem in log.problems] == [
        "2 values are inf or nan",
        "1 value is below zero, the first weight_gradient epoch_read_latency -11.978 s",
    ]


def test_rows_of_a_network_with_other_layers_than_the_header_says(files: Path, read_as: Read) -> None:
    header = (files / "weight_dist.csv").read_text().splitlines(keepends=True)[0]
    (log,) = read_as("weight_dist.csv", header + "0.1,0.2,0.3,0.4\n0.5,0.6,0.7,0.8\n")
    assert [(r.metric, r.layer, r.value) for r in log.metrics if r.epoch == 1] == [
        ("weight_mean", "layer1", 0.5),
        ("weight_mean", "layer2", 0.6),
        ("weight_std", "layer1", 0.7),
        ("weight_std", "layer2", 0.8),
    ]
    assert "the header names 8 layers, but each row has 2" in log.problems[0].message
    (log,) = read_as("weight_dist.csv", header + "0.1,0.2,0.3,0.4\n0.5,0.6\n")
    assert not log.metrics


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("0123456789.,-e\n \x1f"), max_size=200))
def test_any_text_is_survived(text: str) -> None:
    for known in FORMATS:
        for beginning in ("", known.sample, known.sample[:-3]):
            try:
                parse_bytes((beginning + text).encode(), run="r", format=known.name)
            except NnsreportError:
                assert not beginning
