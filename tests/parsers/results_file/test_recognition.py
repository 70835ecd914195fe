"""Results files are recognised by their text; the documented examples give what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nnsreport.parsers import formats, parse_log
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.reading import lines_of, read_log
from nnsreport.parsers.results_file import ResultsFile

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = re.compile(r"```python\n(.*?)```", re.DOTALL)


def confidence(text: str) -> float:
    """Return how sure the format is of a text."""
    return ResultsFile().confidence(Glance.of(lines_of(text.encode()).lines))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ResultsFile.sample, 1.0),
        ('{"results": [{"metric": "accuracy", "value": 1}]}', 0.9),
        ('[{"metric": "accuracy", "value": 1}]', 0.9),
        ('{"metric": "accuracy", "value": 1}', 0.9),
        (
            '{"settings": {\n' + ",\n".join(f' "a{n}": 1' for n in range(99)) + '}, "results": [\n  {"metric": "area",',
            0.8,
        ),
        ('{"accuracy": 0.9, "x": 1}', 0.5),
        ("metric,value\n", 1.0),
        ("# simulator: x\nmetric,unit,value\n", 1.0),
        ('{"results": {"accuracy": 0.9}}', 0.5),
        ('{"accuracy": {"top1": 0.9}}', 0.0),
        ('{"name": "dn40", "rc": 0}', 0.0),
        ("[1, 2, 3]", 0.0),
        ("[" * 10_000, 0.0),
        ("{" + "x" * 100_000, 0.0),
        ("value,unit\n", 0.0),
        ("accuracy,0.9\n", 0.0),
        ("ChipArea : 9.10707e+07um^2\n", 0.0),
    ],
)
def test_confidence(text: str, expected: float) -> None:
    assert confidence(text) == expected


def test_no_other_format_takes_a_results_file_or_the_other_way_round() -> None:
    for known in formats():
        glance = Glance.of(lines_of(known.sample.encode()).lines)
        assert (ResultsFile().confidence(glance) > 0) == (known.name == "results-1")
        for text in (ResultsFile.sample, "metric,value\naccuracy,0.9\n", '{"accuracy": 0.9}'):
            own = known.confidence(Glance.of(lines_of(text.encode()).lines))
            assert (own > 0) == (known.name == "results-1"), (known.name, text)


@pytest.mark.shared
def test_no_genuine_file_is_taken_for_one(shared_dir: Path) -> None:
    for path in sorted((shared_dir / "neurosim").rglob("*")):
        if path.suffix in (".txt", ".csv", ".json", ".sh") and path.stat().st_size:
            assert ResultsFile().confidence(Glance.of(read_log(path).lines)) == 0, path


def test_every_documented_example_writes_a_file_that_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    simulators = []
    for program in PROGRAM.findall((ROOT / "docs" / "results-file.md").read_text()):
        exec(program, {})
        for path in sorted(tmp_path.iterdir()):
            log = parse_log(path)
            assert log.format == "results-1"
            assert log.complete
            assert log.metrics
            assert not log.problems
            simulators += [s.value for s in log.settings if s.name == "results.simulator"]
            path.unlink()
    assert simulators == ["aihwkit", "CrossSim", "MNSIM", "mine"]


def test_documented_problems_are_the_real_ones(capsys: pytest.CaptureFixture[str]) -> None:
    page = (ROOT / "docs" / "results-file.md").read_text()
    exec(PROGRAM.findall(page)[-1], {})
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert capsys.readouterr().out == shown
