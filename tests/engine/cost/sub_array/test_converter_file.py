"""Converters of a user's file, as docs/cost-model.md shows one."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.cost.activity import ActivitySettings
from nnsreport.engine.cost.estimate import estimate
from nnsreport.engine.cost.network import read_network
from nnsreport.engine.cost.parameters import Parameters
from nnsreport.engine.cost.sub_array.sub_array import sub_array
from nnsreport.engine.cost.technology import technology
from nnsreport.errors import ConfigurationError

PAGE = Path(__file__).resolve().parents[4] / "docs" / "cost-model.md"
LAYERS = read_network("6,6,40,3,3,48,0,1\n6,6,48,1,1,24,1,1\n1,1,24,1,1,10,0,1\n")
AXES = {
    "levelOutput": np.array([16.0, 32.0, 64.0]),
    "readVoltage": np.array([0.2, 0.3, 0.5]),
    "resistanceOn": np.array([1e4, 5e4, 1e5]),
}


@pytest.fixture
def ramp(tmp_path: Path) -> str:
    """The file that the page shows."""
    (text,) = re.findall(r"`ramp_adc.py`:\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    path = tmp_path / "ramp_adc.py"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("values", [{"memcelltype": 1}, {"memcelltype": 2}, {"memcelltype": 3, "operationmode": 1}])
def test_a_group_equals_its_points(ramp: str, values: dict[str, float]) -> None:
    given = {**values, "converter": ramp, "numColSubArray": 64, "numRowSubArray": 64}
    together = estimate(LAYERS, Parameters.from_values(given, dict(AXES)), ActivitySettings()).chip
    for point in range(3):
        alone = Parameters.from_values(given, {name: float(axis[point]) for name, axis in AXES.items()})
        chip = estimate(LAYERS, alone, ActivitySettings()).chip
        for name in ("total", "adc"):
            found, expected = (getattr(each.reading, name) for each in (together, chip))
            np.testing.assert_allclose(found.energy_j[point], expected.energy_j, rtol=1e-12)
            np.testing.assert_allclose(found.latency_s[point], expected.latency_s, rtol=1e-12)


def test_area_latency_and_leakage_are_those_of_the_file(ramp: str) -> None:
    used = technology(22, "LSTP", 300)  # type: ignore[arg-type] # a StrEnum
    own, sar = (
        sub_array(Parameters.from_values({"memcelltype": 2, **kind}), used)
        for kind in ({"converter": ramp}, {"SARADC": True})
    )
    converters = own.converters  # type: ignore[attr-defined] # of a resistive sub-array
    assert converters.latency_s == pytest.approx(32 * 0.5e-9)
    assert own.areas.adc_m2 == converters.area_m2 > 16 * 6e-12
    assert own.leakage_w - sar.leakage_w == pytest.approx(converters.leakage_w, rel=1e-6)
    column_ohm = np.geomspace(1e2, 1e7, 20)
    np.testing.assert_allclose(
        converters.column_law().energy_j(column_ohm), converters.column_energy_j(column_ohm), rtol=1e-14
    )


def test_without_a_law_sweeps_are_the_same(ramp: str) -> None:
    text = Path(ramp).read_text()
    begin, end = text.index("    def column_law"), text.index("def converter(")
    plain = Path(ramp).with_name("plain.py")
    plain.write_text(text[:begin] + "\n\n" + text[end:])
    values = {"memcelltype": 2, "numColSubArray": 64, "numRowSubArray": 64}
    energies = [
        estimate(
            LAYERS, Parameters.from_values({**values, "converter": str(path)}, dict(AXES)), ActivitySettings()
        ).chip.reading.adc.energy_j
        for path in (ramp, plain)
    ]
    np.testing.assert_allclose(energies[0], energies[1], rtol=1e-13)


def test_cells_of_one_bit_may_be_read_row_by_row(ramp: str) -> None:
    values = {"memcelltype": 2, "operationmode": 1}
    with pytest.raises(ConfigurationError, match="infinite clock period"):
        Parameters.from_values(values)
    chip = estimate(
        LAYERS, Parameters.from_values({**values, "converter": ramp, "numRowSubArray": 64}), ActivitySettings()
    )
    assert all(np.isfinite(value) for value in dataclasses.astuple(chip.efficiencies))


def test_sense_amplifiers_of_rows_are_no_converters(ramp: str) -> None:
    with pytest.raises(ConfigurationError, match="sense amplifiers of two levels") as error:
        Parameters.from_values({"memcelltype": 1, "operationmode": 1, "converter": ramp})
    assert error.value.field == "converter"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, r"cannot be read \(No such file"),
        ("def converter(place)", r"cannot be loaded \(SyntaxError"),
        ("1 / 0", r"cannot be loaded \(ZeroDivisionError"),
        ("adc = 1", "has no function converter"),
        ("def converter(place):\n    return 1.0\n", "returns float, which lacks outline, leakage_w, latency_s"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "adc.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as error:
        estimate(LAYERS, Parameters.from_values({"converter": str(path), "numRowSubArray": 64}), ActivitySettings())
    assert "docs/cost-model.md" in str(error.value.remedy)


def test_a_number_is_no_file() -> None:
    with pytest.raises(ConfigurationError, match="no path"):
        Parameters.from_values({"converter": 3})
