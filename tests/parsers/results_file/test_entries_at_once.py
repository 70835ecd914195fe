"""Entries read at once are those that are read one by one: the same numbers, lines and problems."""

from __future__ import annotations

import functools
import json
import random
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.results_file import csv_form, entry_reader, json_form, json_values
from nnsreport.parsers.results_file.entry_blocks import EntryBlocks, EntryRun

VALUES: tuple[object, ...] = (
    *(
        0.5,
        0,
        1,
        -0.0,
        8.1e-05,
        1e22,
        123456789012345678901234567890,
        1e-320,
        5e-324,
        12345.678,
        float("nan"),
        float("inf"),
        10**400,
    ),
    *("nan", "0.5", None, True, [1], {"a": 1}),
)
METRICS: tuple[object, ...] = (
    "accuracy",
    "read_latency",
    "fan_in",
    "weight_error",
    "value",
    "no such",
    3,
    None,
    "acc\\u0075racy",
)
UNITS: tuple[object, ...] = ("%", "ns", "s", "mm2", "mm\u00b2", 1, None, "", "MiB")
NAMES = ("metric", "value", "unit", "layer", "component", "trial", "time_s", "compensation", "epoch", "step", "else")


def entry(random_source: random.Random) -> dict[str, object]:
    """Return an entry that may be good, or bad in some way."""
    others: dict[str, tuple[object, ...]] = {
        "metric": METRICS,
        "value": VALUES,
        "unit": UNITS,
        "layer": ("layer1", 7, "7", "\u0663", 0, 1.5, None, "\n", "a}b", 'say "hi"'),
        "component": ("adc", "no such", None),
        "trial": (0, 3, -1, 1.5, 2**60, None),
        "time_s": (0, 3600.0, -1, None),
        "compensation": ("gdc", "none", "global", "", 3),
        "epoch": (0, 4, "4"),
        "step": (100, None),
        "else": (1,),
    }
    told = ["metric", "value", *random_source.sample(NAMES[2:], random_source.randrange(5))]
    random_source.shuffle(told)
    found = {name: random_source.choice(others[name][: 2 + random_source.randrange(20)]) for name in told}
    if random_source.random() < 0.7:
        found |= {"metric": "read_latency", "value": random_source.random()}
    return found


def facts(log: ParsedLog) -> tuple[object, ...]:
    """Return all that is told of a log, in a form in which nan equals nan."""
    return (list(map(str, log.metrics)), log.settings, log.problems, log.unrecognised, log.complete)


def both_ways(
    data: bytes, monkeypatch: pytest.MonkeyPatch, block_characters: int = 1 << 20
) -> tuple[ParsedLog, ParsedLog]:
    """Read a file with as many entries at once as there are, and one by one."""
    (full,) = parse_bytes(data, run="r", format="results-1")
    with monkeypatch.context() as patch:
        patch.setattr(json_form, "EntryBlocks", functools.partial(EntryBlocks, block_characters=block_characters))
        patch.setattr(json_form, "_FEWEST_CHARACTERS_IN_BLOCKS", 0)
        patch.setattr(csv_form, "_FEWEST_ROWS_AT_ONCE", 1)
        patch.setattr(entry_reader, "_FEWEST_AT_ONCE", 1)
        (quick,) = parse_bytes(data, run="r", format="results-1")
    return quick, full


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
def test_any_entries(indent: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(60):
        source = random.Random(seed)
        entries = [entry(source) for _ in range(source.randrange(1, 12))]
        text = json.dumps({"simulator": "mine", "results": entries}, indent=indent)
        damaged = text if seed % 3 else text[: source.randrange(len(text))] + source.choice(["", "x", "}", "\n", '"'])
        quick, full = both_ways(damaged.encode(), monkeypatch, random.Random(seed).choice([30, 300, 3000]))
        assert facts(quick) == facts(full), damaged


def test_rows_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(60):
        source = random.Random(seed)
        rows = [[str(entry(source).get(name) or "") for name in NAMES[:-1]] for _ in range(9)]
        text = "\n".join([",".join(NAMES[:-1]), *(",".join(row) for row in rows)]) + "\n"
        quick, full = both_ways(text.encode(), monkeypatch)
        assert facts(quick) == facts(full), text


@pytest.mark.parametrize(
    "item",
    [
        '{"metric": "accuracy", "value": 0.5, "value": 0.6}',
        '{"metric": "accuracy", "v\\u0061lue": 0.5}',
        '{"metric": "value",\n "value":\n 0.5}',
        '{"metric": "accuracy", "compensation": "a \\"value\\": b",\n "value": 0.5}',
        '{"metric": "accuracy", "compensation": "\\ud800", "value": 0.5}',
        '{"metric": "accuracy", "value": 0.5, "trial": {"value": 3}}',
        '[{"metric": "accuracy", "value": 0.5}]',
        '{"metric": "accuracy", "value": -Infinity}',
        '{"metric": "accuracy", "value": 00.5}',
        '{"metric": "accuracy", "value": 0.5',
    ],
)
def test_what_could_deceive(item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, behind = (json.dumps({"metric": "accuracy", "value": 0.25, "trial": trial}) for trial in (8, 9))
    text = f"[{before},\n{item},\n{behind}]"
    quick, full = both_ways(text.encode(), monkeypatch)
    assert facts(quick) == facts(full)


def test_good_entries_are_read_at_once() -> None:
    good = {
        "metric": "read_latency",
        "value": 80898.5,
        "unit": "ns",
        "layer": 3,
        "component": "adc",
        "trial": 1,
        "epoch": 0,
    }
    entries = [{**good, "layer": layer} for layer in range(1, 50)]
    text = json.dumps(entries, indent=1)
    items = json_values.read_json(text, range(1, 1000), EntryBlocks(text, range(1, 1000)))[0]
    assert isinstance(items, json_values.JsonList)
    ((run, line),) = items.items
    assert isinstance(run, json_values.Understood)
    assert isinstance(run.value, EntryRun)
    assert line == 2
    assert run.value.lines.tolist() == [4 + 9 * rank for rank in range(49)]


@pytest.mark.parametrize("strangers", [1, 2, 300])
def test_objects_that_name_no_field(strangers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps([[{"step_time": 3}] * strangers])
    quick, full = both_ways(text.encode(), monkeypatch)
    assert facts(quick) == facts(full)


def test_a_list_of_blocks_with_contradictions(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [{"metric": "accuracy", "value": 0.5 + trial / 1000, "trial": trial % 90} for trial in range(100)]
    quick, full = both_ways(json.dumps({"results": entries}, indent=1).encode(), monkeypatch, block_characters=500)
    assert len(quick.metrics) == 90
    assert facts(quick) == facts(full)


def test_memory_of_a_long_file_is_a_small_multiple(tmp_path: Path) -> None:
    import tracemalloc

    entries = [
        {"metric": "read_latency", "value": trial / 7, "unit": "ns", "component": "adc", "trial": trial}
        for trial in range(20_000)
    ]
    data = json.dumps(entries, indent=1).encode()
    tracemalloc.start()
    parse_bytes(data, run="r", format="results-1")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * len(data)
