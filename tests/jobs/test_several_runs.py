"""A log that holds several runs: each has a rank."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nnsreport.errors import LogError, RunError
from nnsreport.jobs import load


@pytest.fixture
def twice(work: Path, log: Path) -> Path:
    """A log in which a job started NeuroSim three times, the second time for another chip."""
    texts = [log.with_name(f"main_{name}.txt").read_text() for name in ("pipelined", "asynchronous", "pipelined")]
    (work / "output_7.txt").write_text("".join(texts))
    return work / "output_7.txt"


def test_the_first_of_several_runs_says_how_to_get_the_others(twice: Path) -> None:
    run = load("output_7.txt")
    assert run.run == "7"
    assert run.problems[-1] == (
        "the log holds 3 runs, of which this is the first; give output_7.txt#2 for the second, "
        "up to output_7.txt#3 for the last"
    )


@pytest.mark.parametrize("argument", ["output_7.txt", "7"])
def test_a_run_of_a_log_by_its_rank(twice: Path, log: Path, argument: str) -> None:
    alone = [load(str(log.with_name(f"main_{name}.txt"))) for name in ("pipelined", "asynchronous", "pipelined")]
    for rank, (name, expected) in enumerate(zip(("7", "7#2", "7#3"), alone, strict=True), start=1):
        run = load(f"{argument}#{rank}")
        assert run.run == name
        assert run.metrics.drop("run", "line").equals(expected.metrics.drop("run", "line"))
        assert not any("holds 3 runs" in problem for problem in run.problems)


@pytest.mark.parametrize("rank", [0, 4, 999999999])
def test_a_rank_that_the_log_does_not_have(twice: Path, rank: int) -> None:
    with pytest.raises(LogError, match=rf"output_7\.txt: holds 3 runs, and no #{rank}; give output_7\.txt#1 to"):
        load(f"output_7.txt#{rank}")


def test_a_rank_of_a_log_with_one_run(work: Path, log: Path) -> None:
    path = log.with_name("main_pipelined.txt")
    assert load(f"{path}#1").run == "main_pipelined"
    with pytest.raises(LogError, match=r"holds one run, and no #2; give .*main_pipelined\.txt$"):
        load(f"{path}#2")


def test_a_file_that_is_called_so_comes_first(twice: Path, log: Path) -> None:
    shutil.copy(log.with_name("main_pipelined.txt"), twice.with_name("output_7.txt#2"))
    assert load("output_7.txt#2").source == Path("output_7.txt#2")
    assert load("output_7.txt#3").run == "7#3"


def test_nothing_of_that_name_with_a_rank(work: Path) -> None:
    with pytest.raises(RunError, match=r"output_9\.txt#2: no such run or log"):
        load("output_9.txt#2")
