"""A run's numbers beside the published ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from nnsreport.reports.comparison.sample import RowKey, collect_samples
from nnsreport.reports.epochs import as_it_stands
from nnsreport.reports.references.fairness import Objection, Subject, objections
from nnsreport.reports.references.paper import Paper
from nnsreport.reports.references.result import Evidence, PublishedResult
from nnsreport.reports.references.run_facts import RunFacts, run_facts
from nnsreport.reports.run_data import RunData
from nnsreport.reports.statistics import mean_and_std
from nnsreport.vocabulary import METRICS, Scope

HEADLINE_METRICS = ("accuracy", "energy_efficiency", "throughput", "area")
"""Metrics for which every paper of the mission gets a row, if only to say that it published none."""

NOT_AVAILABLE = "published value not available"


class Fairness(StrEnum):
    """How a run's number and a published one may be held together."""

    COMPARABLE = "comparable"
    WITH_RESERVATIONS = "with reservations"
    NOT_COMPARABLE = "not comparable"
    NOT_AVAILABLE = NOT_AVAILABLE


_RANK = {fairness: rank for rank, fairness in enumerate(Fairness)}


@dataclass(frozen=True, slots=True)
class Match:
    """One number of a run beside one published result, or beside the word that there is none.

    Attributes
    ----------
    metric, unit : str
        Of both values.
    run_value : float
        Mean over trials.
    time_s, compensation : float or None, str or None
        Conditions of the run's value.
    paper : Paper
        Where the result was published.
    result : PublishedResult or None
        None when the paper published no number of this metric.
    fairness : Fairness
        Whether they compare.
    reasons : tuple of str
        What speaks against it, the gravest first.
    """

    metric: str
    unit: str
    run_value: float
    time_s: float | None
    compensation: str | None
    paper: Paper
    result: PublishedResult | None
    fairness: Fairness
    reasons: tuple[str, ...]

    @property
    def evidence(self) -> Evidence | None:
        """How the published number is known; None without one."""
        return self.result.evidence if self.result else None


def match_run(run: RunData, papers: Mapping[str, Paper], results: Sequence[PublishedResult]) -> tuple[Match, ...]:
    """Hold a run's whole-chip and whole-network numbers beside published ones.

    Parameters
    ----------
    run : RunData
        An own run or a log.
    papers : Mapping of str to Paper
        By key.
    results : sequence of PublishedResult
        Of those papers.

    Returns
    -------
    tuple of Match
        Metric by metric in the order of the vocabulary; within a metric the most comparable first. Of several
        times and compensations the one nearest to the published conditions is taken.
    """
    facts = run_facts(run)
    matches: list[Match] = []
    values = _whole_values(as_it_stands(run))
    for metric in (name for name in METRICS if name in values):
        published = [result for result in results if result.metric == metric and result.value_si is not None]
        found = [_match(metric, values[metric], facts, papers[result.key], result) for result in published]
        matches += sorted(found, key=lambda match: (_RANK[match.fairness], len(match.reasons)))
        if metric in HEADLINE_METRICS:
            matches += _not_available(metric, values[metric], papers.values(), {result.key for result in published})
    return tuple(matches)


@dataclass(frozen=True, slots=True)
class _Value:
    key: RowKey
    mean: float


def _whole_values(run: RunData) -> dict[str, list[_Value]]:
    values: dict[str, list[_Value]] = {}
    for key, sample in collect_samples(run).items():
        whole = key.scope in {Scope.CHIP, Scope.NETWORK} and not key.layer and key.component in {None, "", "total"}
        if whole and sample.is_possible and not sample.contradiction:
            values.setdefault(key.metric, []).append(_Value(key, mean_and_std(sample.values)[0]))
    return values


def _match(metric: str, values: Sequence[_Value], facts: RunFacts, paper: Paper, result: PublishedResult) -> Match:
    value = min(values, key=lambda candidate: _distance(candidate.key, result))
    against = objections(Subject(facts, metric, value.key.time_s, value.key.compensation), result)
    return Match(
        metric,
        METRICS[metric].unit,
        value.mean,
        value.key.time_s,
        value.key.compensation,
        paper,
        result,
        _fairness(against),
        tuple(objection.reason for objection in against),
    )


def _distance(key: RowKey, result: PublishedResult) -> tuple[bool, float]:
    other_compensation = bool(result.compensation) and (key.compensation or "none") != result.compensation
    if key.time_s is None or key.time_s <= 0:
        return other_compensation, math.inf
    # Without a published time the number after programming is meant: the earliest.
    reference_s = result.time_s if result.time_s is not None else min(key.time_s, 1.0)
    return other_compensation, abs(math.log(key.time_s / reference_s))


def _fairness(against: Sequence[Objection]) -> Fairness:
    if any(objection.is_grave for objection in against):
        return Fairness.NOT_COMPARABLE
    return Fairness.WITH_RESERVATIONS if against else Fairness.COMPARABLE


def _not_available(
    metric: str, values: Sequence[_Value], papers: Iterable[Paper], with_results: set[str]
) -> Iterator[Match]:
    value = values[0]
    for paper in papers:
        if paper.mission is not None and paper.key not in with_results:
            yield Match(
                metric,
                METRICS[metric].unit,
                value.mean,
                value.key.time_s,
                value.key.compensation,
                paper,
                None,
                Fairness.NOT_AVAILABLE,
                (),
            )
