"""Circuits around a memory array, each in one file: its outline, delay, energy and leakage."""
