"""Damaged files: no exception, and no value that the file does not give."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers import parse_bytes
from nnsreport.parsers.param_cpp.parameters import ParameterFile, parameters_of
from nnsreport.parsers.reading import lines_of


def read(data: bytes) -> ParameterFile | None:
    try:
        return parameters_of(lines_of(data), version="1.4")
    except LogError as error:
        assert "empty" in error.message
        return None


def test_cut_at_every_byte(sample: Path) -> None:
    data = sample.with_name("Param_small.cpp").read_bytes()
    whole = read(data)
    assert whole is not None
    given = _given(data.decode())
    for end in range(len(data)):
        found = read(data[:end])
        if found is None:
            continue
        if end < data.rstrip().rfind(b"}"):
            assert not found.is_whole
        for name, value in found.values.items():
            assert value in given[name], (end, name)


def _given(text: str) -> dict[str, set[object]]:
    """Return every value that a parameter has when the file ends with one of its lines."""
    values: dict[str, set[object]] = {}
    lines = text.splitlines()
    for count in range(1, len(lines) + 1):
        found = read("\n".join([*lines[:count], ""]).encode())
        for name, value in found.values.items() if found is not None else ():
            values.setdefault(name, set()).add(value)
    return values


def test_random_damage_raises_nothing(sample: Path) -> None:
    random_number = random.Random(7)
    data = sample.read_bytes()
    pieces = [
        b"{",
        b"}",
        b"(",
        b")",
        b";",
        b'"',
        b"/*",
        b"*/",
        b"#if 0\n",
        b"\n",
        b"else ",
        b"case 1:",
        b"=",
        b"\xff",
        b"'",
    ]
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(random_number.randint(1, 6)):
            place = random_number.randrange(len(damaged))
            kind = random_number.randrange(3)
            if kind == 0:
                damaged[place : place + random_number.randint(1, 40)] = b""
            elif kind == 1:
                damaged[place:place] = random_number.choice(pieces)
            else:
                damaged[place] = random_number.randrange(256)
        read(bytes(damaged))


@pytest.mark.parametrize("format_name", ["neurosim-param", None])
def test_lines_deleted_doubled_and_shuffled(sample: Path, format_name: str | None) -> None:
    random_number = random.Random(11)
    lines = sample.read_bytes().splitlines(keepends=True)
    for _ in range(100):
        mixed = random_number.choices(lines, k=len(lines))
        data = b"".join([*mixed, b"Param::Param() {\n"])
        (log,) = parse_bytes(data, run="r", format=format_name)
        assert log.format == "neurosim-param"
        assert len(log.metrics) == 0


@pytest.mark.parametrize(
    "unit",
    [
        "{",
        "}",
        "if (a) {",
        "(",
        "a = (",
        "a = 1;\n",
        "int x ",
        "int x = (",
        "else ",
        "a = b = ",
        "/* ",
        '"',
        "#if 1\n",
        "switch (a) {",
        "a,",
        "case 1: ",
        "#define A A B\n",
    ],
)
def test_time_is_linear_in_size(unit: str) -> None:
    def seconds(count: int) -> float:
        start = time.process_time()
        parameters_of(lines_of(b"Param::Param() {\n" + unit.encode() * count + b"\n"))
        return time.process_time() - start

    seconds(100)
    small, large = seconds(1_000), seconds(8_000)
    assert large < 8 * 4 * max(small, 0.01)
