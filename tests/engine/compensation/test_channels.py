"""Statistics of channels, their running averages, and batch normalisation that has been folded away."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnsreport.engine.compensation import (
    ChannelStatistics,
    average,
    batch_weights,
    channel_statistics,
    channels,
    restoring,
)


@pytest.fixture
def product():
    return np.random.default_rng(0).normal(3, 2, (2, 50, 4)).astype(np.float32)


def loops(product):
    """Mean and variance of each channel, number by number."""
    groups, vectors, columns = product.shape
    mean, variance = np.empty((groups, columns)), np.empty((groups, columns))
    for g, n in np.ndindex(groups, columns):
        values = [float(value) for value in product[g, :, n]]
        mean[g, n] = math.fsum(values) / vectors
        variance[g, n] = math.fsum((value - mean[g, n]) ** 2 for value in values) / vectors
    return mean, variance


@pytest.mark.parametrize("numbers", [1, 56, 1 << 22])
def test_statistics_are_those_of_plain_loops(product, numbers, monkeypatch):
    monkeypatch.setattr(channels, "_NUMBERS_AT_A_TIME", numbers)
    found, (mean, variance) = channel_statistics(product), loops(product)
    np.testing.assert_allclose(found.mean, mean, rtol=1e-12)
    np.testing.assert_allclose(found.variance, variance, rtol=1e-12)


def test_statistics_of_a_large_mean_do_not_lose_the_variance():
    numbers = np.array([1e6, 1e6 + 1], np.float32).reshape(1, 2, 1)
    assert channel_statistics(numbers).variance.item() == 0.25


@pytest.mark.parametrize("batches", [1, 2, 13])
@pytest.mark.parametrize("remainder", [0.015, 0.5])
def test_weights_are_those_of_running_averages(batches, remainder):
    # The rule as published, step by step: value <- p value + (1 - p) batch, p = remainder^(1/n).
    values, start = np.random.default_rng(batches).normal(size=batches), 7.0
    running, p = start, remainder ** (1 / batches)
    for value in values:
        running = p * running + (1 - p) * value
    weights = batch_weights(batches, remainder)
    assert sum(weights) == pytest.approx(1.0)
    assert remainder * start + (1 - remainder) * float(np.dot(weights, values)) == pytest.approx(running)


def test_without_remainder_batches_count_alike():
    assert batch_weights(4, 0.0) == (0.25,) * 4
    # The limit of ever longer memory is the same.
    assert batch_weights(4, 1e-12)[-1] > 0.99
    assert batch_weights(4, 0.999) == pytest.approx((0.25,) * 4, rel=1e-3)


def test_averages_are_of_means_and_of_variances():
    one = ChannelStatistics(np.array([[1.0]]), np.array([[4.0]]))
    other = ChannelStatistics(np.array([[3.0]]), np.array([[8.0]]))
    found = average([one, other], [0.25, 0.75])
    assert (found.mean.item(), found.variance.item()) == (2.5, 7.0)
    assert one.mean.item() == 1.0


def test_restoring_is_batch_normalisation_with_new_statistics(product):
    rng = np.random.default_rng(1)
    gamma, beta = rng.normal(1, 0.3, (2, 1, 4)), rng.normal(size=(2, 1, 4))
    trained, noisy = product.astype(np.float64), 0.7 * product + rng.normal(0.2, 0.3, product.shape)
    mean, deviation = trained.mean(axis=1, keepdims=True), trained.std(axis=1, keepdims=True)
    # Normalised with the statistics of the noisy layer ...
    expected = gamma * (noisy - noisy.mean(axis=1, keepdims=True)) / noisy.std(axis=1, keepdims=True) + beta
    # ... and with normalisation folded into the weights, whose bias is beta - gamma mean / deviation.
    folded = gamma / deviation
    correction = restoring(channel_statistics(folded * trained), channel_statistics(folded * noisy))
    found = correction.apply((folded * noisy).astype(np.float32)) + beta - folded * mean
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_uniform_factor_is_restored(product):
    reference = channel_statistics(product)
    correction = restoring(reference, channel_statistics(0.3 * product))
    np.testing.assert_allclose(correction.apply(np.float32(0.3) * product), product, rtol=1e-5, atol=1e-5)


def test_channels_that_do_not_vary_are_only_shifted():
    reference = ChannelStatistics(np.array([[2.0, 5.0]]), np.array([[9.0, 0.0]]))
    dead = ChannelStatistics(np.array([[0.5, 1.0]]), np.array([[0.0, 0.0]]))
    correction = restoring(reference, dead)
    assert correction.scale.tolist() == [[1.0, 1.0]]
    np.testing.assert_allclose(correction.apply(np.array([[[0.5, 1.0]]], np.float32))[0, 0], [2.0, 5.0], atol=1e-6)


def test_noise_on_channels_that_should_not_vary_is_removed():
    reference = ChannelStatistics(np.array([[2.0]]), np.array([[0.0]]))
    noisy = ChannelStatistics(np.array([[1.0]]), np.array([[4.0]]))
    assert restoring(reference, noisy).apply(np.array([[[-7.0], [9.0]]], np.float32)).ravel().tolist() == [2.0, 2.0]


def test_statistics_stay_on_the_device(product, strict_device):
    there = strict_device.asarray(product)
    host = restoring(channel_statistics(product), channel_statistics(product[:, 10:]))
    device = restoring(channel_statistics(there), channel_statistics(there[:, 10:]))
    found = average([channel_statistics(there)] * 2, [0.5, 0.5])
    np.testing.assert_allclose(found.mean.get(), channel_statistics(product).mean)
    np.testing.assert_array_equal(device.scale.get(), host.scale)
    np.testing.assert_array_equal(device.apply(there).get(), host.apply(product))
