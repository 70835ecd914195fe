"""Analog-to-digital converters, and the noise of conversions: one kind a file."""
