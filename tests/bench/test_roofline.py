"""The script that says what a core could do at best: it counts every operation, and works in small."""

from __future__ import annotations

import importlib
import shutil
from types import ModuleType

import pytest

from nnsreport.engine import native
from nnsreport.engine.network import layer_shapes, load_graph

WITHOUT_LOOPS = native.convert is None


@pytest.fixture(scope="module")
def roofline() -> ModuleType:
    return importlib.import_module("roofline")


@pytest.mark.skipif(WITHOUT_LOOPS, reason="there are no loops in C")
@pytest.mark.parametrize(
    ("name", "operations"), [("differential, ADC range max", 1), ("bit-serial", 8), ("4 slices, bit-serial", 32)]
)
def test_every_operation_of_the_network_is_counted(roofline: ModuleType, name: str, operations: int) -> None:
    work, seconds = roofline.measure(name, None, 6)
    material = roofline.material_in(None)
    images, _ = importlib.import_module("inference_speed").load_images(material.images, 1)
    shapes = layer_shapes(load_graph(material.network), images.shape[1:])
    macs = work.looked_up_macs + work.bytes_macs + work.words_macs + work.floats_macs
    assert macs == pytest.approx(operations * sum(shape.macs for shape in shapes))
    assert (work.looked_up_macs > 0) == ("slices" in name)
    sums = sum(shape.rows * shape.layer.outputs * -(-shape.layer.inputs // 128) for shape in shapes)
    assert work.conversions == pytest.approx(operations * sums)
    assert 0 < work.seconds < seconds
    assert work.moved_bytes > 4 * sum(shape.rows * shape.layer.outputs for shape in shapes)


def test_the_roof_is_of_operations_and_of_bytes(roofline: ModuleType) -> None:
    ceilings = roofline.Ceilings(
        looked_up_macs=400.0,
        bytes_macs=100.0,
        words_macs=50.0,
        floats_macs=10.0,
        conversions=5.0,
        copied_bytes=20.0,
    )
    work = roofline.Work(400, 300, 100, floats_macs=10, conversions=15, moved_bytes=40, seconds=16.0)
    assert work.roof_s(ceilings) == (10.0, 2.0)
    assert roofline.cells("a", work, 20.0, ceilings)[4:] == ["10000.00", "2000.00", "16000.00", "62 %", "20000.00"]


def test_without_loops_nothing_is_counted(roofline: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "convert", None)
    with pytest.raises(RuntimeError, match="NNSREPORT_LOOPS"), roofline.counted():
        pass


def test_without_a_compiler_it_says_so(roofline: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(FileNotFoundError, match="install a C compiler"):
        roofline.measured_ceilings()


@pytest.mark.skipif(
    WITHOUT_LOOPS or not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="no loops or no compiler"
)
def test_it_works_in_small(
    roofline: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(roofline, "_MEASURED_S", 0.02)
    try:
        roofline.measured_ceilings()
    except RuntimeError as error:
        pytest.skip(str(error))
    roofline.main(["--images", "2", "--rows", "offset"])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert len(lines) == 3
    assert {line.count("|") for line in lines} == {lines[0].count("|")}
