"""Which files of a folder may be logs."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from nnsreport.parsers.folder import is_binary, look_through
from nnsreport.parsers.names import distinct_names, is_log_name


def test_files_are_found_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b.txt", "a.out", "sub/deep/c.log.gz", "d.csv", "Param.cpp", "noname", ".hidden.txt", ".git/e.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text\n")
    contents = look_through(tmp_path)
    names = ["Param.cpp", "a.out", "b.txt", "d.csv", "noname", "sub/deep/c.log.gz"]
    assert [str(path.relative_to(tmp_path)) for path in contents.files] == names
    assert contents.skipped == []


def test_a_deep_folder_is_no_recursion(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(900):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "log.txt").write_text("text\n")
    assert len(look_through(tmp_path).files) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("figure.PNG", "image"),
        ("best.pth", "weights or arrays"),
        ("main.o", "program"),
        ("all.tar.gz", "archive"),
        ("numbers.parquet", "table of another kind"),
        ("layer_record_VGG8/inputConv0_.csv", "trace of weights or inputs"),
        ("empty.json", "empty file"),
    ],
)
def test_what_is_no_log_is_told_by_its_name(tmp_path: Path, name: str, reason: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("" if reason == "empty file" else "text")
    assert [(entry.path, entry.reason) for entry in look_through(tmp_path).skipped] == [(path, reason)]


def test_the_trace_command_is_read_though_traces_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "layer_record_VGG8"
    folder.mkdir()
    (folder / "trace_command.sh").write_text("./NeuroSIM/main ./NeuroSIM/NetWork.csv 8 8 128 128\n")
    assert look_through(tmp_path).files == [folder / "trace_command.sh"]


@pytest.mark.parametrize(
    ("head", "binary"),
    [
        (b"layer1's readLatency is: 5ns\n", False),
        (b"\x1b[31mred\x1b[0m \x08|\x07\n", False),
        (b"\x00" * 4096 + b"ChipArea : 4um^2\n", False),
        ("größe\n".encode("utf-16"), False),
        ("größe\n".encode("latin-1"), False),
        (bytes(range(256)) * 4, True),
        (b"", False),
    ],
)
def test_text_with_holes_is_no_binary_file(head: bytes, binary: bool) -> None:
    assert is_binary(head) is binary


def test_archives_are_known_by_their_content(tmp_path: Path) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        entry = tarfile.TarInfo("log.txt")
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"text\n"))
    (tmp_path / "logs.txt.gz").write_bytes(gzip.compress(target.getvalue()))
    assert [entry.reason for entry in look_through(tmp_path).skipped] == ["binary file"]


@pytest.mark.parametrize(("name", "is_log"), [("a.TXT", True), ("a.log.zst", True), ("a.csv", False), ("a.gz", False)])
def test_names_of_logs(name: str, is_log: bool) -> None:
    assert is_log_name(Path(name)) is is_log


def test_names_are_distinct_within_a_folder_too() -> None:
    paths = [Path(p) for p in ("/x/run.txt", "/x/run.log", "/y/run.txt", "/x/run.txt.gz", "/x/Param.cpp")]
    assert distinct_names(paths) == ["run.txt", "run.log", "run", "run.txt.gz", "Param"]


def test_ten_thousand_names_take_no_time() -> None:
    paths = [Path(f"/runs/{number % 100}/{number // 100}/log.txt") for number in range(10_000)]
    names = distinct_names(paths)
    assert len(set(names)) == 10_000
