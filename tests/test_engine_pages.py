"""The pages docs/engine*.md hang together, and their figures are what the engine gives now."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from nnsreport.engine.crossbar import CrossbarSettings

ROOT = Path(__file__).resolve().parents[1]
FIGURES = ROOT / "docs" / "images" / "effects"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
SHOWN = re.compile(r"!\[[^]]+\]\(images/effects/([\w-]+)\.svg\)")
ANCHOR = re.compile(r"\]\(([\w-]+\.md)?#([\w-]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LARGEST_BYTES = 60_000
TOLERANCE_PT = 1.0  # of a plot some 200 points wide: what other processors' last digits can move


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of figures drawn afresh."""
    folder = tmp_path_factory.mktemp("effects")
    command = [sys.executable, ROOT / "tools" / "draw_effects.py", folder]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("*.svg")}


def parts(svg: Path) -> tuple[str, list[float]]:
    """The text between an SVG's numbers, and the numbers."""
    text = svg.read_text(encoding="utf-8")
    return NUMBER.sub("#", text), [float(number) for number in NUMBER.findall(text)]


@pytest.mark.slow
def test_figures_are_up_to_date(drawn: Path) -> None:
    assert names(drawn) == names(FIGURES), "run tools/draw_effects.py, and remove figures that it does not draw"
    for name in sorted(names(drawn)):
        (now, numbers_now), (kept, numbers_kept) = (parts(folder / f"{name}.svg") for folder in (drawn, FIGURES))
        assert now == kept, f"{name} is out of date: run tools/draw_effects.py"
        np.testing.assert_allclose(numbers_now, numbers_kept, rtol=0, atol=TOLERANCE_PT, err_msg=name)


def test_every_figure_is_on_one_page() -> None:
    shown = [name for page in sorted((ROOT / "docs").glob("engine*.md")) for name in SHOWN.findall(page.read_text())]
    assert sorted(shown) == sorted(names(FIGURES))


def anchors(page: Path) -> set[str]:
    """The places in a page that links can name, as GitHub makes them of headings."""
    headings = HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("engine*.md")), ids=lambda page: page.stem)
def test_links_lead_to_headings(page: Path) -> None:
    for target, anchor in ANCHOR.findall(page.read_text()):
        assert anchor in anchors(page.parent / (target or page.name)), f"{target}#{anchor}"


def test_every_page_is_linked_from_the_entry() -> None:
    entry = (ROOT / "docs" / "engine.md").read_text()
    pages = sorted((ROOT / "docs").glob("engine-*.md"))
    assert [page.name for page in pages if f"({page.name}" not in entry] == []


@pytest.mark.parametrize("path", sorted(FIGURES.glob("*.svg")), ids=lambda path: path.stem)
def test_figures_are_small_with_text_for_light_and_dark_pages(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    space = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{space}text") if element.text]
    assert path.stat().st_size < LARGEST_BYTES
    assert len(texts) > 5
    assert root.findtext(f"{space}title")
    style = root.findtext(f"{space}style") or ""
    assert "prefers-color-scheme:dark" in style
    light = set(re.findall(r'\[(?:fill|stroke)="([^"]+)"\]', style))
    used = {element.get(name) for element in root.iter() for name in ("fill", "stroke")}
    unknown = {color for color in used - light if color and color not in ("none", "transparent")}
    assert all(color.startswith(("rgb", "url")) for color in unknown), unknown


def named_settings(page: Path) -> set[str]:
    """Sections and settings that the table of effects names; ``.rows`` is of the section named before it."""
    named: set[str] = set()
    for row in re.findall(r"^\| [^|]+ \| ([^|]+) \|.*$", page.read_text(), re.MULTILINE):
        section = ""
        for token in re.findall(r"`(\[[\w.]+\]|[\w.]*\.\w+)`", row):
            is_short = token.startswith(".")
            section = section if is_short else token.strip("[]").rpartition(".")[0]
            named.add(section + token if is_short else token.strip("[]"))
    return named


def settings_of(kind: type, section: str = "") -> list[str]:
    """All settings, such as ``adc.errors.offset``."""
    names: list[str] = []
    for field in dataclasses.fields(kind):
        name = f"{section}.{field.name}".lstrip(".")
        default = field.default if field.default_factory is dataclasses.MISSING else field.default_factory()
        names += settings_of(type(default), name) if dataclasses.is_dataclass(default) else [name]
    return names


def test_the_table_of_effects_names_every_setting() -> None:
    named = named_settings(ROOT / "docs" / "engine.md")
    sections = [name.split(".") for name in settings_of(CrossbarSettings)]
    missing = [
        ".".join(parts)
        for parts in sections
        if not any(".".join(parts[:depth]) in named for depth in range(1, len(parts) + 1)) and parts[-1] != "name"
    ]
    assert missing == []
