"""Activations on word lines, cycle by cycle."""

from __future__ import annotations

import numpy as np
import pytest

from nnsreport.engine.crossbar.inputs import input_coding

CODINGS = ["bipolar", "twos-complement", "two-passes"]


def all_levels(bits, signed):
    top = 2**bits - 1
    levels = np.arange(-top if signed else 0, top + 1)
    return levels.astype(("int" if signed else "uint") + ("8" if bits + signed <= 8 else "16")).reshape(1, 1, -1)


@pytest.mark.parametrize("signs", CODINGS)
@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("bits", [1, 7, 8, 15])
@pytest.mark.parametrize("dac_bits", [0, 1, 2, 3, 8])
def test_pulses_make_up_the_activations(signs, signed, bits, dac_bits):
    coding = input_coding(bits, signed, dac_bits, signs)
    levels = all_levels(bits, signed)
    pulses = coding.pulses(levels).astype(int)
    assert pulses.shape == (coding.count, *levels.shape)
    assert np.array_equal(sum(w * pulse for w, pulse in zip(coding.weights, pulses, strict=True)), levels)
    assert tuple(int(np.abs(pulse).max()) for pulse in pulses) == coding.tops
    assert (pulses.min() < 0) == coding.has_negative_pulses == (signed and signs == "bipolar")


@pytest.mark.parametrize(("signs", "cycles"), [("bipolar", 4), ("twos-complement", 5), ("two-passes", 8)])
def test_cycles_of_seven_bits_in_twos(signs, cycles):
    assert input_coding(7, True, 2, signs).count == cycles
    assert input_coding(7, False, 2, signs).count == 4  # what is never negative needs no sign


def test_parts_of_an_array_are_cut_like_the_whole(devices):
    levels = all_levels(7, True).repeat(3, axis=1)
    for signs in CODINGS:
        coding = input_coding(7, True, 2, signs)
        whole = coding.pulses(levels)
        assert np.array_equal(coding.pulses(levels[:, 1:, 5:9]), whole[:, :, 1:, 5:9])
        for xp in devices.values():
            assert np.array_equal(coding.pulses(xp.asarray(levels)).get(), whole)
