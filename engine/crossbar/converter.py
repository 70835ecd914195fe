"""Converters of a layer, made of settings, calibrated ranges and, for what is frozen in each, a programming draw."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from nnsreport.engine.backend import Array
from nnsreport.engine.converters.analog import AnalogConverter, Errors, InputNoise, Quantizer, Scaling
from nnsreport.engine.converters.flash import flash_thresholds
from nnsreport.engine.converters.neurosim import linear_staircase, nonlinear_staircase
from nnsreport.engine.converters.noise import NoiseSource
from nnsreport.engine.converters.nonlinearity import ascending, polynomial_nonlinearity
from nnsreport.engine.converters.ramp import ramp_thresholds
from nnsreport.engine.converters.staircase import OwnStaircases, Rounding, SharedStaircase, nominal_thresholds
from nnsreport.engine.converters.successive_approximation import SuccessiveApproximation, capacitor_weights
from nnsreport.engine.converters.tables import read_nonlinearity, read_staircase, read_transfer
from nnsreport.engine.converters.transfer import TransferTable
from nnsreport.engine.converters.uniform import UniformConverter, code_limits, uniform_converter
from nnsreport.engine.crossbar.settings import AdcSettings
from nnsreport.engine.random import Purpose, Stream, device_stream, normals

if TYPE_CHECKING:
    from nnsreport.engine.crossbar.conductance import Draw


@dataclass(frozen=True, slots=True)
class ConverterLayout:
    """Which physical converter reads which column.

    Attributes
    ----------
    groups, slices, columns : int
        Of the layer; columns include a reference.
    weights_per_array : int
        Columns of weights of a physical array; all slices of a weight lie side by side.
    arrays : tuple of int
        Array of word lines that each block lies in: blocks of one array share its converters.
    """

    groups: int
    slices: int
    columns: int
    weights_per_array: int
    arrays: tuple[int, ...]

    def converters(self, columns_per_adc: int, sharing: str) -> Array:
        """Return the number of the converter of each line.

        Parameters
        ----------
        columns_per_adc : int
            Lines that share one; 0 for all of an array.
        sharing : str
            ``neighbours``, or ``stride`` for lines at equal distances.

        Returns
        -------
        numpy.ndarray of int64, (slices * columns,)
            Slice by slice, as sums are.
        """
        width = self.weights_per_array * self.slices
        count = math.ceil(width / (columns_per_adc or width))
        column = np.arange(self.columns)
        place = (column % self.weights_per_array) * self.slices + np.arange(self.slices)[:, None]
        within = place % count if sharing == "stride" else place // (columns_per_adc or width)
        numbers: Array = (column // self.weights_per_array) * count + within
        return numbers.reshape(-1)


@dataclass(frozen=True, slots=True)
class ConverterDesign:
    """The converters of a layer before any is drawn.

    Attributes
    ----------
    settings : AdcSettings
        What they are.
    low, high : int
        Least and greatest code.
    scaling : Scaling
        Steps and origins.
    layout : ConverterLayout
        Which converter reads which column.
    staircase : tuple of two numpy.ndarray, optional
        Thresholds and levels of a table, as shares of the range.
    bend : numpy.ndarray of float64, (thresholds,), optional
        Integral non-linearity of each threshold, in steps.
    transfer : tuple of two numpy.ndarray, optional
        Mean and standard deviation of each code.
    """

    settings: AdcSettings
    low: int
    high: int
    scaling: Scaling
    layout: ConverterLayout
    staircase: tuple[Array, Array] | None = None
    bend: Array | None = None
    transfer: tuple[Array, Array] | None = None

    @property
    def steps(self) -> tuple[float, ...]:
        """Sum that one code stands for; none for an ideal ADC."""
        return self.scaling.steps if self.settings.converts else ()

    def drawn(self, draw: Draw, time_s: float, xp: ModuleType) -> AnalogConverter:
        """Return the converters of one trial.

        Parameters
        ----------
        draw : Draw
            Identity of the random numbers.
        time_s : float
            Evaluation time, in s, which noise depends on; what is frozen does not.
        xp : module
            Array namespace to convert with.

        Returns
        -------
        AnalogConverter
            The same for the same arguments, on every backend.
        """
        parts = _DrawnParts(self, draw, xp)
        return AnalogConverter(
            scaling=self.scaling,
            sets=self.layout.arrays,
            example=xp.zeros(1, dtype=xp.float32),
            quantizer=parts.quantizer(),
            edges=self._edges(),
            errors=parts.errors(),
            noise=self._noise(draw, time_s),
            transfer=self._transfer(draw, time_s, xp),
        )

    def _edges(self) -> tuple[float, float]:
        if not self.settings.converts:
            return -math.inf, math.inf
        margin = 0.0 if self.staircase is not None else 0.5
        return self.low - margin, self.high + margin

    def _noise(self, draw: Draw, time_s: float) -> InputNoise | None:
        errors = self.settings.errors
        if not errors.noise_std:
            return None
        in_steps = errors.noise_unit == "step"
        stds = tuple(errors.noise_std / (1.0 if in_steps else step) for step in self.scaling.steps)
        source = NoiseSource(draw.seed, draw.trial, draw.layer, Purpose.CONVERSION_NOISE, time_s)
        return InputNoise(source, stds)

    def _transfer(self, draw: Draw, time_s: float, xp: ModuleType) -> TransferTable | None:
        if self.transfer is None:
            return None
        means, stds = (xp.asarray(column, dtype=xp.float32) for column in self.transfer)
        source = NoiseSource(draw.seed, draw.trial, draw.layer, Purpose.TRANSFER_NOISE, time_s)
        return TransferTable(means, stds, self.low, source)


class _DrawnParts:
    """What is frozen in the converters of one trial."""

    def __init__(self, design: ConverterDesign, draw: Draw, xp: ModuleType) -> None:
        self._design = design
        self._settings = design.settings
        self._draw = draw
        self._xp = xp
        self._sets = max(design.layout.arrays) + 1
        self._converter_of_line = design.layout.converters(design.settings.columns_per_adc, design.settings.sharing)

    def errors(self) -> Errors | None:
        """Return gain and offset of each line's converter."""
        errors, mismatch = self._settings.errors, self._settings.mismatch
        comparators = mismatch.comparator_std if self._settings.kind == "ramp" else 0.0
        numbers = (errors.offset, errors.offset_std, errors.gain_error, errors.gain_error_std, comparators)
        if not any(numbers):
            return None
        xp = self._xp
        deviates = self._deviates(Purpose.CONVERTER_ERROR, 2)
        gains = 1.0 + errors.gain_error + errors.gain_error_std * deviates[..., :1]
        offsets = errors.offset + errors.offset_std * deviates[..., 1:]
        if comparators:
            offsets = offsets + comparators * self._deviates(Purpose.CONVERTER_COMPARATOR, 1)
        return Errors(gains.astype(xp.float32), offsets.astype(xp.float32))

    def quantizer(self) -> Quantizer | None:
        """Return what turns inputs into codes."""
        design, xp = self._design, self._xp
        if not self._settings.converts:
            return None
        if design.staircase is not None:
            thresholds, levels = (design.low + share * (design.high - design.low) for share in design.staircase)
            return self._shared(ascending(self._bent(thresholds))[None], levels)
        nominal = self._bent(nominal_thresholds(design.low, design.high))
        codes = np.arange(design.low, design.high + 1)
        if self._settings.kind == "sar":
            return self._successive_approximation()
        if self._settings.kind == "flash":
            deviates = self._deviates(Purpose.CONVERTER_COMPARATOR, nominal.size)
            thresholds = flash_thresholds(xp.asarray(nominal), self._settings.mismatch.comparator_std, deviates)
            return OwnStaircases(thresholds.astype(xp.float32), design.low)
        if self._settings.kind == "ramp":
            source = self._stream(Purpose.CONVERTER_RAMP)
            steps = normals(source, (self._sets, nominal.size), np)
            return self._shared(ramp_thresholds(nominal, self._settings.mismatch.ramp_step_std, steps), codes)
        if design.bend is None:
            return Rounding(design.low, design.high)
        return self._shared(ascending(nominal)[None], codes)

    def _successive_approximation(self) -> SuccessiveApproximation:
        design, settings, xp = self._design, self._settings, self._xp
        deviates = self._deviates(Purpose.CONVERTER_CAPACITOR, settings.bits + 1)
        weights = capacitor_weights(settings.bits, settings.mismatch.capacitor_std, deviates).astype(xp.float32)
        bends = None
        if design.bend is not None:
            # Code 0 is never tried; a symmetric converter has no threshold of its own for the last code.
            padded = np.concatenate([[0.0], design.bend, [design.bend[-1]]])[: 2**settings.bits]
            bends = xp.asarray(padded, dtype=xp.float32)
        return SuccessiveApproximation(weights, design.low, design.high, bends)

    def _shared(self, thresholds: Array, levels: Array) -> SharedStaircase:
        xp = self._xp
        every_set = np.broadcast_to(thresholds, (self._sets, thresholds.shape[1]))
        return SharedStaircase(xp.asarray(every_set, dtype=xp.float32), xp.asarray(levels, dtype=xp.float32))

    def _bent(self, thresholds: Array) -> Array:
        return thresholds if self._design.bend is None else thresholds + self._design.bend

    def _deviates(self, purpose: Purpose, each: int) -> Array:
        """Return normal numbers, ``each`` for a converter, as lines see them: (sets, groups, lines, each)."""
        count = int(self._converter_of_line.max()) + 1
        shape = (self._sets, self._design.layout.groups, count, each)
        drawn = normals(self._stream(purpose), shape, self._xp)
        of_lines: Array = self._xp.take(drawn, self._xp.asarray(self._converter_of_line), axis=2)
        return of_lines

    def _stream(self, purpose: Purpose) -> Stream:
        return device_stream(self._draw.seed, self._draw.trial, self._draw.layer, purpose)


def design_converter(
    settings: AdcSettings,
    limits: Sequence[tuple[float, float]],
    signed: bool,
    layout: ConverterLayout,
    forms_sums: bool,
) -> UniformConverter | ConverterDesign | None:
    """Return the converters of a layer.

    Parameters
    ----------
    settings : AdcSettings
        What they are.
    limits : sequence of two floats
        Lower and upper end of the range of each slice, or of each column of each slice of each group, in level units
        times input digits; none for an ideal ADC. The lower end counts for two-sided spans only.
    signed : bool
        Whether sums can be negative.
    layout : ConverterLayout
        Which converter reads which column.
    forms_sums : bool
        Whether sums carry noise or are not linear, so that they have to be formed even if nothing is converted.

    Returns
    -------
    UniformConverter, ConverterDesign or None
        None where sums need not be formed. A design is drawn at each read.
    """
    shape = (layout.groups, layout.slices * layout.columns)
    if not settings.converts:
        if not (forms_sums or settings.errors.noise_std):
            return None
        scaling = Scaling((1.0,) * layout.slices, (0.0,) * layout.slices, layout.slices, shape)
        return ConverterDesign(settings, 0, 0, scaling, layout)
    if settings.span == "two-sided":
        low, high = code_limits(settings.bits, signed=False)
        steps = tuple(((end - begin) or 1.0) / high for begin, end in limits)
        origins = tuple(begin for begin, _ in limits)
    else:
        uniform = uniform_converter(settings.bits, [end for _, end in limits], signed)
        if settings.is_plain and len(limits) == layout.slices:
            return uniform
        low, high, steps = uniform.low, uniform.high, uniform.steps
        origins = (0.0,) * len(steps)
    return ConverterDesign(
        settings,
        low,
        high,
        Scaling(steps, origins, layout.slices, shape),
        layout,
        _staircase(settings),
        _bend(settings, low, high),
        read_transfer(settings.transfer_file, 2**settings.bits) if settings.transfer_file else None,
    )


def _staircase(settings: AdcSettings) -> tuple[Array, Array] | None:
    if settings.kind == "neurosim-linear":
        return linear_staircase(settings.bits)
    if settings.kind == "neurosim-nonlinear":
        return nonlinear_staircase(settings.bits)
    return read_staircase(settings.table_file) if settings.table_file else None


def _bend(settings: AdcSettings, low: int, high: int) -> Array | None:
    errors, staircase = settings.errors, _staircase(settings)
    thresholds = nominal_thresholds(low, high)
    if staircase is not None:
        thresholds = low + staircase[0] * (high - low)
    if errors.inl_coefficients:
        return polynomial_nonlinearity(thresholds, errors.inl_coefficients)
    if errors.inl_file is None:
        return None
    return read_nonlinearity(errors.inl_file, 2**settings.bits)[: thresholds.size]
