"""Reading a TOML file, with one line for whatever is wrong with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from nnsreport.errors import ConfigurationError

_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file.

    Parameters
    ----------
    path : Path
        UTF-8.

    Returns
    -------
    dict of str to object
        Its content, unchecked.

    Raises
    ------
    ConfigurationError
        It cannot be read, or is no TOML; the line is named.
    """
    text = ""
    try:
        text = path.read_bytes().decode("utf-8")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError("there is no such configuration file", path=path) from None
    except OSError as error:
        raise ConfigurationError(f"cannot be read ({error.strerror})", path=path) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("is not UTF-8 text", path=path, remedy="give a TOML file") from error
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(path, text, str(error)) from error


def _not_toml(path: Path, text: str, message: str) -> ConfigurationError:
    """Take the line out of the reader's message; it has no other place in Python 3.11 to 3.13."""
    place = _LINE.search(message)
    line = int(place[1] or len(text.splitlines())) if place else None
    reason = _LINE.sub("", message)
    return ConfigurationError(f"is not valid TOML: {reason[:1].lower()}{reason[1:]}", path=path, line=line)
