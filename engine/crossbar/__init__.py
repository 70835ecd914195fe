"""Quantised, noisy crossbar arrays: mapping, devices, ADC, and inference through them."""
