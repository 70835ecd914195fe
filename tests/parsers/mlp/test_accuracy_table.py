"""``output.csv`` of MLP+NeuroSim: recognised without a header, and nothing else taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import ParsedLog, parse_bytes, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.mlp import FORMATS
from nnsreport.parsers.reading import lines_of

NAME = "mlp-neurosim-3.0-accuracy"


def confidence(text: str) -> float:
    return FORMATS[1].confidence(Glance.of(lines_of(text.encode()).lines))


def read(text: str) -> ParsedLog:
    (log,) = parse_bytes(text.encode(), run="r", format=NAME)
    return log


def test_accuracies_by_epoch(mlp_samples: Path) -> None:
    log = parse_log(mlp_samples / "output.csv")
    assert log.format == NAME
    assert [(r.epoch, r.value, r.line, r.scope) for r in log.metrics] == [
        (1, 0.275, 1, "network"),
        (2, 0.425, 2, "network"),
        (3, 0.55, 3, "network"),
    ]
    assert log.complete
    assert not log.problems


@pytest.mark.parametrize(
    "text", ["2, 45\n4, 75\n6, 100\n", "1, 0\n2, 9.8\n", "1, 94.37\n2, 94.4\n3, 94\n", "1, 5\n2, 7"]
)
def test_recognised(text: str) -> None:
    assert 0 < confidence(text) < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "1, 27.5\n",  # one line tells too little
        "1,27.5\n2,42.5\n",
        "epoch, accuracy\n1, 27.5\n2, 42.5\n",
        "1, 27.5\n2, 142.5\n",
        "1, 27.5\n3, 42.5\n",  # not in equal steps from the first
        "0, 27.5\n1, 42.5\n",
        "2, 27.5\n1, 42.5\n",
        "1, 27.5, 3\n2, 42.5, 3\n",
        "1, 27.5%\n2, 42.5%\n",
        "1.0, 27.5\n2.0, 42.5\n",
        "1, 1e-05\n2, 2e-05\n",
        "1, 94.371834\n2, 94.40192\n",
        "1, 27.5\n2, 42.5\n# end\n",
    ],
)
def test_not_recognised(text: str) -> None:
    assert confidence(text) == 0


def test_damaged_rows_are_reported_and_missing_epochs_counted() -> None:
    log = read("1, 27.5\nx, 3\n3, 4 5\n4, 60\n")
    assert [(r.epoch, r.value) for r in log.metrics] == [(1, 0.275), (4, 0.6)]
    assert not log.complete
    problems = "\n".join(map(str, log.problems))
    assert "line 2" in problems
    assert "line 3" in problems
    assert "2 epochs are missing before epoch 4" in problems


def test_no_number_of_a_cut_file_lacks_digits() -> None:
    text = "1, 27.5\n2, 42.5\n3, 55\n"
    whole = {r.epoch: r.value for r in read(text).metrics}
    for length in range(1, len(text)):
        try:
            log = read(text[:length])
        except NnsreportError:
            continue
        assert all(whole[r.epoch] == r.value for r in log.metrics)
        assert log.complete == text[:length].endswith("\n")
