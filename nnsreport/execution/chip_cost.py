"""The chip of a run: estimated beside its accuracy, with the activity of its own inference."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from nnsreport.configuration.schema import Configuration
from nnsreport.costs.estimation import estimated
from nnsreport.costs.model import CostModel
from nnsreport.costs.run_chip import run_model, run_traces, uses_own_inference
from nnsreport.costs.tables import TOTAL, Subject, chip_numbers, metrics_table
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.results import ChipResults
from nnsreport.engine.crossbar.input_levels import input_levels
from nnsreport.execution.evaluate import Bench
from nnsreport.execution.workload import Workload
from nnsreport.units import format_quantity


def chip_of(configuration: Configuration, workload: Workload) -> CostModel:
    """Return the chip that a run's network takes, checked before anything is computed.

    Parameters
    ----------
    configuration : Configuration
        Of the run.
    workload : Workload
        Its network.

    Returns
    -------
    CostModel
        For which there is a result.

    Raises
    ------
    NnsreportError
        There is none, or a file cannot be read.
    """
    model = run_model(configuration, workload.graph, workload.shapes)
    # With any activity: whether there is a result does not depend on it, and it takes no time.
    estimate(model.layers, model.parameters(), model.activity)
    return model


def chip_part(bench: Bench, model: CostModel) -> Mapping[str, pl.DataFrame]:
    """Estimate the chip of a run.

    Parameters
    ----------
    bench : Bench
        Where the run is evaluated.
    model : CostModel
        From :func:`chip_of`.

    Returns
    -------
    Mapping of str to polars.DataFrame
        Metrics of layers and chip; layers have the names of the network.
    """
    bench.check()
    bench.progress.start("area, latency and energy of the chip", 1)
    results = _results(bench, model)
    bench.progress.advance(1)
    efficiency = chip_numbers(results)[Subject(TOTAL, "energy_efficiency")]
    bench.progress.finish(format_quantity(float(efficiency), "op/J"))
    return {"metrics": metrics_table(results, bench.run, [layer.name for layer in model.layers])}


def _results(bench: Bench, model: CostModel) -> ChipResults:
    parameters = model.parameters()
    if not uses_own_inference(bench.configuration.cost):
        return estimated(model, parameters)
    levels = input_levels(bench.network, bench.workload.inputs(bench.workload.test, 0, 1))
    return estimate(model.layers, parameters, run_traces(bench.network.layers, levels))
