"""Parameters of Param.cpp on the command line: ``--set technode=7``."""

from __future__ import annotations

import dataclasses
import difflib
from enum import IntEnum

from nnsreport.configuration.overrides import Override
from nnsreport.configuration.schema import Configuration
from nnsreport.engine.cost.given import Given
from nnsreport.engine.cost.parameter_fields import declarations
from nnsreport.errors import ConfigurationError

_SECTION = "cost.parameters"
_DEFAULTS = {declaration.name: getattr(Given(), field) for field, declaration in declarations(Given).items()}


def of_parameter(override: Override) -> Override:
    """Return an override under the full name of its setting.

    Parameters
    ----------
    override : Override
        A name without a dot is one of Param.cpp, or of a section.

    Returns
    -------
    Override
        Switches may have been given as 0 and 1, as in Param.cpp, and choices by their names.

    Raises
    ------
    ConfigurationError
        There is no such parameter; the nearest is named.
    """
    name = override.dotted
    if "." in name or name in {field.name for field in dataclasses.fields(Configuration)}:
        return override
    if name not in _DEFAULTS:
        nearest = difflib.get_close_matches(name, _DEFAULTS, 1)
        raise ConfigurationError(
            "is no parameter that the cost depends on",
            path=override.option,
            field=name,
            remedy=f"did you mean {nearest[0]}?" if nearest else "use a name of NeuroSim's Param.cpp",
        )
    return dataclasses.replace(override, dotted=f"{_SECTION}.{name}", value=_plain(override.value, _DEFAULTS[name]))


def _plain(value: object, default: object) -> object:
    if isinstance(default, bool) and value in (0, 1):
        return bool(value)
    if isinstance(default, IntEnum) and isinstance(value, str) and value.upper() in type(default).__members__:
        return type(default)[value.upper()].value
    return value
