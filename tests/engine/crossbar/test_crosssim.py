"""The same weights on the same devices as CrossSim 3.2.0 programs them (tools/write_crosssim_conductances.py)."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from nnsreport.engine.crossbar.conductance import target_conductances
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import DeviceSettings, MappingSettings

DATA = Path(__file__).resolve().parents[2] / "data" / "crosssim" / "conductances.csv"
ON_OFF_RATIO = 20.0


def conductances_of(style, slices):
    """CrossSim's conductances by plane, slice, and weight."""
    found = defaultdict(dict)
    with DATA.open(newline="") as file:
        for row in csv.DictReader(file):
            if (row["style"], int(row["slices"])) == (style, slices):
                place = ("positive", "negative").index(row["device"]), int(row["slice"])
                found[place][row["weight"]] = float(row["conductance"])
    return found


@pytest.mark.parametrize(
    ("style", "slices", "settings"),
    [
        ("BALANCED ONE_SIDED", 1, MappingSettings("differential")),
        ("BALANCED TWO_SIDED", 1, MappingSettings("two-sided")),
        ("OFFSET DIGITAL_OFFSET", 1, MappingSettings("offset")),
        ("OFFSET UNIT_COLUMN_SUBTRACTION", 1, MappingSettings("offset", "column")),
        ("BITSLICED BALANCED", 2, MappingSettings("differential", cell_bits=4)),
        ("BITSLICED BALANCED", 4, MappingSettings("differential", cell_bits=2)),
        ("BITSLICED OFFSET", 2, MappingSettings("offset", cell_bits=4)),
        ("BITSLICED OFFSET", 4, MappingSettings("offset", cell_bits=2)),
    ],
)
def test_weights_lie_on_conductances_as_in_crosssim(style, slices, settings):
    expected = conductances_of(style, slices)
    mapping = make_mapping(8, settings, DeviceSettings(on_off_ratio=ON_OFF_RATIO))
    assert len(expected) == mapping.planes * mapping.slices.count
    for (plane, index), by_weight in expected.items():
        weights = [int(weight) for weight in by_weight if weight != "reference"]
        levels = np.array(weights, dtype=np.int32).reshape(1, -1, 1)
        found = target_conductances(levels, mapping)[plane, index, 0, :, 0] / mapping.cell.maximum
        np.testing.assert_allclose(found[: len(weights)], [by_weight[str(w)] for w in weights], rtol=2e-6)
        if "reference" in by_weight:
            assert found[-1] == pytest.approx(by_weight["reference"], rel=2e-6)
    assert len(weights) == 9
