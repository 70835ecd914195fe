"""Any results survive being written and read; any text is read without an accident."""

from __future__ import annotations

import csv
import io
import json
import math
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from nnsreport.errors import NnsreportError
from nnsreport.parsers import MetricRecord, ParsedLog, metrics_frame, parse_bytes
from nnsreport.vocabulary import COMPONENTS, METRICS, Scope

NAMES = st.sampled_from(["accuracy", "test_loss", "read_latency", "read_dynamic_energy", "tiles", "adc_saturation"])
COUNTS = st.none() | st.integers(0, 10**6)
SAMPLE = json.dumps(
    {
        "format": "nnsreport-results",
        "version": 1,
        "simulator": "aihwkit",
        "settings": {"adc": {"bits": 8}},
        "results": [
            {"metric": "accuracy", "value": 91.25, "unit": "%", "trial": 12, "time_s": 3600.5},
            {"metric": "read_latency", "value": 80898.5, "unit": "ns", "layer": 17, "component": "adc"},
        ],
        "test_loss": 1.234e-05,
    },
    indent=1,
)
TABLE = """# simulator: aihwkit
metric,value,unit,trial
accuracy,91.25,%,12
read_latency,80898.5,ns,13
test_loss,1.234e-05,,14
"""


@st.composite
def entries(draw: st.DrawFn) -> dict[str, object]:
    """Return a valid entry in the stored unit."""
    metric = METRICS[draw(NAMES)]
    entry: dict[str, object] = {"metric": metric.name}
    bounds = {"min_value": 0, "max_value": 1} if metric.unit == "fraction" else {}
    entry["value"] = draw(st.floats(**bounds, allow_nan=not bounds, allow_infinity=not bounds))
    if Scope.LAYER in metric.scopes and (metric.scopes == {Scope.LAYER} or draw(st.booleans())):
        entry["layer"] = f"layer{draw(st.integers(1, 99))}"
    if metric.name.startswith("read_"):
        entry["component"] = draw(st.sampled_from(sorted(COMPONENTS)))
    entry |= {name: draw(COUNTS) for name in ("trial", "epoch", "step")}
    entry["time_s"] = draw(st.none() | st.floats(0, 1e9))
    entry["compensation"] = draw(st.none() | st.sampled_from(["none", "global", "adabs", "method of our own"]))
    return entry


def told(record: MetricRecord) -> dict[str, object]:
    """Return a record as an entry."""
    component = {"component": record.component} if record.metric.startswith("read_") else {}
    layer = {"layer": record.layer} if record.layer is not None else {}
    names = ("metric", "value", "trial", "epoch", "step", "time_s", "compensation")
    return {name: getattr(record, name) for name in names} | component | layer


def same(a: dict[str, object], b: dict[str, object]) -> bool:
    """Tell whether two entries say the same, nan included."""
    x, y = a["value"], b["value"]
    assert isinstance(x, float)
    return {**a, "value": 0} == {**b, "value": 0} and (x == y or (math.isnan(x) and y != y))


def about(entry: dict[str, object]) -> tuple[object, ...]:
    """Return what a number is about."""
    return tuple(value for name, value in sorted(entry.items()) if name != "value")


def only(text: str) -> ParsedLog:
    """Read a text as a results file."""
    (log,) = parse_bytes(text.encode(), run="r", format="results-1")
    return log


@settings(deadline=None)
@given(st.lists(entries(), min_size=1, max_size=8, unique_by=about), st.sampled_from([None, 0, 2]), st.booleans())
def test_json_gives_back_what_was_written(written: list[dict[str, object]], indent: int | None, is_list: bool) -> None:
    log = only(json.dumps(written if is_list else {"results": written}, indent=indent))
    assert log.complete
    assert len(log.metrics) == len(written)
    assert all(map(same, written, map(told, log.metrics)))
    assert metrics_frame([log]).height == len(written)


@settings(deadline=None)
@given(st.lists(entries(), min_size=1, max_size=8, unique_by=about))
def test_csv_gives_back_what_was_written(written: list[dict[str, object]]) -> None:
    target = io.StringIO()
    fields = ["metric", "value", "layer", "component", "trial", "time_s", "compensation", "epoch", "step"]
    writer = csv.DictWriter(target, fields)
    writer.writeheader()
    writer.writerows(written)
    log = only(target.getvalue())
    assert log.complete
    assert len(log.metrics) == len(written)
    assert all(map(same, written, map(told, log.metrics)))


def test_cut_at_every_byte_gives_only_numbers_of_the_whole() -> None:
    for sample in (SAMPLE, TABLE, json.dumps(json.loads(SAMPLE))):
        whole = set(only(sample).metrics)
        assert len(whole) == 3
        for length in range(1, len(sample)):
            log = only(sample[:length])
            assert set(log.metrics) <= whole, sample[:length]
            assert not log.complete or sample[:length].endswith("\n")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_survived(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([SAMPLE, TABLE]))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 20))
        text = text[:place] + data.draw(st.text(max_size=6)) + text[place + length :]
    try:
        logs = parse_bytes(text.encode("utf-8", "surrogatepass"), run="r", format="results-1")
    except NnsreportError:
        return
    for log in logs:
        metrics_frame([log])
        for problem in log.problems:
            assert str(problem).isprintable()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    for prefix in ("", "{", '[{"metric":', "metric,value\n"):
        try:
            parse_bytes((prefix + text).encode("utf-8", "surrogatepass"), run="r", format="results-1")
        except NnsreportError:
            continue


def test_time_does_not_grow_faster_than_the_text() -> None:
    worst = (
        lambda n: json.dumps([{f"key{k}": k for k in range(n)}]),
        lambda n: json.dumps({f"metric{k}": k for k in range(n)}),
        lambda n: json.dumps([{"metric": f"metric{k}", "value": k} for k in range(n)]),
        lambda n: ",".join(("metric", "value", *(f"column{k}" for k in range(n)))) + "\n",
        lambda n: "metric,value\n" + "acuracy,1\n" * n,
    )
    for text in worst:
        times = []
        for size in (500, 8000):
            start = time.process_time()
            only(text(size))
            times.append(time.process_time() - start)
        assert times[1] < 60 * max(times[0], 0.005), text
