"""What a lab writes to read NeuroSim logs: one pattern a line, a list of dicts, a frame; for comparison with nnsreport.

It knows layers and epochs, converts units, and takes every line that ends in a number with a unit or without. It does
not know versions, cut lines, several runs in a file, settings, failures, or the scope of a label printed twice.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

LAYER = re.compile(r"-+ Estimation of Layer (\d+) -+")
SUMMARY = re.compile(r"-+ Summary -+")
EPOCH = re.compile(r"Train Epoch: (\d+)")
VALUE = re.compile(r"(.*\S) ?: ?(-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf|nan))(ns|pJ|uW|um\^2)?\s*$")
SCALES = {"ns": 1e-9, "pJ": 1e-12, "uW": 1e-6, "um^2": 1e-12, None: 1.0}
SCHEMA = {
    "run": pl.String,
    "epoch": pl.Int64,
    "layer": pl.Int64,
    "label": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "line": pl.Int64,
}


def read_logs(paths: Iterable[Path]) -> pl.DataFrame:
    """Return the numbers of logs, one row each."""
    rows: list[dict[str, object]] = []
    for path in paths:
        epoch = layer = None
        with path.open(errors="replace") as stream:
            for number, line in enumerate(stream, start=1):
                if found := VALUE.match(line):
                    label, digits, unit = found.groups()
                    rows.append(
                        {
                            "run": path.stem,
                            "epoch": epoch,
                            "layer": layer,
                            "label": label,
                            "value": float(digits) * SCALES[unit],
                            "unit": unit,
                            "line": number,
                        }
                    )
                elif found := LAYER.match(line):
                    layer = int(found[1])
                elif found := EPOCH.match(line):
                    epoch = int(found[1])
                elif SUMMARY.match(line):
                    layer = None
    return pl.DataFrame(rows, schema=SCHEMA)


def main() -> None:
    """Read logs into a Parquet file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    frame = read_logs(sorted(arguments.folder.rglob("*.txt")))
    frame.write_parquet(arguments.out)
    print(frame.height)


if __name__ == "__main__":
    main()
