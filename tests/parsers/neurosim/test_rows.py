"""Lines that name a layer wrongly, or none: nothing is filed under another layer than its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes

Key = tuple[str, str | None, str | None, str]
SAMPLES = (
    *("v1.0/main_layer_by_layer.txt", "v1.2/main_pipelined.txt", "v1.3/main_pipelined.txt"),
    *("v1.4/main_layer_by_layer.txt", "3d/heterogeneous_layer_by_layer.txt", "3d/monolithic_layer_by_layer.txt"),
)


def read(text: str, name: str) -> ParsedLog:
    return parse_bytes(text.encode(), run="r", format=name)[0]


def values_of(log: ParsedLog) -> dict[Key, float]:
    return {(r.scope, r.layer, r.component, r.metric): r.value for r in log.metrics}


@pytest.fixture(params=SAMPLES)
def sample(neurosim: Path, request: pytest.FixtureRequest) -> tuple[str, str, dict[Key, float]]:
    """Text of a whole log, its format, and its values."""
    text = (neurosim / request.param).read_text()
    log = parse_bytes(text.encode(), run="r")[0]
    return text, log.format, values_of(log)


def assert_none_moved(text: str, name: str, whole: dict[Key, float]) -> dict[Key, float]:
    found = values_of(read(text, name))
    assert {key: value for key, value in found.items() if whole.get(key, value) != value or key not in whole} == {}
    return found


def change_number(line: str, digit: str) -> str:
    """Return a line that names a layer, with the first digit of its number changed."""
    return re.sub(r"(?<=ayer)( ?)\d", rf"\g<1>{digit}", line, count=1)


@pytest.mark.parametrize("digit", list("29"))
def test_a_row_or_line_with_a_damaged_layer_is_not_filed_under_another(
    sample: tuple[str, str, dict[Key, float]], digit: str
) -> None:
    text, name, whole = sample
    lines = text.splitlines(keepends=True)
    for position, line in enumerate(lines):
        changed = change_number(line, digit)
        if re.match(r"layer\d", line) and changed != line:
            damaged = "".join([*lines[:position], changed, *lines[position + 1 :]])
            found = assert_none_moved(damaged, name, whole)
            assert len(found) >= len(whole) - 8, line
            problems = read(damaged, name).problems
            assert changed == lines[position - 1] or any(problem.line == position + 1 for problem in problems), line


@pytest.mark.parametrize("digit", list("29"))
def test_a_damaged_row_at_the_end_of_a_cut_log_is_not_filed(
    sample: tuple[str, str, dict[Key, float]], digit: str
) -> None:
    text, name, whole = sample
    lines = text.splitlines(keepends=True)
    for position, line in enumerate(lines):
        changed = change_number(line, digit)
        if re.match(r"layer\d+:", line) and changed != line:
            cut = "".join([*lines[:position], changed])
            assert_none_moved(cut, name, whole)
            problems = read(cut, name).problems
            assert changed == lines[position - 1] or any(problem.line == position + 1 for problem in problems), line


def test_rows_behind_a_row_that_is_lost_are_read(sample: tuple[str, str, dict[Key, float]]) -> None:
    text, name, whole = sample
    lines = text.splitlines(keepends=True)
    for position, line in enumerate(lines):
        if re.match(r"layer\d+:", line):
            found = assert_none_moved("".join(lines[:position] + lines[position + 1 :]), name, whole)
            assert len(found) >= len(whole) - 2 * len(line.split(",")), line


@pytest.mark.parametrize("length", [7, 24, 26])
def test_no_number_is_moved_by_a_lost_piece(sample: tuple[str, str, dict[Key, float]], length: int) -> None:
    text, name, whole = sample
    lines = text.splitlines(keepends=True)
    for position in range(length % 4, len(lines) - length, 4):
        rest = lines[:position] + lines[position + length :]
        assert_none_moved("".join(rest), name, whole)


def test_no_number_is_moved_by_a_doubled_piece(sample: tuple[str, str, dict[Key, float]]) -> None:
    text, name, whole = sample
    lines = text.splitlines(keepends=True)
    for length in (3, 8, 13):
        for position in range(length, len(lines), 3):
            assert_none_moved("".join(lines[:position] + lines[position - length :]), name, whole)


def table(rows: str) -> str:
    return f"----------------- # of tile used for each layer -----------------\n{rows}"


@pytest.mark.parametrize(
    ("rows", "tiles"),
    [
        ("layer1: 2\nlayer2: 4\n", {1: 2, 2: 4}),
        ("layer1: 2\nlayer7: 4\nlayer3: 6\n", {1: 2, 3: 6}),
        ("layer1: 2\nlayer1: 4\nlayer3: 6\n", {1: 2, 3: 6}),
        ("layer2: 4\nlayer3: 6\n", {2: 4, 3: 6}),
        ("layer1: 2\nlayer3: 6\nlayer4: 8\n", {1: 2, 3: 6, 4: 8}),
        ("layer1: 2\nlayer2: 4\nlayer7: 6\n", {1: 2, 2: 4}),
        ("layer1: 2\nlayer2: 4\nlayer1: 3\nlayer2: 5\n", {1: 2, 2: 4}),
        ("layer1: 2\nlayer2: 4\nlayer2: 4\nlayer3: 6\n", {1: 2, 2: 4, 3: 6}),
        ("layer1: 2\nlayer2: x\nlayer3: 6\nlayer4: 8\n", {1: 2, 3: 6, 4: 8}),
    ],
)
def test_order_of_rows(rows: str, tiles: dict[int, float]) -> None:
    found = values_of(read(table(rows), "neurosim-1.4"))
    assert found == {("layer", f"layer{layer}", "total", "tiles"): value for layer, value in tiles.items()}


def test_rows_of_a_table_whose_heading_is_lost_are_of_none(neurosim: Path) -> None:
    """The piece from the second row of one table to the first of the next is lost: the rows go on in order."""
    text = (neurosim / "v1.4" / "main_layer_by_layer.txt").read_text()
    begin, end = text.index("layer2: "), text.index("layer2: ", text.index("Speed-up of each layer"))
    found = values_of(read(text[:begin] + text[end:], "neurosim-1.4"))
    assert not any(metric in ("tiles", "speed_up") for _, _, _, metric in found)


def test_breakdown_without_its_first_line_is_filed_where_it_adds_up(neurosim: Path) -> None:
    text = (neurosim / "v1.4" / "main_layer_by_layer.txt").read_text()
    first = text.index("----------- ADC (or S/As and precharger for SRAM) readLatency")
    rest = text[:first] + text[text.index("\n", first) + 1 :]
    whole, found = values_of(read(text, "neurosim-1.4")), values_of(read(rest, "neurosim-1.4"))
    assert whole.keys() - found.keys() == {("layer", "layer1", "adc", "read_latency")}


BREAKDOWN_LINES = re.compile(r"^----------- (?:ADC|Accumulation|Other).*\n", re.MULTILINE)


def test_a_line_of_a_breakdown_that_is_lost_costs_itself_alone(sample: tuple[str, str, dict[Key, float]]) -> None:
    text, name, whole = sample
    lost_energies = set()
    for match in BREAKDOWN_LINES.finditer(text):
        found = assert_none_moved(text[: match.start()] + text[match.end() :], name, whole)
        missing = whole.keys() - found.keys()
        if len(missing) > 1:
            lost_energies |= {layer for _, layer, _, _ in missing}
            assert {metric for _, _, _, metric in missing} <= {"read_dynamic_energy", "read_latency"}
    assert lost_energies <= {None}, "only of the chip's lines nothing tells whose they are"


def test_two_numbers_for_the_same_part_of_a_layer_are_both_left_out(neurosim: Path) -> None:
    text = (neurosim / "v1.4" / "main_layer_by_layer.txt").read_text()
    first = BREAKDOWN_LINES.search(text)
    assert first is not None
    other = re.sub(r": .*ns", ": 7.5ns", first.group())
    log = read(text[: first.end()] + other + text[first.end() :], "neurosim-1.4")
    assert ("layer", "layer1", "adc", "read_latency") not in values_of(log)
    assert len(log.metrics) == len(read(text, "neurosim-1.4").metrics) - 1


def test_a_breakdown_of_a_layer_moved_into_the_summary_is_not_the_chips(neurosim: Path) -> None:
    text = (neurosim / "v1.4" / "main_layer_by_layer.txt").read_text()
    whole = values_of(read(text, "neurosim-1.4"))
    begin = BREAKDOWN_LINES.search(text)
    assert begin is not None
    end = text.index("layer2's", begin.start())
    end = text.index("\n", end) + 1
    chip = BREAKDOWN_LINES.search(text, text.index("Chip ic readDynamicEnergy"))
    assert chip is not None
    moved = text[: begin.start()] + text[end : chip.start()] + text[begin.start() : end] + text[chip.start() :]
    found = assert_none_moved(moved, "neurosim-1.4", whole)
    assert len(found) >= len(whole) - 13


def test_two_jobs_that_write_into_one_file_are_told(neurosim: Path) -> None:
    logs = [(neurosim / name).read_text().splitlines() for name in ("v1.4/main_layer_by_layer.txt",) * 2]
    logs[1] = [re.sub(r"(?<=is: )1", "2", line) for line in logs[1]]
    # after the floor plan, which begins a run, in pieces of 40 lines
    middle = next(index for index, line in enumerate(logs[0]) if line.startswith("clkPeriod"))
    pieces = [log[start : start + 40] for start in range(middle, len(logs[0]), 40) for log in logs]
    log = read("\n".join([*logs[0][:middle], *(line for piece in pieces for line in piece)]) + "\n", "neurosim-1.4")
    told = [problem for problem in log.problems if "numbers are there twice" in problem.message]
    assert len(told) == 1
    assert told[0].line is not None
    assert "file of its own" in str(told[0].remedy)
    first, second = (values_of(read("\n".join(lines) + "\n", "neurosim-1.4")) for lines in logs)
    for key, value in values_of(log).items():
        assert value in (first.get(key), second.get(key))


def test_a_breakdown_with_nan_is_filed(neurosim: Path) -> None:
    text = (neurosim / "v1.4" / "main_layer_by_layer.txt").read_text()
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if BREAKDOWN_LINES.match(line))
    lines[first] = re.sub(r": .*ns", ": nanns", lines[first])
    lines.insert(first, lines[first])  # a doubled line
    log = read("".join(lines), "neurosim-1.4")
    assert len(log.metrics) == len(read(text, "neurosim-1.4").metrics)
