"""One rule for the names of runs: the job's id, else the file's name without its suffix, else with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from nnsreport.parsers.names import distinct_names, run_name


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("results.json", "results"),
        ("results.json.gz", "results"),
        ("Results.JSON", "Results"),
        ("NeuroSim_Breakdown_Epock_1.csv", "NeuroSim_Breakdown_Epock_1"),
        ("trace_command.sh", "trace_command"),
        ("Param.cpp", "Param"),
        ("slurm-38905658_7.json", "38905658_7"),
        ("vgg8.v1.4", "vgg8.v1.4"),
        ("results.json.txt", "results.json"),
        (".json", ".json"),
        (".csv.gz", ".csv"),
    ],
)
def test_suffixes_are_no_part_of_a_name(name: str, run: str) -> None:
    assert run_name(Path("folder") / name) == run


@pytest.mark.parametrize(
    ("files", "runs"),
    [
        (["a.json", "b.csv"], ["a", "b"]),
        (["a.json", "a.csv", "b.txt"], ["a.json", "a.csv", "b"]),
        (["a.json", "a.csv", "a.csv.txt"], ["a.json", "a.csv", "a.csv.txt"]),
        (["x/a.json", "y/a.csv"], ["x/a", "y/a"]),
        (["x/a.json", "x/a.csv", "y/a.csv"], ["a.json", "a.csv", "a"]),
    ],
)
def test_files_of_one_folder_keep_their_suffixes_where_they_would_collide(files: list[str], runs: list[str]) -> None:
    assert distinct_names([Path(file) for file in files]) == runs
