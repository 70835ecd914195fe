"""Tables of the floor plan whose title is lost: believed where the other two tables leave nothing else for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog

Reader = Callable[..., ParsedLog]

TITLES = (
    "----------------- # of tile used for each layer -----------------\n",
    "----------------- Speed-up of each layer ------------------\n",
    "----------------- Utilization of each layer ------------------\n",
)


def messages_of(log: ParsedLog) -> str:
    """Return all problems in one text."""
    return "\n".join(str(problem) for problem in log.problems)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("left", ["", "----------------- S\ufffd\n"])
def test_table_whose_title_is_missing_is_known_by_the_others(
    samples: Path, read: Reader, title: str, left: str
) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    log, whole = read(text.replace(title, left)), read(text)
    assert {(r.layer, r.component, r.metric, r.value) for r in log.metrics} == {
        (r.layer, r.component, r.metric, r.value) for r in whole.metrics
    }
    assert "title of a table is missing" in messages_of(log)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[:-1],
        lambda rows: rows[1:],
        lambda rows: [*rows[:1], "other text", *rows[1:]],
        lambda rows: [row.partition(":")[0] + ": 1.5" for row in rows],
        lambda rows: [*rows, *rows],
    ],
)
def test_table_whose_title_is_missing_is_left_out_if_the_rows_do_not_prove_it(
    samples: Path, read: Reader, title: str, change: Callable[[list[str]], list[str]]
) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    before, _, behind = text.partition(title)
    count = behind.split("\n").index("") if title != TITLES[-1] else behind[: behind.index("Memory")].count("\n")
    rows, rest = behind.split("\n")[:count], behind.split("\n")[count:]
    log, whole = read(before + "\n".join([*change(rows), *rest])), read(text)
    known = {(r.layer, r.component, r.metric): r.value for r in whole.metrics}
    assert all(known[r.layer, r.component, r.metric] == r.value for r in log.metrics)
    assert "title of a table is missing" not in messages_of(log)
    assert len(log.metrics) < len(whole.metrics)


@pytest.mark.parametrize("title", TITLES[:2])
def test_table_whose_title_is_missing_is_left_out_if_the_next_title_is_not_near(
    samples: Path, read: Reader, title: str
) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    before, _, behind = text.partition(title)
    whole, log = read(text), read(before + behind.replace("\n\n", "\n\nother text\n\n", 1))
    layers = sum(r.metric == "speed_up" for r in whole.metrics)
    assert len(log.metrics) == len(whole.metrics) - layers


def test_table_that_may_be_the_one_before_again_is_left_out(samples: Path, read: Reader) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    first, second = (text.partition(title)[2].partition("\n\n")[0] for title in TITLES[:2])
    log = read(text.replace(f"{TITLES[1]}{second}", first))
    assert not any(r.metric == "speed_up" for r in log.metrics)
    assert "speed_up" in messages_of(log)


@pytest.mark.parametrize("place", [0, 2])
def test_table_whose_title_is_missing_is_left_out_if_another_has_no_rows(
    samples: Path, read: Reader, place: int
) -> None:
    text = (samples / "main_layer_by_layer.txt").read_text()
    before, _, behind = text.partition(TITLES[place])
    rows = behind.partition("\n\n" if place == 0 else "\nMemory")[0]
    damaged = before + TITLES[place] + behind.replace(rows, rows.replace("\n", "?\n") + "?", 1)
    log = read(damaged.replace(TITLES[1], ""))
    assert not {"tiles", "speed_up", "memory_utilization"} <= {r.metric for r in log.metrics}
    assert "title of a table is missing" not in messages_of(log)
