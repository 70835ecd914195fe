"""Converters that a user adds: a Python file with a function ``converter``."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

from nnsreport.engine.cost.components.column_converter import ColumnConverter, ConverterPlace
from nnsreport.errors import ConfigurationError

_FUNCTION = "converter"
_PARAMETER = "converter"

_Build: TypeAlias = "Callable[[ConverterPlace], object]"


def converter_of_file(path: str, place: ConverterPlace) -> ColumnConverter:
    """Return the converters that a file describes.

    Parameters
    ----------
    path : str
        Of a Python file with a function ``converter(place: ConverterPlace) -> ColumnConverter``.
    place : ConverterPlace
        What the sub-array asks of them.

    Returns
    -------
    ColumnConverter
        Of the sub-array.

    Raises
    ------
    ConfigurationError
        The file cannot be loaded, lacks the function, or that returns something else.
    """
    found = _build_of(str(Path(path).resolve()))(place)
    if not isinstance(found, ColumnConverter):
        wanted = [name for name in ("outline", "leakage_w", "latency_s", "column_energy_j") if not hasattr(found, name)]
        raise _error(path, f"{_FUNCTION}() returns {type(found).__name__}, which lacks {', '.join(wanted)}")
    return found


@cache
def _build_of(path: str) -> _Build:
    """Return the function of a file, which is run once."""
    name = f"nnsreport_converter_{abs(hash(path)):x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise _error(path, "is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except OSError as error:
        del sys.modules[name]
        raise _error(path, f"cannot be read ({error.strerror})") from error
    except Exception as error:
        del sys.modules[name]
        raise _error(path, f"cannot be loaded ({type(error).__name__}: {error})") from error
    build: _Build | None = getattr(module, _FUNCTION, None)
    if not callable(build):
        raise _error(path, f"has no function {_FUNCTION}")
    return build


def _error(path: str, message: str) -> ConfigurationError:
    return ConfigurationError(
        message,
        path=path,
        field=_PARAMETER,
        remedy="give a Python file with a function converter(place) that returns one, as docs/cost-model.md shows",
    )
