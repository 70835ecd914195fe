"""Tables of a device's states: reading them, refusing them, and using them for levels and errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.crossbar.cell import make_cell
from nnsreport.engine.crossbar.conductance import is_noiseless
from nnsreport.engine.crossbar.mapping import make_mapping
from nnsreport.engine.crossbar.settings import (
    DeviceSettings,
    DriftSettings,
    MappingSettings,
    ProgrammingSettings,
    WhiteNoiseSettings,
)
from nnsreport.engine.devices.read_noise import white_noise_std_s
from nnsreport.engine.devices.spread import conductance_range_s
from nnsreport.engine.devices.table import DeviceTable
from nnsreport.engine.devices.table_file import load_table, read_device_table
from nnsreport.errors import ConfigurationError

FOUR_LEVELS = "level,conductance_s,std_s\n0,1e-6,1e-7\n1,2e-6,2e-7\n2,4e-6,4e-7\n3,10e-6,5e-7\n"
ERRS = ProgrammingSettings("table")
TWO_BITS = MappingSettings(signs="offset", cell_bits=2, rows=0)


@pytest.fixture
def table_file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "states.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_a_table_of_all_columns(table_file):
    text = "# measured\n\nlevel,conductance_s,time_s,mean_s,std_s,nu_mean,nu_std,read_std_s\n"
    text += "0,0,0,1e-8,1e-9,0.1,0.02,2e-9\n1,1e-6,0,,2e-9,0.05,0.01,3e-9\n"
    text += "0,0,60,2e-8,1e-9,,,\n1,1e-6,60,9e-7,3e-9,,,\n"
    table = read_device_table(table_file(text))
    assert table == DeviceTable(
        conductances_s=(0.0, 1e-6),
        times_s=(0.0, 60.0),
        means_s=((1e-8, 1e-6), (2e-8, 9e-7)),
        stds_s=((1e-9, 2e-9), (1e-9, 3e-9)),
        nu_mean=(0.1, 0.05),
        nu_std=(0.02, 0.01),
        read_std_s=(2e-9, 3e-9),
    )


def test_neurosims_mem_states_is_a_table(table_file):
    # As V1.5 ships it: a byte-order mark, and lines that end as on Windows.
    table = read_device_table(table_file("states,mean,std\r\n0,1e-15,0\r\n1,1e-14,0\r\n", encoding="utf-8-sig"))
    assert table == DeviceTable((1e-15, 1e-14), (0.0,), ((1e-15, 1e-14),), ((0.0, 0.0),))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "fewer than two states"),
        ("conductance_s,std_s\n1e-6,0\n", None, "fewer than two states"),
        ("level,std_s\n0,0\n1,0\n", 1, "no column conductance_s"),
        ("conductance_s,sigma\n1,0\n2,0\n", 1, "column 'sigma'; known are level"),
        ("conductance_s,std_s,std\n1,0,0\n2,0,0\n", 1, "two columns std_s"),
        ("conductance_s,std_s\n1e-6,0\n2e-6\n", 3, "has 1 cells, the header 2"),
        ("conductance_s,std_s\n1e-6,0\n2e-6,x\n", 3, "std_s is 'x'"),
        ("conductance_s,std_s\n1e-6,0\n2e-6,-1\n", 3, "std_s is -1"),
        ("conductance_s,std_s\n1e-6,0\nnan,0\n", 3, "conductance_s is nan"),
        ("conductance_s,std_s\n1e-6,0\n,0\n", 3, "has no conductance_s"),
        ("conductance_s,std_s\n1e-6,0\n2e-6,\n", 3, "has no std_s, but other states have"),
        ("conductance_s,std_s\n2e-6,0\n1e-6,0\n", 3, "not above the state before"),
        ("level,conductance_s\n0,1e-6\n2,2e-6\n", 3, "level is 2, expected 1"),
        ("conductance_s,nu_mean\n1e-6,0\n2e-6,0\n", None, "one of nu_mean and nu_std only"),
        ("time_s,conductance_s\n5,1e-6\n5,2e-6\n", None, "begins at time_s = 5"),
        ("time_s,conductance_s\n0,1e-6\n0,2e-6\n9,1e-6\n", 4, "ends 1 states, time 0 has 2"),
        ("time_s,conductance_s\n0,1e-6\n0,2e-6\n9,1e-6\n9,3e-6\n", 5, "another state than at time 0"),
        ("time_s,conductance_s,std_s\n0,1,1\n0,2,1\n9,1,\n9,2,\n", 4, "has no std_s, but other times have"),
        ("time_s,conductance_s,read_std_s\n0,1,1\n0,2,1\n9,1,1\n9,2,1\n", 4, "has read_std_s at time_s > 0"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(table_file, text, line, message):
    path = table_file(text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_device_table(path)
    assert (caught.value.path, caught.value.line) == (path, line)


def test_files_that_are_no_text_or_not_there(tmp_path, table_file):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_device_table(tmp_path / "absent.csv")
    with pytest.raises(ConfigurationError, match="not UTF-8"):
        read_device_table(table_file("conductance_s\n1\nµ\n", encoding="latin-1"))


def test_every_mutilation_of_a_file_is_read_or_refused(table_file):
    text = FOUR_LEVELS
    for end in range(len(text)):
        try:
            table = read_device_table(table_file(text[:end]))
        except ConfigurationError:
            continue
        assert len(table.conductances_s) >= 2


def test_levels_lie_where_the_table_says(table_file, conductances):
    device = DeviceSettings(conductance_max_s=10e-6, levels="table", table=table_file(FOUR_LEVELS))
    cell = make_cell(4, device)
    np.testing.assert_allclose(cell.conductances(np.arange(4)) * cell.step_s, [1e-6, 2e-6, 4e-6, 10e-6], rtol=1e-6)
    assert cell.maximum * cell.step_s == pytest.approx(10e-6)
    assert cell.step_s == pytest.approx(3e-6)
    np.testing.assert_allclose(cell.conductances(np.array([0.5, 2.25])) * cell.step_s, [1.5e-6, 5.5e-6], rtol=1e-6)
    assert cell.swing(2) * cell.step_s == pytest.approx(3e-6)
    assert conductance_range_s(device, cell.table) == pytest.approx(9e-6)
    assert not is_noiseless(device)
    digits = conductances(device, [0b11_10_01_00], mapping=TWO_BITS)
    np.testing.assert_allclose(digits, [0.1, 0.2, 0.4, 1.0], rtol=1e-6)


def test_even_levels_of_a_table_are_even_levels(table_file, conductances):
    text = "conductance_s\n" + "".join(f"{2.5e-6 + level * 7.5e-6}\n" for level in range(4))
    table = DeviceSettings(conductance_max_s=25e-6, levels="table", table=table_file(text))
    levels = np.arange(256)
    found = conductances(table, levels, mapping=TWO_BITS)
    np.testing.assert_allclose(found, conductances(DeviceSettings(on_off_ratio=10.0), levels, mapping=TWO_BITS))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"levels": "table", "conductance_max_s": 9e-6}, "write conductance_max_s = 1e-05"),
        ({"levels": "table", "conductance_max_s": 10e-6, "on_off_ratio": 10.0}, "write on_off_ratio = inf"),
        ({"programming": ERRS, "conductance_max_s": 10e-6}, "reaches from 1e-06 to 1e-05 S, but levels lie from 0 to"),
        ({"programming": ERRS, "conductance_max_s": 20e-6, "on_off_ratio": 10.0}, "levels lie from 2e-06 to 2e-05"),
        ({"drift": DriftSettings("power-law-table")}, "no column nu_mean"),
        ({"white_noise": WhiteNoiseSettings("table")}, "no column read_std_s"),
    ],
)
def test_tables_that_do_not_fit_the_settings(table_file, settings, message):
    with pytest.raises(ConfigurationError, match=message):
        load_table(DeviceSettings(table=table_file(FOUR_LEVELS), **settings))


def test_a_table_of_other_levels_than_the_cells(table_file):
    device = DeviceSettings(conductance_max_s=10e-6, levels="table", table=table_file(FOUR_LEVELS))
    with pytest.raises(ConfigurationError, match="has 4 levels, but cells hold 8") as refused:
        make_cell(8, device)
    assert "list 8 levels" in str(refused.value.remedy)


@pytest.mark.parametrize("signs", ["differential", "two-sided", "offset", "twos-complement"])
def test_the_remedy_for_other_levels_holds_for_all_signs(table_file, signs):
    settings = MappingSettings(signs, cell_bits=2)
    two = DeviceSettings(levels="table", table=table_file("conductance_s\n0\n10e-6\n"), conductance_max_s=10e-6)
    with pytest.raises(ConfigurationError) as refused:
        make_mapping(7, settings, two)
    assert "2^cell_bits levels, those of two-sided pairs 2^(cell_bits + 1) - 1" in str(refused.value.remedy)
    levels = 2**3 - 1 if signs == "two-sided" else 2**2
    listed = "\n".join(f"{level / (levels - 1) * 10e-6!r}" for level in range(levels))
    device = DeviceSettings(levels="table", table=table_file(f"conductance_s\n{listed}\n"), conductance_max_s=10e-6)
    assert make_mapping(7, settings, device).cell.levels == levels


def test_tables_without_use_and_uses_without_table(tmp_path):
    with pytest.raises(ValueError, match="nothing reads it"):
        DeviceSettings(table=tmp_path / "x.csv")
    with pytest.raises(ValueError, match=r'drift\.kind = "measured" reads the device'):
        DeviceSettings(drift=DriftSettings("measured"))


def test_programming_from_a_table_has_its_means_and_deviations(table_file, conductances):
    text = "conductance_s,mean_s,std_s\n0,1e-6,1e-7\n10e-6,9e-6,5e-7\n"
    device = DeviceSettings(conductance_max_s=10e-6, table=table_file(text), programming=ERRS)
    count = 50_000
    for level, mean, std in ((0, 0.1, 0.01), (255, 0.9, 0.05), (51, 0.26, 0.018)):
        found = conductances(device, np.full(count, level))
        assert found.mean() == pytest.approx(mean, abs=4 * std / math.sqrt(count))
        assert found.std() == pytest.approx(std, rel=4 / math.sqrt(2 * count))


def test_white_noise_from_a_table(table_file):
    text = "conductance_s,read_std_s\n0,0\n10e-6,2e-7\n"
    device = DeviceSettings(conductance_max_s=10e-6, table=table_file(text), white_noise=WhiteNoiseSettings("table"))
    found = white_noise_std_s(np.array([0.0, 0.25, 1.0]), device, load_table(device))
    np.testing.assert_allclose(found, [0.0, 5e-8, 2e-7])
