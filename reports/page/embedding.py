"""Putting scripts, styles and data into one HTML file under a strict Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files

from markupsafe import Markup

_FOLDER = "nnsreport.reports.page"


@cache
def asset(name: str) -> str:
    """Return the text of a file that comes with the package.

    Parameters
    ----------
    name : str
        Such as ``page.css``.

    Returns
    -------
    str
        Its content.
    """
    return (files(_FOLDER) / name).read_text(encoding="utf-8")


def content_security_policy(scripts: tuple[str, ...], styles: tuple[str, ...]) -> str:
    """Return a policy that allows exactly these inline scripts and styles, and no network.

    Parameters
    ----------
    scripts, styles : tuple of str
        The exact texts between the tags.

    Returns
    -------
    str
        Content of the ``Content-Security-Policy`` meta element. ``unsafe-eval`` is not needed, as Vega's expressions
        are interpreted.
    """
    script_hashes = " ".join(_digest(text) for text in scripts)
    style_hashes = " ".join(_digest(text) for text in styles)
    return (
        f"default-src 'none'; script-src {script_hashes}; style-src {style_hashes}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def json_for_script(data: object) -> Markup:
    """Return JSON that can stand in a script element.

    Parameters
    ----------
    data : object
        JSON data; may hold any text.

    Returns
    -------
    markupsafe.Markup
        Keys sorted, so that equal data give equal bytes. ``<``, ``>`` and ``&`` are written as escapes, so that no
        text can end the element or open a comment in it.
    """
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    escaped = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Markup(escaped)  # noqa: S704 - escaped above


def inline_asset(name: str) -> Markup:
    """Return a script or style of this package, to be put between its tags unchanged."""
    return Markup(asset(name))  # noqa: S704 - our own file, checked by the policy's hash


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
