"""Evaluating a comparison rule on the rows of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnsreport.errors import ComparisonError
from nnsreport.reports.comparison.comparison import Comparison
from nnsreport.reports.comparison.outcome import Outcome
from nnsreport.reports.comparison.row import Row, frame_rows
from nnsreport.reports.comparison.rules import Measure, Rule
from nnsreport.units import format_quantity


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a rule.

    Attributes
    ----------
    rule : Rule
        The rule.
    violations : tuple of str
        One sentence for each row that breaks it, with its values.
    left_out : tuple of str
        One sentence for each row that could not be judged, with the reason.
    checked : int
        Rows judged.
    """

    rule: Rule
    violations: tuple[str, ...]
    left_out: tuple[str, ...]
    checked: int

    @property
    def holds(self) -> bool:
        """Whether no row breaks the rule."""
        return not self.violations


def evaluate(rule: Rule, comparison: Comparison) -> Verdict:
    """Judge a rule on every row it selects.

    Parameters
    ----------
    rule : Rule
        From :func:`~nnsreport.reports.comparison.rules.parse_rule`.
    comparison : Comparison
        Of two runs. A number that B no longer has as a number breaks every rule about it.

    Returns
    -------
    Verdict
        With at least one row judged.

    Raises
    ------
    ComparisonError
        When the rule selects no row, or none that can be judged.
    """
    selected = list(_selected(rule, comparison))
    if not selected:
        raise ComparisonError(
            f"the rule {rule.text!r} is about no row of {comparison.a.run} and {comparison.b.run}",
            remedy=_where_it_is(rule, comparison),
        )
    violations, left_out = [], []
    for row in selected:
        obstacle = _obstacle(rule, row)
        if obstacle is not None:
            left_out.append(f"{row.place}: {obstacle}")
        elif row.outcome == Outcome.NEWLY_FAILING or rule.is_violated(_measured(rule, row)):
            violations.append(_sentence(row))
    if len(left_out) == len(selected):
        raise ComparisonError(
            f"the rule {rule.text!r} cannot be evaluated: {left_out[0]}"
            + (f" (and {len(left_out) - 1} more rows)" if len(left_out) > 1 else ""),
            remedy="compare runs that have this number under the same conditions",
        )
    return Verdict(rule, tuple(violations), tuple(left_out), len(selected) - len(left_out))


def failure(verdict: Verdict, comparison: Comparison) -> str:
    """Say how a rule failed.

    Parameters
    ----------
    verdict : Verdict
        Of a rule that does not hold.
    comparison : Comparison
        The comparison it is about, to name the runs.

    Returns
    -------
    str
        One line naming each row that breaks the rule, with its values.
    """
    runs = f"{comparison.b.run} against {comparison.a.run}"
    return f"rule {verdict.rule.text!r} failed for {runs}: {'; '.join(verdict.violations)}"


def _selected(rule: Rule, comparison: Comparison) -> Iterator[Row]:
    for row in frame_rows(comparison.rows.filter(comparison.rows["metric"] == rule.metric.name)):
        if rule.selection.matches(row.scope, row.layer, row.component, row.time_s, row.compensation):
            yield row


def _where_it_is(rule: Rule, comparison: Comparison) -> str:
    found = list(frame_rows(comparison.rows.filter(comparison.rows["metric"] == rule.metric.name)))
    if not found:
        return f"neither run has {rule.metric.name}"
    return f"they have {len(found)} rows of {rule.metric.name}, the first is {found[0].place}; select with @"


def _obstacle(rule: Rule, row: Row) -> str | None:
    if row.outcome == Outcome.NEWLY_FAILING:
        return None
    if row.outcome == Outcome.FIXED:
        return "is not a number in A, so there is no difference"
    if row.difference is None:
        return row.outcome + (f" ({row.reason})" if row.reason else "")
    if rule.measure is Measure.RELATIVE and row.relative is None and row.difference != 0:
        return "is 0 in A, so there is no relative difference"
    return None


def _measured(rule: Rule, row: Row) -> float:
    # Without a relative difference A and B are both 0: see _obstacle.
    return (row.relative if rule.measure is Measure.RELATIVE else row.difference) or 0.0


def _sentence(row: Row) -> str:
    before, after = format_quantity(row.value_a, row.unit), format_quantity(row.value_b, row.unit)
    return f"{row.place} went from {before} to {after}" + (f" ({row.change})" if row.change else "")
