"""Traces of weights and inputs: recognised by their beginning, never read."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from nnsreport.errors import UnknownFormatError
from nnsreport.parsers import parse_runs
from nnsreport.parsers.inputs.traces import trace_kind

WEIGHTS = "  -0.32031,  -0.03906,   0.05469\n   0.22656,   0.18750,  -0.00000\n"
BITS = "0,0,0,1,0,1,1,0\n0,1,0,0,0,0,0,0\n"


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (WEIGHTS, "trace of weights"),
        (WEIGHTS[:50], "trace of weights"),
        (WEIGHTS[:20], "trace of weights"),
        (WEIGHTS.replace("\n", "\r\n"), "trace of weights"),
        (BITS, "trace of inputs"),
        (BITS[:21], "trace of inputs"),
        ("0,1," * 2000, "trace of inputs"),
        ("1\n0\n0\n1\n", "trace of inputs"),
        ("32,32,3,3,3,128,0,1\n", None),
        ("states,mean,std\n0,1e-15,0\n", None),
        ("0.000123,0.004560\n", None),
        ("0.38929,0.13570\n", None),
        ("1\n", None),
        ("1,0\n", None),
        ("", None),
        ("\n\n", None),
        ("epoch,loss\n1,2\n", None),
    ],
)
def test_kind(head: str, kind: str | None) -> None:
    assert trace_kind(head) == kind


def test_whole_numbers_of_v15_are_told_by_the_name() -> None:
    text = "-128,0,17\n5,4,-3\n"
    assert trace_kind(text) is None
    assert trace_kind(text, Path("results/table.csv")) is None
    assert trace_kind(text, Path("layer_record_vgg8/weight_conv1.csv")) == "trace of weights"
    assert trace_kind(text, Path("input_features.0.csv")) is None
    assert trace_kind(text, Path("layer_record_vgg8/input_features.0.csv")) == "trace of inputs"


def test_a_large_trace_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weightFC0_.csv"
    path.write_text(WEIGHTS * 1000)

    def refuse(self: Path) -> bytes:
        raise AssertionError(self)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UnknownFormatError, match=r"FC0_\.csv: is a trace of weights, which NeuroSim reads"):
        parse_runs(path)


@pytest.mark.shared
def test_genuine_traces(shared_dir: Path) -> None:
    kinds: dict[str, int] = {}
    for archive in sorted((shared_dir / "neurosim" / "traces").glob("*.tar.gz")):
        with tarfile.open(archive) as members:
            for member in members:
                file = members.extractfile(member)
                if file is None or not Path(member.name).name.startswith(("weight", "input")):
                    continue
                name = Path(member.name).name
                kind = trace_kind(file.read(8192).decode())
                assert kind == ("trace of weights" if name.startswith("weight") else "trace of inputs"), member.name
                kinds[kind] = kinds.get(kind, 0) + 1
    assert min(kinds.values()) > 80


@pytest.mark.shared
def test_no_log_is_taken_for_a_trace(shared_dir: Path) -> None:
    for path in (shared_dir / "neurosim" / "logs").rglob("*.*"):
        if path.is_file():
            with path.open("rb") as file:
                assert trace_kind(file.read(8192).decode("latin-1"), path) is None, path
