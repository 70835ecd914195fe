"""Results analysis and reporting for analog compute-in-memory research."""

__version__ = "0.1.0"
