from __future__ import annotations

import pytest

from nnsreport.configuration.overrides import Override, apply_override, parse_override
from nnsreport.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "dotted", "value"),
    [
        ("adc.bits=6", "adc.bits", 6),
        ("run.times_s=[25, 3600]", "run.times_s", [25, 3600]),
        ("device=pcm-joshi2020", "device", "pcm-joshi2020"),
        ('run.name="a = b"', "run.name", "a = b"),
        ("run.name=a = b", "run.name", "a = b"),
        ("run.name=2024-01-01", "run.name", "2024-01-01"),  # TOML would make a date of it
        ("data.test=/home/me/images.npz", "data.test", "/home/me/images.npz"),
        ("run.name=", "run.name", ""),
        ("run.name=1\nseed = 5", "run.name", "1\nseed = 5"),  # no second setting by the back door
        ("device.on_off_ratio=inf", "device.on_off_ratio", float("inf")),
    ],
)
def test_parse(text: str, dotted: str, value: object) -> None:
    assert parse_override(text) == Override(dotted, value)


@pytest.mark.parametrize("text", ["adc.bits", "=6", "adc.=6", ".bits=6", ""])
def test_unreadable(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--set: cannot read .*adc\.bits=6"):
        parse_override(text)


def test_apply_leaves_the_table_as_it_is() -> None:
    table: dict[str, object] = {"adc": {"bits": 8, "kind": "uniform"}}
    assert apply_override(table, Override("adc.bits", 6)) == {"adc": {"bits": 6, "kind": "uniform"}}
    assert table == {"adc": {"bits": 8, "kind": "uniform"}}


def test_apply_to_a_preset_keeps_the_preset() -> None:
    found = apply_override({"device": "pcm"}, Override("device.drift.kind", "none"))
    assert found == {"device": {"preset": "pcm", "drift": {"kind": "none"}}}


def test_apply_makes_missing_tables() -> None:
    assert apply_override({}, Override("device.drift.kind", "none")) == {"device": {"drift": {"kind": "none"}}}
