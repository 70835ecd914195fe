"""What became of one number from run A to run B."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """Verdict on one row of a comparison."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN_NOISE = "within noise"
    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_COMPARABLE = "not comparable"
    NEWLY_FAILING = "newly failing"
    FIXED = "fixed"
    ONLY_IN_A = "only in A"
    ONLY_IN_B = "only in B"

    @property
    def symbol(self) -> str:
        """One character for terminals."""
        return _SYMBOLS[self]

    @property
    def css_class(self) -> str:
        """Class name for the page, such as ``outcome-within-noise``."""
        return "outcome-" + self.value.replace(" ", "-").lower()

    @property
    def meaning(self) -> str:
        """One clause for legends."""
        return _MEANINGS[self]


IMPROVED = frozenset({Outcome.BETTER, Outcome.FIXED})
"""Outcomes that count as an improvement."""

WORSENED = frozenset({Outcome.WORSE, Outcome.NEWLY_FAILING})
"""Outcomes that count as a change for the worse."""

_SYMBOLS = {
    Outcome.BETTER: "+",
    Outcome.WORSE: "-",
    Outcome.WITHIN_NOISE: "~",
    Outcome.EQUAL: "=",
    Outcome.DIFFERENT: "*",
    Outcome.NOT_COMPARABLE: "x",
    Outcome.NEWLY_FAILING: "!",
    Outcome.FIXED: "^",
    Outcome.ONLY_IN_A: "<",
    Outcome.ONLY_IN_B: ">",
}

_MEANINGS = {
    Outcome.BETTER: "changed in the better direction, beyond the noise where there is noise",
    Outcome.WORSE: "changed in the worse direction, beyond the noise where there is noise",
    Outcome.WITHIN_NOISE: "the 95 % interval of the difference includes zero",
    Outcome.EQUAL: "the same at the printed precision",
    Outcome.DIFFERENT: "differs, but no direction is better, or the noise is unknown",
    Outcome.NOT_COMPARABLE: "the two numbers do not measure the same thing, or are not numbers",
    Outcome.NEWLY_FAILING: "a number in A; inf, nan or below zero in B",
    Outcome.FIXED: "inf, nan or below zero in A; a number in B",
    Outcome.ONLY_IN_A: "B has no such row",
    Outcome.ONLY_IN_B: "A has no such row",
}
