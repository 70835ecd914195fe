"""Arithmetic of other simulators, computed as they compute it, to compare with."""
