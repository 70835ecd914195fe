"""Area, latency, energy and leakage of compute-in-memory chips, after NeuroSim V1.4, as array programs."""
