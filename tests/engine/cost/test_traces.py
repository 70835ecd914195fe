"""Traces of weights and inputs: fast and general readers agree, and whatever is no trace is told."""

from __future__ import annotations

import io
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost import csv_digits
from nnsreport.engine.cost.network import CostLayer
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.trace_files import TracePair, archived, trace_pairs
from nnsreport.engine.cost.traces import (
    layer_inputs,
    layer_weights,
    parse_inputs,
    parse_weights,
    read_inputs,
    read_weights,
)
from nnsreport.errors import DataError

LAYER = CostLayer("layer1", 4, 4, 2, 3, 3, 5, False, 1)


def _printed(values: np.ndarray, form: str) -> bytes:
    return ("\n".join(",".join(form % value for value in row) for row in values) + "\n").encode()


@pytest.mark.parametrize("form", ["%10.5f", "%8.5f", "%9.3f", "%+.4f"])
def test_weights_of_fixed_width(form: str) -> None:
    random = np.random.default_rng(2)
    values = np.round(random.uniform(-0.99, 0.99, (40, 7)), 3)
    text = _printed(values, form)
    fast = csv_digits.fixed_point(text)
    if form != "%+.4f":  # a plus sign is left to the general reader
        assert fast is not None
        assert np.array_equal(fast, values)
    assert np.array_equal(parse_weights(text), values)


@pytest.mark.parametrize(
    "text",
    [
        b"0.5,0.25\n1,2\n",
        b"0.5,1e-3\n0.1,2e-3\n",
        b"  0.5,  0 5\n  0.5,  0.5\n",
        b" -0.5, -.-5\n -0.5, -0.5\n",
        b"0.50;0.50\n0.50;0.50\n",
        b"0.5,0.5,\n0.5,0.5,\n",
        b"0.12345678901234567,0.5\n",
        b"0.9123456789012345\n",
        b"99.12345678901234567890\n",
    ],
)
def test_other_notations_are_not_read_by_position(text: bytes) -> None:
    assert csv_digits.fixed_point(text) is None


def test_general_notations() -> None:
    assert parse_weights(b"0.5,1e-3\r\n.25,-2").tolist() == [[0.5, 0.001], [0.25, -2]]
    assert parse_inputs(b"0,1.0\n1,0\n").tolist() == [[0, 1], [1, 0]]


def test_bits() -> None:
    random = np.random.default_rng(3)
    bits = random.integers(0, 2, (9, 16))
    assert np.array_equal(parse_inputs(_printed(bits, "%d")), bits)
    assert parse_inputs(b"1").tolist() == [[1]]
    assert csv_digits.bits(b"0,1\n0;1\n") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [(b"0,1\n0,2\n", "is 2, no bit"), (b"0,1\n0\n", "1 columns instead of 2"), (b"a,b\n", "no row"), (b"\n", "empty")],
)
def test_what_is_no_trace_is_told(tmp_path: Path, text: bytes, message: str) -> None:
    path = tmp_path / "inputConv0_.csv"
    path.write_bytes(text)
    with pytest.raises(DataError, match=message) as refused:
        read_inputs(path)
    assert refused.value.path == path
    with pytest.raises(DataError, match="cannot be read"):
        read_weights(tmp_path / "absent.csv")


def test_vectors_of_the_padding_are_left_out() -> None:
    parameters = Parameters.from_values({"numBitInput": 2})
    bits = np.arange(18 * 32).reshape(18, 32) % 2
    assert layer_inputs(bits, LAYER, parameters).shape == (18, 2 * 2 * 2)
    with pytest.raises(DataError, match="needs 18 and 8"):
        layer_inputs(bits[:, :7], LAYER, parameters)
    with pytest.raises(DataError, match="17 rows"):
        layer_inputs(bits[:17], LAYER, parameters)


def test_columns_that_a_file_lacks_repeat_its_own() -> None:
    weights = np.arange(18 * 2.0).reshape(18, 2)
    assert layer_weights(weights, LAYER)[1].tolist() == [2, 3, 2, 3, 2]


def test_pairs_and_archive(tmp_path: Path) -> None:
    assert trace_pairs("w.csv\nx.csv w2.csv x2.csv\n") == (TracePair("w.csv", "x.csv"), TracePair("w2.csv", "x2.csv"))
    with pytest.raises(DataError, match="lists 3 files"):
        trace_pairs("a b c")
    path = tmp_path / "traces.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("t/b.csv", "t/a.csv", "t/c.csv"):
            member = tarfile.TarInfo(name)
            member.size = len(name)
            archive.addfile(member, io.BytesIO(name.encode()))
    assert list(archived(path, ["a.csv", "b.csv"])) == [("b.csv", b"t/b.csv"), ("a.csv", b"t/a.csv")]
    with pytest.raises(DataError, match=r"lacks d\.csv"):
        list(archived(path, ["d.csv"]))
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match="tar archive"):
        list(archived(path, ["c.csv"]))


@pytest.mark.shared
def test_repetition_is_how_the_padded_traces_were_made(shared_dir: Path) -> None:
    """The runs on padded traces are an oracle for networks with more outputs than the shipped files have columns."""
    folder = shared_dir / "neurosim" / "traces"
    name = "weightConv19_.csv"
    (shipped,) = (parse_weights(text) for _, text in archived(folder / "V1.4_DenseNet40_default.tar.gz", [name]))
    (padded,) = (parse_weights(text) for _, text in archived(folder / "V1.4_DenseNet40_padded.tar.gz", [name]))
    layer = CostLayer("layer20", 16, 16, 48, 3, 3, padded.shape[1], False, 1)
    assert padded.shape[1] > shipped.shape[1]
    assert np.array_equal(layer_weights(shipped, layer), padded)


@pytest.mark.shared
@pytest.mark.slow
def test_traces_of_vgg8_are_read_in_seconds(shared_dir: Path) -> None:
    path = shared_dir / "neurosim" / "traces" / "V1.4_VGG8_randomWAGE.tar.gz"
    names = [f"{kind}{layer}_.csv" for layer in ("Conv7", "FC0") for kind in ("weight", "input")]
    start, shapes = time.process_time(), {}
    for name, text in archived(path, names):
        shapes[name] = (parse_weights if name.startswith("w") else parse_inputs)(text).shape
    assert shapes["weightFC0_.csv"] == (8192, 1024)
    assert shapes["inputConv7_.csv"] == (4608, 512)
    assert time.process_time() - start < 30
