"""Ranges of a network's converters, found from the sums that they would see.

Sources: the minimum-precision criterion clips at a number of standard deviations of the signal (S. K. Gonugondla et
al., IEEE TCAD 41, 3188 (2022), doi:10.1109/TCAD.2021.3124757, and ICCAD 2020). Ranges that differ from layer to layer,
against one for the whole network, and ranges limited to what the hardware can set, are the subject of N. Laubeuf et
al., ACM TODAES 27, 46 (2022), whose abstract alone was read; step sizes that were learned are read from a file.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nnsreport.engine.backend import Array, to_numpy
from nnsreport.engine.converters.tables import read_rows
from nnsreport.engine.converters.uniform import code_limits
from nnsreport.engine.crossbar.ranges import MagnitudeCounts, Moments, SignedCounts
from nnsreport.engine.crossbar.settings import AdcSettings
from nnsreport.engine.precision.criteria import clipping_range
from nnsreport.errors import DataError

Limits = list[tuple[float, float]]
"""Lower and upper end of each slice's range, or of each column's; the lower end counts for two-sided spans only."""


@dataclass(frozen=True, slots=True)
class LayerSums:
    """What is known of the sums of a layer.

    Attributes
    ----------
    groups, slices, columns : int
        Of the layer; columns include a reference.
    full_scale : tuple of float
        Largest sum possible of each slice.
    signed : bool
        Whether sums can be negative.
    """

    groups: int
    slices: int
    columns: int
    full_scale: tuple[float, ...]
    signed: bool


class SumStatistics:
    """What is counted of the sums of one slice of a layer.

    Parameters
    ----------
    settings : AdcSettings
        Which range is wanted.
    """

    def __init__(self, settings: AdcSettings) -> None:
        binned = settings.range in ("percentile", "mse")
        two_sided = settings.span == "two-sided"
        self._settings = settings
        self._signed = SignedCounts(binned) if two_sided else None
        self._magnitudes = None if two_sided else MagnitudeCounts(binned)
        self._moments = Moments() if settings.range == "mpc" else None
        self._extremes: tuple[Array, Array] | None = None

    def add(self, sums: Array) -> None:
        """Count sums.

        Parameters
        ----------
        sums : Array of float32, (cycles, groups, columns, m)
            Of one slice and block.
        """
        if not sums.size:
            return
        by_column = self._settings.granularity == "column"
        if self._moments is not None:
            self._moments.add(sums, (0, 3) if by_column else (0, 1, 2, 3))
        elif by_column:
            self._add_extremes(sums)
        elif self._signed is not None:
            self._signed.add(sums)
        elif self._magnitudes is not None:
            self._magnitudes.add(sums)

    def merge(self, other: SumStatistics) -> None:
        """Count what another has counted.

        Parameters
        ----------
        other : SumStatistics
            With the same settings; not of single columns.
        """
        if self._moments is not None and other._moments is not None:
            self._moments.merge(other._moments)
        elif self._signed is not None and other._signed is not None:
            self._signed.merge(other._signed)
        elif self._magnitudes is not None and other._magnitudes is not None:
            self._magnitudes.merge(other._magnitudes)

    def limits(self, levels: int, full_scale: float, signed: bool) -> Limits:
        """Return the range, or the ranges of all columns.

        Parameters
        ----------
        levels : int
            Steps from zero to the range.
        full_scale : float
            Largest sum possible.
        signed : bool
            Whether sums can be negative.

        Returns
        -------
        list of two floats
            One for the slice, or one for each column of each group.
        """
        if self._settings.range == "full-scale":
            return [(-full_scale if signed else 0.0, full_scale)]
        if self._moments is not None:
            return self._clipped_at_deviations(full_scale, signed)
        if self._extremes is not None:
            return self._extreme_limits()
        return [self._between() if self._magnitudes is None else (0.0, self._from_zero(self._magnitudes, levels))]

    def _between(self) -> tuple[float, float]:
        counts = self._signed
        if counts is None or counts.least > counts.greatest:
            return 0.0, 0.0
        if self._settings.range == "percentile":
            return counts.percentiles(self._settings.percentile)
        return counts.least, counts.greatest

    def _from_zero(self, counts: MagnitudeCounts, levels: int) -> float:
        if self._settings.range == "percentile":
            return counts.percentile(self._settings.percentile)
        return counts.least_squared_error(levels) if self._settings.range == "mse" else counts.largest

    def _clipped_at_deviations(self, full_scale: float, signed: bool) -> Limits:
        assert self._moments is not None
        means, stds = np.ravel(self._moments.mean), np.ravel(self._moments.std)
        floor = -full_scale if signed else 0.0
        limits = []
        for mean, std in zip(means.tolist(), stds.tolist(), strict=True):
            low, high = clipping_range(mean, std, self._settings.clip)
            if self._settings.span == "from-zero":
                high = max(high, -low) if signed else high
            limits.append((max(low, floor), min(high, full_scale)))
        return limits

    def _add_extremes(self, sums: Array) -> None:
        least, greatest = to_numpy(sums.min(axis=(0, 3))), to_numpy(sums.max(axis=(0, 3)))
        if self._extremes is not None:
            least, greatest = np.minimum(least, self._extremes[0]), np.maximum(greatest, self._extremes[1])
        self._extremes = least, greatest

    def _extreme_limits(self) -> Limits:
        assert self._extremes is not None
        least, greatest = (np.ravel(extreme).astype(np.float64) for extreme in self._extremes)
        if self._settings.span == "from-zero":
            greatest = np.maximum(np.abs(least), np.abs(greatest))
        return list(zip(least.tolist(), greatest.tolist(), strict=True))


def network_limits(
    settings: AdcSettings, statistics: Sequence[Sequence[SumStatistics]], layers: Sequence[LayerSums]
) -> list[Limits]:
    """Return the ranges of all converters of a network.

    Parameters
    ----------
    settings : AdcSettings
        Which ranges are wanted, and what has one of its own.
    statistics : sequence of sequences of SumStatistics
        Of each slice of each layer.
    layers : sequence of LayerSums
        The layers.

    Returns
    -------
    list of Limits
        Of each layer: one for each slice, or in the order of groups, slices and columns one for each column.
    """
    pooled = _pooled(settings, statistics)
    levels = [code_limits(settings.bits, layer.signed)[1] for layer in layers]
    scales = [layer.full_scale for layer in layers]
    if settings.granularity == "layer":
        scales = [(max(scale),) * len(scale) for scale in scales]
    elif settings.granularity == "network":
        largest = max((max(scale) for scale in scales), default=0.0)
        scales = [(largest,) * len(scale) for scale in scales]
    found = []
    for layer, slices, scale, steps in zip(layers, pooled, scales, levels, strict=True):
        by_slice = [statistic.limits(steps, full, layer.signed) for statistic, full in zip(slices, scale, strict=True)]
        on_grid = [
            [_on_grid(settings, limit, full) for limit in limits] for limits, full in zip(by_slice, scale, strict=True)
        ]
        found.append(_flat(settings, on_grid, layer))
    return found


def limits_from_file(path: Path, names: Sequence[str], layers: Sequence[LayerSums], two_sided: bool) -> list[Limits]:
    """Read the ranges of all converters of a network.

    Parameters
    ----------
    path : Path
        CSV with the columns ``layer``, ``slice``, ``high`` and for two-sided spans ``low``.
    names : sequence of str
        Of the layers; a file may also count them from 0.
    layers : sequence of LayerSums
        The layers.
    two_sided : bool
        Whether lower ends are needed.

    Returns
    -------
    list of Limits
        Of each layer, one for each slice.

    Raises
    ------
    DataError
        A layer or slice is unknown, comes twice or is missing, or a range is empty.
    """
    places = {**{str(index): index for index in range(len(names))}, **{name: i for i, name in enumerate(names)}}
    found: dict[tuple[int, int], tuple[float, float]] = {}
    for row in read_rows(path, ("layer", "slice", "high", *(("low",) if two_sided else ()))):
        layer = places.get(row.cells["layer"])
        if layer is None:
            raise row.error("layer", f"is {row.cells['layer']!r}, no layer of the network")
        index = row.number("slice")
        if index not in range(layers[layer].slices):
            raise row.error("slice", f"is {index:g}, but layer {names[layer]!r} has {layers[layer].slices}, from 0")
        low, high = row.number("low") if two_sided else 0.0, row.number("high")
        if high <= low:
            raise row.error("high", f"is {high:g}, expected more than {low:g}")
        if (layer, int(index)) in found:
            raise row.error("slice", f"{index:g} of layer {names[layer]!r} comes a second time")
        found[layer, int(index)] = low, high
    for layer, sums in enumerate(layers):
        missing = [index for index in range(sums.slices) if (layer, index) not in found]
        if missing:
            raise DataError(f"lacks slice {missing[0]} of layer {names[layer]!r}", path=path, field="layer")
    return [[found[layer, index] for index in range(sums.slices)] for layer, sums in enumerate(layers)]


def _pooled(settings: AdcSettings, statistics: Sequence[Sequence[SumStatistics]]) -> Sequence[Sequence[SumStatistics]]:
    """Let every slice know what all slices of its layer, or of the network, have counted."""
    if settings.granularity == "layer":
        return [[_merged(settings, slices)] * len(slices) for slices in statistics]
    if settings.granularity == "network":
        whole = _merged(settings, [statistic for slices in statistics for statistic in slices])
        return [[whole] * len(slices) for slices in statistics]
    return statistics


def _merged(settings: AdcSettings, statistics: Sequence[SumStatistics]) -> SumStatistics:
    merged = SumStatistics(settings)
    for statistic in statistics:
        merged.merge(statistic)
    return merged


def _on_grid(settings: AdcSettings, limit: tuple[float, float], full_scale: float) -> tuple[float, float]:
    low, high = limit
    if settings.grid == "free" or high <= 0.0 or full_scale <= 0.0:
        return limit
    return low, full_scale * 2.0 ** -math.floor(math.log2(full_scale / high) + 1e-9)


def _flat(settings: AdcSettings, by_slice: list[Limits], layer: LayerSums) -> Limits:
    if settings.granularity != "column":
        return [limits[0] for limits in by_slice]
    width = layer.groups * layer.columns
    wide = [limits * width if len(limits) == 1 else limits for limits in by_slice]
    stacked = np.stack([np.array(limits).reshape(layer.groups, layer.columns, 2) for limits in wide], axis=1)
    return [(float(low), float(high)) for low, high in stacked.reshape(-1, 2)]
