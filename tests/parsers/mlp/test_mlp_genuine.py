"""Every genuine log and table of MLP+NeuroSim beside the checkout: nothing lost; and no other file taken for one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnsreport.errors import LogError, NnsreportError
from nnsreport.parsers import parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.mlp import FORMATS
from nnsreport.parsers.reading import read_log

pytestmark = pytest.mark.shared

CARRIES_NUMBER = re.compile(r"\d|\binf|nan")


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    return shared_dir / "neurosim" / "logs"


def test_every_line_with_a_number_is_accounted_for(folder: Path) -> None:
    total, missed = 0, []
    for path in sorted((folder / "MLP-V3.0").glob("*.*")):
        if path.suffix == ".json" or not path.stat().st_size:
            continue
        log = parse_log(path)
        recorded = {record.line for record in (*log.metrics, *log.settings)} | {p.line for p in log.problems}
        for number, line in enumerate(path.read_text().split("\n"), start=1):
            if CARRIES_NUMBER.search(line):
                total += 1
                missed += [] if number in recorded else [f"{path.name}:{number}: {line}"]
        assert log.unrecognised == ()
        assert log.complete
    assert missed == []
    assert total >= 27


def test_an_empty_log_says_that_printf_was_buffered(folder: Path) -> None:
    with pytest.raises(LogError, match="stdbuf"):
        parse_log(folder / "MLP-V3.0" / "killed_after_400s_empty.txt")


def test_no_other_file_is_taken_for_one(folder: Path) -> None:
    checked = 0
    for path in sorted(folder.parent.rglob("*")):
        if not path.is_file() or "MLP" in path.parent.name:
            continue
        try:
            glance = Glance.of(read_log(path).lines)
        except NnsreportError:
            continue
        checked += 1
        assert not any(log_format.confidence(glance) for log_format in FORMATS), path
    assert checked > 200
