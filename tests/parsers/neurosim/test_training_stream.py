"""A training log that comes in pieces is read as the whole: wherever it is cut, C++ parts are read at once."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from nnsreport.parsers import ParsedLog, parse_bytes, streaming
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.neurosim import run as run_module
from nnsreport.parsers.neurosim.replay import Memory, Template
from nnsreport.parsers.neurosim.run import Run
from nnsreport.parsers.reading import LogText, read_chunks
from nnsreport.parsers.streaming import parse_stream

EPOCHS = 6
PIECES = (900, 7_000, 40_000, 1 << 20)
"""Bytes; an epoch has 28,000."""
DAMAGES = 4


@pytest.fixture(scope="module")
def lines(test_data: Path) -> list[str]:
    """The genuine second epoch again and again, with its own number."""
    text = (test_data / "neurosim" / "v2.1" / "wrapper_two_epochs.txt").read_text()
    before, _, rest = text.replace("epochs: 2", f"epochs: {EPOCHS}").partition("Train Epoch: 0")
    _, phase, second = rest.partition("training phase\n")
    second, end, tail = second.partition("Total Elapse")
    epochs = [
        second.replace("Epoch: 1 ", f"Epoch: {epoch} ")
        .replace("Epoch 1 ", f"Epoch {epoch} ")
        .replace("143.29s", f"{71.65 * (epoch + 1):.2f}s")
        .replace("ets 0.00s", f"ets {71.65 * (EPOCHS - epoch - 1):.2f}s")
        for epoch in range(EPOCHS)
    ]
    return f"{before}{phase.join(epochs)}{end}{tail}".splitlines(keepends=True)


def damaged(lines: list[str], seed: int) -> str:
    """Return the log with some lines missing, doubled, cut, elsewhere, or of something else; seed 0: as it is."""
    source, lines = random.Random(seed), list(lines)
    for _ in range(min(seed, 3)):
        place, other = source.randrange(len(lines)), source.randrange(len(lines))
        choices = ["", lines[place] * 2, lines[place][: source.randrange(9)] + "\n", lines[other], "a\rb\n", "\x00\n"]
        lines[place : place + source.choice((1, 1, 1, 300))] = [source.choice(choices)]
    return "".join(lines)


def streamed(text: str, path: Path, piece_bytes: int, monkeypatch: pytest.MonkeyPatch) -> ParsedLog:
    """Return the log of a stream as if it were read as a whole."""
    monkeypatch.setattr(run_module, "_MEMORY", Memory())
    monkeypatch.setattr(streaming, "read_chunks", lambda path: read_chunks(path, piece_bytes))
    path.write_text(text)
    batches: list[MetricColumns] = []
    (log,) = parse_stream(path, lambda _, numbers: batches.append(numbers), run="x", format="neurosim-2.1")
    records = sorted((record for batch in batches for record in batch), key=repr)
    return ParsedLog(log.run, None, log.format, log.complete, records, log.settings, log.problems, log.unrecognised)


@pytest.mark.parametrize("piece_bytes", PIECES)
def test_pieces_give_what_the_whole_gives(
    lines: list[str], tmp_path: Path, piece_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(DAMAGES):
        text = damaged(lines, seed)
        (whole,) = parse_bytes(text.encode(), run="x", format="neurosim-2.1")
        got = streamed(text, tmp_path / "log.txt", piece_bytes, monkeypatch)
        assert got.metrics == sorted(whole.metrics, key=repr), f"seed {seed}"
        assert (got.complete, got.settings, got.problems) == (whole.complete, whole.settings, whole.problems)
        assert got.unrecognised == whole.unrecognised


def test_a_part_that_is_cut_is_read_at_once(lines: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hits: list[int] = []
    file_section = Run._file_section

    def watched(run: Run, template: Template, values: npt.NDArray[np.float64], text: LogText, start: int) -> None:
        hits.append(start)
        file_section(run, template, values, text, start)

    monkeypatch.setattr(Run, "_file_section", watched)
    streamed("".join(lines), tmp_path / "log.txt", 40_000, monkeypatch)
    assert len(hits) == EPOCHS - 1, "only the first is read line by line"
