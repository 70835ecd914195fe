"""Damaged, cut and mixed input: nothing but the project's own errors, no number that the whole file does not have."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, formats
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import lines_of
from nnsreport.parsers.slurm import FORMATS

FROM_STEPS = {"max_memory_byte", "step_memory_byte", "cpu_time_s"}
SAMPLES = [
    ("sacct-parsable.txt", 0, 700),
    ("sacct-parsable2.txt", 0, 1500),
    ("sacct-duplicates.txt", 0, 900),
    ("sacct-default.txt", 0, 900),
    ("sacct-own-widths.txt", 0, 1000),
    ("squeue-long.txt", 0, None),
    ("squeue-pipe.txt", 0, None),
    ("squeue-O.txt", 0, 800),
    ("scontrol-detail.txt", 1, None),
    ("scontrol-oneliner.txt", 1, 1300),
    ("r_wlm_usage.txt", 3, None),
]


def rows(log: ParsedLog) -> Iterator[tuple[tuple[object, ...], dict[str, Any]]]:
    (table,) = log.tables.values()
    for row in table.iter_rows(named=True):
        key = (row["job"], row["attempt"]) if "job" in row else (row["account"],)
        yield key, row


def parse(data: bytes, format_index: int = 0) -> ParsedLog:
    (log,) = FORMATS[format_index].parse(lines_of(data), "table")
    return log


def check(log: ParsedLog, whole: dict[tuple[object, ...], dict[str, Any]]) -> None:
    for key, row in rows(log):
        assert key in whole
        for column, value in row.items():
            expected = whole[key][column]
            if value is None or value == expected or column == "line":
                continue
            if column in FROM_STEPS:
                assert value < expected, "some of the steps are behind the cut"
            else:
                assert column == "command", (key, column, value)
                assert expected.startswith(value), "a command of several lines"


@pytest.mark.parametrize(("sample", "format_index", "end"), SAMPLES)
def test_cut_at_every_byte(sample: str, format_index: int, end: int | None, slurm: Path) -> None:
    data = (slurm / sample).read_bytes()
    whole = dict(rows(parse(data, format_index)))
    for length in range(1, len(data[:end]) + 1):
        if data[:length].strip():
            check(parse(data[:length], format_index), whole)


@pytest.mark.parametrize("sample", ["sacct.json", "squeue.json"])
def test_json_cut_in_many_places(sample: str, slurm: Path) -> None:
    data = (slurm / sample).read_bytes()
    whole = dict(rows(parse(data)))
    for length in range(1, len(data), 211):
        check(parse(data[:length]), whole)


def mutate(generator: random.Random, lines: list[bytes]) -> bytes:
    for _ in range(generator.randint(1, 4)):
        index = generator.randrange(len(lines))
        line = lines[index]
        kind = generator.randrange(6)
        if kind == 0:
            del lines[index]
        elif kind == 1:
            lines.insert(index, line)
        elif kind == 2:
            lines.insert(generator.randrange(len(lines)), generator.choice(lines))
        elif kind == 3 and line:
            place = generator.randrange(len(line))
            lines[index] = line[:place] + bytes([generator.randrange(256)]) + line[place + 1 :]
        elif kind == 4 and line:
            place = generator.randrange(len(line))
            lines[index] = line[:place] + line[place + 1 :]
        else:
            lines[index] = line[: generator.randrange(len(line) + 1)]
        if not lines:
            lines.append(b"x")
    return b"\n".join(lines)


@pytest.mark.parametrize(
    "sample", [*(sample for sample, _, _ in SAMPLES), "scontrol-show-jobs.txt", "sacct-long.txt", "squeue.json"]
)
def test_mutations_raise_nothing_else(sample: str, slurm: Path) -> None:
    generator = random.Random(sample)
    original = (slurm / sample).read_bytes().splitlines()
    for _ in range(30):
        data = mutate(generator, list(original))
        for index in range(len(FORMATS)):
            try:
                log = parse(data, index)
            except NnsreportError:
                continue
            assert all(problem.line is None or problem.line > 0 for problem in log.problems)


def test_time_is_linear_in_damage() -> None:
    header = b"JobID|JobName|Comment|State|SubmitLine\n"
    for row in (b"1|" + b"|" * 200_000, b"1|a|b\n" * 20_000, b"1|" + b"x|y" * 60_000 + b"\n"):
        log = parse(header + row)
        assert log.tables["jobs"].height <= 1
    deep = b'{"jobs": [' + b'{"a":[' * 50_000
    assert parse(deep).tables["jobs"].is_empty()


def test_each_format_knows_its_own_texts_and_no_others(slurm: Path) -> None:
    names = {"sacct": "slurm-sacct", "squeue": "slurm-squeue", "scontrol": "slurm-scontrol", "r": "slurm-usage"}
    for path in slurm.iterdir():
        glance = Glance.of(lines_of(path.read_bytes()).lines)
        sure = {known.name for known in formats() if known.confidence(glance) > 0}
        expected = names.get(path.stem.partition("-")[0].partition("_")[0])
        assert sure == ({expected} if expected else set()), path.name


def test_samples_of_the_formats_are_recognised(read: Callable[[str], ParsedLog]) -> None:
    for known in FORMATS:
        log = read(known.sample)
        assert (log.format, log.problems, log.unrecognised) == (known.name, (), ())


def test_a_simulators_log_with_a_table_of_jobs_stays_the_simulators(slurm: Path, test_data: Path) -> None:
    simulated = (test_data / "neurosim" / "v1.4" / "wrapper_buffered.txt").read_text()
    for sample in ("sacct-default.txt", "sacct-parsable2.txt", "squeue-long.txt", "scontrol-show-jobs.txt"):
        table = (slurm / sample).read_text()
        for text in (simulated + table, table + simulated):
            glance = Glance.of(lines_of(text.encode()).lines)
            assert 0 < max(known.confidence(glance) for known in FORMATS) < 0.9
            best = max(formats(), key=lambda known: known.confidence(glance))
            assert best.name == "neurosim-1.4"
