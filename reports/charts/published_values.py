"""Charts of a run's numbers among the published ones, a chart a metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nnsreport.reports.charts.chart_spec import ChartSpec, DataTable, Rows
from nnsreport.reports.charts.encodings import Row, decades, inline
from nnsreport.reports.charts.labels import describe_compensation, describe_time, join_label, run_labels
from nnsreport.reports.references import Fairness, Match, PublishedResult, load_library
from nnsreport.reports.references.matching import HEADLINE_METRICS
from nnsreport.reports.run_data import RunData
from nnsreport.units import display_scale, format_quantity
from nnsreport.vocabulary import METRICS

if TYPE_CHECKING:
    import altair as alt

_ROW_HEIGHT = 22
_ROW_LIMIT = 16
_LOGARITHMIC_FROM = 30.0  # ratio of largest to smallest value

_FAIRNESS = list(Fairness)
_NOT_COMPARABLE = _FAIRNESS.index(Fairness.NOT_COMPARABLE)
_OWN = "this work"
_KINDS = {
    _OWN: ("circle", True),
    Fairness.COMPARABLE.value: ("square", True),
    Fairness.WITH_RESERVATIONS.value: ("square", False),
    Fairness.NOT_COMPARABLE.value: ("cross", False),
}
RELATION_WORDS = {">": "more than ", "<": "less than ", "~": "about "}
"""How a published number is qualified where it is not exact."""


class _Entry(NamedTuple):
    """A row of the chart: a run's number or a published one."""

    label: str
    kind: str
    value: float
    relation: str


def published_values(runs: Sequence[RunData]) -> Iterator[ChartSpec]:
    """Yield the runs' numbers among the published ones, for each metric that was published.

    Parameters
    ----------
    runs : sequence of RunData
        Held beside the reference library. Metrics of which all published values are beyond comparison get no chart,
        unless they are a report's headline.

    Yields
    ------
    ChartSpec
        Named ``published-`` and the metric.
    """
    own: dict[str, dict[str, Match]] = {}
    published: dict[str, dict[PublishedResult, Match]] = {}
    for label, run in zip(run_labels(runs), runs, strict=True):
        for match in load_library().matching(run):
            if match.result is None:
                continue
            own.setdefault(match.metric, {}).setdefault(join_label(label, _condition(match)), match)
            best = published.setdefault(match.metric, {})
            if match.result not in best or _rank(match) < _rank(best[match.result]):
                best[match.result] = match
    for metric, results in published.items():
        if metric not in HEADLINE_METRICS and all(_rank(match) >= _NOT_COMPARABLE for match in results.values()):
            continue
        in_order = dict(sorted(own[metric].items(), key=lambda item: _condition_order(item[1])))
        yield _chart_of(metric, in_order, sorted(results.values(), key=_rank))


def describe_result(result: PublishedResult) -> str:
    """Return what a published number is of, as briefly as it can be told from its neighbours."""
    node = f"{result.technology_nm} nm" if result.technology_nm else ""
    time = describe_time(result.time_s) if result.time_s else ""
    # A level is told where it is not the usual one: a macro beside chips.
    level = result.level.value if result.level and result.level.value == "macro" else ""
    compensation = describe_compensation(result.compensation or None)
    # First what tells it from its neighbours: a narrow figure cuts the end off.
    words = [time, compensation, result.network, result.dataset, node, result.device, result.phase, level]
    return ", ".join(word for word in words if word and word != "inference")


def _condition(match: Match) -> str:
    time = describe_time(match.time_s) if match.time_s is not None else ""
    return join_label(time, describe_compensation(match.compensation))


def _condition_order(match: Match) -> tuple[str, float]:
    return match.compensation or "", -1.0 if match.time_s is None else match.time_s


def _rank(match: Match) -> int:
    return _FAIRNESS.index(match.fairness)


def _chart_of(metric: str, own: Mapping[str, Match], results: Sequence[Match]) -> ChartSpec:
    title = f"Published {METRICS[metric].title}"
    shown = list(results)[:_ROW_LIMIT]
    caption = (
        "Filled squares: comparable results; hollow squares: with reservations; crosses: not comparable, shown for "
        "scale only. Arrows mark published limits. The table of published results gives conditions and reasons."
    )
    if len(shown) < len(results):
        caption += f" Shows the {len(shown)} most comparable of {len(results)} published values."
    rows = [_Entry(label, _OWN, match.run_value, "") for label, match in own.items()]
    for match in shown:
        assert match.result is not None
        assert match.result.value_si is not None
        label = f"{match.paper.short_name}: {describe_result(match.result)}".removesuffix(": ")
        rows.append(_Entry(label, match.fairness.value, match.result.value_si, match.result.relation))
    named = _distinct(rows)
    return ChartSpec(
        f"published-{metric.replace('_', '-')}",
        title,
        "published",
        caption,
        _chart(metric, named),
        _table(metric, named),
        Rows(len(named), _ROW_HEIGHT),
    )


def _distinct(rows: Sequence[_Entry]) -> list[_Entry]:
    """Return the entries with a number behind labels that occur again: a label is a row of the chart."""
    seen: Counter[str] = Counter()
    named = []
    for row in rows:
        seen[row.label] += 1
        named.append(row if seen[row.label] == 1 else row._replace(label=f"{row.label} ({seen[row.label]})"))
    return named


def _chart(metric: str, rows: Sequence[_Entry]) -> alt.LayerChart:
    import altair as alt

    unit = METRICS[metric].unit
    values = [row.value for row in rows]
    factor, unit_text = display_scale(max(values), unit)
    data: list[Row] = [
        {
            "row": label,
            "kind": kind,
            "value": factor * value,
            "relation": {">": "▸", "<": "◂"}.get(relation, ""),
            "text": RELATION_WORDS.get(relation, "") + format_quantity(value, unit),
        }
        for label, kind, value, relation in rows
    ]
    logarithmic = min(values) > 0 and max(values) / min(values) > _LOGARITHMIC_FROM
    scale = alt.Scale(type="log", nice=True) if logarithmic else alt.Scale(zero=False, padding=12)
    title = METRICS[metric].title.capitalize() + (f" ({unit_text})" if unit_text else "")
    axis = alt.Axis(format="~g", values=decades(factor * min(values), factor * max(values)))
    x = alt.X(
        "value", type="quantitative", title=title, scale=scale, axis=axis if logarithmic else alt.Axis(tickCount=5)
    )
    y = alt.Y("row", type="nominal", sort=[row.label for row in rows], title=None, axis=alt.Axis(grid=True))
    kinds = [kind for kind in _KINDS if any(row.kind == kind for row in rows)]
    base = alt.Chart(inline(data))
    layers: list[alt.Chart] = []
    for filled in (True, False):
        group = [kind for kind in kinds if _KINDS[kind][1] is filled]
        if group:
            layers.append(
                base.transform_filter(alt.FieldOneOfPredicate(field="kind", oneOf=group))
                .mark_point(filled=filled)
                .encode(
                    x=x,
                    y=y,
                    opacity=alt.condition(
                        alt.FieldEqualPredicate(field="kind", equal=Fairness.NOT_COMPARABLE.value),
                        alt.value(0.6),
                        alt.value(1.0),
                    ),
                    color=alt.Color("kind", type="nominal", scale=alt.Scale(domain=list(_KINDS)), legend=None),
                    shape=alt.Shape(
                        "kind",
                        type="nominal",
                        scale=alt.Scale(domain=list(_KINDS), range=[shape for shape, _ in _KINDS.values()]),
                        legend=None,
                    ),
                    tooltip=[
                        alt.Tooltip("row", type="nominal", title="result"),
                        alt.Tooltip("text", type="nominal", title="value"),
                        alt.Tooltip("kind", type="nominal", title="standing"),
                    ],
                )
            )
    layers.append(base.mark_text(dx=10).encode(x=x, y=y, text=alt.Text("relation", type="nominal")))
    return alt.LayerChart(layer=layers)


def _table(metric: str, rows: Sequence[_Entry]) -> DataTable:
    unit = METRICS[metric].unit
    return DataTable(
        ("Result", METRICS[metric].title.capitalize(), "Standing"),
        tuple(
            (label, RELATION_WORDS.get(relation, "") + format_quantity(value, unit), kind)
            for label, kind, value, relation in rows
        ),
    )
