"""Parameters of a chip from a user's files: NeuroSim's Param.cpp, or the JSON of a run with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import declarations
from nnsreport.engine.records import dataclass
from nnsreport.errors import DataError

Number = bool | int | float
_VERSION = "1.4"
_OTHER_CHIPS = ("mlp", "systolic")
_REMEDY = "give NeuroSim's Param.cpp, or a JSON file with its values as `params`"
_BEGINNING = 4096
_RENAMED = {"parallelRead": "numRowParallel"}
"""Arguments of main that Param.cpp calls otherwise."""
_JSON_REMEDY = "give an object with `params`, values by names of Param.cpp, and if need be `argv`, arguments of main"
KNOWN_NAMES: tuple[str, ...] = tuple(declaration.name for declaration in declarations(Given).values())
"""Names of Param.cpp that the cost depends on, arguments of main among them."""


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """What a file says.

    Attributes
    ----------
    values : Mapping of str to bool, int or float
        By names of Param.cpp; those that the cost does not depend on are in it as well.
    arguments : Mapping of str to bool, int or float
        Arguments of NeuroSim's main, by the same names; they are stronger.
    notes : tuple of str
        What a reader of the results should know.
    """

    values: Mapping[str, Number]
    arguments: Mapping[str, Number]
    notes: tuple[str, ...] = ()


def read_parameter_file(path: Path) -> ParameterValues:
    """Read a Param.cpp, or a JSON file with its values.

    Parameters
    ----------
    path : Path
        What begins with a brace is JSON, as no C++ does.

    Returns
    -------
    ParameterValues
        At least one value that the cost depends on.

    Raises
    ------
    DataError
        The file cannot be read, is cut off, or has none of the parameters.
    LogError
        A Param.cpp cannot be read.
    """
    beginning = _beginning(path)
    if not beginning:
        raise DataError("is empty", path=path, remedy=_REMEDY)
    found = _read_json(path) if beginning.startswith(b"{") else _read_param_cpp(path)
    if not (found.values.keys() | found.arguments.keys()) & set(KNOWN_NAMES):
        raise DataError(
            "has none of the parameters that the cost depends on",
            path=path,
            remedy=_REMEDY,
        )
    return found


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_BEGINNING).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path) from error


def _read_param_cpp(path: Path) -> ParameterValues:
    from nnsreport.parsers.param_cpp import read_param_cpp

    found = read_param_cpp(path)
    if not found.is_whole:
        raise DataError("is cut off, or no Param.cpp", path=path, remedy="give the whole file")
    # A few lines may be of any version.
    if _VERSION not in found.versions and any(version.startswith(_OTHER_CHIPS) for version in found.versions):
        raise DataError(
            f"is the Param.cpp of NeuroSim {' or '.join(found.versions)}, whose chips are others",
            path=path,
            remedy=f"give one of NeuroSim {_VERSION}",
        )
    values = {name: value for name, value in found.values.items() if not isinstance(value, str)}
    notes = [f"{path}: {problem.message}" for problem in found.problems]
    unknown = [name for name in KNOWN_NAMES if name in found.parameters and name not in values]
    notes += [f"{path}: the value of {name} is not known, so that of NeuroSim {_VERSION} is taken" for name in unknown]
    if found.versions and _VERSION not in found.versions:
        versions = " or ".join(found.versions)
        notes.append(f"{path}: is of NeuroSim {versions}, and taken as one of {_VERSION}")
    return ParameterValues(values, {}, tuple(notes))


def _read_json(path: Path) -> ParameterValues:
    content = read_json(path)
    if not isinstance(content, dict) or not isinstance(content.get("params"), dict):
        raise DataError("has no object `params`", path=path, remedy=_JSON_REMEDY)
    return ParameterValues(_numbers(content, "params", path), _numbers(content, "argv", path))


def read_json(path: Path) -> object:
    """Read a JSON file.

    Parameters
    ----------
    path : Path
        UTF-8.

    Returns
    -------
    object
        Its content, unchecked.

    Raises
    ------
    DataError
        It cannot be read, or is no JSON; the line is named.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", path=path) from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"is no JSON: {error.msg.lower()}", path=path, line=error.lineno, remedy=_JSON_REMEDY
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise DataError("is no JSON in UTF-8", path=path, remedy=_JSON_REMEDY) from error


def _numbers(content: Mapping[str, object], key: str, path: Path) -> dict[str, Number]:
    table = content.get(key) or {}
    if not isinstance(table, dict):
        raise DataError("is no object", path=path, field=key, remedy=_JSON_REMEDY)
    found: dict[str, Number] = {}
    for name, value in table.items():
        if not isinstance(value, bool | int | float):
            raise DataError(
                f"is {value!r:.40}, no number", path=path, field=f"{key}.{name}", remedy="write a number, true or false"
            )
        found[_RENAMED.get(str(name), str(name))] = value
    return found
