"""Formulas of transistors and gates that every component is built from (NeuroSim V1.4's formula.cpp)."""
