"""A genuine text of MLP+NeuroSim."""

from __future__ import annotations

ONE_EPOCH = (
    "Total SubArray (synaptic core) area=5.0841e-09 m^2\n"
    "Total Neuron (neuron peripheries) area=1.2082e-09 m^2\n"
    "Total area=6.2923e-09 m^2\n"
    "Leakage power of subArrayIH is : 7.1391e-05 W\n"
    "Leakage power of subArrayHO is : 1.6238e-05 W\n"
    "Leakage power of NeuronIH is : 1.5533e-05 W\n"
    "Leakage power of NeuronHO is : 2.4850e-06 W\n"
    "Total leakage power of subArray is : 8.7629e-05 W\n"
    "Total leakage power of Neuron is : 1.8018e-05 W\n"
    "Accuracy at 1 epochs is : 27.50%\n"
    "\tRead latency=1.2177e-04 s\n"
    "\tWrite latency=5.3715e+00 s\n"
    "\tRead energy=1.2621e-08 J\n"
    "\tWrite energy=2.0059e-06 J\n"
    "\n"
)
"""One epoch of MLP+NeuroSim V3.0 with its shipped device, on patterns of our own."""
