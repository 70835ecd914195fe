"""The scripts that compare with CrossSim, without CrossSim: the engine itself, or one tampered with, stands in."""

from __future__ import annotations

import importlib
import importlib.resources
import math
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings
from nnsreport.engine.crossbar.reading import ReadLayer
from nnsreport.engine.crossbar.settings import AdcSettings, DeviceSettings, MappingSettings

EXAMPLE = importlib.resources.files("nnsreport") / "example"
PLAIN = CrossbarSettings()


@pytest.fixture(scope="module")
def products() -> ModuleType:
    return importlib.import_module("peer_products")


@pytest.fixture(scope="module")
def networks() -> ModuleType:
    return importlib.import_module("peer_networks")


@pytest.fixture(scope="module")
def rows() -> ModuleType:
    return importlib.import_module("crosssim_settings")


@pytest.fixture(scope="module")
def beside() -> ModuleType:
    return importlib.import_module("beside_crosssim")


@pytest.fixture(scope="module")
def material(networks: ModuleType, tmp_path_factory: pytest.TempPathFactory):
    return networks.Material(EXAMPLE / "digits_cnn.onnx", EXAMPLE / "digits_test.npz", EXAMPLE / "digits_test.npz")


def one_layer(products: ModuleType, settings: CrossbarSettings, **shape: int) -> tuple[ReadLayer, np.ndarray]:
    size = {"rows": 200, "columns": 6, "vectors": 5} | shape
    weight, x = products.random_product(np.random.default_rng(3), **size, bits=(8, 8), signed=False)
    network = products.matrix_network(weight, x, settings)
    return network.program(seed=0, trial=0).read(0.0)["none"].layers[0], x


def test_random_matrices_lie_on_the_grids_of_their_integers(products: ModuleType) -> None:
    for signed in (False, True):
        weight, x = products.random_product(np.random.default_rng(0), 50, 4, 7, (6, 5), signed)
        assert np.abs(weight).max() == np.abs(x).max() == 1.0
        assert (x.min() < 0) == signed
        for numbers, top in ((weight, 31), (x, 15 if signed else 31)):
            np.testing.assert_allclose(numbers * top, np.rint(numbers * top), atol=1e-5)


def test_a_code_more_is_found_wherever_no_sum_is_on_an_edge(products: ModuleType) -> None:
    read, x = one_layer(products, PLAIN)
    ours, _ = read.multiply(x)
    assert products.compare_layer(read, x, ours) == products.ProductComparison(ours.size, 0, 0, 0.0)
    worth = products.least_code(read)
    assert worth == pytest.approx(read.layer.adc_steps[0] * read.layer.weight_scale * read.layer.activation_scale)
    edges = products.outputs_on_edge(read, x)
    for index in np.ndindex(*ours.shape):
        changed = ours.copy()
        changed[index] += worth
        found = products.compare_layer(read, x, changed)
        assert (found.differing, found.on_edge) == (1, int(edges[index]))
        assert found.equal == bool(edges[index])


def test_sums_on_an_edge_are_those_half_way_between_two_codes(products: ModuleType, tmp_path) -> None:
    """With steps of two level units every odd sum lies half-way."""
    ranges = tmp_path / "ranges.csv"
    ranges.write_text("layer,slice,high\n0,0,254\n")
    mapping = MappingSettings(rows=0, dac_bits=1)
    weight = np.zeros((3, 2), dtype=np.float32)
    weight[:, 0], weight[:2, 1] = [1.0, 2 / 127, 3 / 127], [1.0, 2 / 127]
    x = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1]], dtype=np.float32)
    settings = CrossbarSettings(mapping=mapping, adc=AdcSettings(range="file", range_file=ranges))
    network = products.matrix_network(weight, x, settings)
    read = network.program(seed=0, trial=0).read(0.0)["none"].layers[0]
    assert read.layer.adc_steps == (2.0,)
    # Sums of column 0: 127, 2, 3, 130; of column 1: 127, 2, 0, 127.
    odd = [[True, True], [False, False], [True, False], [False, True]]
    np.testing.assert_array_equal(products.outputs_on_edge(read, x)[0], odd)


def test_nothing_is_on_an_edge_without_a_converter(products: ModuleType) -> None:
    read, x = one_layer(products, replace(PLAIN, adc=AdcSettings("ideal")))
    assert products.least_code(read) == 0.0
    assert not products.outputs_on_edge(read, x).any()
    ours, _ = read.multiply(x)
    assert products.compare_layer(read, x, ours * (1 + 1e-7)).equal
    assert not products.compare_layer(read, x, ours * (1 + 1e-5)).equal


def test_the_largest_term_includes_what_is_subtracted(products: ModuleType) -> None:
    read, x = one_layer(products, replace(PLAIN, mapping=MappingSettings("offset")))
    ours, _ = read.multiply(x)
    added = 128 / 127 * x.sum(axis=1).max()
    assert products.largest_term(read, x, ours) == pytest.approx(np.abs(ours).max() + added, rel=1e-5)


def test_deviations_of_one_law_agree_and_others_are_told(products: ModuleType) -> None:
    random, ideal = np.random.default_rng(1), np.zeros((1, 300))
    first, second, wider, shifted = (
        products.deviations(random.normal(mean, std, (100, 1, 300)), ideal)
        for mean, std in ((0, 1), (0, 1), (0, 1.1), (0.1, 1))
    )
    same = products.compare_deviations(first, second)
    assert abs(same.std_z) < 4
    assert same.mean_z == pytest.approx(1, abs=0.2)
    # 30,000 numbers a side: sqrt(2 / (2 x 30,000)) for the ratio of two deviations.
    assert same.std_ratio_error == pytest.approx(math.sqrt(1 / 30_000), rel=0.05)
    assert products.compare_deviations(first, wider).std_z > 10
    assert products.compare_deviations(first, shifted).mean_z > 1.15
    assert products.compare_deviations(first, shifted).bias == pytest.approx(0.1, abs=0.02)


def outputs(networks: ModuleType, right: list[list[bool]]):
    """Outputs of a network of two classes, of which the first is always right."""
    logits = np.array([[[1.0, 0.0] if image else [0.0, 1.0] for image in trial] for trial in right])
    ideal = np.ones((len(right[0]), 2))
    return networks.Outputs(logits, ideal, np.zeros(len(right[0]), dtype=int), 1.0, 1.0)


def test_one_trial_each_is_compared_image_by_image(networks: ModuleType) -> None:
    ours = outputs(networks, [[True, True, True, True, False, False, True, True]])
    theirs = outputs(networks, [[False, False, False, True, True, False, True, True]])
    found = networks.compare_networks(ours, theirs)
    assert found.accuracy_z == -2 / math.sqrt(4)  # three images against one
    assert found.difference == -2 / 8
    assert found.error == math.sqrt(4) / 8
    assert (found.same_class, found.equal_images) == (0.5, 0.5)
    assert networks.compare_networks(ours, ours).accuracy_z == 0.0


def test_several_trials_are_compared_by_their_means(networks: ModuleType) -> None:
    ours = outputs(networks, [[True, True, True, False], [True, False, False, False]])
    theirs = outputs(networks, [[True, True, True, True], [True, True, False, False]])
    found = networks.compare_networks(ours, theirs)
    error = math.sqrt(2 * 0.125 / 2)  # two variances of 0.125, of two trials each
    assert found.difference == pytest.approx(0.25)
    assert found.accuracy_z == pytest.approx(0.25 / error)
    assert math.isnan(found.same_class)


def test_every_row_is_a_setting_that_the_engine_computes(products: ModuleType, rows: ModuleType) -> None:
    timed = [(settings, 0.0) for settings in rows.product_settings().values()]
    timed += [*rows.deviation_settings().values()]
    timed += [(row.settings, row.time_s) for row in rows.network_rows().values()]
    for settings, time_s in timed:
        weight, x = products.random_product(np.random.default_rng(3), 20, 3, 2, (8, 8), signed=False)
        read = products.matrix_network(weight, x, settings).program(seed=0, trial=0).read(time_s)["none"]
        assert np.abs(read.infer(x).outputs - x @ weight).max() < np.abs(x @ weight).max()  # some are stuck


def test_random_settings_are_ones_that_the_engine_computes(products: ModuleType, rows: ModuleType) -> None:
    drawn = list(rows.random_settings(np.random.default_rng(0), 40))
    assert len({repr(chosen) for chosen in drawn}) == 40
    for chosen in drawn:
        read, x = one_layer(products, chosen, rows=30, columns=3, vectors=4)
        assert products.compare_layer(read, x, read.multiply(x)[0]).equal


def test_ranges_are_counted_in_highest_conductances_and_largest_pulses(products: ModuleType) -> None:
    cores = importlib.import_module("crosssim_cores")
    adc = AdcSettings(range="full-scale")
    for mapping, expected in (
        (MappingSettings(), [[-128.0, 128.0]]),
        (MappingSettings(subtraction="digital"), [[0.0, 128.0]]),
        (MappingSettings(dac_bits=1), [[-128.0, 128.0]]),
        (MappingSettings("offset", dac_bits=2, cell_bits=4), [[0.0, 128.0]] * 2),
        (MappingSettings(cell_bits=2), [*[[-128.0, 128.0]] * 3, [-128.0 / 3, 128.0 / 3]]),
    ):
        settings = CrossbarSettings(mapping=mapping, adc=adc)
        read, _ = one_layer(products, settings)
        found = cores.ranges_in_crosssim(read.converter, read.layer, settings)
        np.testing.assert_allclose(found, expected)
    settings = CrossbarSettings(mapping=MappingSettings(subtraction="digital"), device=DeviceSettings(on_off_ratio=3.0))
    read, _ = one_layer(products, settings)
    with pytest.raises(ValueError, match="one range"):
        cores.ranges_in_crosssim(read.converter, read.layer, settings)


def test_the_gain_of_analog_offset_is_known() -> None:
    cores = importlib.import_module("crosssim_cores")
    assert cores.offset_gain(PLAIN) == 1.0
    assert cores.offset_gain(replace(PLAIN, mapping=MappingSettings("offset", cell_bits=2))) == 1.0
    assert cores.offset_gain(replace(PLAIN, mapping=MappingSettings("offset"))) == 254 / 255


class Stand:
    """A layer or network of the engine in the place of CrossSim's."""

    extra = 0.0

    def __init__(self, products: ModuleType, layer, settings, **_: object) -> None:
        network = products.matrix_network(
            layer.linear.weight[0], np.ones((1, layer.linear.inputs), np.float32), settings
        )
        programmed = replace(network.program(0, 0), layers=(layer,))
        self.read = programmed.read(0.0)["none"].layers[0]
        self.ranges = [1.0]

    def multiply(self, _: object, x: np.ndarray) -> np.ndarray:
        return self.read.multiply(x)[0] + self.extra * self.read.layer.weight_scale


def test_tables_of_products_say_what_is_equal(
    beside: ModuleType, products: ModuleType, material, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    class Wrong(Stand):
        extra = 100.0

    few = dict(list(beside.product_settings().items())[::6])
    monkeypatch.setattr(beside, "product_settings", lambda: few)
    monkeypatch.setattr(beside, "ROWS", 40)
    options = beside.Options(material, 1.0, 3, 5, [""])
    for stand, equal in ((Stand, True), (Wrong, False)):
        monkeypatch.setattr(
            beside, "CrossSimLayer", lambda layer, settings, stand=stand, **_: stand(products, layer, settings)
        )
        beside.print_products(options)
        verdicts = [line.split("|")[-2].strip() for line in capsys.readouterr().out.splitlines()[2:]]
        assert len(verdicts) == 2 * len(few) >= 8
        assert set(verdicts) == {"equal" if equal else "**not equal**"}
        beside.print_random(options)
        assert ("; 0 settings unequal" in capsys.readouterr().out) == equal


def test_table_of_networks_has_a_row_for_each_setting(
    beside: ModuleType, networks: ModuleType, rows: ModuleType, material, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    def small(known, *_):
        for name in ("differential, ADC range max", "programming 5 %, proportional"):
            row = replace(known[name], images=40, trials=min(known[name].trials, 2))
            ours = networks.run_engine(row, material)
            assert ours.logits.shape == (row.trials, 40, 10)
            assert ours.core_ms > 0
            yield name, ours, ours

    monkeypatch.setattr(importlib.import_module("peer_tables"), "run_both", small)
    beside.print_networks(beside.Options(material, 0.05, 1, 1, [""]))
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")][2:]
    assert ["100.0 %" in line for line in lines] == [True, False]
    assert "equal for 100 %; RMS difference 0.0e+00" in lines[0]
    assert "(+0.0)" in lines[1]


def test_rows_scale_with_the_share(networks: ModuleType) -> None:
    row = networks.NetworkRow(PLAIN, images=500)
    assert [row.scaled(share).images for share in (1.0, 0.1, 1e-9)] == [500, 50, 1]


def test_rows_are_chosen_by_words(networks: ModuleType, rows: ModuleType) -> None:
    known = rows.network_rows()
    assert list(networks.chosen_rows(known, [""], 1.0)) == list(known)
    assert list(networks.chosen_rows(known, ["wires", "read noise"], 1.0)) == ["read noise 2 %", "wires 1 ohm"]
