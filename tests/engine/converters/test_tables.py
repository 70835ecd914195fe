"""Tables that users write."""

from __future__ import annotations

import re

import pytest

from nnsreport.engine.converters.tables import read_nonlinearity, read_staircase, read_transfer
from nnsreport.errors import DataError


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "table.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_staircase(table):
    thresholds, levels = read_staircase(table("threshold, level\n,0\n0.25,0.3\n\n0.5,1\n"))
    assert thresholds.tolist() == [0.25, 0.5]
    assert levels.tolist() == [0.0, 0.3, 1.0]


def test_columns_come_in_any_order_and_rows_by_number(table):
    assert read_nonlinearity(table("inl,code\n0.3,2\n-0.1,1\n0,3\n"), 4).tolist() == [-0.1, 0.3, 0.0]
    means, stds = read_transfer(table("output,mean,std\n1,1.2,0.5\n0,0,0\n2,2,0.1\n"), 2)
    assert means.tolist() == [0.0, 1.2, 2.0]
    assert stds.tolist() == [0.0, 0.5, 0.1]


BROKEN = [
    (read_staircase, "threshold,level\n0.1,0\n", ":2: threshold: is given for the lowest level"),
    (read_staircase, "threshold,level\n,0\n0.2,1\n0.2,2\n", ":4: threshold: is 0.2, not above"),
    (read_staircase, "threshold,level\n,0\n", "has no threshold"),
    (read_staircase, "threshold,level\n,0\nx,1\n", ":3: threshold: is 'x', expected a finite number"),
    (read_staircase, "threshold,level\n,nan\n0,1\n", ":2: level: is 'nan', expected a finite number"),
    (read_staircase, "threshold,level\n,0,1\n", ":2: has 3 cells, expected 2"),
    (read_staircase, "threshold,value\n", ":1: has the header 'threshold,value'"),
    (read_staircase, "threshold,level,level\n", ":1: has the header"),
    (read_staircase, "", ":1: has the header ''"),
    (lambda path: read_nonlinearity(path, 4), "code,inl\n1,0\n3,0\n", "lacks code 2 of 1 to 3"),
    (lambda path: read_nonlinearity(path, 4), "code,inl\n0,0\n", ":2: code: is 0, expected a whole number from 1 to 3"),
    (lambda path: read_nonlinearity(path, 4), "code,inl\n1,0\n1,0\n", ":3: code: is 1 a second time"),
    (lambda path: read_transfer(path, 2), "output,mean,std\n0,0,0\n1,1,-1\n", "std: has the standard deviation -1"),
    (lambda path: read_transfer(path, 2), "output,mean,std\n0.5,0,0\n", ":2: output: is 0.5, expected a whole number"),
    (lambda path: read_transfer(path, 2), "output,mean\n0,0\n", "write output,mean,std"),
]


@pytest.mark.parametrize(("read", "text", "message"), BROKEN)
def test_what_is_wrong_is_named_with_its_line(table, read, text, message):
    with pytest.raises(DataError, match=re.escape(message)):
        read(table(text))


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_staircase(tmp_path / "none.csv")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="cannot be read"):
        read_staircase(binary)
