"""Packages whose names are imported from their modules when they are asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping


def names_of(package: str, modules: Mapping[str, Iterable[str]]) -> Callable[[str], object]:
    """Return the ``__getattr__`` of a package that imports none of its modules before a name of it is used.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    modules : Mapping of str to iterable of str
        The names that each of its modules gives.

    Returns
    -------
    Callable
        From a name to what it stands for; any other name is an AttributeError.
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def attribute(name: str) -> object:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{module_of[name]}"), name)

    return attribute
