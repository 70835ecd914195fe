"""The versions of DNN+NeuroSim for inference, V1.0 to V1.5 and digital CIM: what each prints."""

from __future__ import annotations

import dataclasses

from nnsreport.parsers.neurosim.dialect import Dialect
from nnsreport.parsers.neurosim.labels import (
    ALL_PERFORMANCE,
    BANNERS,
    BREAKDOWN_LABELS,
    CLOCK_LABELS,
    EARLY_CLOCK_LABELS,
    LAYER_BY_LAYER,
    LAYER_LABELS,
    OTHER,
    SIZE_LABELS,
    TABLE_TITLES,
    UTILIZATION_LABELS,
    area_labels,
    performance_labels,
    pipelined_total_labels,
    total_labels,
)

_PENG_2019 = (
    "X. Peng, S. Huang, Y. Luo, X. Sun, S. Yu, 'DNN+NeuroSim: An End-to-End Benchmarking Framework for "
    "Compute-in-Memory Accelerators with Versatile Device Technologies', IEEE International Electron Devices "
    "Meeting, 2019"
)
_LEE_2024 = (
    "J. Lee, A. Lu, W. Li, S. Yu, 'NeuroSim V1.4: Extending Technology Support for Digital Compute-in-Memory "
    "Toward 1nm Node', IEEE Transactions on Circuits and Systems I: Regular Papers, 2024"
)

_PROSE = ("Tile and PE size are optimized to maximize memory utilization",)
_FLAGS_10 = frozenset(
    {
        *("type", "batch_size", "epochs", "grad_scale", "seed", "log_interval", "test_interval", "logdir"),
        *("decreasing_lr", "wl_weight", "wl_grad", "wl_activate", "wl_error", "cuda"),
    }
)
_FLAGS_12 = _FLAGS_10 | {
    *("inference", "onoffratio", "cellBit", "subArray", "ADCprecision", "vari", "t", "v", "detect", "target"),
}
_FLAGS_13 = (_FLAGS_12 - {"type", "cuda"}) | {"dataset", "model", "mode", "lr"}
_PROPERTIES_12 = {
    "subArray size:": "subArray",
    "ADC precision:": "ADCprecision",
    "cell precision:": "cellBit",
    "on/off ratio:": "onoffratio",
    "variation:": "vari",
}
_PROPERTIES_15 = {
    "subArray size:": "sub_array",
    "parallel read:": "parallel_read",
    "ADC precision:": "adc_precision",
    "cell precision:": "bitcell",
    "on/off ratio:": "on_off_ratio",
}
"""The ratio repeats no flag: it is on_state over off_state."""

_FLAGS_15 = frozenset(
    {
        *("dataset", "model", "data_path", "model_path", "test_name", "mode", "gpu", "batch_size", "calib_batch_size"),
        *("seed", "logdir", "hardware", "ppa", "num_batches", "sub_array", "parallel_read", "weight_precision"),
        *("input_precision", "dac_precision", "adc_precision", "bitcell", "mem_type", "off_state", "on_state"),
        *("mem_states_file", "vdd", "read_noise", "output_noise", "output_noise_file", "t", "v", "v_list", "detect"),
        *("target", "rate_stuck_0", "rate_stuck_1", "input_calib_method", "weight_calib_method", "adc_calib_method"),
        *("input_axis", "weight_axis", "adc_axis", "adc_quant_method", "optimize_adc", "adc_enable"),
    }
)

V10 = Dialect(
    name="neurosim-1.0",
    title="DNN+NeuroSim V1.0 (inference)",
    citation=_PENG_2019,
    layer_labels=LAYER_LABELS,
    breakdown_labels=BREAKDOWN_LABELS,
    chip_labels={
        **UTILIZATION_LABELS,
        **area_labels(other=OTHER, array=None),
        **total_labels("Chip total readLatency"),
        **performance_labels("Energy Efficiency TOPS/W", "Throughput FPS", processes=(LAYER_BY_LAYER,)),
    },
    size_labels=SIZE_LABELS,
    table_titles={**TABLE_TITLES, "Speed-up of each layer": ("speed_up_rows", "speed_up_columns")},
    banners=BANNERS,
    prose=_PROSE,
    flags=_FLAGS_10,
    has_tensorflow_wrapper=True,
    breakdown_adds_up=False,
)

V12 = dataclasses.replace(
    V10,
    name="neurosim-1.2",
    title="DNN+NeuroSim V1.2 (inference)",
    chip_labels={
        **UTILIZATION_LABELS,
        **area_labels(array=None),
        **total_labels(),
        **pipelined_total_labels(),
        **performance_labels("Energy Efficiency TOPS/W", "Throughput TOPS", "Throughput FPS"),
    },
    table_titles=TABLE_TITLES,
    flags=_FLAGS_12,
    has_tensorflow_wrapper=False,
    breakdown_adds_up=True,
    properties=_PROPERTIES_12,
)

V11 = dataclasses.replace(V12, name="neurosim-1.1", title="DNN+NeuroSim V1.1 (inference)")
"""Prints as V1.2 does."""

V13 = dataclasses.replace(
    V12,
    name="neurosim-1.3",
    title="DNN+NeuroSim V1.3 (inference)",
    chip_labels={
        **UTILIZATION_LABELS,
        **area_labels(),
        **CLOCK_LABELS,
        **total_labels(),
        **pipelined_total_labels(),
        **performance_labels(*ALL_PERFORMANCE),
    },
    flags=_FLAGS_13,
)

V14 = dataclasses.replace(
    V13,
    name="neurosim-1.4",
    title="DNN+NeuroSim V1.4 (inference)",
    citation=_LEE_2024,
    chip_labels={**V13.chip_labels, **EARLY_CLOCK_LABELS},
    flags=_FLAGS_13 | {"parallelRead"},
    properties={**_PROPERTIES_12, "parallel read:": "parallelRead"},
)

V15 = dataclasses.replace(
    V14,
    name="neurosim-1.5",
    title="DNN+NeuroSim V1.5 (inference)",
    citation=(
        "J. Read, M.-Y. Lee, W.-H. Huang, Y.-C. Luo, A. Lu, S. Yu, 'NeuroSim V1.5: Improved Software Backbone for "
        "Benchmarking Compute-in-Memory Accelerators with Device and Circuit-level Non-idealities', arXiv, 2025"
    ),
    flags=_FLAGS_15,
    properties=_PROPERTIES_15,
    evaluates_in_phases=True,
)

DCIM = dataclasses.replace(
    V14, name="neurosim-dcim-1.0", title="NeuroSim for digital compute-in-memory V1.0 (inference)"
)
"""Prints as V1.4 does, with 0um^2 of ADCs."""
