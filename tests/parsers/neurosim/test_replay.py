"""A C++ part, or a whole log, read at once gives what it gives line by line: the same records, problems and lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nnsreport.errors import LogError
from nnsreport.parsers import ParsedLog, parse_bytes, registry
from nnsreport.parsers.neurosim import FORMATS
from nnsreport.parsers.neurosim import run as run_module
from nnsreport.parsers.neurosim.recurrence import RecurringLog
from nnsreport.parsers.neurosim.replay import Memory
from nnsreport.parsers.recurring import Memory as LogMemory
from nnsreport.parsers.recurring import Unread

NUMBER = re.compile(r"(?<=: )(-?\d+\.?\d*)(?=(?:e[-+]\d+)?(?:ns|pJ|uW|um\^2| seconds| %)?\s*$)", re.MULTILINE)


class Forgetful(Memory):
    """Makes every line be read by itself."""

    def keep(self, name: object, template: object) -> None:
        pass


class ForgetfulOfLogs(LogMemory):
    """Makes every log be looked at."""

    def keep(self, known: object, format_name: object) -> None:
        pass


class Eager(LogMemory):
    """Learns a log the first time it sees one with so many lines."""

    def is_worth_learning(self, lines: int) -> bool:
        return True


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Memory, LogMemory], None]]:
    """Let a test choose what is remembered."""

    def use(parts: Memory, logs: LogMemory) -> None:
        monkeypatch.setattr(run_module, "_MEMORY", parts)
        monkeypatch.setattr(registry, "_MEMORY", logs)

    use(Memory(), ForgetfulOfLogs())
    return use


Chooser = Callable[[Memory, LogMemory], None]


def change_numbers(text: str, seed: int) -> str:
    random = Random(seed)

    def other(match: re.Match[str]) -> str:
        return "".join(str(random.randint(1, 9)) if digit.isdigit() else digit for digit in match.group(1))

    return NUMBER.sub(other, text)


def everything(text: str) -> object:
    try:
        logs: tuple[ParsedLog, ...] = parse_bytes(text.encode(), run="test")
    except LogError as error:
        return str(error)
    return [
        (log.run, log.format, log.complete, [repr(record) for record in log.metrics], *log.settings, *log.problems)
        for log in logs
    ]


def texts(test_data: Path) -> list[str]:
    genuine = [path.read_text() for path in sorted((test_data / "neurosim").glob("**/*.txt"))]
    return genuine + [known.sample for known in FORMATS]


def test_same_lines_with_other_numbers(test_data: Path, memory: Chooser, monkeypatch: pytest.MonkeyPatch) -> None:
    hits = []
    file_section = run_module.Run._file_section
    monkeypatch.setattr(run_module.Run, "_file_section", lambda *args: (hits.append(1), file_section(*args)))
    for text in texts(test_data):
        changed = change_numbers(text, 1)
        memory(Forgetful(), ForgetfulOfLogs())
        expected = everything(changed)
        memory(Memory(), ForgetfulOfLogs())
        everything(text)
        assert everything(changed) == expected
    assert len(hits) > 8, "nothing was read at once"


@given(st.integers(0, 2**32), st.integers(0, 10**6), st.sampled_from("0123456789.en-+ \n:x"))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_lines_are_read_one_by_one(
    test_data: Path, memory: Chooser, seed: int, place: int, character: str
) -> None:
    text = texts(test_data)[seed % len(texts(test_data))]
    changed = change_numbers(text, seed)
    place %= len(changed)
    changed = changed[:place] + character + changed[place + 1 :]
    memory(Forgetful(), ForgetfulOfLogs())
    expected = everything(changed)
    memory(Memory(), ForgetfulOfLogs())
    everything(text)
    assert everything(changed) == expected


def test_numbers_that_must_agree_are_compared(test_data: Path, memory: Chooser) -> None:
    text = next(text for text in texts(test_data) if "clkPeriod: " in text)
    memory(Memory(), ForgetfulOfLogs())
    everything(text)
    changed = re.sub(r"(Chip clock period is: ).*ns", r"\g<1>7.5ns", text)
    assert "second value" in str(everything(changed))


@pytest.mark.parametrize("name", ["wrapper_unbuffered.txt", "main_layer_by_layer.txt"])
def test_a_breakdown_before_the_floor_plan_is_not_learned(test_data: Path, memory: Chooser, name: str) -> None:
    """Case 69344 of bench/fuzz_parsers.py: what is judged at the floor plan's banner stands before it."""
    text = (test_data / "neurosim" / "v1.4" / name).read_text()
    start, end = text.rindex("-------------------- Estimation of Layer"), text.index("-" * 30 + " Summary")
    first = text.index("-" * 30 + " FloorPlan")
    moved = text[:first] + text[start:end] + text[first:start] + text[end:]
    memory(Forgetful(), ForgetfulOfLogs())
    expected = everything(moved)
    memory(Memory(), ForgetfulOfLogs())
    assert everything(moved) == expected
    assert everything(moved) == expected, "the second time, it may be recalled"


def test_lines_of_two_tasks_are_read_as_those_of_one(test_data: Path, memory: Chooser) -> None:
    """Another task's lines stand between those of a C++ part: what is learned of it must not lean on their numbers."""
    text = next(text for text in texts(test_data) if "clkPeriod: " in text)
    pieces = [f"{task}: {line}\n" for line in text.splitlines() for task in (0, 1)[: 1 + len(line) % 2]]
    memory(Forgetful(), ForgetfulOfLogs())
    expected = everything(change_numbers(text, 1))
    memory(Memory(), ForgetfulOfLogs())
    everything("".join(pieces))
    assert everything(change_numbers(text, 1)) == expected
    memory(Forgetful(), ForgetfulOfLogs())
    expected = everything("".join(pieces))
    memory(Memory(), ForgetfulOfLogs())
    everything(text)
    assert everything("".join(pieces)) == expected


@pytest.fixture
def recalled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of the logs that have been read as one before them."""
    names: list[str] = []
    read = RecurringLog.read

    def watched(self: RecurringLog, files: Sequence[Unread]) -> list[ParsedLog | None]:
        logs = read(self, files)
        names.extend(log.format for log in logs if log is not None)
        return logs

    monkeypatch.setattr(RecurringLog, "read", watched)
    return names


def scale_numbers(text: str, factor: float) -> str:
    """Change a chip as a whole, so that its sums stay sums."""
    pattern = re.compile(
        r"(?<=: )(\d[\d.]*(?:e[-+]\d+)?)(?=(?:ns|pJ|uW|um\^2)\s*$)|(?<=^clkPeriod: )(\d[\d.]*e-\d+)$", re.M
    )
    return pattern.sub(lambda match: f"{float(match[0]) * factor:.6g}", text)


def test_whole_logs_of_a_sweep(test_data: Path, memory: Chooser, recalled: list[str]) -> None:
    for text in texts(test_data):
        for factor in (0.83, 3.0):
            changed = scale_numbers(text, factor)
            memory(Forgetful(), ForgetfulOfLogs())
            expected = everything(changed)
            memory(Memory(), Eager())
            everything(text)
            assert everything(changed) == expected
    assert len(recalled) > 12
    assert {"neurosim-1.4", "neurosim-1.3", "neurosim-3d-monolithic-1.0"} <= set(recalled)


def test_numbers_that_need_a_closer_look_get_it(test_data: Path, memory: Chooser, recalled: list[str]) -> None:
    for text in texts(test_data):
        memory(Memory(), Eager())
        everything(text)
        for seed in range(6):
            changed = change_numbers(text, seed)
            known = everything(changed)
            memory(Forgetful(), ForgetfulOfLogs())
            assert known == everything(changed)
            memory(Memory(), Eager())
            everything(text)


@given(st.integers(0, 2**32), st.integers(0, 10**6), st.sampled_from("0123456789.en-+ \n:x"), st.integers(0, 3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_of_a_known_log_is_noticed(
    test_data: Path, memory: Chooser, seed: int, place: int, character: str, removed: int
) -> None:
    genuine = texts(test_data)
    text = genuine[seed % len(genuine)]
    changed = scale_numbers(text, 1 + (seed % 7) / 8)
    place %= len(changed)
    changed = changed[:place] + character + changed[place + removed :]
    memory(Forgetful(), ForgetfulOfLogs())
    expected = everything(changed)
    memory(Memory(), Eager())
    everything(text)
    assert everything(changed) == expected
