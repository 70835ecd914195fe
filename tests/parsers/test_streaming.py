"""Logs of any size: formats that read piece by piece, and those that cannot."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from nnsreport.errors import LogError, UnknownFormatError
from nnsreport.parsers import MetricRecord, ParsedLog, Problem, many, registry, streaming
from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.glance import Glance
from nnsreport.parsers.many import LogFile, parse_files
from nnsreport.parsers.quantities import NANOSECONDS
from nnsreport.parsers.reading import LogText, read_chunks
from nnsreport.parsers.streaming import LineReader, Sink, can_stream, parse_stream


class CounterReader:
    """Reads ``epoch N: Tns`` lines, and hands out the numbers of each chunk."""

    def __init__(self, run: str, source: Path | None, sink: Sink | None) -> None:
        self.run, self.source, self.sink = run, source, sink
        self.records = RunBuilder("counter-1")
        self.is_over = False

    def feed(self, text: LogText) -> None:
        self.records.cut_line = text.cut_line
        for line, number in zip(text.lines, text.numbers, strict=True):
            label, _, printed = line.partition(": ")
            value = NANOSECONDS.read(printed) if label.startswith("epoch ") else None
            if value is not None and number != text.cut_line:
                self.records.metric("chip", None, "total", "read_latency", value, number, epoch=int(label[6:]))
            self.is_over = self.is_over or line == "over"
        if self.sink is not None and self.records.metrics:
            self.sink(self.run, self.records.metrics)
            self.records = RunBuilder("counter-1")

    def finish(self) -> tuple[ParsedLog, ...]:
        self.records.problem("counts only", 1)
        return (self.records.finish(self.run, self.source, is_complete=self.is_over),)


class Counter:
    """A format that need not see a log as a whole."""

    name = "counter-1"
    title = "Counter"
    citation = "none"
    schema = frozenset({"read_latency"})
    sample = "Counter\nepoch 1: 5ns\nover\n"

    def confidence(self, glance: Glance) -> float:
        return 1.0 if glance.first_lines[:1] == ("Counter",) else 0.0

    def parse(self, text: LogText, run: str) -> tuple[ParsedLog, ...]:
        reader = CounterReader(run, text.source, None)
        reader.feed(text)
        return reader.finish()

    def start(self, run: str, source: Path | None, sink: Sink | None = None) -> LineReader:
        return CounterReader(run, source, sink)


class WholeCounter:
    """The same format, but without reading piece by piece."""

    name, title, citation = Counter.name, Counter.title, Counter.citation
    schema, sample = Counter.schema, Counter.sample
    confidence, parse = Counter.confidence, Counter.parse


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of a thousand epochs, with a byte that is not UTF-8 near its end."""
    path = tmp_path / "output_7.txt"
    lines = "".join(f"epoch {n}: {n * 7919 % 1000}.5ns\n" for n in range(1000))
    path.write_bytes(f"Counter\n{lines}".encode() + b"gr\xfc\xdfe\nover\nepoch 1000: 12.3")
    return path


def only(monkeypatch: pytest.MonkeyPatch, *known: registry.LogFormat) -> None:
    """Let these formats be all there are, to be named and to be recognised."""
    monkeypatch.setattr(registry, "formats", lambda: known)
    monkeypatch.setattr(registry, "_in_order", lambda: iter(known))


def known_as(log_format: registry.LogFormat, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int = 1000) -> None:
    """Let a format be the only one, and read small chunks."""
    only(monkeypatch, log_format)
    monkeypatch.setattr(streaming, "read_chunks", lambda path: read_chunks(path, chunk_bytes))


@pytest.mark.parametrize("log_format", [Counter(), WholeCounter()])
@pytest.mark.parametrize("format_name", [None, "counter-1"])
def test_streams_give_what_the_whole_gives(
    log: Path, monkeypatch: pytest.MonkeyPatch, log_format: registry.LogFormat, format_name: str | None
) -> None:
    known_as(log_format, monkeypatch)
    batches: list[tuple[str, MetricColumns]] = []
    (streamed,) = parse_stream(log, lambda run, numbers: batches.append((run, numbers)), format=format_name)
    (whole,) = registry.parse_runs(log)
    numbers: list[MetricRecord] = [record for _, batch in batches for record in batch]
    assert {run for run, _ in batches} == {"7"}
    assert (len(batches) > 5) is can_stream(log_format)
    assert (numbers, len(numbers)) == (list(whole.metrics), 1000)
    assert (streamed.metrics, streamed.complete, streamed.run) == ((), True, "7")
    assert streamed.problems == whole.problems
    assert [problem.line for problem in whole.problems] == [1002, 1]


def test_compressed_streams_keep_what_damage_leaves(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(Counter(), monkeypatch)
    log.write_bytes(gzip.compress(log.read_bytes())[:-300])
    counted: list[int] = []
    (read,) = parse_stream(log, lambda _, numbers: counted.append(len(numbers)))
    assert 500 < sum(counted) < 1000
    assert Problem("the gzip data are cut off; what follows is lost") in read.problems


def test_a_format_that_needs_the_whole_has_a_limit(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(WholeCounter(), monkeypatch)
    with pytest.raises(
        LogError, match=r"output_7\.txt: is larger than 0 MiB, the most that is read of a counter-1 log"
    ):
        parse_stream(log, lambda _run, _numbers: None, whole_bytes=1000)


def test_unknown_text_is_refused_after_its_first_chunk(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader,\n" * 1000)
    with pytest.raises(UnknownFormatError, match="begins with 'Dear reader,'"):
        parse_stream(path, lambda _run, _numbers: None)


@pytest.mark.parametrize("blanks", ["\n", " ", "\x00", "\x1b[0m", "\r\n \r\n"])
def test_a_text_of_blanks_is_refused(tmp_path: Path, blanks: str) -> None:
    path = tmp_path / "blanks.txt"
    path.write_bytes(blanks.encode())
    with pytest.raises(LogError, match=r"blanks\.txt: "):
        parse_stream(path, lambda _run, _numbers: None)


def test_large_files_are_streamed_among_others(log: Path, samples: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter, *rest = Counter(), *registry.formats()
    only(monkeypatch, counter, *rest)
    monkeypatch.setattr(many, "STREAM_BYTES", 15_000)
    monkeypatch.setattr(streaming, "read_chunks", lambda path: read_chunks(path, 1000))
    small = LogFile(samples / "main_asynchronous.txt", "small")
    assert small.path.stat().st_size <= 15_000 < log.stat().st_size
    batches = list(parse_files([LogFile(log, "large"), small]))
    assert [file.path for batch in batches for file in batch.files] == [small.path, log]
    assert len(batches) > 10
    frame = pl.concat(batch.numbers.frame() for batch in batches)
    assert frame.filter(run="large")["epoch"].to_list() == list(range(1000))


def test_an_error_within_a_large_file_keeps_the_rest(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known_as(WholeCounter(), monkeypatch)
    monkeypatch.setattr(many, "STREAM_BYTES", 1000)
    monkeypatch.setattr(streaming, "is_larger", lambda _path, _limit: True)
    *_, last = parse_files([LogFile(log, "large")])
    assert [str(file.error) for file in last.files] == [
        f"{log}: is larger than 512 MiB, the most that is read of a counter-1 log; cut it into files of one run each"
    ]
