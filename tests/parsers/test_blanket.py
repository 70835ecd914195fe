"""Every parser over every sample of every other: what holds for all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from nnsreport.errors import NnsreportError
from nnsreport.parsers import LogFormat, ParsedLog, formats
from nnsreport.parsers.conformance import (
    Key,
    cut_complaints,
    key_of,
    member_complaints,
    recognition_complaints,
    record_complaints,
    sample_complaints,
)
from nnsreport.parsers.reading import LogText, lines_of, read_log
from nnsreport.parsers.registry import detect
from nnsreport.vocabulary import METRICS

ROOT = Path(__file__).resolve().parents[2]

PRINT_ALIKE = {
    "neurosim-1.1": "neurosim-1.2",
    "neurosim-2.0": "neurosim-2.1",
    "neurosim-dcim-1.0": "neurosim-1.4",
}
"""Versions whose lines are those of another: they are read as that one, and the numbers or `--as` tell them."""

TOLD_BY_THE_NAME = {
    "neurosim-2-breakdown": "the epoch is not known",
    "neurosim-2-distributions": "the file's name does not tell",
}
"""Files whose name tells what the text does not: a sample has no name, and a problem says so."""

TRAININGS = {"neurosim-2.0", "neurosim-2.1"}
"""A C++ part for training prints lines of the same wording about an epoch that others print about an image."""

BARE_NUMBERS = {"neurosim-2-distributions", "neurosim-2-activity", "neurosim-3d-area", "neurosim-systolic-1.0-bank"}
"""Tables without a header: any numbers between commas fill them, if the user insists with `--as`."""

OTHER_HEADER = {
    ("neurosim-2-output", "neurosim-systolic-1.0-chip"),
    ("neurosim-2-accuracy", "neurosim-device-states"),
}
"""Rows of as many numbers, which are read below another header too: that one is named as unreadable."""

ONLY_WITH_TWO_MODES = {
    "neurosim-systolic-1.0": {"data_layers", "data_share"},
    "neurosim-systolic-1.0-bank": {"retention_time"},
}
"""What only a buffer of two modes, or one that is refreshed, has; tests/parsers/systolic has texts with them."""

NOT_LOGS = {".py", ".onnx", ".npz", ".md", ".json"}


def by_name(log_format: LogFormat) -> str:
    return log_format.name


every_format = pytest.mark.parametrize("log_format", formats(), ids=by_name)


def texts_below(folder: Path, *, step: int = 1) -> dict[str, LogText]:
    """Return what lies below a folder and is not empty; JSON beside a log describes it, but Slurm's is its output."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    wanted = [path for path in files if path.suffix not in NOT_LOGS or path.stem in ("sacct", "squeue")]
    found = {}
    for path in wanted[::step]:
        try:
            found[str(path.relative_to(folder))] = read_log(path)
        except NnsreportError:
            assert path.stat().st_size == 0
    return found


class Genuine(NamedTuple):
    """A text with the format that it is recognised as, and what that files."""

    text: LogText
    format: LogFormat | None
    values: dict[Key, set[str]]

    @classmethod
    def of(cls, text: LogText) -> Genuine:
        right = detected(text)
        return cls(text, right, {} if right is None else values_of(right.parse(text, "38905658")))


@pytest.fixture(scope="module")
def genuine(test_data: Path) -> dict[str, Genuine]:
    """Every sample: of the formats themselves, and the files kept with the tests."""
    own = {f"sample of {known.name}": lines_of(known.sample.encode()) for known in formats()}
    texts = own | texts_below(test_data / "neurosim") | texts_below(test_data / "slurm")
    return {name: Genuine.of(text) for name, text in texts.items()}


@pytest.fixture(scope="module")
def genuine_shared(shared_dir: Path) -> dict[str, Genuine]:
    """The samples beside the checkout."""
    logs = texts_below(shared_dir / "neurosim" / "logs")
    # The many logs of V1.4 have the same lines with other values: one in twelve is as good as all.
    alike = sorted(name for name in logs if name.startswith("V1.4"))
    kept = {name: text for name, text in logs.items() if name not in alike or name in alike[::12]}
    return {name: Genuine.of(text) for name, text in (kept | texts_below(shared_dir / "slurm" / "samples")).items()}


# What a format says of itself


@every_format
def test_every_format_has_all_members(log_format: LogFormat) -> None:
    assert member_complaints(log_format) == []


def test_names_are_given_once() -> None:
    names = [known.name for known in formats()]
    assert len(set(names)) == len(names)


@every_format
def test_every_format_is_in_the_table_of_the_documentation(log_format: LogFormat) -> None:
    page = (ROOT / "docs" / "parsers.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith(f"| `{log_format.name}` |")]
    assert len(rows) == 1, f"docs/parsers.md needs one row that begins with | `{log_format.name}` |"


def test_the_table_of_the_documentation_has_no_other_formats() -> None:
    page = (ROOT / "docs" / "parsers.md").read_text()
    table = page.partition("## Formats")[2].partition("\n## ")[0]
    listed = [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(known.name for known in formats())


# Its sample


@every_format
def test_sample_is_recognised_as_its_own_format_only(log_format: LogFormat) -> None:
    if log_format.name in PRINT_ALIKE:
        assert detect(lines_of(log_format.sample.encode())).name == PRINT_ALIKE[log_format.name]
    else:
        distinct = [other for other in formats() if other.name not in PRINT_ALIKE]
        assert list(recognition_complaints(log_format, distinct)) == []


@every_format
def test_sample_is_read_whole_without_problems(log_format: LogFormat) -> None:
    complaints = list(sample_complaints(log_format))
    untold = TOLD_BY_THE_NAME.get(log_format.name)
    if untold is None:
        assert complaints == []
    else:
        assert len(complaints) == 1
        assert untold in complaints[0]


# The leakage of the buffer is printed twice, rounded first: cut off between the two, a log has the rounded one.
ROUNDED = {"neurosim-systolic-1.0": "gives a leakage_power"}


@every_format
def test_sample_cut_off_anywhere_gives_no_other_number(log_format: LogFormat) -> None:
    rounded = ROUNDED.get(log_format.name)
    assert [text for text in cut_complaints(log_format) if rounded is None or rounded not in text] == []


# Every text read as every format


@every_format
def test_genuine_text_read_as_any_format_gives_no_number_of_another_name(
    log_format: LogFormat, genuine: dict[str, Genuine]
) -> None:
    for name, known in genuine.items():
        assert not misread(log_format, known), name


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["neurosim/logs", "slurm/samples"])
def test_shared_logs_are_recognised_by_one_format_each(folder: str, shared_dir: Path) -> None:
    for name, text in texts_below(shared_dir / folder).items():
        sure = recognised(text)
        assert len(sure) <= 1, f"{name} is recognised as {sure}"
        if folder.startswith("neurosim"):
            assert sure, f"{name} is not recognised"


@pytest.mark.shared
@pytest.mark.slow
@every_format
def test_shared_log_read_as_any_format_gives_no_number_of_another_name(
    log_format: LogFormat, genuine_shared: dict[str, Genuine]
) -> None:
    for name, known in genuine_shared.items():
        assert not misread(log_format, known), name


def recognised(text: LogText) -> list[str]:
    from nnsreport.parsers.glance import Glance

    glance = Glance.of(text.lines)
    return [known.name for known in formats() if known.confidence(glance) > 0]


def misread(log_format: LogFormat, genuine: Genuine) -> list[str]:
    """Return what is wrong with a text's reading: numbers unfit for the table, or not as the right format files them.

    A format may refuse a text, but with the project's own errors only.
    """
    text, right, known = genuine
    try:
        logs = log_format.parse(text, "38905658")
    except NnsreportError:
        return []
    found = [
        complaint for log in logs for record in log.metrics for complaint in record_complaints(log_format, record, text)
    ]
    if right is None or may_differ(log_format.name, right.name):
        return found
    wrong = sorted(map(str, (key for key, value in values_of(logs).items() if not value <= known.get(key, set()))))
    return found + [f"{right.name} does not file {key}" for key in wrong]


def detected(text: LogText) -> LogFormat | None:
    try:
        return detect(text)
    except NnsreportError:
        return None


def may_differ(forced: str, right: str) -> bool:
    """Tell whether a format may take a text of another one for its own; all of these are by design."""
    names = {forced, right}
    is_training = bool(names & TRAININGS) and all(name.startswith("neurosim-") for name in names)
    return is_training or forced in BARE_NUMBERS or (forced, right) in OTHER_HEADER


def values_of(logs: Iterable[ParsedLog]) -> dict[Key, set[str]]:
    values: dict[Key, set[str]] = {}
    for log in logs:
        for record in log.metrics:
            values.setdefault(key_of(record), set()).add(repr(record.value))
    return values


def test_every_metric_of_a_schema_is_given_by_some_sample(genuine: dict[str, Genuine]) -> None:
    """A schema that promises what no text gives would not be noticed otherwise."""
    for known in formats():
        if known.schema == frozenset(METRICS):
            continue
        missing = set(known.schema)
        for text, _, _ in sorted(genuine.values(), key=lambda some: some.format is not known):  # its own texts first
            if not missing:
                break
            missing -= metrics_in(known, text)
        assert missing == ONLY_WITH_TWO_MODES.get(known.name, set()), known.name


def metrics_in(log_format: LogFormat, text: LogText) -> set[str]:
    try:
        logs: Sequence[ParsedLog] = log_format.parse(text, "38905658")
    except NnsreportError:
        return set()
    return {record.metric for log in logs for record in log.metrics}
