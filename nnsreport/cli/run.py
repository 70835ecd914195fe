"""Placeholder, replaced within the hour by its owner."""


def run() -> None:
    """Not written yet."""
