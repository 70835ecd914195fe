"""Results files in JSON: what is read, and what is said of what is not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers import ParsedLog, parse_bytes

Read = Callable[[str], ParsedLog]


@pytest.fixture
def read() -> Read:
    """Return a function that reads a text, recognising it."""

    def read_text(text: str) -> ParsedLog:
        (log,) = parse_bytes(text.encode(), run="r", format="results-1")
        return log

    return read_text


def settings_of(log: ParsedLog) -> dict[str, str]:
    """Return the settings by name."""
    return {setting.name: setting.value for setting in log.settings}


def messages(log: ParsedLog) -> list[str]:
    """Return the problems as the user sees them."""
    return [str(problem) for problem in log.problems]


def test_full_form(read: Read) -> None:
    log = read(
        """{
 "format": "nnsreport-results", "version": 1,
 "simulator": "aihwkit", "simulator_version": "0.9.2", "run": "38905658",
 "settings": {"adc": {"bits": 8, "kind": "uniform"}, "weights.bits": 4, "times": [1, 2.5], "noise": true},
 "results": [
  {"metric": "accuracy", "value": 91.2, "unit": "%", "trial": 3, "time_s": 3600, "compensation": "gdc"},
  {"metric": "read_latency",
   "value": 80898.5, "unit": "ns", "layer": 7, "component": "adc"},
  {"metric": "epoch_latency", "value": 0.2, "epoch": 4, "step": 100},
  {"metric": "weight_error", "value": 1.5, "layer": "conv1"}
 ]
}"""
    )
    assert log.format == "results-1"
    assert log.complete
    assert not log.problems
    first, second, third, fourth = log.metrics
    assert (first.scope, first.layer, first.component, first.metric) == ("network", None, None, "accuracy")
    assert (first.value, first.trial, first.time_s, first.compensation, first.line) == (0.912, 3, 3600.0, "global", 6)
    assert (second.scope, second.layer, second.component) == ("layer", "layer7", "adc")
    assert (second.value, second.unit, second.line) == (8.08985e-05, "s", 8)
    assert (third.scope, third.component, third.epoch, third.step) == ("chip", "total", 4, 100)
    assert (fourth.layer, fourth.component, fourth.value) == ("conv1", None, 1.5)
    assert settings_of(log) == {
        "results.simulator": "aihwkit",
        "results.simulator_version": "0.9.2",
        "results.run": "38905658",
        "adc.bits": "8",
        "adc.kind": "uniform",
        "weights.bits": "4",
        "times": "1, 2.5",
        "noise": "true",
        "results.compensation.global": "gdc",
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"accuracy": 0.912}',
        '{"results": {"accuracy": 0.912}}',
        '{"results": [{"metric": "accuracy", "value": 0.912}]}',
        '[{"metric": "accuracy", "value": 0.912}]',
        '{"metric": "accuracy", "value": 0.912}',
        '\ufeff {"accuracy":\r\n 0.912}\r\n',
    ],
)
def test_short_forms(text: str) -> None:
    (log,) = parse_bytes(text.encode(), run="r")
    assert [(r.metric, r.value, r.unit) for r in log.metrics] == [("accuracy", 0.912, "fraction")]
    assert log.complete
    assert not log.problems


@pytest.mark.parametrize(
    ("metric", "value", "unit", "expected"),
    [
        ("read_latency", "80898.5", "ns", 80898.5e-9),
        ("read_latency", "80898.5", "µs", 80898.5e-6),
        ("read_latency", "0.1", "ns", 1e-10),
        ("area", "91.0707", "mm²", 91.0707e-6),
        ("area", "3", "um^2", 3e-12),
        ("energy_efficiency", "19.0554", "TOPS/W", 19.0554e12),
        ("compute_efficiency", "0.0598037", "TOPS/mm2", 0.0598037e18),
        ("frame_rate", "5530.72", "FPS", 5530.72),
        ("accuracy", "87.6", "%", 0.876),
        ("accuracy", "0.876", "fraction", 0.876),
        ("test_loss", "1.25", "1", 1.25),
        ("leakage_power", "1E+2", "uW", 1e-4),
    ],
)
def test_units_shift_the_exponent(read: Read, metric: str, value: str, unit: str, expected: float) -> None:
    log = read(f'[{{"metric": "{metric}", "value": {value}, "unit": "{unit}"}}]')
    assert [r.value for r in log.metrics] == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NaN", math.nan),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ('"nan"', math.nan),
        ('"inf"', math.inf),
        ('"-Inf"', -math.inf),
    ],
)
def test_values_that_are_not_finite_are_kept_and_flagged(read: Read, value: str, expected: float) -> None:
    log = read(f'{{"test_loss": {value}, "accuracy": {value}}}')
    assert all(r.value == expected or (math.isnan(expected) and math.isnan(r.value)) for r in log.metrics)
    assert len(log.metrics) == 2
    assert [p.message for p in log.problems] == ["2 values are inf or nan"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('{"value": 1}', "it has no metric; name one"),
        ('{"metric": "acuracy", "value": 0.9}', "there is no metric 'acuracy'; did you mean accuracy"),
        ('{"metric": "Read Latency", "value": 1}', "did you mean read_latency"),
        ('{"metric": 3, "value": 0.9}', "its metric is the number 3"),
        ('{"metric": "accuracy"}', "accuracy has no value"),
        ('{"metric": "accuracy", "value": null}', "accuracy has no value"),
        ('{"metric": "accuracy", "value": "0.9"}', "the value of accuracy is the text '0.9'; write a number"),
        ('{"metric": "accuracy", "value": true}', "the value of accuracy is true"),
        ('{"metric": "accuracy", "value": [0.9]}', "the value of accuracy is a list"),
        (
            '{"metric": "accuracy", "value": 91.2}',
            "accuracy is 91.2, and not a share from 0 to 1; write 0.912, or 91.2",
        ),
        ('{"metric": "accuracy", "value": 191.2, "unit": "%"}', "not a share"),
        ('{"metric": "accuracy", "value": 1e999}', "1e999 is beyond the range of numbers"),
        ('{"metric": "area", "value": 1e-999}', "1e-999 is beyond the range of numbers"),
        ('{"metric": "area", "value": 1e-320, "unit": "nm2"}', "is beyond the range of numbers"),
        ('{"metric": "area", "value": 3, "unit": "ns"}', "'ns' is no unit of area; use one of m2, mm2"),
        ('{"metric": "area", "value": 3, "unit": 5}', "the unit of area is the number 5"),
        ('{"metric": "area", "value": 3, "layer": 2}', "area is not about a layer"),
        ('{"metric": "tiles", "value": 3}', "tiles is about a layer, but none is named"),
        ('{"metric": "tiles", "value": 3, "layer": 0}', "its layer is 0; count layers from 1"),
        ('{"metric": "tiles", "value": 3, "layer": ""}', "its layer is the text ''"),
        ('{"metric": "area", "value": 3, "component": "adcs"}', "there is no component 'adcs'; did you mean adc"),
        ('{"metric": "accuracy", "value": 0.9, "trial": -1}', "its trial is the number -1"),
        ('{"metric": "accuracy", "value": 0.9, "trial": 0.5}', "its trial is the number 0.5"),
        ('{"metric": "accuracy", "value": 0.9, "epoch": "3"}', "its epoch is the text '3'"),
        ('{"metric": "accuracy", "value": 0.9, "epoch": 1e300}', "its epoch is the number 1e300"),
        ('{"metric": "accuracy", "value": 0.9, "time_s": -1}', "its time_s is the number -1"),
        ('{"metric": "accuracy", "value": 0.9, "time_s": NaN}', "its time_s is the number NaN"),
        ('{"metric": "accuracy", "value": 0.9, "compensation": false}', "its compensation is false"),
        ('{"metric": "accuracy", "value": 0.9, "value": 0.8}', "'value' is in it twice"),
        ("0.9", "it is the number 0.9; write an object such as"),
    ],
)
def test_a_bad_entry_is_told_and_the_others_are_kept(read: Read, entry: str, message: str) -> None:
    log = read('[{"metric": "float_accuracy", "value": 0.5},\n' + entry + ',\n{"metric": "test_loss", "value": 1}]')
    assert [r.metric for r in log.metrics] == ["float_accuracy", "test_loss"]
    assert len(log.problems) == 1
    assert messages(log)[0].startswith("line 2: an entry is left out: ")
    assert message in messages(log)[0]
    assert log.problems[0].remedy
    assert log.complete


def test_contradicting_entries_keep_the_first(read: Read) -> None:
    entries = [
        {"metric": "accuracy", "value": value, "trial": trial} for value, trial in ((0.9, 0), (0.8, 1), (0.7, 1))
    ]
    log = read(json.dumps([*entries, entries[0]], indent=1))
    assert [(r.value, r.trial) for r in log.metrics] == [(0.9, 0), (0.8, 1)]
    assert [p.message for p in log.problems] == ["a second value of trial 1 network accuracy is left out"]


def test_repeated_names_keep_the_first(read: Read) -> None:
    log = read('{"simulator": "a", "simulator": "b",\n "accuracy": 0.9, "accuracy": 0.8}')
    assert settings_of(log) == {"results.simulator": "a"}
    assert [r.value for r in log.metrics] == [0.9]
    assert [p.message for p in log.problems] == [
        "'simulator' is there twice; the first is kept",
        "'accuracy' is there twice; the first is kept",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"accurracy": 0.9, "test_loss": 1}', "there is no metric 'accurracy'; did you mean accuracy"),
        ('{"accuracy": 0.9, "results": 5}', "results is the number 5; write a list of entries"),
        ('{"accuracy": 0.9, "settings": [1]}', "settings is a list; write an object"),
        ('{"accuracy": 0.9, "settings": {"a": null}}', "the setting a is null"),
        ('{"accuracy": 0.9, "settings": {"a": [[1]]}}', "the setting a is a list"),
        ('{"accuracy": 0.9, "format": "other"}', "the format is the text 'other'; read as nnsreport-results"),
        ('[{"metric": "accuracy", "value": 0.9, "temperature": 300}]', "'temperature' of an entry is not read"),
        ("[]", "holds no results"),
        ("{}", "holds no results"),
        ('{"simulator": "aihwkit"}', "holds no results"),
    ],
)
def test_what_else_is_wrong_is_told(read: Read, text: str, message: str) -> None:
    log = read(text)
    assert len(log.problems) == 1
    assert message in messages(log)[0]


@pytest.mark.parametrize("version", ["2", "0", '"1"', "null"])
def test_another_version_is_refused(read: Read, version: str) -> None:
    with pytest.raises(LogError, match="only 1 is known"):
        read(f'{{"version": {version}, "accuracy": 0.9}}')


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ('[{"metric": "accuracy", "value": 0.5},\n{"metric": "accu', "a text in quotes has no end", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n{"metric": "test_loss", "value": 0.4', "it is cut off", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n', "it is cut off", 1),
        ('[{"metric": "accuracy", "value": 0.5},\n]', "a value is expected, not ']'", 2),
        ('[{"metric": "accuracy", "value": 0.5}\n{}]', ", or ] is expected, not '{}]'", 2),
        (
            '[{"metric": "accuracy", "value": 0.5},\n{metric: 1}]',
            "a name in double quotes is expected, not 'metric: 1}]'",
            2,
        ),
        ('[{"metric": "accuracy", "value": 0.5},\n{1: 1}]', "a name in double quotes is expected, not '1'", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n\'a\']', "a value is expected, not \"'a']\"", 2),
        (
            '[{"metric": "accuracy", "value": 0.5},\n{"metric": "test_loss", "value": 0.9\x00}]',
            "is expected, not '�}]'",
            2,
        ),
        ('[{"metric": "accuracy", "value": 0.5},\n{"metric": "test_loss", "value": 01}]', "is expected, not '1}]'", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n{"metric": "\\q"}]', "has an escape that does not exist", 2),
        ('[{"metric": "accuracy", "value": 0.5}]\n{"accuracy": 0.8}', "the end of the file is expected", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n' + "[" * 100_000, "nested more than 32 deep", 2),
        ('[{"metric": "accuracy", "value": 0.5},\n' + '{"a":' * 100_000, "nested more than 32 deep", 2),
    ],
)
def test_broken_text_gives_what_stands_before(read: Read, text: str, message: str, line: int) -> None:
    log = read(text)
    assert [(r.metric, r.value) for r in log.metrics] == [("accuracy", 0.5)]
    assert not log.complete
    (problem,) = (p for p in log.problems if message in p.message)
    assert problem.line == line
    assert problem.remedy


def test_a_text_that_is_no_results_at_all(read: Read) -> None:
    log = read('"accuracy"\n')
    assert ["cannot be read" in log.problems[0].message, log.problems[1].message] == [True, "holds no results"]


def test_long_lists_of_bad_entries_are_counted(read: Read) -> None:
    log = read(json.dumps([{"metric": f"no_such_{n}", "value": n} for n in range(1000)]))
    assert len(log.problems) == 21
    assert messages(log)[-1] == "980 more entries are left out"


def test_names_that_cannot_be_shown_are_refused(read: Read) -> None:
    log = read(
        '[{"metric": "tiles", "value": 3, "layer": "a\\u0007b"}, {"metric": "tiles", "value": 3, "layer": "\\ud800"}]'
    )
    assert [r.layer for r in log.metrics] == ["\ufffd"]
    assert all(message.isprintable() for message in messages(log))
