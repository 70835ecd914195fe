"""Comparisons as JSON and CSV."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence

from nnsreport.reports.comparison.comparison import Comparison
from nnsreport.reports.comparison.flag import Flag
from nnsreport.reports.comparison.row import frame_rows
from nnsreport.reports.run_data import RunData
from nnsreport.reports.simulators import simulator_name

_Json = str | int | float | bool | None | Sequence["_Json"] | dict[str, "_Json"]


def to_json(comparisons: Sequence[Comparison]) -> str:
    """Return comparisons as a JSON text.

    Parameters
    ----------
    comparisons : sequence of Comparison
        In the order wanted.

    Returns
    -------
    str
        A list with one object a comparison: runs, flags, settings, rows and counts. JSON has no inf and nan: they
        are the strings ``"inf"``, ``"-inf"`` and ``"nan"``.
    """
    return json.dumps([_object(comparison) for comparison in comparisons], indent=1, ensure_ascii=False) + "\n"


def to_csv(comparisons: Sequence[Comparison]) -> str:
    """Return the rows of comparisons as a CSV text.

    Parameters
    ----------
    comparisons : sequence of Comparison
        At least one.

    Returns
    -------
    str
        With a header; ``run_a`` and ``run_b`` before the columns of the rows.
    """
    import polars as pl

    frames = [
        comparison.rows.select(
            pl.lit(comparison.a.run).alias("run_a"), pl.lit(comparison.b.run).alias("run_b"), pl.all()
        )
        for comparison in comparisons
    ]
    return pl.concat(frames).write_csv()


def _object(comparison: Comparison) -> _Json:
    return {
        "a": _run(comparison.a),
        "b": _run(comparison.b),
        "flags": [_flag(flag) for flag in comparison.flags],
        "settings": [_finite(dataclasses.asdict(difference)) for difference in comparison.settings],
        "rows": [_finite(dataclasses.asdict(row)) for row in frame_rows(comparison.rows)],
        "counts": {outcome.value: count for outcome, count in comparison.counts.items()},
    }


def _run(run: RunData) -> _Json:
    return {
        "run": run.run,
        "kind": run.kind,
        "simulator": simulator_name(run),
        "state": run.state,
        "source": str(run.source),
        "problems": run.problems,
    }


def _flag(flag: Flag) -> _Json:
    return {
        "subject": flag.subject,
        "value_a": flag.value_a,
        "value_b": flag.value_b,
        "explanation": flag.explanation,
        "blocking": flag.is_blocking,
    }


def _finite(record: dict[str, _Json]) -> _Json:
    return {
        name: str(value) if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in record.items()
    }
