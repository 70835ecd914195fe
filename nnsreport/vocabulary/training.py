"""On-chip training: numbers are for one epoch, so their names differ from those for one image."""

from __future__ import annotations

from nnsreport.vocabulary.kinds import Better, Metric, Scope, metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_CHIP, _LAYER, _NETWORK, _SIMULATION = Scope.CHIP, Scope.LAYER, Scope.NETWORK, Scope.SIMULATION
_PEAK = "; arrays and their periphery only, without buffers, interconnect and DRAM"

METRICS: tuple[Metric, ...] = (
    # Progress of the training itself
    metric("train_loss", "1", _LOWER, "loss of one batch while training", _NETWORK),
    metric("train_accuracy", "fraction", _HIGHER, "share of one batch classified correctly while training", _NETWORK),
    metric("learning_rate", "1", _NEITHER, "learning rate", _NETWORK),
    metric("best_accuracy", "fraction", _HIGHER, "best test accuracy of all epochs", _NETWORK),
    metric("epoch_time", "s", _NEITHER, "run time for one epoch, averaged over those so far", _SIMULATION),
    metric("batch_time", "s", _NEITHER, "run time for one batch, averaged over the epochs so far", _SIMULATION),
    metric("elapsed_time", "s", _NEITHER, "run time of the simulator since its start", _SIMULATION),
    metric("expected_time", "s", _NEITHER, "run time that the simulator still expects", _SIMULATION),
    metric("weight_mean", "1", _NEITHER, "mean of a layer's weights", _LAYER),
    metric("weight_std", "1", _NEITHER, "standard deviation of a layer's weights", _LAYER),
    metric("weight_update_mean", "1", _NEITHER, "mean of a layer's weight updates", _LAYER),
    metric("weight_update_std", "1", _NEITHER, "standard deviation of a layer's weight updates", _LAYER),
    metric("distribution_mean", "1", _NEITHER, "mean of a layer's weights or of their updates: not told which", _LAYER),
    metric("distribution_std", "1", _NEITHER, "standard deviation of weights or of updates: not told which", _LAYER),
    metric("input_activity", "fraction", _NEITHER, "share of ones among a layer's input bits", _LAYER),
    # Hardware, one epoch
    metric("epoch_latency", "s", _LOWER, "time of one epoch, all phases", _CHIP, _LAYER),
    metric("epoch_dynamic_energy", "J", _LOWER, "dynamic energy of one epoch, all phases", _CHIP, _LAYER),
    metric("epoch_read_latency", "s", _LOWER, "time of the reads of one epoch", _CHIP, _LAYER),
    metric("epoch_read_dynamic_energy", "J", _LOWER, "dynamic energy of the reads of one epoch", _CHIP, _LAYER),
    metric("epoch_write_latency", "s", _LOWER, "time of the writes of one epoch", _CHIP, _LAYER),
    metric("epoch_write_dynamic_energy", "J", _LOWER, "dynamic energy of the writes of one epoch", _CHIP, _LAYER),
    metric("epoch_leakage_energy", "J", _LOWER, "leakage energy of one epoch", _CHIP, _LAYER),
    metric("peak_epoch_latency", "s", _LOWER, f"time of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("peak_epoch_dynamic_energy", "J", _LOWER, f"dynamic energy of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("peak_epoch_read_latency", "s", _LOWER, f"time of the reads of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("peak_epoch_read_dynamic_energy", "J", _LOWER, f"energy of the reads of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("peak_epoch_write_latency", "s", _LOWER, f"time of the writes of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("peak_epoch_write_dynamic_energy", "J", _LOWER, f"energy of the writes of one epoch{_PEAK}", _CHIP, _LAYER),
    metric("training_energy_efficiency", "op/J", _HIGHER, "operations of training per joule", _CHIP),
    metric("training_throughput", "op/s", _HIGHER, "operations of training per second", _CHIP),
    metric("training_epoch_rate", "epoch/s", _HIGHER, "epochs per second; NeuroSim prints it as FPS", _CHIP),
    metric("peak_training_energy_efficiency", "op/J", _HIGHER, f"operations of training per joule{_PEAK}", _CHIP),
    metric("peak_training_throughput", "op/s", _HIGHER, f"operations of training per second{_PEAK}", _CHIP),
    metric("peak_training_epoch_rate", "epoch/s", _HIGHER, f"epochs per second{_PEAK}", _CHIP),
)

COMPONENTS: dict[str, str] = {
    "forward": "the forward pass",
    "activation_gradient": "computing the gradients of activations",
    "weight_gradient": "computing the gradients of weights",
    "weight_update": "writing the new weights",
    "synaptic_array": "memory arrays with their periphery, without ADCs, in forward pass and activation gradient",
    "dram": "transfers from and to the DRAM",
}
