"""Durations, memory, dates, counts, job ids, resources and states, as Slurm writes them."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnsreport.parsers.slurm.identity import JobIdentity, count_tasks, read_cut_step, read_identity
from nnsreport.parsers.slurm.quantities import (
    CellError,
    Date,
    DateError,
    Memory,
    read_count,
    read_date,
    read_duration,
    read_exit,
    read_memory,
)
from nnsreport.parsers.slurm.resources import Resources, Usage, read_gpus, read_resources, read_usage
from nnsreport.parsers.slurm.states import STATES, read_code, read_state


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:01:27", 87.0),
        ("1-02:03:04", 93784.0),
        ("02:03.456", 123.456),
        ("00:00.010", 0.01),
        ("5:00", 300.0),
        ("0:00", 0.0),
        ("100-00:00:00", 8_640_000.0),
        ("UNLIMITED", None),
        ("Partition_Limit", None),
        ("INVALID", None),
        ("", None),
    ],
)
def test_duration(text: str, seconds: float | None) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["1-00:00:0", "87", "1:2:3", "00:60:00", "24:00:00", "1-02:03", "-1:00", "1:00 ", "٣:00"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(CellError):
        read_duration(text)


@given(st.integers(0, 999_999), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_duration_round_trip(days: int, hours: int, minutes: int, seconds: int) -> None:
    clock = f"{hours:02d}:{minutes:02d}:{seconds:02d}"
    text = f"{days}-{clock}" if days else clock
    assert read_duration(text) == ((days * 24 + hours) * 60 + minutes) * 60 + seconds


@given(st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_duration_with_milliseconds_is_exact(minutes: int, seconds: int, milliseconds: int) -> None:
    total = minutes * 60 + seconds
    assert read_duration(f"{minutes:02d}:{seconds:02d}.{milliseconds:03d}") == float(f"{total}.{milliseconds:03d}")


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ("4000M", Memory(4000 * 2**20)),
        ("3.5Gn", Memory(7 * 2**29, "n")),
        ("200Mc", Memory(200 * 2**20, "c")),
        ("11888K", Memory(12_173_312)),
        ("12173312", Memory(12_173_312)),
        ("0.07G", Memory(75_161_928)),
        ("0", Memory(0)),
        ("", None),
        ("?", None),
    ],
)
def test_memory(text: str, memory: Memory | None) -> None:
    assert read_memory(text) == memory


@pytest.mark.parametrize("text", ["4000MB", "M", "-1M", "1e3M", "4 G", "9999999999Z", "1..2G"])
def test_what_is_no_memory(text: str) -> None:
    with pytest.raises(CellError):
        read_memory(text)


@given(st.integers(0, 4095), st.sampled_from("KMGTP"), st.sampled_from(["", "n", "c"]))
def test_memory_round_trip(number: int, unit: str, per: str) -> None:
    assert read_memory(f"{number}{unit}{per}") == Memory(number * 1024 ** ("KMGTP".index(unit) + 1), per)


@given(st.text(max_size=20))
def test_no_reader_fails_otherwise(text: str) -> None:
    readers = (
        *(read_duration, read_memory, read_count, read_exit, read_date, read_identity, read_resources, read_usage),
        *(read_state, read_code, read_gpus, count_tasks, read_cut_step),
    )
    for read in readers:
        try:
            read(text)
        except CellError:
            continue


def test_dates_in_the_ways_that_tell_them_for_certain() -> None:
    assert read_date("2026-11-22T19:29:11") == Date(datetime(2026, 11, 22, 19, 29, 11))
    assert read_date("2026-11-22 19:29:11") == read_date("22.11.2026 19:29:11")
    assert read_date("22.11.2026 19:29") == Date(datetime(2026, 11, 22, 19, 29))
    assert read_date("1795399755") == Date(datetime(2026, 11, 23, 2, 9, 15), is_utc=True)
    assert read_date("Unknown") is None
    for text in ("Ystday 14:20", "19:29:11", "11/12/26 10:00", "2026-13-01T00:00:00", "So 22 Nov 2026 19:29:11"):
        with pytest.raises(DateError):
            read_date(text)


def test_counts_of_a_range_that_is_still_open_are_not_known() -> None:
    assert [read_count(text) for text in ("4", "2-2", "1-4", "N/A")] == [4, 2, None, None]


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("38905658", JobIdentity("38905658", 38905658)),
        ("38905658_7", JobIdentity("38905658_7", 38905658, 7)),
        ("38905658_7.batch", JobIdentity("38905658_7", 38905658, 7, 1, "batch")),
        ("38905658.0", JobIdentity("38905658", 38905658, None, 1, "0")),
        ("38905658+1", JobIdentity("38905658+1", 38905658)),
        ("7_[4-9%2]", JobIdentity("7_[4-9%2]", 7, None, 6)),
        ("7_[0,2,5-7]", JobIdentity("7_[0,2,5-7]", 7, None, 5)),
        ("7_[1-12:3]", JobIdentity("7_[1-12:3]", 7, None, 4)),
        ("7_[0-3,...]", JobIdentity("7_[0-3,...]", 7, None, None)),
        ("10_[2,5,7,11,13,17", JobIdentity("10_[2,5,7,11,13,17", 10, None, None)),
    ],
)
def test_job_ids(text: str, identity: JobIdentity) -> None:
    assert read_identity(text) == identity
    assert identity.array_job == (identity.number if "_" in text else None)


def test_steps_whose_id_is_cut_off_behind_the_dot() -> None:
    assert read_cut_step("38905658.ba+") == JobIdentity("38905658", 38905658, None, 1, "batch")
    assert read_cut_step("38905658.ex+") == JobIdentity("38905658", 38905658, None, 1, "extern")
    assert read_cut_step("38905658_7.+") == JobIdentity("38905658_7", 38905658, 7, 1, "+")
    assert read_cut_step("38905658_12+") is None


def test_resources() -> None:
    text = "billing=8,cpu=8,gres/gpu:h100=3,gres/gpu:a100=1,gres/gpu=4,mem=3.5G,node=2"
    assert read_resources(text) == Resources(8, 2, 7 * 2**29, 4, "a100,h100")
    assert read_resources("cpu=1,gres/gpu:volta=2") == Resources(1, None, None, 2, "volta")
    assert read_resources("") is None
    assert read_usage("cpu=00:01:02,energy=0,fs/disk=88236,mem=138928K,pages=0") == Usage(62.0, 138928 * 1024)
    for text in ("billing=1+", "cpu=1,cpu=2", "cpu", "cpu=1,,mem=2G"):
        with pytest.raises(CellError):
            read_resources(text)


@pytest.mark.parametrize(
    ("text", "gpus"),
    [
        ("gres:gpu:volta:1", (1, "volta")),
        ("gpu:2", (2, None)),
        ("gres/gpu:h100:4", (4, "h100")),
        ("gpu:a100:1(IDX:0)", (1, "a100")),
        ("gres:gpu", (1, None)),
        ("N/A", None),
    ],
)
def test_gpus(text: str, gpus: tuple[int, str | None] | None) -> None:
    assert read_gpus(text) == gpus


def test_states() -> None:
    assert read_state("CANCELLED by 1001") == ("CANCELLED", "CANCELLED by 1001")
    assert read_state("CANCELLED+", is_cut=True) == ("CANCELLED", None)
    assert read_state("OUT_OF_ME+", is_cut=True) == ("OUT_OF_MEMORY", None)
    assert [read_code(code) for code in ("PD", "R", "OOM", "OO")] == ["PENDING", "RUNNING", *["OUT_OF_MEMORY"] * 2]
    for state in STATES:
        assert read_state(state) == (state, None)
    for text in ("RUNNIG", "R", "running", "CANCELLED by"):
        with pytest.raises(CellError):
            read_state(text)
    for beginning in ("RE", "REQUEUE_+", "CO+", "R"):
        with pytest.raises(CellError):
            read_state(beginning, is_cut=True)
