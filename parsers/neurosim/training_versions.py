"""The versions of DNN+NeuroSim for training, V2.0 and V2.1: what they print, once for each epoch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from nnsreport.parsers.neurosim.dialect import Dialect, Measure
from nnsreport.parsers.neurosim.inference_versions import V12
from nnsreport.parsers.neurosim.labels import (
    ACCUMULATION,
    ADC,
    BANNERS,
    BREAKDOWN_PREFIX,
    LAYER_BY_LAYER,
    PIPELINED,
    SIZE_LABELS,
    TABLE_TITLES,
    UTILIZATION_LABELS,
    area_labels,
)
from nnsreport.parsers.neurosim.stages import Stage
from nnsreport.parsers.quantities import MICROWATTS, NANOSECONDS, PICOJOULES, PURE, SQUARE_MICROMETRES, TERA

_PHASES = {
    "Forward": ("read", "forward"),
    "Activation Gradient": ("read", "activation_gradient"),
    "Weight Gradient": ("read", "weight_gradient"),
    "Weight Update": ("write", "weight_update"),
}
"""Each phase of an epoch: what it does with the arrays, and the component that stands for it."""


def _phase_labels(pattern: str) -> Iterator[tuple[str, Measure]]:
    for peak, prefix in (("", ""), ("PEAK ", "peak_")):
        for phase, (access, component) in _PHASES.items():
            for printed, quantity, metric in (
                ("Latency", NANOSECONDS, "latency"),
                ("DynamicEnergy", PICOJOULES, "dynamic_energy"),
            ):
                label = pattern.format(f"{peak}{access}{printed} of {phase}")
                # A breakdown prints the peaks of these two phases again.
                is_twice = bool(peak) and component in ("weight_gradient", "weight_update")
                yield (
                    label,
                    Measure(f"{prefix}epoch_{access}_{metric}", component, quantity, is_printed_twice=is_twice),
                )


def _layer_labels() -> dict[str, Measure]:
    labels = dict(_phase_labels("{} is"))
    for peak in ("", "PEAK "):  # a pipelined chip does not name the forward phase
        for printed in ("readLatency", "readDynamicEnergy"):
            labels[f"{peak}{printed} is"] = labels[f"{peak}{printed} of Forward is"]
    labels["leakagePower is"] = Measure("leakage_power", "total", MICROWATTS)
    labels["leakageEnergy is"] = Measure("epoch_leakage_energy", "total", PICOJOULES)
    return labels


def _breakdown_labels() -> dict[str, Measure]:
    latencies = {
        f"{ADC} readLatency is": ("epoch_read_latency", "adc"),
        f"{ACCUMULATION} readLatency is": ("epoch_read_latency", "accumulation"),
        "Synaptic Array w/o ADC (Forward + Activate Gradient) readLatency is": ("epoch_read_latency", "synaptic_array"),
        "Buffer buffer latency is": ("epoch_latency", "buffer"),
        "Buffer latency is": ("epoch_latency", "buffer"),
        "Buffer readLatency is": ("epoch_latency", "buffer"),
        "Interconnect latency is": ("epoch_latency", "interconnect"),
        "Interconnect readLatency is": ("epoch_latency", "interconnect"),
        "Weight Gradient Calculation readLatency is": ("peak_epoch_read_latency", "weight_gradient"),
        "Weight Update writeLatency is": ("peak_epoch_write_latency", "weight_update"),
        "DRAM data transfer Latency is": ("epoch_latency", "dram"),
    }
    energies = {
        f"{ADC} readDynamicEnergy is": ("epoch_read_dynamic_energy", "adc"),
        f"{ACCUMULATION} readDynamicEnergy is": ("epoch_read_dynamic_energy", "accumulation"),
        "Synaptic Array w/o ADC (Forward + Activate Gradient) readDynamicEnergy is": (
            "epoch_read_dynamic_energy",
            "synaptic_array",
        ),
        "Buffer readDynamicEnergy is": ("epoch_dynamic_energy", "buffer"),
        "Interconnect readDynamicEnergy is": ("epoch_dynamic_energy", "interconnect"),
        "Weight Gradient Calculation readDynamicEnergy is": ("peak_epoch_read_dynamic_energy", "weight_gradient"),
        "Weight Update writeDynamicEnergy is": ("peak_epoch_write_dynamic_energy", "weight_update"),
        "DRAM data transfer Energy is": ("epoch_dynamic_energy", "dram"),
        "DRAM data transfer DynamicEnergy is": ("epoch_dynamic_energy", "dram"),
    }
    labels = {}
    for part, (quantity, table) in enumerate(((NANOSECONDS, latencies), (PICOJOULES, energies))):
        for place, (label, (metric, component)) in enumerate(table.items()):
            labels[BREAKDOWN_PREFIX + label] = Measure(
                metric,
                component,
                quantity,
                order=100 * part + place,
                is_printed_twice=metric.startswith("peak_"),
            )
    return labels


def _chip_labels() -> dict[str, Measure]:
    array = "Chip total CIM (Forward+Activation Gradient) array"
    areas = area_labels(array=array)
    labels = {
        **UTILIZATION_LABELS,
        "ChipArea": areas.pop("ChipArea"),
        array: areas.pop(array),
        **areas,
        "Weight Gradient Calculation": Measure("area", "weight_gradient", SQUARE_MICROMETRES),
    }
    phases = list(_phase_labels("Chip {} (per epoch) is"))
    for peak, prefix in (("", ""), ("PEAK ", "peak_")):
        labels |= {label: measure for label, measure in phases if measure.metric.startswith("peak_") == bool(peak)}
        labels[f"Chip {peak}total Latency (per epoch) is"] = Measure(f"{prefix}epoch_latency", "total", NANOSECONDS)
        labels[f"Chip {peak}total Energy (per epoch) is"] = Measure(
            f"{prefix}epoch_dynamic_energy", "total", PICOJOULES
        )
    labels["Chip leakage Energy is"] = Measure("epoch_leakage_energy", "total", PICOJOULES)
    labels["Chip leakage Power is"] = Measure("leakage_power", "total", MICROWATTS)
    for peak, prefix in (("", ""), ("Peak ", "peak_")):
        for printed, metric, quantity in (
            ("Energy Efficiency TOPS/W", "energy_efficiency", TERA),
            ("Throughput TOPS", "throughput", TERA),
            ("Throughput FPS", "epoch_rate", PURE),  # main.cpp divides 1 by the seconds of an epoch
        ):
            labels[peak + printed] = Measure(f"{prefix}training_{metric}", "total", quantity)
    return labels


_PROCESS_BANNERS = {
    f"Chip {process} {what}": name
    for process, name in (("layer-by-layer", LAYER_BY_LAYER), ("pipeline", PIPELINED))
    for what in ("Estimation", "Performance")
}

V21 = Dialect(
    name="neurosim-2.1",
    title="DNN+NeuroSim V2.1 (training)",
    citation=(
        "X. Peng, S. Huang, H. Jiang, A. Lu, S. Yu, 'DNN+NeuroSim V2.0: An End-to-End Benchmarking Framework for "
        "Compute-in-Memory Accelerators for On-Chip Training', IEEE Transactions on Computer-Aided Design of "
        "Integrated Circuits and Systems, 2021"
    ),
    layer_labels=_layer_labels(),
    breakdown_labels=_breakdown_labels(),
    chip_labels=_chip_labels(),
    size_labels=SIZE_LABELS,
    table_titles=TABLE_TITLES,
    banners={
        **BANNERS,
        "": Stage.NOTHING,
        **{
            banner: Stage.SUMMARY if banner.endswith("Estimation") else Stage.PERFORMANCE for banner in _PROCESS_BANNERS
        },
    },
    process_banners=_PROCESS_BANNERS,
    prose=V12.prose,
    flags=V12.flags | {"nonlinearityLTP", "nonlinearityLTD", "max_level", "d2dVari", "c2cVari"},
    is_training=True,
)

V20 = dataclasses.replace(V21, name="neurosim-2.0", title="DNN+NeuroSim V2.0 (training)")
"""Prints as V2.1 does."""
