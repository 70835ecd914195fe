"""Epochs that are read together with their C++ parts give what they give one by one, damaged or not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nnsreport.parsers import ParsedLog, parse_bytes
from nnsreport.parsers.neurosim.run import Run
from nnsreport.parsers.neurosim.training_epoch import EpochNumbers
from nnsreport.parsers.neurosim.training_records import TrainingRecords
from nnsreport.parsers.neurosim.training_section import Block
from nnsreport.parsers.recurring import scanning
from nnsreport.parsers.streaming import parse_stream

EPOCHS = 9
CASES = 30
CHUNK_BYTES = 150_000
RULE = "------------------------------ Simulation Performance --------------------------------"
STRAY = (
    *("training phase", "testing phase", "weight distribution", "", "  ", "\t", " 9.9  ]", "5", RULE),
    "------------------------------ FloorPlan --------------------------------",
    "Total Run-time of NeuroSim: 86 seconds",
    "Train Epoch: 3 [20/60] Loss: 9.731681 Acc: 0.1000 lr: 1.00e+00",
    "\tEpoch 5 Test set: Average loss: 9.3125, Accuracy: 4/40 (10%)",
    "layer1's readLatency of Forward is: 5.45364e+09ns",
    "layer1's readLatency of Forward is: nanns",
    "Total Elapse: 245.18, Best Result: 10.000%",
)

pytestmark = pytest.mark.skipif(scanning.scan is None, reason="the loop in C was not built, or is not wanted")


@pytest.fixture(scope="module")
def lines(test_data: Path) -> list[str]:
    """The genuine second epoch and its C++ part again and again, with other digits in each."""
    text = (test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt").read_text()
    before, _, rest = text.replace("epochs: 2", f"epochs: {EPOCHS}").partition("training phase\n")
    second, _, end = rest.partition("training phase\n")[2].partition("Total Elapse")
    source = random.Random(0)
    epochs = [
        second.replace("Epoch: 1 ", f"Epoch: {epoch} ")
        .replace("Epoch 1 ", f"Epoch {epoch} ")
        .replace("143.29s", f"{71.65 * (epoch + 1):.2f}s")
        .replace("ets 0.00s", f"ets {71.65 * (EPOCHS - epoch - 1):.2f}s")
        .replace("e+11pJ", f"{source.randrange(1, 9)}e+11pJ")
        for epoch in range(EPOCHS)
    ]
    return "training phase\n".join([before, *epochs[:-1], f"{epochs[-1]}Total Elapse{end}"]).splitlines()


def damaged(lines: list[str], seed: int) -> str:
    source, lines = random.Random(seed), list(lines)
    first = next(index for index, line in enumerate(lines) if line.startswith("Train Epoch"))
    between = [
        index
        for index, line in enumerate(lines)
        if (index >= first and line.startswith((RULE, "Tr", "Elap", "\tEp", "te", "tr", "we", "de", "[", " ")))
        or not line
    ]
    for _ in range(source.randint(1, 3)):
        place = min(source.choice((source.choice(between), source.randrange(first, len(lines)))), len(lines) - 1)
        line, character = lines[place], source.randrange(len(lines[place]) + 1)
        choices = (
            [],
            [line, line],
            [lines[source.randrange(first, len(lines))]],
            [line[:character]],
            [line[:character] + source.choice("0123456789.-e =[]%\r\x00") + line[character + 1 :]],
            [line[:character] + line[character + 1 :]],
            [line, source.choice(STRAY)],
            [f"{line.rpartition(':')[0]}: inf"],
        )
        lines[place : place + source.choice((1, 1, 1, 20, 400))] = source.choice(choices)
    return "\n".join(lines) + source.choice(("", "\n"))


def shown(logs: tuple[ParsedLog, ...]) -> str:
    return repr([(log.run, log.complete, log.metrics[:], log.settings, log.problems, log.unrecognised) for log in logs])


def parsed(text: str) -> str:
    return shown(parse_bytes(text.encode(), run="x", format="neurosim-2.1"))


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> list[range]:
    """Return the epochs that are read together with their C++ parts."""
    epochs: list[range] = []
    tell_epochs = TrainingRecords.tell_epochs

    def watched(records: TrainingRecords, told: EpochNumbers, sections: Block | None = None) -> bool:
        is_taken = tell_epochs(records, told, sections)
        epochs.extend([told.epochs] if is_taken and sections is not None else [])
        return is_taken

    monkeypatch.setattr(TrainingRecords, "tell_epochs", watched)
    return epochs


def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "read_epochs", lambda *_: 0)


def test_epochs_behind_the_first_parts_are_read_together(lines: list[str], together: list[range]) -> None:
    parsed("\n".join([*lines, ""]))
    read = [epoch for epochs in together for epoch in epochs]
    assert read == [*range(read[0], EPOCHS)]
    assert read[0] <= 2, "the first C++ part is read line by line, unless another log had its lines"
    assert len(together) <= 3, "more and more of them"


def test_the_same_is_read_one_by_one(lines: list[str], together: list[range], monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["\n".join([*lines, ""]), *(damaged(lines, seed) for seed in range(CASES))]
    found = [parsed(text) for text in texts]
    assert sum(map(len, together)) > 2 * CASES, "damaged or not, many are read together"
    one_by_one(monkeypatch)
    together.clear()
    for seed, text in enumerate(texts):
        assert parsed(text) == found[seed], f"case {seed}"
    assert not together


def test_the_same_is_read_of_pieces(
    lines: list[str], together: list[range], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from nnsreport.parsers import streaming
    from nnsreport.parsers.reading import read_chunks

    monkeypatch.setattr(streaming, "read_chunks", lambda path: read_chunks(path, CHUNK_BYTES))
    paths = [tmp_path / f"output_{seed}.txt" for seed in range(CASES // 4)]
    for seed, path in enumerate(paths):
        path.write_text(damaged(lines, seed), newline="")

    def read(path: Path) -> str:
        numbers: list[object] = []
        logs = parse_stream(path, lambda about, columns: numbers.append((about, columns[:])), format="neurosim-2.1")
        return repr(numbers) + shown(logs)

    found = [read(path) for path in paths]
    assert sum(map(len, together)) > len(paths)
    one_by_one(monkeypatch)
    assert [read(path) for path in paths] == found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Epoch: 6 [40", "Epoch: 6 [90"),
        ("Epoch: 6 [40", "Epoch: 5 [40"),
        ("Epoch 6 Test", "Epoch 5 Test"),
        ("Epoch 6 Test set: Average loss: 9", "Epoch 6 Test set: Average loss: -9"),
        ("/60] Loss", "/61] Loss"),
        ("(8%)", "(18%)"),
        (RULE + "\ntraining", RULE + "\nsomething else\ntraining"),
        ("layer1: 0.105469", "layer1: 0.205469"),
    ],
)
def test_what_does_not_agree_is_read_one_by_one(
    lines: list[str], old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, _, tail = "\n".join([*lines, ""]).rpartition(old)
    assert head, f"the log has {old!r}"
    found = parsed(head + new + tail)
    one_by_one(monkeypatch)
    assert parsed(head + new + tail) == found
