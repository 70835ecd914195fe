"""The lines with which MLP+NeuroSim prints numbers.

From ``main.cpp`` of the branches MLPInferenceV1.0, V2.0 and V3.0 of https://github.com/neurosim/NeuroSim: the versions
print the same, but for the transfers of weights, which only V3.0 has.
"""

from __future__ import annotations

from nnsreport.parsers.measure import Measure
from nnsreport.parsers.quantities import Quantity, fixed, scientific

_SQUARE_METRES = Quantity(" m^2", 0, scientific(4))
_WATTS = Quantity(" W", 0, scientific(4))
SECONDS = Quantity(" s", 0, scientific(4))
JOULES = Quantity(" J", 0, scientific(4))

FIRST_LABEL = "Total SubArray (synaptic core) area="
"""Begins the first line of every run that gets as far as numbers."""

CHIP_LABELS: dict[str, Measure] = {
    FIRST_LABEL: Measure("area", "synaptic_core", _SQUARE_METRES),
    "Total Neuron (neuron peripheries) area=": Measure("area", "neuron_periphery", _SQUARE_METRES),
    "Total area=": Measure("area", "total", _SQUARE_METRES),
    "Leakage power of subArrayIH is : ": Measure("leakage_power", "subarray_input_hidden", _WATTS),
    "Leakage power of subArrayHO is : ": Measure("leakage_power", "subarray_hidden_output", _WATTS),
    "Leakage power of NeuronIH is : ": Measure("leakage_power", "neuron_input_hidden", _WATTS),
    "Leakage power of NeuronHO is : ": Measure("leakage_power", "neuron_hidden_output", _WATTS),
    "Total leakage power of subArray is : ": Measure("leakage_power", "synaptic_core", _WATTS),
    "Total leakage power of Neuron is : ": Measure("leakage_power", "neuron_periphery", _WATTS),
}
"""Printed once, before training; the number follows the label at once."""

ACCURACY = (Quantity("%", -2, fixed(2)), Quantity("", -2, fixed(2)))
"""Of ``Accuracy at 1 epochs is : 27.50%``. The program asks printf for ``%\\n``, which is no conversion: glibc prints
the per cent sign, the C libraries of BSD and macOS do not. Two decimals tell that no digit is missing."""

READ_LATENCY, WRITE_LATENCY = "Read latency", "Write latency"
READ_ENERGY, WRITE_ENERGY = "Read energy", "Write energy"
TRANSFER_LATENCY, TRANSFER_ENERGY = "Transfer latency", "Transfer energy"

_BASIC = (READ_LATENCY, WRITE_LATENCY, READ_ENERGY, WRITE_ENERGY)
_TOTALS = tuple(
    Measure(f"cumulative_{label.lower().replace(' ', '_')}", "total", SECONDS if "latency" in label else JOULES)
    for label in _BASIC
)
_TRANSFER_LATENCY = Measure("cumulative_transfer_latency", "total", SECONDS)
_TRANSFER_LATENCY_INPUT_HIDDEN = Measure("cumulative_transfer_latency", "subarray_input_hidden", SECONDS)
_TRANSFER_ENERGY = Measure("cumulative_transfer_energy", "total", JOULES)

BLOCKS: dict[tuple[str, ...], tuple[Measure, ...]] = {
    _BASIC: _TOTALS,
    (*_BASIC, TRANSFER_LATENCY, TRANSFER_LATENCY, TRANSFER_ENERGY): (
        *_TOTALS,
        _TRANSFER_LATENCY,
        _TRANSFER_LATENCY_INPUT_HIDDEN,
        _TRANSFER_ENERGY,
    ),
    (*_BASIC, TRANSFER_LATENCY, TRANSFER_ENERGY): (*_TOTALS, _TRANSFER_LATENCY_INPUT_HIDDEN, _TRANSFER_ENERGY),
}
"""The lines below an accuracy, whole, and what they stand for. With hybrid cells (3T1C+2PCM) the transfer latency of
both sub-arrays stands before that of the first; with 2T1F cells only that of the first is printed, though the energy is
that of both."""

QUANTITIES: dict[str, Quantity] = {
    label: SECONDS if "latency" in label else JOULES for label in (*_BASIC, TRANSFER_LATENCY, TRANSFER_ENERGY)
}
"""How the number behind a label of an epoch is printed."""

CELLS: dict[int, str] = {0: "without transfer", 1: "2T1F", 2: "hybrid"}
"""The kind of synaptic cell, by the number of transfer latencies an epoch."""
