"""Loops in C, built at installation where there is a compiler; without them the same is done in more time."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

VARIABLE = "NNSREPORT_LOOPS"
"""Environment variable; ``off`` leaves the loops unused."""


def are_wanted() -> bool:
    """Return whether loops, and kernels of a GPU, are to be used where there are any.

    Returns
    -------
    bool
        False where the environment variable is ``off``.
    """
    return os.environ.get(VARIABLE) != "off"


def loops(module: str) -> ModuleType | None:
    """Return a module of loops.

    Parameters
    ----------
    module : str
        Its full name.

    Returns
    -------
    module or None
        None where it was not built, or is not wanted.
    """
    if not are_wanted():
        return None
    try:
        return importlib.import_module(module)
    except ImportError:  # no compiler where it was installed, a checkout that was not, or built for another machine
        return None
