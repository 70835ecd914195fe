"""The parts of a run: the network without devices, and one programming draw at one time."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nnsreport.configuration.schema import Configuration
from nnsreport.engine.backend import Array
from nnsreport.engine.crossbar import (
    CrossbarNetwork,
    CrossbarSettings,
    Inference,
    ProgrammedNetwork,
    ReadNetwork,
    build,
    calibrate,
)
from nnsreport.engine.crossbar.settings import CompensationSettings
from nnsreport.engine.network import execute
from nnsreport.execution import frames
from nnsreport.execution.frames import Condition
from nnsreport.execution.layer_snr import measure_layer_snr
from nnsreport.execution.plan import Evaluation
from nnsreport.execution.progress import Progress
from nnsreport.execution.workload import Infer, Workload
from nnsreport.reports.charts.labels import describe_time

Check = Callable[[], None]
"""Called between batches; raises to stop the run."""


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

    def baseline(self) -> Mapping[str, pl.DataFrame]:
        """Evaluate the network without devices.

        Returns
        -------
        Mapping of str to polars.DataFrame
            Accuracies in floating point and quantised, predictions of the quantised network, and the layers.
        """
        test = self.workload.test
        condition = Condition(self.run)
        in_float = self._classify("floating point", lambda inputs, _: execute(self.workload.graph, inputs))
        quantized = self._classify(
            "quantised, ideal devices and ADC", lambda inputs, _: self.network.infer_quantized(inputs).outputs
        )
        metrics = [
            frames.metric_row(condition, "test_images", len(test)),
            frames.metric_row(condition, "float_accuracy", np.mean(in_float == test.labels)),
            frames.metric_row(condition, "quantized_accuracy", np.mean(quantized == test.labels)),
        ]
        shapes = zip(self.network.layers, self.workload.shapes, strict=True)
        return {
            "metrics": frames.frame("metrics", metrics),
            "layers": frames.frame("layers", (frames.layer_row(self.run, layer, shape) for layer, shape in shapes)),
            "predictions": frames.predictions_frame(condition, test.labels, quantized),
        }

    def program(self, trial: int) -> ProgrammedNetwork:
        """Draw the devices of a trial."""
        return self.network.program(self.configuration.run.seed, trial)

    def evaluate(self, programmed: ProgrammedNetwork, evaluation: Evaluation) -> Mapping[str, pl.DataFrame]:
        """Evaluate one programming draw at one time, with every compensation.

        Parameters
        ----------
        programmed : ProgrammedNetwork
            The draw.
        evaluation : Evaluation
            Which one, and when.

        Returns
        -------
        Mapping of str to polars.DataFrame
            Metrics, trials and predictions.
        """
        methods = self.configuration.compensation.methods
        networks = programmed.read(evaluation.time_s or 0.0, methods)
        metrics: list[frames.Row] = []
        trials: list[frames.Row] = []
        predictions: list[pl.DataFrame] = []
        for method in methods:
            condition = Condition(self.run, evaluation.trial, evaluation.time_s, method)
            tally = _Tally(networks[method])
            predicted = self._classify(self._title(condition), tally.infer)
            labels = self.workload.test.labels
            correct = int(np.count_nonzero(predicted == labels))
            trials.append(frames.trial_row(condition, correct, len(labels)))
            metrics.append(frames.metric_row(condition, "accuracy", correct / len(labels)))
            metrics.extend(frames.layer_metric_rows(condition, networks[method], tally.conversions, tally.saturated))
            metrics.extend(self._layer_snr(condition, networks[method]))
            predictions.append(frames.predictions_frame(condition, labels, predicted))
        return {
            "metrics": frames.frame("metrics", metrics),
            "trials": frames.frame("trials", trials),
            "predictions": pl.concat(predictions),
        }

    def _layer_snr(self, condition: Condition, network: ReadNetwork) -> Iterable[frames.Row]:
        count = self.configuration.run.layer_snr_images
        if not count:
            return ()
        images = self.workload.test.head(count)
        self.progress.start(f"{self._title(condition)}, signal-to-noise ratios", len(images))

        def done(batch: int) -> None:
            self.check()
            self.progress.advance(batch)

        ratios = measure_layer_snr(network, self.workload, images, done)
        worst = min((snr.total_db for snr in ratios if not math.isnan(snr.total_db)), default=math.inf)
        self.progress.finish(f"{worst:.1f} dB in the worst layer")
        return frames.layer_snr_rows(condition, network, ratios)

    def _title(self, condition: Condition) -> str:
        assert condition.trial is not None
        title = f"trial {condition.trial + 1} of {self.configuration.run.trials}"
        if condition.time_s is not None:
            title += f", {describe_time(condition.time_s)}"
        if self.configuration.compensation.methods != ("none",):
            title += f", compensation {condition.compensation}"
        return title

    def _classify(self, title: str, infer: Infer) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        test = self.workload.test

        def checked(inputs: Array, first: int) -> Array:
            self.check()  # before a batch: what is finished after the last one is kept
            return infer(inputs, first)

        self.progress.start(title, len(test))
        predicted = self.workload.classify(checked, self.progress.advance)
        self.progress.finish(f"{np.mean(predicted == test.labels) * 100:.2f} %")
        return predicted


class _Tally:
    """Runs a network as read, in several threads at a time, and counts its conversions."""

    def __init__(self, network: ReadNetwork) -> None:
        self._network = network
        self._counting = threading.Lock()
        self.conversions = [0] * len(network.layers)
        self.saturated = [0] * len(network.layers)

    def infer(self, inputs: Array, first: int) -> Array:
        found: Inference = self._network.infer(inputs, first)
        with self._counting:
            self.conversions = [a + b for a, b in zip(self.conversions, found.conversions, strict=True)]
            self.saturated = [a + b for a, b in zip(self.saturated, found.saturated, strict=True)]
        return found.outputs


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
