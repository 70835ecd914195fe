"""Files of any size, chunk by chunk: together they are what reading them whole gives."""

from __future__ import annotations

import gzip
import itertools
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.errors import LogError
from nnsreport.parsers.reading import LogText, is_larger, lines_of, read_chunks, read_log
from nnsreport.parsers.records import Problem

PIECES = (
    *(
        b"layer1's readLatency is: 5ns",
        b"7",
        b": ",
        b"0: ",
        b"1: ",
        b" 12: ",
        b"caf\xc3\xa9",
        b"\xe4",
        b"\xc3",
        b"\x00",
    ),
    *(
        b"\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"\r\r\n",
        b"\x1b[31m",
        b"\x1b[",
        b"\x1b]0;a\rb\x07",
        b"\xef\xbb\xbf",
        b"\x1b",
        b" ",
    ),
)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems as a reader sorts them."""
    return tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.message)))


def joined(path: Path, chunk_bytes: int) -> LogText:
    """Return all chunks of a file as one text."""
    chunks = list(read_chunks(path, chunk_bytes))
    return LogText(
        [line for chunk in chunks for line in chunk.lines],
        [number for chunk in chunks for number in chunk.numbers],
        path,
        in_order(problem for chunk in chunks for problem in chunk.problems),
        next((chunk.cut_line for chunk in chunks if chunk.cut_line is not None), None),
    )


def whole(path: Path) -> LogText:
    """Return a file read at once, its numbers as a list."""
    text = read_log(path)
    return LogText(text.lines, list(text.numbers), path, in_order(text.problems), text.cut_line)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that each case writes anew."""
    return tmp_path_factory.mktemp("chunks") / "log.txt"


@settings(deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=40), chunk_bytes=st.integers(8, 40))
def test_chunks_are_the_whole(scratch: Path, pieces: list[bytes], chunk_bytes: int) -> None:
    scratch.write_bytes(b"plain first line\n" * 3 + b"".join(pieces))  # the first chunk decides about labels
    if scratch.read_bytes().count(b": ") == 0:
        assert joined(scratch, chunk_bytes) == whole(scratch)
    text = joined(scratch, chunk_bytes)
    assert joined(scratch, 1 << 20) == whole(scratch)
    assert len(text.lines) == len(text.numbers)


@settings(deadline=None)
@given(
    tasks=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b c", ""])), min_size=1, max_size=60),
    chunk_bytes=st.integers(12, 80),
)
def test_tasks_are_put_together_over_all_chunks(scratch: Path, tasks: list[tuple[int, str]], chunk_bytes: int) -> None:
    labelled = "".join(f"{task}: {text}\n" for task, text in [(1, "a"), (0, "b")] * 3 + tasks)
    scratch.write_text(f"{labelled}slurmstepd: error: over\n2: last")
    assert joined(scratch, chunk_bytes) == whole(scratch)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_encodings_are_kept_across_chunks(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes("".join(f"Zeile {n}: größer\r\n" for n in range(500)).encode(encoding))
    for chunk_bytes in (8, 64, 1000):
        assert joined(path, chunk_bytes) == whole(path)


def test_a_progress_bar_larger_than_a_chunk_keeps_its_line_number(tmp_path: Path) -> None:
    path = tmp_path / "bar.txt"
    path.write_bytes(b"first\n" + b"\r 10%|#  |" * 400 + b"\r\nlast\n")
    assert joined(path, 64) == whole(path)
    assert joined(path, 64).numbers[-2:] == [2, 3]
    assert max(len(chunk.lines) for chunk in read_chunks(path, 64)) < 20


def test_a_line_too_long_for_a_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dump.txt"
    with path.open("wb") as stream:
        for _ in range(70):
            stream.write(b"0" * (1 << 20))
    with pytest.raises(LogError, match=r"dump\.txt: has a line of more than 64 MiB"):
        list(read_chunks(path))


def test_too_many_tasks_name_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_text("".join(f"{task}: hello\n" for task in range(300)))
    with pytest.raises(LogError, match=r"300 tasks.*%t"):
        list(read_chunks(path, 64))


def test_an_empty_file_is_refused_and_damage_is_told_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(b"\n \n")
    with pytest.raises(LogError, match="is empty"):
        list(read_chunks(path))
    with pytest.raises(LogError, match="no such file"):
        list(read_chunks(tmp_path / "none"))
    path.write_bytes(gzip.compress("".join(f"{n}\n" for n in range(100_000)).encode())[:-40])
    *_, last = read_chunks(path, 1000)
    assert [problem.message for problem in last.problems] == ["the gzip data are cut off; what follows is lost"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log.txt.gz"
    path.write_bytes(gzip.compress(b"layer1's readLatency is: 5ns\n" * 1_000_000, 1))
    tracemalloc.start()
    lines = sum(len(chunk.lines) for chunk in read_chunks(path, 1 << 20))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == 1_000_000
    assert peak < 40e6  # the whole is 86 MB


def test_size_is_that_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "log.txt"
    path.write_bytes(b"a\n" * 5000)
    assert is_larger(path, 9_999)
    assert not is_larger(path, 10_000)
    path.write_bytes(b"".join(gzip.compress(bytes([n % 251]) * 100_000) for n in range(1000)))
    assert is_larger(path, 99_999_999)
    assert not is_larger(path, 100_000_000)
    with pytest.raises(LogError, match="no such file"):
        is_larger(tmp_path / "none", 1)


def test_chunks_of_a_genuine_log(samples: Path) -> None:
    for path, chunk_bytes in itertools.product(sorted(samples.glob("*.txt")), (1000, 1 << 20)):
        assert joined(path, chunk_bytes) == whole(path)
        assert whole(path).lines == lines_of(path.read_bytes()).lines
