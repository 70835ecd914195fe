"""Every genuine log and table of the systolic array beside the checkout: nothing lost, no other file taken for one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import read_log
from nnsreport.parsers.systolic import FORMATS

pytestmark = pytest.mark.shared

NO_RESULT = "PE (16x16 digital)"
"""Printed whatever the size of the array."""

CARRIES_NUMBER = re.compile(r"\d|\binf|nan")


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    return shared_dir / "neurosim" / "logs"


def log_line(path: Path, label: str) -> int:
    """Return the line of the buffer's rounded leakage, which repeats another line."""
    lines = path.read_text().split("\n")
    return next((number for number, line in enumerate(lines, start=1) if line.startswith(label)), 0)


def test_every_line_with_a_number_is_accounted_for(folder: Path) -> None:
    total, missed = 0, []
    for path in sorted((folder / "SystolicArray").glob("*.*")):
        if path.suffix == ".json" or not path.stat().st_size:
            continue
        log = parse_log(path)
        recorded = {record.line for record in (*log.metrics, *log.settings)} | {log_line(path, "---Leakage power")}
        for number, line in enumerate(path.read_text().split("\n"), start=1):
            if CARRIES_NUMBER.search(line) and line != NO_RESULT:
                total += 1
                missed += [] if number in recorded else [f"{path.name}:{number}: {line}"]
        assert log.unrecognised == ()
        assert log.complete
    assert missed == []
    assert total >= 80


def test_no_other_file_is_taken_for_one(folder: Path) -> None:
    checked = 0
    for path in sorted(folder.parent.rglob("*")):
        if not path.is_file() or path.parent.name == "SystolicArray":
            continue
        try:
            glance = Glance.of(read_log(path).lines)
        except NnsreportError:
            continue
        checked += 1
        assert not any(log_format.confidence(glance) for log_format in FORMATS), path
    assert checked > 200
