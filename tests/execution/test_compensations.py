"""Runs with every compensation, and with signal-to-noise ratios of layers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from nnsreport.configuration.reader import read_configuration
from nnsreport.errors import ConfigurationError
from nnsreport.execution.run import execute_run
from nnsreport.reports.run_data import RunData
from nnsreport.store.load import load_run
from nnsreport.vocabulary import METRICS

METHODS = ["none", "global", "per-column", "adabs", "batch-norm"]
ALL = [f"compensation.methods={METHODS}", "compensation.images=6", "compensation.batches=2"]
RATIOS = ["analog_snr", "input_sqnr", "pre_adc_snr", "output_sqnr", "total_snr"]


def run(path: Path, name: str, overrides: Sequence[str]) -> RunData:
    outcome = execute_run(read_configuration(path, overrides), runs=path.parent / "runs", run=name)
    return load_run(outcome.folder)


def test_every_compensation_is_evaluated_on_the_same_devices(tiny: Path) -> None:
    found, known = run(tiny, "all", ALL), run(tiny, "known", [])
    assert found.trials["compensation"].to_list() == METHODS * 4
    shared = pl.col("compensation").is_in(["none", "global"]) | pl.col("compensation").is_null()
    assert found.predictions.filter(shared).drop("run").equals(known.predictions.drop("run"))
    factors = found.metrics.filter(metric="drift_compensation_factor")
    assert set(factors["compensation"]) == set(METHODS) - {"none"}


def test_compensations_do_not_depend_on_the_batch_size(tiny: Path) -> None:
    few, many = run(tiny, "few", ALL), run(tiny, "many", [*ALL, "run.batch_size=100"])
    assert few.predictions.drop("run").equals(many.predictions.drop("run"))


def test_fewer_images_than_asked_for_are_noted(tiny: Path) -> None:
    overrides = ["run.trials=1", "run.times_s=[25]"]
    assert "statistics are restored from" not in str(run(tiny, "enough", [*ALL, *overrides]).provenance)
    few = run(tiny, "few", ['compensation.methods=["adabs"]', *overrides])
    assert "statistics are restored from 6 images" in str(few.provenance)


def test_networks_without_convolutions_say_what_to_set(tiny: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    path = tiny.parent / "network.onnx"
    weight = next(item for item in onnx.load(path).graph.initializer if item.name == "w1")
    dense = numpy_helper.to_array(weight).reshape(-1)[:36].reshape(12, 3)
    nodes = [
        helper.make_node("Flatten", ["images"], ["a"]),
        helper.make_node("Slice", ["a", "from", "to", "axis"], ["b"]),
        helper.make_node("Gemm", ["b", "w"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "dense",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 1, 6, 6])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 3])],
        [
            numpy_helper.from_array(dense, "w"),
            *(
                helper.make_tensor(name, TensorProto.INT64, [1], [value])
                for name, value in (("from", 0), ("to", 12), ("axis", 1))
            ),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    overrides = [*ALL, "run.trials=1", "run.times_s=[25]"]
    with pytest.raises(ConfigurationError, match=r'compensation\.layers: is "convolutions".*"all"'):
        run(tiny, "a", overrides)
    assert run(tiny, "b", [*overrides, "compensation.layers=all"]).state == "complete"


def test_ratios_of_layers_are_measured_on_demand(tiny: Path) -> None:
    found = run(tiny, "snr", ["run.layer_snr_images=7", "run.trials=1"])
    rows = found.metrics.filter(pl.col("metric").is_in(RATIOS))
    # 5 ratios, 2 layers, 2 times, 2 compensations
    assert rows.height == 40
    assert set(rows["unit"]) == {"dB"}
    assert set(rows["scope"]) == {"layer"}
    assert rows["value"].is_finite().all()
    wide = rows.pivot("metric", index=["layer", "time_s", "compensation"], values="value")
    assert (wide["analog_snr"] < wide["input_sqnr"]).all()
    day = wide.filter(time_s=3600.0, layer="conv")
    assert day.filter(compensation="global")["total_snr"].item() > day.filter(compensation="none")["total_snr"].item()
    without = run(tiny, "plain", ["run.trials=1"])
    assert found.predictions.drop("run").equals(without.predictions.drop("run"))
    assert found.metrics.filter(~pl.col("metric").is_in(RATIOS)).drop("run").equals(without.metrics.drop("run"))


def test_ratios_do_not_depend_on_the_batch_size(tiny: Path) -> None:
    overrides = ["run.layer_snr_images=12", "run.trials=1", "run.times_s=[25]"]
    few = run(tiny, "few", overrides).metrics.filter(pl.col("metric").is_in(RATIOS))
    many = run(tiny, "many", [*overrides, "run.batch_size=100"]).metrics.filter(pl.col("metric").is_in(RATIOS))
    assert few["value"].to_list() == pytest.approx(many["value"].to_list(), rel=1e-6)


def test_ratios_are_in_the_vocabulary() -> None:
    assert {METRICS[name].unit for name in RATIOS} == {"dB"}
