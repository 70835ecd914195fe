"""MLP+NeuroSim: on-line training of a two-layer perceptron; latencies and energies run on from the first epoch."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_SINCE = "since the start of training"

METRICS: tuple[Metric, ...] = (
    metric("cumulative_read_latency", "s", Better.LOWER, f"time of all reads {_SINCE}", Scope.CHIP),
    metric("cumulative_write_latency", "s", Better.LOWER, f"time of all writes {_SINCE}", Scope.CHIP),
    metric("cumulative_transfer_latency", "s", Better.LOWER, f"time of all weight transfers {_SINCE}", Scope.CHIP),
    metric("cumulative_read_energy", "J", Better.LOWER, f"energy of all reads {_SINCE}", Scope.CHIP),
    metric("cumulative_write_energy", "J", Better.LOWER, f"energy of all writes {_SINCE}", Scope.CHIP),
    metric("cumulative_transfer_energy", "J", Better.LOWER, f"energy of all weight transfers {_SINCE}", Scope.CHIP),
)

COMPONENTS: dict[str, str] = {
    "synaptic_core": "the sub-arrays of both layers",
    "neuron_periphery": "the neurons of both layers",
    "subarray_input_hidden": "the sub-array between input and hidden layer",
    "subarray_hidden_output": "the sub-array between hidden and output layer",
    "neuron_input_hidden": "the neurons between input and hidden layer",
    "neuron_hidden_output": "the neurons between hidden and output layer",
}
