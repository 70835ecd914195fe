"""Whole runs of a tiny network: what they keep, how they resume, and what is refused."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_info

from nnsreport.configuration.reader import read_configuration
from nnsreport.engine.network import execute, load_graph
from nnsreport.errors import (
    ConfigurationError,
    DataError,
    DeviceError,
    NetworkError,
    NnsreportError,
    RunError,
    RunInterrupted,
)
from nnsreport.execution.run import default_run_id, execute_run
from nnsreport.execution.stopping import StopRequest
from nnsreport.reports.run_data import RunData
from nnsreport.slurm import SlurmContext
from nnsreport.store.load import load_run
from nnsreport.tables import TABLES

EVALUATIONS = [(0, 25.0), (0, 3600.0), (1, 25.0), (1, 3600.0)]


class Listener:
    """Progress that remembers, and may ask to stop."""

    def __init__(self, stop: StopRequest | None = None, after_stages: int = 0) -> None:
        self.titles: list[str] = []
        self.images: list[int] = []
        self._stop, self._after = stop, after_stages

    def start(self, title: str, images: int) -> None:
        self.titles.append(title)
        self.images.append(-images)

    def advance(self, images: int) -> None:
        self.images[-1] += images
        if self._stop is not None and len(self.titles) > self._after:
            self._stop.signal_number = signal.SIGUSR1

    def finish(self, result: str) -> None:
        assert result.endswith(" %")


def run(path: Path, overrides: Sequence[str] = (), run_id: str | None = "a", **options: object) -> RunData:
    outcome = execute_run(
        read_configuration(path, overrides),
        runs=path.parent / "runs",
        run=run_id,
        **options,  # type: ignore[arg-type]
    )
    return load_run(outcome.folder)


# What a run keeps


def test_tables_of_a_run(tiny: Path) -> None:
    found = run(tiny)
    assert found.state == "complete"
    conditions = found.trials.select("trial", "time_s", "compensation").rows()
    assert conditions == [(trial, time, method) for trial, time in EVALUATIONS for method in ("none", "global")]
    assert found.layers["layer"].to_list() == ["conv", "classifier"]
    assert found.layers["macs_per_image"].to_list() == [4 * 9 * 36, 12]
    assert found.layers["row_blocks"].to_list() == [2, 1]
    for name in TABLES:
        assert set(getattr(found, name)["run"].unique()) == {"a"}


def test_accuracies_are_those_of_the_predictions(tiny: Path) -> None:
    found = run(tiny)
    keys = ["trial", "time_s", "compensation"]
    counted = found.predictions.group_by(keys, maintain_order=True).agg(
        (pl.col("label") == pl.col("predicted")).mean().alias("accuracy"), pl.len().alias("images")
    )
    assert counted["images"].to_list() == [12] * 9
    devices = counted.drop_nulls("trial")
    assert devices.select(*keys, "accuracy").equals(found.trials.select(*keys, "accuracy"))
    accuracy = found.metrics.filter(metric="accuracy")
    assert accuracy.select(*keys, pl.col("value").alias("accuracy")).equals(found.trials.select(*keys, "accuracy"))
    assert set(accuracy["scope"]) == {"network"}
    quantized = counted.filter(pl.col("trial").is_null())["accuracy"].item()
    assert found.metrics.filter(metric="quantized_accuracy")["value"].item() == quantized


def test_float_accuracy_is_that_of_the_plain_network(tiny: Path) -> None:
    found = run(tiny)
    data = np.load(tiny.parent / "test.npz")
    outputs = execute(load_graph(tiny.parent / "network.onnx"), (data["images"][:, None] / 255).astype(np.float32))
    expected = np.mean(outputs.argmax(axis=1) == data["labels"])
    assert found.metrics.filter(metric="float_accuracy")["value"].item() == expected


def test_numbers_of_layers(tiny: Path) -> None:
    metrics = run(tiny).metrics.filter(scope="layer")
    counts = dict(metrics.group_by("metric").len().rows())
    # 2 layers, 4 evaluations, 2 compensations; factors only where drift is compensated
    assert counts == {"adc_saturation": 16, "weight_error": 16, "drift_compensation_factor": 8}
    factors = metrics.filter(metric="drift_compensation_factor")
    assert set(factors["compensation"]) == {"global"}
    assert (
        factors.filter(pl.col("time_s") == 3600)["value"].min() > factors.filter(pl.col("time_s") == 25)["value"].max()
    )
    errors = metrics.filter(metric="weight_error")["value"]
    assert errors.min() > 0
    assert metrics.filter(metric="adc_saturation")["value"].is_between(0, 1).all()


def test_ideal_adc_has_no_saturation(tiny: Path) -> None:
    found = run(tiny, ["adc.kind=ideal", "run.trials=1", "run.times_s=[25]"])
    assert "adc_saturation" not in found.metrics["metric"]
    assert found.layers["adc_step"].null_count() == 2


def test_results_do_not_depend_on_the_batch_size(tiny: Path) -> None:
    few, many = run(tiny), run(tiny, ["run.batch_size=100"], "b")
    assert few.predictions.drop("run").equals(many.predictions.drop("run"))


def test_products_are_of_one_thread(tiny: Path) -> None:
    # How many threads a BLAS has shows in the last bit, so that results would depend on the number of cores.
    class Threads(Listener):
        found: ClassVar[set[int]] = set()

        def start(self, title: str, images: int) -> None:
            super().start(title, images)
            self.found.update(library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas")

    run(tiny, ["run.trials=1"], progress=Threads())
    assert Threads.found == {1}


def test_seeds_and_trials_differ(tiny: Path) -> None:
    first, other = (
        run(tiny, [f"run.seed={seed}"], f"seed-{seed}").metrics.filter(metric="weight_error") for seed in (1, 2)
    )
    assert set(first["value"]).isdisjoint(other["value"])
    by_trial = [set(first.filter(trial=trial)["value"]) for trial in (0, 1)]
    assert by_trial[0].isdisjoint(by_trial[1])


@pytest.mark.parametrize(
    ("overrides", "time_s"),
    [
        (["run.times_s=[]"], 0.0),
        (["run.times_s=[]", "device.drift.kind=none"], 0.0),
        (["run.times_s=[]", "device.drift.kind=none", "device.read_noise.kind=none"], None),
    ],
)
def test_without_times(tiny: Path, overrides: list[str], time_s: float | None) -> None:
    found = run(tiny, [*overrides, "run.trials=1", 'compensation.methods=["none"]'])
    assert found.trials["time_s"].to_list() == [time_s]


def test_record_of_a_run(tiny: Path) -> None:
    found = run(tiny, ["device=pcm-joshi2020"], command=("nnsreport", "run"), environment={"SLURM_JOB_ID": "77"})
    assert found.settings["device.name"]
    assert len(str(found.settings["network.sha256"])) == 64
    assert found.settings["run.times_s"] == (25.0, 3600.0)
    assert found.provenance["SLURM job"] == "77"
    assert found.provenance["command"] == "nnsreport run"
    assert found.provenance["device"].startswith("CPU")
    assert "reference for device pcm-joshi2020" in found.provenance


def test_cautions_are_noted(tiny: Path, make_network: Callable[..., Path]) -> None:
    make_network(tiny.parent / "network.onnx", metadata={"title": "no normalisation"})
    text = tiny.read_text().replace('calibration = "calibration.npz"\n', "")
    text = text.split("[device]")[0].replace("times_s", "#")
    tiny.write_text(text)
    notes = [text for name, text in run(tiny).provenance.items() if name.startswith("note")]
    assert any("calibrated on the first 12 test images" in note for note in notes)
    assert any("as they are stored, 0 to 255" in note for note in notes)
    assert any("all trials are equal" in note for note in notes)


def test_network_that_takes_vectors_gets_pixels_in_a_row(tiny: Path) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weight = np.random.default_rng(0).normal(0, 0.1, (36, 3)).astype(np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], "product")],
        "vectors",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 36])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(weight, "w")],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10),
        tiny.parent / "network.onnx",
    )
    found = run(tiny, ["run.trials=1", "data.pixel_scale=255"])
    data = np.load(tiny.parent / "test.npz")
    expected = (data["images"].reshape(12, 36) / 255 @ weight).argmax(axis=1) == data["labels"]
    assert found.metrics.filter(metric="float_accuracy")["value"].item() == expected.mean()


# Stopping and resuming


@pytest.mark.parametrize("after_stages", [0, 1, 3, 4])
def test_stopped_run_keeps_its_parts_and_resumes(
    tiny: Path, after_stages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # side by side, the stage's other batches may be done when it stops
    whole = run(tiny, run_id="whole")
    stop = StopRequest()
    listener = Listener(stop, after_stages)
    with pytest.raises(
        RunInterrupted, match=r"stopped by SIGUSR1: \d of 5 parts of run a are finished; .*--id a"
    ) as caught:
        run(tiny, progress=listener, stop=stop)
    assert caught.value.exit_code == 128 + signal.SIGUSR1
    interrupted = load_run(tiny.parent / "runs" / "a")
    assert interrupted.state == "incomplete"
    assert interrupted.trials.height == max(0, (after_stages - 2) // 2) * 2
    again = Listener()
    resumed = run(tiny, progress=again)
    assert resumed.state == "complete"
    for name in TABLES:
        assert getattr(resumed, name).drop("run").equals(getattr(whole, name).drop("run"))
    assert len(listener.titles) + len(again.titles) <= 2 + 8 + 2  # at most one part is done twice


def test_stop_in_the_last_batch_completes(tiny: Path) -> None:
    stop = StopRequest()

    class Late(Listener):
        def finish(self, result: str) -> None:
            if len(self.titles) == 10:
                stop.signal_number = signal.SIGTERM

    assert run(tiny, progress=Late(), stop=stop).state == "complete"


def test_progress_covers_every_image(tiny: Path) -> None:
    listener = Listener()
    run(tiny, progress=listener)
    assert listener.titles[:4] == [
        "floating point",
        "quantised, ideal devices and ADC",
        "trial 1 of 2, 25 s, compensation none",
        "trial 1 of 2, 25 s, compensation global",
    ]
    assert len(listener.titles) == 10
    assert listener.images == [0] * 10


def test_complete_run_computes_nothing(tiny: Path) -> None:
    run(tiny)
    listener = Listener()
    resolved = read_configuration(tiny)
    assert execute_run(resolved, runs=tiny.parent / "runs", run="a", progress=listener).was_complete
    assert listener.titles == []


def test_another_configuration_needs_another_name(tiny: Path) -> None:
    run(tiny)
    with pytest.raises(RunError, match=r"another configuration \(adc\.bits: 8 -> 6\)"):
        run(tiny, ["adc.bits=6"])


def test_failed_start_does_not_occupy_the_name(tiny: Path) -> None:
    with pytest.raises(DataError):
        run(tiny, ["data.layout=nhwc", "data.mean=[0]", "data.test=" + str(wrong_images(tiny, (12, 7, 7)))])
    assert load_run(tiny.parent / "runs" / "a").state == "failed"
    assert run(tiny).state == "complete"


def test_names_of_runs(tiny: Path) -> None:
    resolved = read_configuration(tiny)
    assert default_run_id(resolved, "1f00ba12cafe", None) == "tiny-1f00ba12"
    named = read_configuration(tiny, ["run.name=My network: äöü/8 bit"])
    assert default_run_id(named, "1f00ba12cafe", None) == "My-network-8-bit-1f00ba12"
    job = SlurmContext("15", array_job_id="7", array_task_id="0")
    assert default_run_id(resolved, "1f00ba12cafe", job) == "7_0"


def test_inside_slurm_the_job_names_the_run(tiny: Path) -> None:
    environment = {"SLURM_JOB_ID": "15", "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "0"}
    assert run(tiny, ["run.trials=1"], None, environment=environment).run == "7_0"


# What is refused


def wrong_images(tiny: Path, shape: tuple[int, ...], labels: Sequence[int] | None = None) -> Path:
    path = tiny.parent / "wrong.npz"
    np.savez(path, images=np.zeros(shape, np.uint8), labels=np.arange(shape[0]) % 3 if labels is None else labels)
    return path


def refuse(tiny: Path, overrides: list[str], error: type[NnsreportError], message: str) -> None:
    with pytest.raises(error, match=message):
        run(tiny, overrides)


def test_wrong_image_size(tiny: Path) -> None:
    path = wrong_images(tiny, (12, 7, 7))
    overrides = [f"data.test={path}", f"data.calibration={path}"]
    refuse(
        tiny,
        overrides,
        DataError,
        r"wrong\.npz: images are 1 x 7 x 7 .*does not fit the network .*network\.onnx: .*data\.layout",
    )


def test_wrong_number_of_channels(tiny: Path) -> None:
    path = wrong_images(tiny, (12, 3, 6, 6))
    overrides = [f"data.test={path}", f"data.calibration={path}"]
    refuse(tiny, overrides, DataError, r"wrong\.npz: images are 3 x 6 x 6")


def test_calibration_images_of_another_size(tiny: Path) -> None:
    path = wrong_images(tiny, (12, 7, 7))
    refuse(tiny, [f"data.calibration={path}"], DataError, r"data\.calibration: calibration images are 1 x 7 x 7")


def test_labels_beyond_the_classes(tiny: Path) -> None:
    path = wrong_images(tiny, (3, 6, 6), [0, 3, 1])
    refuse(tiny, [f"data.test={path}"], DataError, r"label of image 1 is 3, but the network has 3 classes, 0 to 2")


def test_network_without_classes(tiny: Path, make_network: Callable[..., Path]) -> None:
    make_network(tiny.parent / "network.onnx", classes=1)
    refuse(tiny, [], NetworkError, r"network\.onnx: gives an output of shape \(1, 1\)")


def test_no_network_and_no_images(tiny: Path) -> None:
    tiny.write_text("")
    refuse(tiny, [], ConfigurationError, r"network\.file: names no network")
    refuse(tiny, ["network.file=" + str(tiny.parent / "network.onnx")], DataError, r"data\.test: names no test images")


def test_broken_network(tiny: Path) -> None:
    (tiny.parent / "network.onnx").write_bytes(b"no network")
    refuse(tiny, [], NetworkError, r"network\.onnx: ")


def test_no_gpu(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cupy", None)
    refuse(
        tiny,
        ["run.device=cuda"],
        DeviceError,
        r"a CUDA device was asked for, but CuPy cannot be imported .*--device cpu",
    )
