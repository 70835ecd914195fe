"""Noisy crossbar inference and hardware cost: arrays in, dataclasses of arrays out."""
