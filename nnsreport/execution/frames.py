"""What a run measured, as rows of its tables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from nnsreport.engine.crossbar import CrossbarLayer
from nnsreport.engine.network import LayerShape
from nnsreport.engine.precision import ComputeSnr
from nnsreport.execution.measurement import Measurement
from nnsreport.tables import schema
from nnsreport.vocabulary import METRICS, Scope


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row was measured under; None where it does not apply.

    Attributes
    ----------
    run : str
        Identifier of the run.
    trial : int or None
        Programming draw.
    time_s : float or None
        Time after programming.
    compensation : str or None
        Method of drift compensation.
    """

    run: str
    trial: int | None = None
    time_s: float | None = None
    compensation: str | None = None

    def columns(self) -> dict[str, object]:
        """Return the condition as columns of a row."""
        return {"run": self.run, "trial": self.trial, "time_s": self.time_s, "compensation": self.compensation}


Row = dict[str, object]


def metric_row(condition: Condition, metric: str, value: float, layer: str | None = None) -> Row:
    """Return a row of the metrics table; a number is about the network, or about one layer.

    Parameters
    ----------
    condition : Condition
        Of the measurement.
    metric : str
        A name of the vocabulary.
    value : float
        In the vocabulary's unit.
    layer : str, optional
        Name of the layer.

    Returns
    -------
    dict
        By column.
    """
    scope = Scope.NETWORK if layer is None else Scope.LAYER
    unit = METRICS[metric].unit
    return {
        **condition.columns(),
        "scope": scope.value,
        "layer": layer,
        "component": None,
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "line": None,
    }


def layer_metric_rows(condition: Condition, layers: Sequence[CrossbarLayer], found: Measurement) -> Iterable[Row]:
    """Yield what was measured in each layer.

    Parameters
    ----------
    condition : Condition
        Of the measurement.
    layers : sequence of CrossbarLayer
        Of the network.
    found : Measurement
        Over all images.

    Yields
    ------
    dict
        Saturation only where there is an ADC, compensation factors only where drift is compensated.
    """
    numbers = zip(found.conversions, found.saturated, found.weight_errors, found.factors, strict=True)
    for layer, (total, clipped, weight_error, factor) in zip(layers, numbers, strict=True):
        if layer.adc_steps:
            yield metric_row(condition, "adc_saturation", int(clipped) / max(int(total), 1), layer.name)
        yield metric_row(condition, "weight_error", weight_error, layer.name)
        if condition.compensation != "none":
            yield metric_row(condition, "drift_compensation_factor", factor, layer.name)


def layer_snr_rows(
    condition: Condition, layers: Sequence[CrossbarLayer], ratios: Sequence[ComputeSnr]
) -> Iterable[Row]:
    """Yield the signal-to-noise ratios of each layer.

    Parameters
    ----------
    condition : Condition
        Of the measurement.
    layers : sequence of CrossbarLayer
        Of the network.
    ratios : sequence of ComputeSnr
        Of each layer.

    Yields
    ------
    dict
        Inf where there is no such error; none where all dot products are equal, so that there is no signal.
    """
    for layer, snr in zip(layers, ratios, strict=True):
        numbers = {
            "analog_snr": snr.analog_db,
            "input_sqnr": snr.input_quantization_db,
            "pre_adc_snr": snr.pre_adc_db,
            "output_sqnr": snr.output_quantization_db,
            "total_snr": snr.total_db,
        }
        for metric, level_db in numbers.items():
            if not math.isnan(level_db):
                yield metric_row(condition, metric, level_db, layer.name)


def trial_row(condition: Condition, correct: int, images: int) -> Row:
    """Return a row of the table of trials."""
    counts = {"correct_images": correct, "test_images": images, "accuracy": correct / images}
    return {**condition.columns(), **counts}


def layer_row(run: str, layer: CrossbarLayer, shape: LayerShape) -> Row:
    """Return a row of the table of layers.

    Parameters
    ----------
    run : str
        Identifier of the run.
    layer : CrossbarLayer
        As mapped.
    shape : LayerShape
        What one image costs it.

    Returns
    -------
    dict
        ``adc_step`` is the coarsest of the layer's converters.
    """
    linear, tiling = layer.linear, layer.tiling
    return {
        "run": run,
        "layer": layer.name,
        "operator": linear.operator,
        "inputs": linear.inputs,
        "outputs": linear.outputs,
        "groups": linear.groups,
        "macs_per_image": shape.macs,
        "row_blocks": layer.row_blocks,
        "weight_slices": layer.weight_slices,
        "input_cycles": layer.input_cycles,
        "devices": layer.devices,
        "weight_scale": layer.weight_scale,
        "activation_scale": layer.activation_scale,
        "adc_step": max(layer.adc_steps, default=None),
        "path": str(layer.plan),
        "array_row_tiles": tiling.row_tiles,
        "array_column_tiles": tiling.column_tiles,
        "arrays": tiling.arrays,
        "array_utilization": tiling.utilization,
    }


def predictions_frame(condition: Condition, labels: NDArray[np.int64], predicted: NDArray[np.int64]) -> pl.DataFrame:
    """Return the table of predictions of one pass over the test images.

    Parameters
    ----------
    condition : Condition
        Of the pass.
    labels, predicted : numpy.ndarray
        (N,) class numbers.

    Returns
    -------
    polars.DataFrame
        One row an image.
    """
    columns = {"image": np.arange(len(labels)), "label": labels, "predicted": predicted}
    expected = schema("predictions")
    literals = [pl.lit(value, dtype=expected[name]).alias(name) for name, value in condition.columns().items()]
    return pl.DataFrame(columns).with_columns(*literals).select(expected.names()).cast(expected)


def frame(table: str, rows: Iterable[Row]) -> pl.DataFrame:
    """Return rows as a table.

    Parameters
    ----------
    table : str
        Its name.
    rows : iterable of dict
        By column.

    Returns
    -------
    polars.DataFrame
        With the table's schema.
    """
    return pl.DataFrame(list(rows), schema=schema(table), orient="row")
