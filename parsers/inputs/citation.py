"""Whom to cite for NeuroSim's input files."""

from __future__ import annotations

DNN_NEUROSIM = (
    "X. Peng, S. Huang, Y. Luo, X. Sun, S. Yu, 'DNN+NeuroSim: An End-to-End Benchmarking Framework for "
    "Compute-in-Memory Accelerators with Versatile Device Technologies', IEEE International Electron Devices Meeting "
    "(IEDM), 2019"
)
