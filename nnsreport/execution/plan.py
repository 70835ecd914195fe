"""Which evaluations a run consists of, and what each part of it is called."""

from __future__ import annotations

from dataclasses import dataclass

from nnsreport.configuration.schema import Configuration

BASELINE = "baseline"
"""The part with the network in floating point and quantised, without devices."""

CHIP = "chip"
"""The part with area, latency and energy of the chip, where the configuration asks for it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One programming draw at one time; all compensations are evaluated on it.

    Attributes
    ----------
    trial : int
        From 0.
    time_s : float or None
        After programming; None where nothing depends on time.
    """

    trial: int
    time_s: float | None

    @property
    def part(self) -> str:
        """Name of the run's part that holds it, such as ``trial-0003-time-3600``."""
        time = "none" if self.time_s is None else repr(self.time_s).removesuffix(".0")
        return f"trial-{self.trial:04d}-time-{time}"


def evaluations(configuration: Configuration) -> tuple[Evaluation, ...]:
    """Return the evaluations of a run, draw by draw, times as configured.

    Parameters
    ----------
    configuration : Configuration
        Without times, a device that drifts or has read noise is evaluated at 0 s, and any other at no particular time.

    Returns
    -------
    tuple of Evaluation
        At least one.
    """
    device, run = configuration.device, configuration.run
    times: tuple[float | None, ...] = run.times_s
    if not times:
        depends_on_time = device.drift.kind != "none" or device.read_noise.kind != "none"
        times = (0.0,) if depends_on_time else (None,)
    return tuple(Evaluation(trial, time_s) for trial in range(run.trials) for time_s in times)


def part_names(configuration: Configuration) -> tuple[str, ...]:
    """Return the names of all parts of a run, in the order of its tables."""
    return (*common_parts(configuration), *(evaluation.part for evaluation in evaluations(configuration)))


def common_parts(configuration: Configuration) -> tuple[str, ...]:
    """Return the names of the parts that have nothing to do with trials."""
    return (BASELINE, CHIP) if configuration.cost.with_runs else (BASELINE,)
