"""The documentation's table of settings is the one the code gives."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from nnsreport.configuration.reference import settings_markdown, with_settings
from nnsreport.configuration.schema import Configuration
from nnsreport.settings import describe

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "configuration.md"


def test_documentation_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_settings(text) == text, "run: python tools/write_settings.py"


def test_every_setting_is_in_the_table() -> None:
    text = settings_markdown()

    def check(settings: object, dotted: str) -> None:
        for field in dataclasses.fields(settings):  # type: ignore[arg-type]
            value = getattr(settings, field.name)
            name = f"{dotted}.{field.name}".lstrip(".")
            if dataclasses.is_dataclass(value):
                check(value, name)
            else:
                assert f"| `{field.name}` |" in text.split(f"### [{dotted}]")[1].split("###")[0]

    check(Configuration(), "")


def test_every_setting_has_a_description() -> None:
    def check(settings: object) -> None:
        for field in dataclasses.fields(settings):  # type: ignore[arg-type]
            value = getattr(settings, field.name)
            if dataclasses.is_dataclass(value):
                check(value)
            else:
                assert describe(type(settings))[field.name].doc.endswith(".")

    check(Configuration())
