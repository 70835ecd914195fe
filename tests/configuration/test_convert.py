"""The generic reader, on settings classes of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nnsreport.configuration.convert import expected, to_settings
from nnsreport.configuration.origin import Origin, Place
from nnsreport.errors import ConfigurationError
from nnsreport.settings import describe, setting

HERE = Origin(Place("here.toml", Path("/folder")))


@dataclass(frozen=True, slots=True)
class Inner:
    """A table in a table."""

    level: float = setting(0.5, "A level.", unit="V", minimum=0, maximum=1)
    ratio: float = setting(math.inf, "A ratio that may be infinite.", minimum=1, maximum=math.inf)


@dataclass(frozen=True, slots=True)
class Outer:
    """One of each kind."""

    count: int = setting(1, "A count.", minimum=1, maximum=9)
    size: float = setting(1.0, "A size.", minimum=0, exclusive_minimum=True)
    on: bool = setting(False, "A switch.")
    kind: str = setting("round", "A kind.", choices=("round", "square"))
    text: str = setting("", "Any text.")
    file: Path | None = setting(None, "A file.")
    scale: float | None = setting(None, "A scale.")
    times: tuple[float, ...] = setting((), "Times.", unit="s", minimum=0)
    names: tuple[str, ...] = setting((), "Names.", choices=("a", "b"))
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self) -> None:
        if self.kind == "square" and self.count == 3:
            raise ValueError("three squares do not fit")


def test_everything_left_out_is_the_default() -> None:
    assert to_settings(Outer, {}, HERE) == Outer()


def test_every_kind_of_value() -> None:
    table = {
        "count": 3,
        "size": 2,
        "on": True,
        "text": "5",
        "file": "a/../b.onnx",
        "scale": 255,
        "times": [25, 3.6e3],
        "names": ["b"],
        "inner": {"level": 1, "ratio": math.inf},
    }
    found = to_settings(Outer, table, HERE)
    assert found == Outer(
        count=3,
        size=2.0,
        on=True,
        text="5",
        file=Path("/folder/b.onnx"),
        scale=255.0,
        times=(25.0, 3600.0),
        names=("b",),
        inner=Inner(1.0, math.inf),
    )
    assert isinstance(found.size, float)
    assert all(isinstance(time, float) for time in found.times)


@pytest.mark.parametrize(
    ("table", "field_name", "parts"),
    [
        ({"count": "3"}, "count", ['the text "3"', "whole number from 1 to 9", "without quotes"]),
        ({"count": 3.0}, "count", ["is 3.0", "whole number"]),
        ({"count": True}, "count", ["is true", "whole number"]),
        ({"count": 10}, "count", ["is 10, above the maximum 9"]),
        ({"size": 0}, "size", ["must be above 0"]),
        ({"size": math.inf}, "size", ["infinite"]),
        ({"size": math.nan}, "size", ["nan"]),
        ({"size": "big"}, "size", ['the text "big"', "a number above 0"]),
        ({"on": 1}, "on", ["is 1", "true or false"]),
        ({"on": "true"}, "on", ["without quotes"]),
        ({"kind": "sqare"}, "kind", ["'sqare'", "round, square", "did you mean 'square'?"]),
        ({"text": 5}, "text", ["is 5", "a text in quotes"]),
        ({"file": ""}, "file", ["a path in quotes"]),
        ({"times": 25}, "times", ["is 25", "a list, each a number of at least 0, in s"]),
        ({"times": [25, "x"]}, "times", ["a list"]),
        ({"times": [-1]}, "times", ["below the minimum 0"]),
        ({"times": [math.inf]}, "times", ["infinite"]),
        ({"names": ["c"]}, "names", ["'c', not one of a, b"]),
        ({"inner": 1}, "inner", ["expected a table", "[inner]"]),
        ({"inner": {"level": 2}}, "inner.level", ["above the maximum 1"]),
    ],
)
def test_wrong_value_is_named_with_what_is_expected(
    table: dict[str, object], field_name: str, parts: list[str]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        to_settings(Outer, table, HERE)
    assert caught.value.field == field_name
    assert str(caught.value).startswith(f"here.toml: {field_name}: ")
    for part in parts:
        assert part in str(caught.value)


def test_misspelt_key_names_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"is not a setting of the file; did you mean 'count'\?"):
        to_settings(Outer, {"cuont": 1}, HERE)


def test_key_of_another_table_is_sent_there() -> None:
    with pytest.raises(ConfigurationError, match=r"level: is not a setting of the file; 'level' belongs in \[inner\]"):
        to_settings(Outer, {"level": 1}, HERE)


def test_key_like_no_other_lists_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match=r"inner\.zzz: is not a setting of \[inner\]; known are level, ratio"):
        to_settings(Outer, {"inner": {"zzz": 1}}, HERE)


def test_what_a_class_checks_across_its_fields_names_the_place() -> None:
    with pytest.raises(ConfigurationError, match=r"^here.toml: three squares do not fit$"):
        to_settings(Outer, {"kind": "square", "count": 3}, HERE)


def test_expectations_read_well() -> None:
    descriptions = describe(Inner)
    assert expected(float, descriptions["level"]) == "a number from 0 to 1, in V"
