"""Results files in CSV."""

from __future__ import annotations

import math

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import ParsedLog, parse_bytes


def read(text: str) -> ParsedLog:
    """Read a text, recognising it."""
    (log,) = parse_bytes(text.encode(), run="r")
    assert log.format == "results-1"
    return log


def test_rows_settings_and_empty_cells() -> None:
    log = read(
        "# simulator: CrossSim\n# simulator_version: 3.1\n# adc.bits: 8\n"
        "metric,value,unit,layer,component,trial,time_s,epoch\n"
        "accuracy,91.2,%,,,0,3600.0,\n"
        "accuracy,90.5,%,,,1.0,3600,\n"
        "read_latency, 80898.5 ,ns,3,adc,,,\n"
        '"tiles",4,,conv1,,,,7\n'
        "test_loss,nan,,,,,,\n"
    )
    assert log.complete
    assert [
        (r.metric, r.value, r.layer, r.component, r.trial, r.time_s, r.epoch, r.line) for r in list(log.metrics)[:4]
    ] == [
        ("accuracy", 0.912, None, None, 0, 3600.0, None, 5),
        ("accuracy", 0.905, None, None, 1, 3600.0, None, 6),
        ("read_latency", 8.08985e-05, "layer3", "adc", None, None, None, 7),
        ("tiles", 4.0, "conv1", "total", None, None, 7, 8),
    ]
    assert math.isnan(log.metrics[4].value)
    assert {s.name: s.value for s in log.settings} == {
        "results.simulator": "CrossSim",
        "results.simulator_version": "3.1",
        "adc.bits": "8",
    }


def test_columns_in_any_order() -> None:
    log = read("unit,value,metric\nus,81,read_latency\n,0.5,accuracy\n")
    assert [(r.metric, r.value) for r in log.metrics] == [("read_latency", 8.1e-05), ("accuracy", 0.5)]
    assert not log.problems


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("accuracy,0.9,,5", "it has 4 cells for 3 columns"),
        ("accuracy,0.9", "it has 2 cells for 3 columns"),
        ('"accuracy,0.9,', "its quotes are not closed"),
        ("accuracy,zero,", "'zero' is not a number"),
        ("accuracy,1_0,", "'1_0' is not a number"),
        ("accuracy,,", "accuracy has no value"),
        (",0.9,", "it has no metric"),
        ("accuracy,0.9,ns", "'ns' is no unit of accuracy"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_kept(row: str, message: str) -> None:
    log = read(f"metric,value,unit\nfloat_accuracy,0.5,\n{row}\ntest_loss,1,\n")
    assert [r.metric for r in log.metrics] == ["float_accuracy", "test_loss"]
    assert len(log.problems) == 1
    assert message in log.problems[0].message
    assert log.problems[0].line == 3


def test_columns_that_are_not_known_are_told() -> None:
    log = read("metric,value,temperature,value\naccuracy,0.9,300,0.8\n")
    assert [r.value for r in log.metrics] == [0.9]
    assert "the column 'temperature' is not read" in log.problems[0].message
    assert "the column value is there twice" in log.problems[1].message


def test_the_last_row_needs_its_line_end() -> None:
    log = read("metric,value\ntest_loss,1\naccuracy,0.9")
    assert [r.metric for r in log.metrics] == ["test_loss"]
    assert not log.complete
    assert "the row breaks off" in log.problems[0].message
    assert not read("metric,value,trial\naccuracy,0.9,").metrics


def test_a_number_torn_by_a_line_end_is_not_filed() -> None:
    log = read("metric,value\ntest_loss,1\naccuracy,0.1\n234\nfloat_accuracy,0.5\ntrain_loss,3\n")
    assert [r.metric for r in log.metrics] == ["test_loss", "train_loss"]
    assert [p.line for p in log.problems] == [3, 4]


def test_comments_that_tell_nothing_are_not_lost() -> None:
    log = read("# made by hand\nmetric,value\naccuracy,0.9\n# a: 1\n")
    assert log.unrecognised == (1,)
    assert {s.name: s.value for s in log.settings} == {"a": "1"}


def test_without_its_header_it_is_not_recognised() -> None:
    with pytest.raises(UnknownFormatError):
        parse_bytes(b"accuracy,0.9\n", run="r")
    (log,) = parse_bytes(b"accuracy,0.9\n", run="r", format="results-1")
    assert not log.metrics
    assert "cannot be read" in log.problems[0].message


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("\ufeffmetric;value;unit\r\naccuracy;91,2;%\r\nread_latency;1,5E-05;\r\n", [0.912, 1.5e-05]),
        ("metric;value;unit\naccuracy;91.2;%\nread_latency;1.5e-05;\n", [0.912, 1.5e-05]),
        ("metric\tvalue\tunit\naccuracy\t91,2\t%\nread_latency\t15\tus\n", [0.912, 1.5e-05]),
        ('"metric";"value";"unit"\n"accuracy";"91,2";"%"\n"read_latency";"15";"us"\n', [0.912, 1.5e-05]),
    ],
)
def test_spreadsheets_of_languages_with_decimal_commas(text: str, values: list[float]) -> None:
    (log,) = parse_bytes(text.encode(), run="r")
    assert [record.value for record in log.metrics] == values
    assert not log.problems


def test_a_point_among_decimal_commas_may_be_a_thousand() -> None:
    (log,) = parse_bytes(b"metric;value\naccuracy;0,5\nread_latency;1.234\n", run="r")
    assert [record.value for record in log.metrics] == [0.5]
    assert "a point in a file of decimal commas" in log.problems[0].message


def test_a_decimal_comma_between_commas_is_no_number() -> None:
    (log,) = parse_bytes(b'metric,value\naccuracy,"0,5"\nread_latency,1,5\n', run="r")
    assert not log.metrics
    assert len(log.problems) == 2
