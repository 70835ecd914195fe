"""A reason for care in a comparison, and the rows it speaks of."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnsreport.vocabulary import METRICS, Scope

ACCURACY = frozenset(
    {
        "accuracy",
        "float_accuracy",
        "quantized_accuracy",
        "baseline_accuracy",
        "best_accuracy",
        "train_accuracy",
        "correct_images",
        "test_loss",
        "summed_test_loss",
        "quantized_summed_test_loss",
        "baseline_summed_test_loss",
        "train_loss",
    }
)
"""What depends on network, data and devices."""

HARDWARE = frozenset(
    name for name, metric in METRICS.items() if Scope.CHIP in metric.scopes or name in {"tiles", "speed_up"}
)
"""What depends on the chip."""

OF_A_LAYER = frozenset(
    {"adc_saturation", "weight_error", "analog_snr", "input_sqnr", "pre_adc_snr", "output_sqnr", "total_snr"}
)
"""What the engine measures in each layer, by way of the images or of the ranges found from them."""

OF_AN_EPOCH = frozenset(name for name in HARDWARE if name.startswith(("epoch_", "peak_epoch_", "cumulative_")))
"""Latencies and energies of trainings."""

_ANY_SCOPE = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Reach:
    """The rows a flag speaks of: these metrics in these scopes."""

    metrics: frozenset[str]
    scopes: frozenset[Scope] = _ANY_SCOPE

    def covers(self, metric: str, scope: str) -> bool:
        """Tell whether a row is meant."""
        return metric in self.metrics and scope in self.scopes


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason for care.

    Attributes
    ----------
    subject : str
        What differs, such as ``process``.
    value_a, value_b : str
        How it is in A and in B, as text for people.
    explanation : str
        One clause: what follows from it.
    blocks : tuple of Reach
        Rows that this makes not comparable.
    warns : tuple of Reach
        Rows that are compared, with this caution.
    """

    subject: str
    value_a: str
    value_b: str
    explanation: str
    blocks: tuple[Reach, ...] = ()
    warns: tuple[Reach, ...] = field(default=())

    @property
    def is_blocking(self) -> bool:
        """Whether any row is not comparable because of it."""
        return bool(self.blocks)

    @property
    def summary(self) -> str:
        """What differs, without what follows from it."""
        if self.value_a == self.value_b:
            return f"{self.subject}: {self.value_a} in both"
        return f"{self.subject}: {self.value_a} against {self.value_b}"

    @property
    def sentence(self) -> str:
        """The flag in one line."""
        return f"{self.summary}; {self.explanation}"

    def blocks_row(self, metric: str, scope: str) -> bool:
        """Tell whether a row is not comparable because of this flag."""
        return any(reach.covers(metric, scope) for reach in self.blocks)

    def warns_row(self, metric: str, scope: str) -> bool:
        """Tell whether a row is to be read with this caution."""
        return any(reach.covers(metric, scope) for reach in self.warns)
