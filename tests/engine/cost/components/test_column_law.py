"""Energies of conversions in pieces are those that converters say of each column."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from nnsreport.engine.cost.components.column_law import Piece, piecewise, piecewise_sums, without_negative_values
from nnsreport.engine.cost.components.multilevel_sense_amplifier import References, Sensing, multilevel_sense_amplifier
from nnsreport.engine.cost.components.reference_ladder import parallel_ladder
from nnsreport.engine.cost.components.sar_adc import sar_adc
from nnsreport.engine.cost.technology import Roadmap, technology

NODES = ((130, "HP"), (65, "LSTP"), (22, "HP"), (22, "LSTP"), (14, "LSTP"), (1, "LSTP"))
OHM = np.geomspace(10, 1e10, 500)
POINTS_OHM = np.stack([OHM, OHM * 3])
LEVELS, READ_V = np.array([16.0, 64.0]), np.array([0.3, 0.6])


@pytest.mark.parametrize(("node_nm", "roadmap"), NODES)
@pytest.mark.parametrize("sensing", list(Sensing))
def test_law_of_multilevel_sense_amplifiers(node_nm: int, roadmap: str, sensing: Sensing) -> None:
    used = technology(node_nm, Roadmap(roadmap), 320)
    references = References(parallel_ladder(6e3, 128, LEVELS), LEVELS, 1e-14, 1e-12, 1e-15)
    converter = multilevel_sense_amplifier(
        16, LEVELS, references, 1e-4, READ_V, used, sensing=sensing, special_layout=True
    )
    law = converter.column_law()
    assert law is not None
    np.testing.assert_allclose(law.energy_j(POINTS_OHM), converter.column_energy_j(POINTS_OHM), rtol=1e-13)


@pytest.mark.parametrize(("node_nm", "roadmap"), NODES)
def test_law_of_successive_approximation(node_nm: int, roadmap: str) -> None:
    converter = sar_adc(16, LEVELS, 1e-4, READ_V, technology(node_nm, Roadmap(roadmap), 320))
    np.testing.assert_allclose(
        converter.column_law().energy_j(POINTS_OHM), converter.column_energy_j(POINTS_OHM), rtol=1e-13
    )


def test_fits_of_power_are_negative_somewhere_and_their_laws_are_not() -> None:
    falling = (Piece(1e3, per_ohm=-1.0, constant=500.0), Piece(1e6, constant=2.0), Piece(per_log=-1.0, constant=20.0))
    found = without_negative_values(falling)
    assert found is not None
    assert [piece.below_ohm for piece in found] == [500.0, 1e3, 1e6, math.exp(20), math.inf]
    assert (piecewise(falling, OHM) < 0).any()
    np.testing.assert_allclose(piecewise(found, OHM), np.maximum(piecewise(falling, OHM), 0), atol=1e-12)


@pytest.mark.parametrize(("low", "high"), [(1e4, 3e4), (2.0, 1e9), (1e5, 1e5), (2e6, 1e9), (10.0, 90.0)])
def test_sums_of_a_fit_are_those_of_its_values(low: float, high: float) -> None:
    """Also where a product of all resistances could not be represented."""
    pieces = (Piece(1e2, per_ohm=-1.0, constant=3.0), Piece(1e6, per_log=-0.5, constant=9.0), Piece(per_log=0.1))
    resistance_ohm = np.random.default_rng(4).uniform(low, high, (7, 128))
    expected = piecewise(pieces, resistance_ohm).sum(axis=-1)  # type: ignore[union-attr]
    np.testing.assert_allclose(piecewise_sums(pieces, resistance_ohm), expected, rtol=1e-14)


def test_a_piece_that_is_negative_throughout_becomes_0() -> None:
    (piece,) = without_negative_values([Piece(constant=-1.0)]) or ()
    assert piece == Piece()


def test_a_power_ends_at_its_zero() -> None:
    falling, negative = without_negative_values([Piece(constant=-2.0, per_power=8.0, exponent=-2.0)]) or ()
    assert falling == Piece(2.0, constant=-2.0, per_power=8.0, exponent=-2.0)
    assert negative == Piece()


def test_zeros_of_two_terms_have_no_formula() -> None:
    assert without_negative_values([Piece(per_log=1.0, per_ohm=1.0)]) is None


def test_factor_and_unit_belong_to_the_points() -> None:
    part = sar_adc(16, LEVELS, 1e-4, READ_V, technology(22, Roadmap.LOW_STANDBY_POWER, 300)).column_law()
    alone = dataclasses.replace(part, ohm_factor=0.5 / READ_V[1], unit_j=part.unit_j[1], fixed_j=part.fixed_j[1])
    assert part.energy_j(np.array([1e4, 1e4]))[1] == alone.energy_j(1e4)
