"""Each file is recognised by its text, and by no other format; nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.parsers import formats
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.neurosim_files import FORMATS
from nnsreport.parsers.reading import lines_of, read_log

OWN = frozenset(log_format.name for log_format in FORMATS)


def confidences(text: str) -> dict[str, float]:
    """Return the formats that are sure of a text, and how sure."""
    glance = Glance.of(lines_of(text.encode()).lines)
    return {known.name: known.confidence(glance) for known in formats() if known.confidence(glance) > 0}


def test_one_format_recognises_each_file(name: str, files: Path, format_of: dict[str, str]) -> None:
    assert list(confidences((files / name).read_text())) == [format_of[name]]


@pytest.mark.parametrize("log_format", FORMATS, ids=lambda log_format: log_format.name)
def test_one_format_recognises_each_sample_and_reads_it_whole(log_format: object) -> None:
    (known,) = (f for f in FORMATS if f is log_format)
    assert list(confidences(known.sample)) == [known.name]
    for log in known.parse(lines_of(known.sample.encode()), "r"):
        assert log.complete
        assert {record.metric for record in log.metrics} <= known.schema


def test_rows_without_their_header_are_recognised_by_what_they_fulfil(files: Path) -> None:
    rows = (files / "NeuroSim_Output.csv").read_text().split("\n", 1)[1]
    assert confidences(rows) == {"neurosim-2-output": 0.5}
    assert confidences(rows.replace("0.743054", "0.743354")) == {}


@pytest.mark.parametrize(
    "text",
    [
        "0.5,0.25,0.125\n",  # short decimals
        "0.9312,0.9405,0.9417\n0.94,0.941,0.9423\n",  # accuracies of ten thousand images
        "0.3333333333333333,0.6666666666666666,0.43333333333333335\n",  # of thirty
        "0.38929126880787035,1.5,0.1297370062934028\n",
        "0.38929126880787035,-0.13419320848253039,0.1297370062934028\n",
        "0.38929126880787035,0.13419320848253039\n",
        "0.38929126880787035,0.13419320848253039,0.1297370062934028\n0.38929126880787035\n0.5\n",
        "0.6394267984578837,0.025010755222666936,0.27502931836911926\n",  # random numbers
        "1, 27.5\n2, 42.5\n",
        "3.2e-06,4.1e-07\n",
        "3.43675e-06\n",
        "3.4367512e-06,0.00313841\n",
        "32,32,3,3,3,128,0,1\n32,32,128,3,3,128,1,1\n",
        "states,mean,std\n0,1e-15,0\n1,1e-14,0\n",
        "epoch,loss,accuracy\n0,9.3,10\n",
    ],
)
def test_other_tables_are_not_taken_for_one(text: str) -> None:
    assert OWN.isdisjoint(confidences(text))


@pytest.mark.shared
def test_no_other_genuine_file_is_taken_for_one(shared_dir: Path, format_of: dict[str, str]) -> None:
    checked = 0
    for path in sorted((shared_dir / "neurosim").rglob("*")):
        if path.suffix not in (".txt", ".csv", ".json", ".sh") or path.stat().st_size == 0:
            continue
        glance = Glance.of(read_log(path).lines)
        expected = format_of.get(path.name)
        assert {known.name for known in FORMATS if known.confidence(glance)} == ({expected} if expected else set()), (
            path
        )
        checked += 1
    assert checked > 100
