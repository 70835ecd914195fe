"""The table of all settings in the documentation, made from their descriptions."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

from nnsreport.configuration.convert import expected
from nnsreport.configuration.dump import toml_value
from nnsreport.configuration.presets import packaged_preset, preset_names, sections_with_presets
from nnsreport.configuration.schema import Configuration
from nnsreport.settings import describe

BEGIN = "<!-- settings: made by tools/write_settings.py -->"
END = "<!-- end of settings -->"


def settings_markdown() -> str:
    """Return Markdown that lists every setting and preset.

    Returns
    -------
    str
        One heading and table a section.
    """
    lines: list[str] = []
    for section, settings in _tables(Configuration(), ""):
        lines += [f"### [{section}]", "", _summary(settings), "", "| setting | default | meaning |", "|---|---|---|"]
        lines += [
            _row(settings, field) for field in dataclasses.fields(settings) if field.name in describe(type(settings))
        ]
        lines += [""]
    lines += ["### Presets", "", "| section | name | what it models | source |", "|---|---|---|---|"]
    for section in sections_with_presets():
        for preset in (packaged_preset(section, name) for name in preset_names(section)):
            cells = (preset.section, f"`{preset.name}`", preset.title, preset.citation)
            lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def with_settings(document: str) -> str:
    """Return a document with the part between the markers brought up to date.

    Parameters
    ----------
    document : str
        Markdown with the markers :data:`BEGIN` and :data:`END`, each once.

    Returns
    -------
    str
        The same document with current settings.
    """
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{settings_markdown()}\n{END}{after}"


def _tables(settings: Any, dotted: str) -> Iterator[tuple[str, Any]]:
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            name = f"{dotted}.{field.name}" if dotted else field.name
            if describe(type(value)):
                yield name, value
            yield from _tables(value, name)


def _summary(settings: Any) -> str:
    return (type(settings).__doc__ or "").strip().splitlines()[0]


def _row(settings: Any, field: dataclasses.Field[Any]) -> str:
    description = describe(type(settings))[field.name]
    hint = typing.get_type_hints(type(settings))[field.name]
    value = getattr(settings, field.name)
    default = "not set" if value is None else f"`{toml_value(value)}`"
    return f"| `{field.name}` | {default} | {_cell(f'{description.doc} {_sentence(expected(hint, description))}')} |"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
