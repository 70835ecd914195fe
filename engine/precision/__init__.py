"""How precise an analog dot product is: compute SNR, quantisation noise, and how many ADC bits are enough."""

from __future__ import annotations

from nnsreport.engine.precision.criteria import (
    TABLE_III_CONSTANT_DB,
    bit_growth_bits,
    bits_for_sqnr,
    clipping_range,
    minimum_precision_bits,
    required_sqnr_db,
    table_iii_precision_bits,
    truncated_bit_growth_bits,
)
from nnsreport.engine.precision.quantization import (
    gaussian_clipping_noise,
    gaussian_quantization_noise,
    optimal_gaussian_clip,
    uniform_sqnr_db,
)
from nnsreport.engine.precision.snr import ComputeSnr, combined_db, composed_snr, decibels, power_ratio, snr_db
from nnsreport.engine.precision.statistics import DotProductStatistics, Moments, dot_product_statistics, moments

__all__ = [
    "TABLE_III_CONSTANT_DB",
    "ComputeSnr",
    "DotProductStatistics",
    "Moments",
    "bit_growth_bits",
    "bits_for_sqnr",
    "clipping_range",
    "combined_db",
    "composed_snr",
    "decibels",
    "dot_product_statistics",
    "gaussian_clipping_noise",
    "gaussian_quantization_noise",
    "minimum_precision_bits",
    "moments",
    "optimal_gaussian_clip",
    "power_ratio",
    "required_sqnr_db",
    "snr_db",
    "table_iii_precision_bits",
    "truncated_bit_growth_bits",
    "uniform_sqnr_db",
]
