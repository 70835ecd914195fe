"""Bytes to lines, with the file's own line numbers."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnsreport.errors import LogError
from nnsreport.parsers.reading import LogText, lines_of, read_log

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = "ChipArea : 4um^2\n\nlayer1's readLatency is: 5ns\n"


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_compressed_text_is_recognised_by_its_content(compress: Callable[[bytes], bytes]) -> None:
    assert lines_of(compress(TEXT.encode())) == lines_of(TEXT.encode())


def test_members_appended_to_a_gzip_file_are_read() -> None:
    assert lines_of(gzip.compress(b"a\n") + gzip.compress(b"b\n")).lines == ["a", "b"]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, zstd.compress])
def test_cut_compressed_text_keeps_what_there_is(compress: Callable[[bytes], bytes]) -> None:
    many = "".join(f"layer{n}'s readLatency is: {n * 7919 % 1000}ns\n" for n in range(50_000)).encode()
    whole = compress(many)
    text = lines_of(whole[: len(whole) // 2])
    assert 1000 < len(text.lines) < 50_000
    assert "cut off" in text.problems[0].message


def test_frames_of_zstd_are_read_one_after_the_other() -> None:
    data = zstd.compress(b"a\n") + zstd.compress(b"b\n" * 100_000)
    assert lines_of(data).lines == ["a", *["b"] * 100_000]


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_text_that_swells_a_thousand_times_is_whole(compress: Callable[[bytes], bytes]) -> None:
    many = b"layer1's readLatency is: 5ns\n" * 300_000
    text = lines_of(compress(many) + b"\x00" * 512)
    assert (len(text.lines), text.problems) == (300_000, ())


@pytest.mark.parametrize("compress", [gzip.compress, lzma.compress, bz2.compress, zstd.compress])
def test_damage_of_compressed_text_is_told_once(compress: Callable[[bytes], bytes]) -> None:
    whole = bytearray(compress(TEXT.encode() * 50))
    text = lines_of(bytes(compress(TEXT.encode()) + whole[:10] + b"\xff" * 40))
    assert text.lines[:3] == lines_of(TEXT.encode()).lines
    (problem,) = text.problems
    assert "damaged" in problem.message or "cut off" in problem.message


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\x00" * 4096])
def test_empty_log_names_buffering_and_time_limit(data: bytes) -> None:
    with pytest.raises(LogError, match=r"time limit.*PYTHONUNBUFFERED.*technode.*28.*wireWidth.*operationmode"):
        lines_of(data)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no such file"):
        read_log(tmp_path / "none.txt")
    with pytest.raises(LogError, match="folder"):
        read_log(tmp_path)


def test_line_ends_of_windows() -> None:
    assert lines_of(TEXT.replace("\n", "\r\n").encode()) == lines_of(TEXT.encode())


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_byte_order_marks(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    assert lines_of(mark + TEXT.encode(encoding)) == lines_of(TEXT.encode())


def test_bytes_that_are_not_utf8_are_a_problem_with_its_line() -> None:
    text = lines_of(b"one\ntwo \xe4\nthree\n")
    assert text.lines == ["one", "two �", "three"]
    assert text.problems[0].line == 2


def test_colours_are_removed() -> None:
    assert lines_of(b"\x1b[1;31mred\x1b[0m \x1b]0;title\x07text\x1b[K\n").lines == ["red text"]


def test_redrawn_progress_bar_keeps_the_line_number_of_its_line() -> None:
    text = lines_of(b"first\n\r 10%|#  | 1/10\r 20%|## | 2/10\rChipArea : 4um^2\nlast\n")
    assert dict(zip(text.lines, text.numbers, strict=True)) == {
        "first": 1,
        "": 2,
        " 10%|#  | 1/10": 2,
        " 20%|## | 2/10": 2,
        "ChipArea : 4um^2": 2,
        "last": 3,
    }


def test_only_line_feed_ends_a_line() -> None:
    assert lines_of("a\x0bb\x0cc\u2028d\n".encode()).lines == ["a\x0bb\x0cc\u2028d"]


def test_task_labels_are_removed_and_tasks_put_together() -> None:
    text = lines_of(b"0: a1\n1: b1\n0: a2\n1: b2\n0:\nslurmstepd: error: over\n")
    assert text.lines == ["a1", "a2", "", "slurmstepd: error: over", "b1", "b2"]
    assert text.numbers == [1, 3, 5, 6, 2, 4]


def test_lines_that_only_look_like_labels_stay() -> None:
    assert lines_of(b"12: twelve\nplain\nother\n").lines == ["12: twelve", "plain", "other"]


@pytest.mark.parametrize(("data", "cut_line"), [(b"a\nb", 2), (b"a\nb\n", None), (b"a", 1)])
def test_line_without_end_is_known(data: bytes, cut_line: int | None) -> None:
    assert lines_of(data).cut_line == cut_line


def test_numbers_count_from_one() -> None:
    assert lines_of(TEXT.encode()) == LogText(["ChipArea : 4um^2", "", "layer1's readLatency is: 5ns"], range(1, 4))
