"""Numbers of several runs together: the table has every record of every run."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.parsers.batch import MetricBatch
from nnsreport.parsers.columns import MetricColumns
from nnsreport.parsers.records import MetricRecord
from nnsreport.tables import empty, schema

records = st.builds(
    MetricRecord,
    scope=st.sampled_from(["layer", "chip"]),
    layer=st.sampled_from([None, "layer1", "layer2"]),
    component=st.sampled_from([None, "adc"]),
    metric=st.sampled_from(["read_latency", "area"]),
    value=st.floats(allow_nan=False),
    unit=st.just("s"),
    line=st.integers(1, 1 << 40),
    epoch=st.none() | st.integers(0, 3),
    step=st.none() | st.integers(0, 3),
    trial=st.none() | st.integers(0, 3),
    time_s=st.none() | st.floats(0, 1e9),
    compensation=st.sampled_from([None, "global"]),
)


@settings(deadline=None)
@given(st.lists(st.lists(records, max_size=6), max_size=5))
def test_every_record_is_a_row(runs: Sequence[Sequence[MetricRecord]]) -> None:
    batch = MetricBatch.of((f"r{rank}", MetricColumns.of(numbers)) for rank, numbers in enumerate(runs))
    frame = pickle.loads(pickle.dumps(batch)).frame()
    assert frame.schema == schema("metrics")
    expected = [(f"r{rank}", record) for rank, numbers in enumerate(runs) for record in numbers]
    assert [(row.pop("run"), MetricRecord(**row)) for row in frame.to_dicts()] == expected


def test_no_runs_are_an_empty_table() -> None:
    assert MetricBatch.of(()).frame().equals(empty("metrics"))
    assert MetricBatch.of([("r", MetricColumns())]).runs == (("r", 0),)
