"""The page on corrections names each, and its table of effects is what the tool gives."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nnsreport.configuration.presets import preset_folder
from nnsreport.engine.cost.corrections import Correction

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "cost-corrections.md").read_text(encoding="utf-8")
VGG8 = (preset_folder("cost") / "vgg8.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def tool() -> Iterator[ModuleType]:
    """The script that writes the table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        yield importlib.import_module("write_cost_corrections")


@pytest.fixture(scope="module")
def rows(tool: ModuleType) -> list[list[str]]:
    """Cells of the table."""
    written = PAGE.split(tool.BEGIN)[1].split(tool.END)[0]
    assert written.startswith(tool.HEADER)
    return [line[2:-2].split(" | ") for line in written.removeprefix(tool.HEADER).splitlines()]


def test_each_correction_is_explained_once() -> None:
    (explained,) = re.findall(r"^\| correction \| NeuroSim \| corrected \|\n\|---.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert re.findall(r"^\| `(.*?)` \|", explained, re.MULTILINE) == list(Correction)


def test_effects_on_vgg8_are_those_of_the_table(tool: ModuleType, rows: list[list[str]]) -> None:
    assert [row[0] for row in rows] == [*(f"`{each}`" for each in Correction), "all"]
    assert [row[1] for row in rows] == tool.column(VGG8)
    assert [tuple(cell.strip() for cell in row[3:]) for row in rows] == list(tool.showing(VGG8))


def test_each_correction_shows_on_some_chip(rows: list[list[str]]) -> None:
    silent = {row[0] for row in rows if all(cell.strip() in ("none", "") for cell in (row[1], row[2], row[-1]))}
    # Densities say nothing of the weights.
    assert silent == {f"`{Correction.LARGEST_WEIGHT}`"}


@pytest.mark.shared
def test_effects_on_densenet40_are_those_of_the_page(tool: ModuleType, rows: list[list[str]], shared_dir: Path) -> None:
    network = (shared_dir / "neurosim" / "networks" / tool.NETWORKS[1]).read_text(encoding="utf-8")
    assert [row[2] for row in rows] == tool.column(network)
