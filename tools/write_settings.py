"""Bring the table of settings in docs/configuration.md up to date."""

from __future__ import annotations

from pathlib import Path

from nnsreport.configuration.reference import with_settings

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"


def main() -> None:
    """Rewrite the document's table."""
    DOCUMENT.write_text(with_settings(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {DOCUMENT}")


if __name__ == "__main__":
    main()
