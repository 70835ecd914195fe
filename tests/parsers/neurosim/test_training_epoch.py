"""An epoch that is read at once gives what its lines give one by one, damaged or not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.neurosim.training_epoch import EpochNumbers
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_section import Block
from nnsreport.parsers.recurring import scanning

EPOCHS = 5
CASES = 40
STRAY = (
    *("training phase", "testing phase", "weight distribution", "delta distribution", "", " 9.9  ]", "[1. 2.]", "5"),
    "Train Epoch: 3 [20/60] Loss: 9.731681 Acc: 0.1000 lr: 1.00e+00",
    "Train Epoch: 2 [60/60] Loss: nan Acc: 0.1000 lr: 1.00e+00",
    "\tEpoch 2 Test set: Average loss: 9.3125, Accuracy: 4/40 (10%)",
    "Total Elapse: 245.18, Best Result: 10.000%",
)

pytestmark = pytest.mark.skipif(scanning.scan is None, reason="the loop in C was not built, or is not wanted")


@pytest.fixture(scope="module")
def lines(test_data: Path) -> list[str]:
    """The genuine second epoch again and again; one line of its C++ part, so that most lines are the wrapper's."""
    text = (test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt").read_text()
    before, _, rest = text.replace("epochs: 2", f"epochs: {EPOCHS}").partition("Train Epoch: 0")
    second = rest.partition("training phase\n")[2].partition("Total Elapse")[0].partition("-----")[0]
    epochs = [
        second.replace("Epoch: 1 ", f"Epoch: {epoch} ")
        .replace("Epoch 1 ", f"Epoch {epoch} ")
        .replace("143.29s", f"{71.65 * (epoch + 1):.2f}s")
        .replace("ets 0.00s", f"ets {71.65 * (EPOCHS - epoch - 1):.2f}s")
        for epoch in range(EPOCHS)
    ]
    floor_plan = "------------------------------ FloorPlan --------------------------------\n"
    return f"{before}{floor_plan.join(epochs)}".splitlines()


def damaged(lines: list[str], seed: int) -> str:
    source, lines = random.Random(seed), list(lines)
    first = next(index for index, line in enumerate(lines) if line.startswith("Train Epoch"))
    for _ in range(source.randint(1, 3)):
        place, other = (source.randrange(first, len(lines)) for _ in range(2))
        line = lines[place]
        character = source.randrange(len(line) + 1)
        choices = (
            [],
            [line, line],
            [lines[other]],
            [line[:character]],
            [line[:character] + source.choice("0123456789.-e =[]%\r\x00") + line[character + 1 :]],
            [line[:character] + line[character + 1 :]],
            [line, source.choice(STRAY)],
        )
        lines[place : place + source.choice((1, 1, 1, 20))] = source.choice(choices)
    return "\n".join(lines) + source.choice(("", "\n"))


def parsed(text: str) -> tuple[ParsedLog, ...]:
    return parse_bytes(text.encode(), run="x", format="neurosim-2.1")


def shown(logs: tuple[ParsedLog, ...]) -> str:
    return repr([(log.run, log.complete, log.metrics[:], log.settings, log.problems, log.unrecognised) for log in logs])


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the epochs that are read at once."""
    epochs: list[int] = []
    tell_epochs = TrainingRecords.tell_epochs

    def watched(records: TrainingRecords, told: EpochNumbers, sections: Block | None = None) -> bool:
        is_taken = tell_epochs(records, told, sections)
        epochs.extend(told.epochs if is_taken else ())
        return is_taken

    monkeypatch.setattr(TrainingRecords, "tell_epochs", watched)
    return epochs


def test_all_epochs_but_the_first_are_read_at_once(lines: list[str], at_once: list[int]) -> None:
    parsed("\n".join([*lines, ""]))
    assert at_once == [*range(1, EPOCHS)]


def test_the_same_is_read_line_by_line(lines: list[str], at_once: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["\n".join([*lines, ""]), *(damaged(lines, seed) for seed in range(CASES))]
    found = [shown(parsed(text)) for text in texts]
    assert len(at_once) > CASES, "most are read at once, damaged or not"
    monkeypatch.setattr(scanning, "scan", None)
    for seed, text in enumerate(texts):
        assert shown(parsed(text)) == found[seed], f"case {seed}"
    assert len(at_once) < len(texts) * EPOCHS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Epoch: 3 [40", "Epoch: 3 [90"),
        ("Epoch: 3 [40", "Epoch: 3 [20"),
        ("Epoch: 3 [40", "Epoch: 2 [40"),
        ("Epoch 3 Test", "Epoch 2 Test"),
        ("Epoch 3 Test set: Average loss: 9", "Epoch 3 Test set: Average loss: -9"),
        ("ets 71.65s", "ets 971.65s"),
        ("/60] Loss", "/61] Loss"),
        ("(8%)", "(18%)"),
    ],
)
def test_what_does_not_agree_is_read_line_by_line(
    lines: list[str], at_once: list[int], old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "\n".join([*lines, ""])
    head, _, tail = text.rpartition(old)
    assert head, f"the log has {old!r}"
    found = shown(parsed(head + new + tail))
    monkeypatch.setattr(scanning, "scan", None)
    assert shown(parsed(head + new + tail)) == found
