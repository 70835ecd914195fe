"""Digital compensation of what devices do to a layer: factors from read-outs, and restored statistics of channels."""

from __future__ import annotations

from nnsreport.engine.compensation.channels import (
    ChannelCorrection,
    ChannelStatistics,
    average,
    batch_weights,
    channel_statistics,
    restoring,
)
from nnsreport.engine.compensation.factors import (
    Gain,
    ReadOut,
    column_factors,
    global_factor,
    mean_gain,
    read_out,
    scaled_columns,
)
from nnsreport.engine.compensation.recalibration import Recalibration, recalibration

__all__ = [
    "ChannelCorrection",
    "ChannelStatistics",
    "Gain",
    "ReadOut",
    "Recalibration",
    "average",
    "batch_weights",
    "channel_statistics",
    "column_factors",
    "global_factor",
    "mean_gain",
    "read_out",
    "recalibration",
    "restoring",
    "scaled_columns",
]
