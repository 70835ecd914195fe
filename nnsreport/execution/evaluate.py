"""The parts of a run: the network without devices, and one programming draw at one time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnsreport.configuration.schema import Configuration
from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import (
    CrossbarNetwork,
    CrossbarSettings,
    ProgrammedNetwork,
    ReadNetwork,
    build,
    calibrate,
)
from nnsreport.engine.crossbar.settings import CompensationSettings
from nnsreport.engine.network import execute
from nnsreport.engine.precision import ComputeSnr
from nnsreport.execution import frames
from nnsreport.execution.frames import Condition
from nnsreport.execution.layer_snr import measure_layer_snr
from nnsreport.execution.measurement import Measured, Measurement, ratios_as_numbers
from nnsreport.execution.plan import Evaluation
from nnsreport.execution.progress import Progress
from nnsreport.execution.side_by_side import Tally, trials_at_once
from nnsreport.execution.workload import Infer, Workload
from nnsreport.reports.charts.labels import describe_time

Check = Callable[[], None]
"""Called between batches; raises to stop the run."""

_FLOAT, _QUANTIZED = "float", "quantized"


@dataclass(frozen=True, slots=True)
class Bench:
    """Where parts of a run are evaluated.

    Attributes
    ----------
    run : str
        Identifier of the run.
    configuration : Configuration
        Of the run.
    workload : Workload
        Network and images.
    network : CrossbarNetwork
        The network on crossbars.
    progress : Progress
        Hears what is done.
    check : Check
        Raises to stop the run.
    """

    run: str
    configuration: Configuration
    workload: Workload
    network: CrossbarNetwork
    progress: Progress
    check: Check

    def measure_baseline(self, images: range) -> Measured:
        """Evaluate the network without devices.

        Parameters
        ----------
        images : range
            Test images.

        Returns
        -------
        Measured
            In floating point and quantised.
        """
        (in_float,) = self._classify("floating point", lambda inputs, _: [execute(self.workload.graph, inputs)], images)
        (quantized,) = self._classify(
            "quantised, ideal devices and ADC", lambda inputs, _: [self.network.infer_quantized(inputs).outputs], images
        )
        return {_FLOAT: Measurement(in_float), _QUANTIZED: Measurement(quantized)}

    def baseline(self, measured: Measured) -> Mapping[str, pl.DataFrame]:
        """Return the part of the run with the network without devices.

        Parameters
        ----------
        measured : Measured
            From :meth:`measure_baseline`, of all images.

        Returns
        -------
        Mapping of str to polars.DataFrame
            Accuracies in floating point and quantised, predictions of the quantised network, and the layers.
        """
        labels = self.workload.test.labels
        condition = Condition(self.run)
        in_float, quantized = measured[_FLOAT].predicted, measured[_QUANTIZED].predicted
        metrics = [
            frames.metric_row(condition, "test_images", len(labels)),
            frames.metric_row(condition, "float_accuracy", np.mean(in_float == labels)),
            frames.metric_row(condition, "quantized_accuracy", np.mean(quantized == labels)),
        ]
        shapes = zip(self.network.layers, self.workload.shapes, strict=True)
        return {
            "metrics": frames.frame("metrics", metrics),
            "layers": frames.frame("layers", (frames.layer_row(self.run, layer, shape) for layer, shape in shapes)),
            "predictions": frames.predictions_frame(condition, labels, quantized),
        }

    def program(self, trial: int) -> ProgrammedNetwork:
        """Draw the devices of a trial."""
        return self.network.program(self.configuration.run.seed, trial)

    @property
    def trials_at_once(self) -> int:
        """How many trials to evaluate together."""
        return trials_at_once(self.configuration, self.workload, self.network)

    def measure(
        self, programmed: Sequence[ProgrammedNetwork], evaluations: Sequence[Evaluation], images: range
    ) -> list[Measured]:
        """Evaluate programming draws at one time, together, with every compensation.

        Parameters
        ----------
        programmed : sequence of ProgrammedNetwork
            The draws.
        evaluations : sequence of Evaluation
            Which they are, and when; all at the same time.
        images : range
            Test images; signal-to-noise ratios are measured with those that begin with the first.

        Returns
        -------
        list of Measured
            Of each draw, by compensation.
        """
        methods = self.configuration.compensation.methods
        read = [
            one.read(evaluation.time_s or 0.0, methods) for one, evaluation in zip(programmed, evaluations, strict=True)
        ]
        measured: list[dict[str, Measurement]] = [{} for _ in evaluations]
        for method in methods:
            conditions = [self._condition(evaluation, method) for evaluation in evaluations]
            found = self._measure([networks[method] for networks in read], conditions, images)
            for own, measurement in zip(measured, found, strict=True):
                own[method] = measurement
        return list(measured)

    def evaluation(self, evaluation: Evaluation, measured: Measured) -> Mapping[str, pl.DataFrame]:
        """Return the part of the run with one programming draw at one time.

        Parameters
        ----------
        evaluation : Evaluation
            Which draw, and when.
        measured : Measured
            From :meth:`measure`, of all images.

        Returns
        -------
        Mapping of str to polars.DataFrame
            Metrics, trials and predictions.
        """
        metrics: list[frames.Row] = []
        trials: list[frames.Row] = []
        predictions: list[pl.DataFrame] = []
        labels = self.workload.test.labels
        for method in self.configuration.compensation.methods:
            condition, found = self._condition(evaluation, method), measured[method]
            correct = int(np.count_nonzero(found.predicted == labels))
            trials.append(frames.trial_row(condition, correct, len(labels)))
            metrics.append(frames.metric_row(condition, "accuracy", correct / len(labels)))
            metrics.extend(frames.layer_metric_rows(condition, self.network.layers, found))
            if len(found.ratios_db):
                metrics.extend(frames.layer_snr_rows(condition, self.network.layers, found.ratios))
            predictions.append(frames.predictions_frame(condition, labels, found.predicted))
        return {
            "metrics": frames.frame("metrics", metrics),
            "trials": frames.frame("trials", trials),
            "predictions": pl.concat(predictions),
        }

    def _condition(self, evaluation: Evaluation, method: str) -> Condition:
        return Condition(self.run, evaluation.trial, evaluation.time_s, method)

    def _measure(
        self, networks: Sequence[ReadNetwork], conditions: Sequence[Condition], images: range
    ) -> list[Measurement]:
        tally = Tally(networks)
        predicted = self._classify(self._title(conditions), tally.infer, images)
        return [
            Measurement(
                predicted[index],
                tally.conversions[index],
                tally.saturated[index],
                np.array([layer.weight_error for layer in network.layers]),
                np.array([layer.compensation_factor for layer in network.layers]),
                ratios_as_numbers(() if images.start else self._layer_snr(condition, network)),
            )
            for index, (network, condition) in enumerate(zip(networks, conditions, strict=True))
        ]

    def _layer_snr(self, condition: Condition, network: ReadNetwork) -> tuple[ComputeSnr, ...]:
        count = self.configuration.run.layer_snr_images
        if not count:
            return ()
        images = self.workload.test.head(count)
        self.progress.start(f"{self._title([condition])}, signal-to-noise ratios", len(images))

        def done(batch: int) -> None:
            self.check()
            self.progress.advance(batch)

        ratios = measure_layer_snr(network, self.workload, images, done)
        worst = min((snr.total_db for snr in ratios if not math.isnan(snr.total_db)), default=math.inf)
        self.progress.finish(f"{worst:.1f} dB in the worst layer")
        return ratios

    def _title(self, conditions: Sequence[Condition]) -> str:
        condition, trials = conditions[0], [own.trial + 1 for own in conditions if own.trial is not None]
        title = f"{_span(trials)} of {self.configuration.run.trials}"
        if condition.time_s is not None:
            title += f", {describe_time(condition.time_s)}"
        if self.configuration.compensation.methods != ("none",):
            title += f", compensation {condition.compensation}"
        return title

    def _classify(self, title: str, infer: Infer, images: range) -> NDArray[np.int64]:
        labels = self.workload.test.labels
        if len(images) < len(labels):
            title += f", images {images.start} to {images.stop - 1}"

        def checked(inputs: Array, first: int) -> Sequence[Array]:
            self.check()  # before a batch: what is finished after the last one is kept
            return infer(inputs, first)

        self.progress.start(title, len(images))
        predicted = self.workload.classify(checked, self.progress.advance, images)
        shares = (predicted == labels[images.start : images.stop]).mean(axis=1) * 100
        ends = dict.fromkeys(f"{share:.2f}" for share in (shares.min(), shares.max()))
        self.progress.finish(f"{' to '.join(ends)} %")
        return predicted


def _span(trials: Sequence[int]) -> str:
    """Return trials in words, such as ``trial 3`` or ``trials 3 to 6``; where some are missing, how many they are."""
    first, last = trials[0], trials[-1]
    if first == last:
        return f"trial {first}"
    return f"trials {first} to {last}" + (f" ({len(trials)})" if len(trials) <= last - first else "")


class _CalibrationBatches:
    """The calibration images, as often as they are asked for."""

    def __init__(self, workload: Workload, check: Check) -> None:
        self._workload = workload
        self._check = check

    def __iter__(self) -> Iterator[Array]:
        for inputs in self._workload.batches(self._workload.calibration):
            self._check()
            yield inputs


class _RecalibrationBatches:
    """The first calibration images in batches of about the same size, as often as they are asked for."""

    def __init__(self, workload: Workload, settings: CompensationSettings, progress: Progress, check: Check) -> None:
        self._workload = workload
        self._progress = progress
        self._check = check
        self._images = workload.calibration.head(settings.images)
        self._batches = min(settings.batches, len(self._images))

    def __iter__(self) -> Iterator[Array]:
        count = len(self._images)
        self._progress.start("statistics of channels", count)
        for batch in range(self._batches):
            self._check()
            start, stop = batch * count // self._batches, (batch + 1) * count // self._batches
            yield self._workload.inputs(self._images, start, stop)
            self._progress.advance(stop - start)
        self._progress.finish(f"from {count} images")


def set_up(run: str, configuration: Configuration, workload: Workload, progress: Progress, check: Check) -> Bench:
    """Calibrate and map the network.

    Parameters
    ----------
    run : str
        Identifier of the run.
    configuration : Configuration
        Of the run.
    workload : Workload
        Network and images.
    progress : Progress
        Hears what is done.
    check : Check
        Raises to stop the run.

    Returns
    -------
    Bench
        Ready to evaluate.
    """
    settings = CrossbarSettings(
        weights=configuration.weights,
        activations=configuration.activations,
        mapping=configuration.mapping,
        device=configuration.device,
        adc=configuration.adc,
        compensation=configuration.compensation,
        sram=configuration.sram,
        wires=configuration.wires,
        neurosim=configuration.neurosim,
    )
    calibration = calibrate(workload.graph, _CalibrationBatches(workload, check), settings)
    network = build(workload.graph, calibration, settings, workload.backend.xp)
    if settings.compensation.recalibrates:
        network = network.with_images(_RecalibrationBatches(workload, settings.compensation, progress, check))
    return Bench(run, configuration, workload, network, progress, check)
