"""Settings that differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from nnsreport.errors import ComparisonError
from nnsreport.reports.comparison import SettingDifference, compare_many
from nnsreport.reports.comparison.settings_difference import compare_settings, same_value
from nnsreport.reports.run_data import RunData, SettingValue

MakeRun = Callable[..., RunData]


def test_changed_then_only_a_then_only_b(make_run: MakeRun) -> None:
    a = make_run("a", settings={"z.bits": 8, "adc.bits": 8, "only.a": True, "same": "x"})
    b = make_run("b", settings={"z.bits": 6, "adc.bits": 4, "only.b": (1, 2), "same": "x"})
    a = dataclasses.replace(a, setting_lines={"adc.bits": 12})
    assert compare_settings(a, b) == (
        SettingDifference("adc.bits", "changed", 8, 4, line_a=12),
        SettingDifference("z.bits", "changed", 8, 6),
        SettingDifference("only.a", "only in A", True, None),
        SettingDifference("only.b", "only in B", None, (1, 2)),
    )


def test_names_and_places_are_left_out(make_run: MakeRun) -> None:
    a = make_run("a", settings={"run.name": "one", "wrapper.logdir": "/x/1", "network.file": "/x/net.onnx"})
    b = make_run("b", settings={"run.name": "two", "wrapper.logdir": "/x/2", "network.file": "../y/net.onnx"})
    assert compare_settings(a, b) == ()


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (8, 8.0, True),
        (8, "8", True),
        ("1e-3", 0.001, True),
        (True, "True", True),
        (True, 1, False),
        (True, "1", False),
        ("nan", "nan", True),
        ("pcm", "rram", False),
        ("a/net.onnx", "net.onnx", True),
        ("C:\\x\\net.onnx", "/y/net.onnx", True),
        ("a/net.onnx", "a/other.onnx", False),
        ((25.0, 3600.0), (25, 3600), True),
        ((25.0,), (25.0, 3600.0), False),
        (None, None, True),
        (None, 0, False),
    ],
)
def test_same_value(a: SettingValue | None, b: SettingValue | None, same: bool) -> None:
    assert same_value(a, b) is same
    assert same_value(b, a) is same


def test_each_run_is_compared_with_the_first(make_run: MakeRun) -> None:
    runs = [make_run(name) for name in ("base", "second", "third")]
    assert [(c.a.run, c.b.run) for c in compare_many(runs)] == [("base", "second"), ("base", "third")]


def test_one_run_is_not_enough(make_run: MakeRun) -> None:
    with pytest.raises(ComparisonError, match="1 run given, two or more are needed; name the run to compare with"):
        compare_many([make_run("alone")])
