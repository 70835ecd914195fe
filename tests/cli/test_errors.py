"""What a user can do wrong, end to end: exit code 2, one line that names the thing and what to change, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "data" / "neurosim" / "v1.4"


def nnsreport(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nnsreport", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def check_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr


def test_no_such_run(tmp_path: Path) -> None:
    check_refused(nnsreport("report", "38905658", cwd=tmp_path), "38905658", "no such run", "give a run folder")


def test_empty_log(tmp_path: Path) -> None:
    (tmp_path / "output_1.txt").touch()
    check_refused(nnsreport("report", "output_1.txt", cwd=tmp_path), "output_1.txt", "empty", "PYTHONUNBUFFERED=1")


def test_log_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "output_1.txt").write_text("Hello\nworld 3 4 5\n")
    check_refused(nnsreport("compare", "output_1.txt", "output_1.txt", cwd=tmp_path), "output_1.txt", "Hello", "--as")


def test_truncated_log_is_kept_and_explained(tmp_path: Path) -> None:
    text = (SAMPLES / "main_layer_by_layer.txt").read_text()
    cut = text.index("Estimation of Layer 2") + 40
    (tmp_path / "output_7.txt").write_text(text[:cut])
    done = nnsreport("parse", "output_7.txt", "--out", "metrics.csv", cwd=tmp_path)
    assert done.returncode == 0
    assert "incomplete" in done.stdout
    assert "NeuroSim stops in layer2" in done.stdout
    assert "layer1,total,read_latency" in (tmp_path / "metrics.csv").read_text()


def test_broken_network(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes((ROOT / "nnsreport" / "example" / "digits_cnn.onnx").read_bytes()[:20_000])
    check_refused(nnsreport("run", "--set", "network.file=net.onnx", cwd=tmp_path), "net.onnx", "export")


def test_unsupported_operator_is_named_with_its_node(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [helper.make_node("Det", ["x"], ["y"], "determinant")],
        "odd",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, tmp_path / "net.onnx")
    check_refused(nnsreport("run", "--set", "network.file=net.onnx", cwd=tmp_path), "net.onnx", "Det", "determinant")


def test_wrong_image_shape(tmp_path: Path) -> None:
    np.savez(tmp_path / "test.npz", images=np.zeros((4, 3, 9, 9), np.uint8), labels=np.zeros(4, np.int64))
    done = nnsreport("run", "--set", "data.test=test.npz", "--set", "data.calibration=test.npz", cwd=tmp_path)
    check_refused(done, "3 x 9 x 9", "(batch, 1, 8, 8)", "digits_cnn.onnx")


def test_no_gpu(tmp_path: Path) -> None:
    done = nnsreport("run", "--device", "cuda", cwd=tmp_path, CUDA_VISIBLE_DEVICES="")
    check_refused(done, "CUDA", "--device cpu")


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("adc.bit=6", ("adc.bit", "'bits'")),
        ("adc.bits=40", ("adc.bits", "16")),
        ("adc.bits=six", ("adc.bits", "six")),
        ("device=pcm-joshi", ("pcm-joshi2020",)),
    ],
)
def test_wrong_setting(tmp_path: Path, override: str, words: tuple[str, ...]) -> None:
    check_refused(nnsreport("run", "--set", override, "--dry-run", cwd=tmp_path), *words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("parse", "LOG", "--out", "PLACE.csv"),
        ("report", "LOG", "--out", "PLACE.html"),
        ("figures", "LOG", "--only", "chip-breakdown", "--out", "PLACE"),
        ("compare", "LOG", "LOG", "--html", "PLACE.html"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_place_that_cannot_be_written(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    log = str(SAMPLES / "main_pipelined.txt")
    given = [log if text == "LOG" else text.replace("PLACE", "file/x") for text in arguments]
    check_refused(nnsreport(*given, cwd=tmp_path), "file/x", "cannot be written", f"give another {arguments[-2]}")
